/*
 * Where the lines of a text are best broken: after a colon, a dash or a sentence, and not after
 * words such as "the". Pure. Inner header.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { CARD_MAX_BREAKS = 8 };

/* Fills out with the best places of text to begin another line, byte offsets above 0, the best
 * first; returns how many. Before the first *nb_strong of them, a colon, a dash, a question or an
 * exclamation ends. None where the text has line breaks (U+2028) of its own. */
size_t card_breaks_find(size_t out[CARD_MAX_BREAKS], size_t *nb_strong, const char *text);

/* The text with U+2028 LINE SEPARATOR in place of the space before a place (0: nowhere), and, if
 * bound, no-break spaces after words that should not end a line: a new string. */
char *card_breaks_apply(const char *text, size_t place, bool bound);
