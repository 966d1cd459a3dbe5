/*
 * The title card: text laid out by libass from an ASS template, over a colour, a background picture
 * and a logo. One struct card per size. Knows nothing of encoding. Not thread-safe.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct AVFrame;
struct card; /* the creator's, freed by card_destroy */

/* What is said. NULL or empty: that line is left out. Any text is allowed: what would be markup to
 * libass appears as it is. */
struct card_text {
    const char *event, *section, *title, *speakers;
    const char *part; /* "Part 1 of 2" */
    const char *date, *place;
};

struct card_params {
    const char *template_path;   /* an ASS script with @TITLE@ …: see pipeline/cards/title.ass */
    const char *logo_path;       /* any picture that libav reads, or NULL */
    const char *background_path; /* filled to the card's shape (centre crop), or NULL */
    int width, height;           /* of the card in square pixels, even, 16 … 8192 */
    int64_t duration_ms;         /* at least 1 */
    int64_t fade_in_ms;          /* from black, at most to the middle; 0: none */
    int64_t fade_out_ms;         /* to black, from the middle at most; 0: none */
};

/* Lays the card out: fits the title (balanced lines, then smaller down to the template's stated
 * minimum, else ERR_INVALID with a message that says by how much and what to do) and the other
 * lines. ERR_INVALID also where no installed font has a glyph of the text: the message names the
 * character and its code point. */
ATTR_NODISCARD int card_create(struct card **out, const struct card_text *text,
                               const struct card_params *params, struct err *err);
void card_destroy(struct card *card);

/* The card as it stands, of AV_PIX_FMT_RGB24 in the card's size: the card's own, not to be written
 * to. */
const struct AVFrame *card_picture(const struct card *card);

/* How much of it shows at t_ms (0 … duration_ms), from 0, black, to 255. */
int card_light(const struct card *card, int64_t t_ms);

/* Writes the card as it stands as a PNG, atomically. */
ATTR_NODISCARD int card_write_png(struct card *card, const char *path, struct err *err);

/* What is read to draw text, besides what params name: fontconfig's files, the folders of fonts,
 * the caches. A new list; mem_free_strings. */
char **card_font_paths(size_t *out_nb);

/* A hash of everything that the look depends on besides text and size: the template's, the logo's
 * and the background's content and the version of the layout code (not of installed fonts, nor
 * duration and fade). Part of every card's job key. out of HASH_BYTES (base/hash.h). */
ATTR_NODISCARD int card_look_hash(char *out, const struct card_params *params, struct err *err);
