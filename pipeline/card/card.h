/*
 * The title card: text laid out by libass from an ASS template, over a colour, a background picture
 * and a logo (docs/cards.md). One struct card per size. It draws one still picture and says how
 * bright it is at a time; it encodes nothing, and does not know where the text comes from. Not
 * thread-safe.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

struct AVFrame;
struct card; /* the creator's, freed by card_destroy */

/* The texts. NULL or empty: that line is left out. Any text is allowed; markup of libass is shown
 * as text. */
struct card_text {
    const char *event, *section, *title, *speakers;
    const char *part; /* "Part 1 of 2" */
    const char *date, *place;
};

struct card_params {
    const char *template_path;   /* an ASS script with @TITLE@ …: see pipeline/cards/title.ass */
    const char *logo_path;       /* any picture that libav reads, or NULL */
    const char *background_path; /* cropped at the centre to the card's shape; or NULL */
    int width, height;           /* of the card in square pixels, even, 16 to 8192 */
    int64_t duration_ms;         /* at least 1 */
    int64_t fade_in_ms;          /* from black, at most half of the duration; 0: none */
    int64_t fade_out_ms;         /* to black, at most half of the duration; 0: none */
};

/* Lays the card out and draws it. Text that does not fit is broken into balanced lines, then made
 * smaller down to the template's minimum. ERR_INVALID where it does not fit even so (the message
 * says how much does, and what to do), and where no installed font has a character of the text (the
 * message names it); but an emoji that no font has in outline is left out. */
ATTR_NODISCARD int card_create(struct card **out, const struct card_text *text,
                               const struct card_params *params, struct err *err);
void card_destroy(struct card *card);

/* Tries texts on cards with the same params, without drawing them: a thousand a second or so. */
struct card_trial; /* the opener's, closed by card_trial_close */
ATTR_NODISCARD int card_trial_open(struct card_trial **out, const struct card_params *params,
                                   struct err *err);
void card_trial_close(struct card_trial *trial);

/* Returns what card_create would. *left_out: see card_left_out, but the caller's. */
ATTR_NODISCARD int card_trial_fit(struct card_trial *trial, const struct card_text *text,
                                  char **left_out, struct err *err);

/* The drawn card without fades, in AV_PIX_FMT_RGB24; the card's own, not to be written to. */
const struct AVFrame *card_picture(const struct card *card);

/* Emoji that the card is without, because no installed font has their outlines: "🦩 (U+1F9A9)";
 * or NULL. The card's. */
const char *card_left_out(const struct card *card);

/* Its brightness at t_ms (0 to duration_ms), from 0 (black) to 255. */
int card_light(const struct card *card, int64_t t_ms);

/* Appends the card without fades as a PNG. */
ATTR_NODISCARD int card_png(struct str *out, const struct card *card, struct err *err);

/* The paths that drawing text reads, besides those in params: fontconfig's files, the folders of
 * fonts, the caches. A new list, for mem_free_strings. */
char **card_font_paths(size_t *out_nb);

/* A hash of what a card's look depends on besides text and size: the contents of the template, logo
 * and background, and the version of the layout code; not the installed fonts, duration and fades.
 * Part of every card's job key. out has HASH_BYTES (hash.h). */
ATTR_NODISCARD int card_look_hash(char *out, const struct card_params *params, struct err *err);
