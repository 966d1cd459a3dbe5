/*
 * Prepares a card's text for libass: cleans it and fills it into the template's lines as ASS
 * markup. From one thread (fontconfig). Inner header.
 */
#pragma once

#include <stdbool.h>

struct card_words;
struct str;

/* Appends the line with its fields' texts as markup. Text between two fields is left out unless
 * both sides have text; markup in {} is kept. Returns whether there is anything to show: false if
 * the line has fields and all are empty. */
bool card_text_fill(struct str *out, const char *line, const struct card_words *words);

/* Whether the first letter belongs to a script that is written from right to left. */
bool card_text_is_rtl(const char *text);

/* Whether the text has letters with marks far above or below, as in Arabic, Indic scripts and Thai,
 * which need the font's full line height. */
bool card_text_is_tall(const char *text);
