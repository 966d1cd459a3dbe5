/* Addresses on the web as people type and paste them. Pure. Inner header of refresh/. */
#pragma once

#include <stdbool.h>

#include "err.h"

/* Whether it is meant as an address, not as a path: it begins with a scheme and "://", or with
 * "webcal:". Blanks, quotes and angle brackets around it do not count. */
bool address_is(const char *typed);

/* Whether it may be an address whose "https://" was left out: "example.org/schedule.xml". */
bool address_lacks_scheme(const char *typed);

/* *out: the address that is fetched, a new string. Only http and https; webcal, in which calendars
 * are offered, is https. Without what was pasted around it, and without the fragment; characters
 * that addresses cannot have are escaped. ERR_INVALID: another scheme, no host, a password in it.
 */
ATTR_NODISCARD int address_read(char **out, const char *typed, struct err *err);
