/* Addresses on the web. Pure; all strings are new. */
#pragma once

#include <stdbool.h>

/* Whether it begins as one of https or http does. */
bool url_is_web(const char *text);
/* Whether names may be appended to it: the address of a host or a folder, without query. */
bool url_is_folder(const char *text);

/* The address of a folder, with a slash at its end. NULL for NULL. */
char *url_folder(const char *url);

/* The address of a file in a folder. All characters of the name that have a meaning in addresses
 * are escaped. */
char *url_of_file(const char *folder, const char *name);
