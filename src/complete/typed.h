/* A word as it was typed in a shell, perhaps not to its end. Pure. */
#pragma once

/* What the shell would make of it, as a new string: without quotes and backslashes, and with $HOME
 * for a '~' that begins it. Nothing else is expanded: '$' and '*' stay. */
char *typed_word(const char *typed);
