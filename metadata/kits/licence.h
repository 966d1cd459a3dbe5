/* Creative Commons licences as people write them. Private to kits/. */
#pragma once

#include <stdbool.h>

struct licence {
    char terms[12];  /* "by-sa", "zero" */
    char version[4]; /* "4.0" */
};

/* Reads "CC BY-SA 4.0", "cc-by-4.0", "Creative Commons Attribution 3.0" or an address of
 * creativecommons.org. False for NULL and for all else. Without a version it is 4.0. */
bool licence_parse(struct licence *out, const char *text);

/* New strings: its address, and its identifier in the list of SPDX, in lower case. */
char *licence_url(const struct licence *licence);
char *licence_spdx(const struct licence *licence);
