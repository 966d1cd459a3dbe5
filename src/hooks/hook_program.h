/* Whether a program may be run as a hook. Inner header. */
#pragma once

#include <stdbool.h>

#include "err.h"

/* Finds DIR/NAME, the program of a hook. *out: its path without links, a new string; NULL: there is
 * none. ERR_INVALID: there is one, and it is not run, because it has not quite this name, is no
 * program, or because others than the user or root could have written it; the message is for the
 * user. */
ATTR_NODISCARD int hook_program_find(char **out, const char *dir, const char *name,
                                     struct err *err);

/* Whether there is a file of that name, whatever it is, or one that seems to be meant: with another
 * ending, as "needs-person.sh", or other letters. */
bool hook_program_exists(const char *dir, const char *name);

/* What the first line of a script names, a new string for messages; "": it is no script. */
char *hook_program_interpreter(const char *path);

/* What an editor did to the script, so that it cannot be run, with the way out, a new string; NULL:
 * nothing that is known. */
char *hook_program_fault(const char *path);
