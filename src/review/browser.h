/* Shows the page in the user's browser. Inner header. */
#pragma once

#include "err.h"

/* Starts the browser with a file in the folder that leads to the link: everybody on the machine can
 * see arguments, and the link has the token. Only the user can read the file. *out: its path, for
 * browser_forget. */
ATTR_NODISCARD int browser_open(char **out, const char *folder, const char *link, struct err *err);

/* Removes the file, if there is one. */
void browser_forget(char **path);
