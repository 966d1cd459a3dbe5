/*
 * A card's text on its way to libass: cleaned, filled into the template's lines as ASS markup, and
 * checked for characters that no installed font can show. From one thread (fontconfig).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct card_text;
struct str;

enum card_field {
    CARD_EVENT,
    CARD_SECTION,
    CARD_TITLE,
    CARD_SPEAKERS,
    CARD_PART,
    CARD_DATE,
    CARD_PLACE,
    CARD_NB_FIELDS,
};

/* The fields' texts, valid UTF-8 on one line, never NULL. Freed by card_words_finish. */
struct card_words {
    char *of[CARD_NB_FIELDS];
};
void card_words_init(struct card_words *out, const struct card_text *text);
void card_words_finish(struct card_words *words);
#define AUTO_CARD_WORDS ATTR_CLEANUP(card_words_finish) struct card_words

/* "title" */
const char *card_field_name(enum card_field field);

/* Finds the first @FIELD@ of a template's line: its place, length and which it is (CARD_NB_FIELDS
 * where there is none of that name). NULL where the line has no more. */
const char *card_field_find(const char *line, size_t *len, enum card_field *field);

/* Whether a template's line has the field; the one of its fields with the longest text
 * (CARD_NB_FIELDS where it has none). */
bool card_field_among(const char *line, enum card_field field);
enum card_field card_field_longest(const char *line, const struct card_words *words);

/* Appends the line with its fields' texts as markup. Words between two fields are left out unless
 * something stands on both sides; markup in {} stays. Returns whether there is anything to show:
 * false where the line has fields and all are empty. */
bool card_text_fill(struct str *out, const char *line, const struct card_words *words);

/* Whether the first letter is one of a script that is written from right to left. */
bool card_text_is_rtl(const char *text);

/* Whether the text has letters with marks high above or far below, as Arabic, Indic scripts and
 * Thai have, which need the whole of the font's line height. */
bool card_text_is_tall(const char *text);

/* ERR_INVALID, with the field and the code point, where no installed font has a character. */
ATTR_NODISCARD int card_text_check_glyphs(const struct card_words *words, struct err *err);
