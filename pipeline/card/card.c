#include "card.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "card_fonts.h"
#include "card_layout.h"
#include "card_template.h"
#include "card_veil.h"
#include "card_words.h"
#include "fs.h"
#include "mem.h"
#include "picture.h"

enum { MIN_SIDE = 16, MAX_SIDE = 8192 };

struct card {
    AVFrame *picture; /* RGB24 */
    int64_t duration_ms, fade_in_ms, fade_out_ms;
    char *left_out; /* or NULL */
};

struct card_trial {
    struct card_template *t;
    AVFrame *logo; /* or NULL */
    struct card_layout *layout;
};

static void card_destroy_p(struct card **card)
{
    card_destroy(*card);
}
#define AUTO_CARD ATTR_CLEANUP(card_destroy_p) struct card

static void card_trial_close_p(struct card_trial **trial)
{
    card_trial_close(*trial);
}
#define AUTO_CARD_TRIAL ATTR_CLEANUP(card_trial_close_p) struct card_trial

static int check_params(const struct card_params *p, struct err *err);
static int fit(struct card_trial *trial, struct card_words *words, const struct card_text *text,
               struct err *err);
static int draw_background(AVFrame *rgb, const struct card_template *t, const char *path,
                           struct err *err);

int card_create(struct card **out, const struct card_text *text, const struct card_params *params,
                struct err *err)
{
    AUTO_CARD_TRIAL *fitted = NULL;
    AUTO_CARD_WORDS words = {0};
    if (card_trial_open(&fitted, params, err) < 0 || fit(fitted, &words, text, err) < 0)
        return err->code;

    AUTO_CARD *card = mem_zalloc(1, sizeof *card);
    card->duration_ms = params->duration_ms;
    card->fade_in_ms = FFMIN(params->fade_in_ms, params->duration_ms / 2);
    card->fade_out_ms = FFMIN(params->fade_out_ms, params->duration_ms / 2);
    card->picture = picture_alloc(AV_PIX_FMT_RGB24, params->width, params->height);
    if (!card->picture)
        return av_fail_nomem(err);
    if (draw_background(card->picture, fitted->t, params->background_path, err) < 0 ||
        card_layout_draw(fitted->layout, card->picture, params->background_path, err) < 0)
        return err->code;
    card->left_out = mem_take(&words.left_out);
    *out = mem_take(&card);
    return 0;
}

void card_destroy(struct card *card)
{
    if (!card)
        return;
    av_frame_free(&card->picture);
    free(card->left_out);
    free(card);
}

static int check_params(const struct card_params *p, struct err *err)
{
    if (p->width < MIN_SIDE || p->height < MIN_SIDE || p->width > MAX_SIDE ||
        p->height > MAX_SIDE || p->width % 2 || p->height % 2)
        return err_set(err, ERR_INVALID,
                       "a card of %dx%d cannot be made: width and height must be even, from %d "
                       "to %d",
                       p->width, p->height, MIN_SIDE, MAX_SIDE);
    if (p->duration_ms < 1 || p->fade_in_ms < 0 || p->fade_out_ms < 0)
        return err_set(err, ERR_INVALID,
                       "a card of %" PRId64 " ms with fades of %" PRId64 " and %" PRId64
                       " ms cannot be made",
                       p->duration_ms, p->fade_in_ms, p->fade_out_ms);
    return 0;
}

/* --- whether texts fit ------------------------------------------------------------------------ */

int card_trial_open(struct card_trial **out, const struct card_params *params, struct err *err)
{
    AUTO_CARD_TRIAL *trial = mem_zalloc(1, sizeof *trial);
    int ret = check_params(params, err);
    if (ret == 0)
        ret = card_template_read(&trial->t, params->template_path, err);
    if (ret == 0 && params->logo_path && picture_read(&trial->logo, params->logo_path, err) < 0)
        ret = err_prefix(err, "card logo: ");
    if (ret == 0)
        ret = card_layout_open(&trial->layout, trial->t, trial->logo, params->width, params->height,
                               err);
    if (ret < 0)
        return ret;
    *out = mem_take(&trial);
    return 0;
}

void card_trial_close(struct card_trial *trial)
{
    if (!trial)
        return;
    card_layout_close_p(&trial->layout);
    av_frame_free(&trial->logo);
    card_template_destroy_p(&trial->t);
    free(trial);
}

/* The words are to be finished also on failure. */
static int fit(struct card_trial *trial, struct card_words *words, const struct card_text *text,
               struct err *err)
{
    card_words_init(words, text);
    if (card_fonts_check(words, err) < 0)
        return err->code;
    return card_layout_fit(trial->layout, words, err);
}

int card_trial_fit(struct card_trial *trial, const struct card_text *text, char **left_out,
                   struct err *err)
{
    AUTO_CARD_WORDS words = {0};
    if (fit(trial, &words, text, err) < 0)
        return err->code;
    *left_out = mem_take(&words.left_out);
    return 0;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static int draw_background(AVFrame *rgb, const struct card_template *t, const char *path,
                           struct err *err)
{
    card_lay_colour(rgb, t->background, 255);
    if (!path)
        return 0;
    AUTO_FRAME *pic = NULL, *filled = NULL;
    if (picture_read(&pic, path, err) < 0 ||
        picture_fill(&filled, pic, rgb->width, rgb->height, err) < 0)
        return err_prefix(err, "card background: ");
    picture_over(rgb, filled, 0, 0);
    return 0;
}

const AVFrame *card_picture(const struct card *card)
{
    return card->picture;
}

const char *card_left_out(const struct card *card)
{
    return card->left_out;
}

int card_light(const struct card *card, int64_t t_ms)
{
    const int64_t left_ms = card->duration_ms - t_ms;
    if (t_ms < card->fade_in_ms)
        return (int)(FFMAX(0, t_ms) * 255 / card->fade_in_ms);
    if (left_ms < card->fade_out_ms)
        return (int)(FFMAX(0, left_ms) * 255 / card->fade_out_ms);
    return 255;
}

int card_png(struct str *out, const struct card *card, struct err *err)
{
    return picture_png(out, card->picture, err);
}
