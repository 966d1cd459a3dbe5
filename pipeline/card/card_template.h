/*
 * A card's template: an ASS script whose Dialogue lines hold @FIELDS@, and whose comments
 * ";talkpress KEY: VALUE" hold settings that ASS does not have (docs/cards.md lists both). Owns
 * libass's library and track; not thread-safe. Inner header.
 */
#pragma once

#include <ass/ass.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* What ";talkpress" keys after a Style line add to that style. */
struct card_style {
    double smallest; /* the smallest font size, in the script's units */
    int max_lines;   /* on a card of 16:9; a narrower one may have more */
    double leading;  /* distance of baselines, in font sizes */
};

struct card_line {
    char *text; /* ASS markup with @FIELDS@ */
    int style;  /* index of track->styles and of styles */
    int margin_l, margin_r, margin_v;
};

struct card_template {
    ASS_Library *library;
    ASS_Track *track; /* styles and script info; no events */
    struct card_style *styles;
    struct card_line *lines; /* in the order of the script */
    size_t nb_lines;
    uint8_t background[3];       /* R, G, B */
    int veil_percent;            /* opacity of the background colour over a background picture */
    int logo_width, logo_height; /* the box into which a logo is fitted, in the script's units */
    bool reading;                /* warnings of libass are recorded too, not only errors */
    char *message;               /* libass's first message, or NULL */
    uint32_t missing_glyph;      /* a code point for which libass found no font, or 0 */
};

/* ERR_INVALID names the file, the line and what is wrong there. *out is freed by
 * card_template_destroy_p. */
ATTR_NODISCARD int card_template_read(struct card_template **out, const char *path,
                                      struct err *err);
void card_template_destroy_p(struct card_template **t);
#define AUTO_CARD_TEMPLATE ATTR_CLEANUP(card_template_destroy_p) struct card_template
