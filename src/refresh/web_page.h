/* A web page in place of a programme: what is it, and does it link the programme? Runs in the
 * sandbox, as the page comes from a stranger. Pure. Inner header of refresh/. */
#pragma once

#include <stdbool.h>

/* Whether it is HTML. bytes end with a NUL, here and below; what follows another one is not seen.
 */
bool web_page_is(const char *bytes);

/* What the user can do instead of importing the page that came from url: a new string, the end of a
 * sentence that says what it is. */
char *web_page_advice(const char *bytes, const char *url);
