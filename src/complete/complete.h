/*
 * What the shell proposes where the user presses Tab: verbs, options, and what they can name. It
 * reads the words with the parser's table and its reader of options, and of the event only the
 * store. It writes nothing, waits for nothing and reports no errors: without an event, or with one
 * that cannot be read, verbs and options are still proposed. See docs/completion.md.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct verb;

/* Prints a line for each candidate: the whole word, a tab, and a description, which may be empty.
 * No character of a line can do anything to a terminal or begin another line. words: what was typed
 * after the program's name, up to the cursor, with the quotes of the shell; the last is the one to
 * be completed, perhaps "". Instead, if the shell shall complete names of files, there is one line
 * without a tab: "files" or "folders"; if the name follows the first '=' of the word, "files=" or
 * "folders=". */
void complete_print(FILE *to, const struct verb *verbs, char **words, int nb_words);
