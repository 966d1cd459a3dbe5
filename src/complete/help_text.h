/* Descriptions of options and words, from a verb's help. Pure. */
#pragma once

#include <stdbool.h>

/* What the help says of an option without its dashes ("dry-run"), or of a word ("podcast"), as a
 * new string on one line; empty if it says nothing. takes_value: the option is followed by what its
 * value is called. */
char *help_text_option(const char *help, const char *option, bool takes_value);
char *help_text_word(const char *help, const char *word);
