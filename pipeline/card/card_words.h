/* The fields of a card's text, which a template names @TITLE@ and so on. Inner header. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct card_text;

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
    char *left_out; /* emoji that card_fonts_check removed, "🦩 (U+1F9A9)"; or NULL */
};
void card_words_init(struct card_words *out, const struct card_text *text);
void card_words_finish(struct card_words *words);
#define AUTO_CARD_WORDS ATTR_CLEANUP(card_words_finish) struct card_words

/* "title" */
const char *card_field_name(enum card_field field);

/* Finds the first @FIELD@ in a template's line: returns its place, and sets its length and which
 * field it is (CARD_NB_FIELDS: no such field). NULL if the line has none. */
const char *card_field_find(const char *line, size_t *len, enum card_field *field);

/* Whether a template's line has the field; and which of its fields has the longest text
 * (CARD_NB_FIELDS: it has no fields). */
bool card_field_among(const char *line, enum card_field field);
enum card_field card_field_longest(const char *line, const struct card_words *words);
