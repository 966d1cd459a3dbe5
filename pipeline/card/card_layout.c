#include "card_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "card_breaks.h"
#include "card_template.h"
#include "card_text.h"
#include "card_veil.h"
#include "card_words.h"
#include "mem.h"
#include "picture.h"
#include "str.h"

/* Where a line goes, from its style's Alignment. */
enum band { BAND_TOP, BAND_MIDDLE, BAND_BOTTOM };

enum {
    SHORT_SIDE = 720, /* units, where the template has no PlayResY */
    LOGO_GAP = 32,    /* units between the logo and the lines beside it */
    STEMS = 8,        /* of letters in a font's size */
};

/* How far ink may extend over the side margins, in font sizes: letters such as 'j' lean out of
 * their advance width. A line that libass made too long while balancing shows at the right. */
static const double OVERHANG_LEFT = 0.12, OVERHANG_RIGHT = 0.04;

/* A line of the template, filled. Pixels unless said otherwise. */
struct block {
    const struct card_line *line;
    const struct card_style *limits;
    double leading; /* the style's, or more where the script needs it */
    char *text;
    int field; /* the longest that it shows, CARD_NB_FIELDS: none */
    bool has_title;
    enum band band;
    int halign;             /* HALIGN_… */
    int margin_l, margin_r; /* units */
    int size;               /* of the font, units */
    int nb_lines;           /* as libass broke it at that size */
    int height;             /* of its lines' boxes together; 0 where nothing shows */
    int above, below;       /* ink outside of them */
    int space;              /* towards the edge of its band */
    int y;                  /* in the card, of the first line's box */
};

struct card_layout {
    struct card_template *t;
    const AVFrame *logo;            /* or NULL */
    const struct card_words *words; /* those that are fitted */
    ASS_Renderer *renderer;
    int width, height;
    int units_x, units_y; /* the card in units */
    double unit;          /* pixels */
    bool mirrored;
    struct block *blocks;
    size_t nb_blocks;
    int logo_x, logo_y, logo_width, logo_height; /* zero without a logo */
};

static int start_libass(struct card_layout *lay, struct err *err);
static void place_logo(struct card_layout *lay);
static void add_blocks(struct card_layout *lay);
static int fit_blocks(struct card_layout *lay, struct err *err);
static void place_blocks(struct card_layout *lay);
static void draw_veil(struct card_layout *lay, AVFrame *rgb);
static void draw_block(struct card_layout *lay, const struct block *b, AVFrame *rgb);
static int draw_logo(const struct card_layout *lay, AVFrame *rgb, struct err *err);

int card_layout_open(struct card_layout **out, struct card_template *t, const AVFrame *logo,
                     int width, int height, struct err *err)
{
    AUTO_CARD_LAYOUT *lay = mem_zalloc(1, sizeof *lay);
    lay->t = t;
    lay->logo = logo;
    lay->width = width;
    lay->height = height;
    if (start_libass(lay, err) < 0)
        return err->code;
    *out = mem_take(&lay);
    return 0;
}

static void clear_blocks(struct card_layout *lay)
{
    for (size_t i = 0; i < lay->nb_blocks; i++)
        free(lay->blocks[i].text);
    free(lay->blocks);
    lay->blocks = NULL;
    lay->nb_blocks = 0;
}

void card_layout_close_p(struct card_layout **lay)
{
    if (!*lay)
        return;
    clear_blocks(*lay);
    if ((*lay)->renderer)
        ass_renderer_done((*lay)->renderer);
    free(*lay);
}

int card_layout_fit(struct card_layout *lay, const struct card_words *words, struct err *err)
{
    clear_blocks(lay);
    lay->t->missing_glyph = 0;
    lay->words = words;
    lay->mirrored = card_text_is_rtl(words->of[CARD_TITLE]);
    if (lay->logo)
        place_logo(lay);
    add_blocks(lay);
    if (fit_blocks(lay, err) < 0)
        return err->code;
    place_blocks(lay);
    return 0;
}

int card_layout_draw(struct card_layout *lay, AVFrame *rgb, bool veiled, struct err *err)
{
    if (veiled)
        draw_veil(lay, rgb);
    for (size_t i = 0; i < lay->nb_blocks; i++)
        if (lay->blocks[i].height > 0)
            draw_block(lay, &lay->blocks[i], rgb);
    return lay->logo ? draw_logo(lay, rgb, err) : 0;
}

/* Lines are drawn for measuring on a sheet of twice the card's width and height, from its middle
 * line, because libass clips ink at the edges: so text that is too large is noticed. */
static int start_libass(struct card_layout *lay, struct err *err)
{
    ASS_Track *track = lay->t->track;
    const int short_side = track->PlayResY > 0 ? track->PlayResY : SHORT_SIDE;
    lay->unit = (lay->width < lay->height ? lay->width : lay->height) / (double)short_side;
    lay->units_x = (int)lrint(lay->width / lay->unit);
    lay->units_y = (int)lrint(lay->height / lay->unit);
    track->PlayResX = 2 * lay->units_x;
    track->PlayResY = 2 * lay->units_y;
    track->LayoutResX = track->LayoutResY = 0;
    ass_track_set_feature(track, ASS_FEATURE_BIDI_BRACKETS, 1);
    ass_track_set_feature(track, ASS_FEATURE_WHOLE_TEXT_LAYOUT, 1);

    lay->renderer = ass_renderer_init(lay->t->library);
    if (!lay->renderer)
        return err_set(err, ERR_NOMEM, "libass cannot start: out of memory");
    ass_set_frame_size(lay->renderer, 2 * lay->width, 2 * lay->height);
    ass_set_storage_size(lay->renderer, 2 * lay->width, 2 * lay->height);
    ass_set_fonts(lay->renderer, NULL, NULL, ASS_FONTPROVIDER_FONTCONFIG, NULL, 1);
    return 0;
}

static int pixels(const struct card_layout *lay, double units)
{
    return (int)lrint(units * lay->unit);
}

/* In the corner beside the template's first line, away from where text begins. */
static void place_logo(struct card_layout *lay)
{
    const struct card_template *t = lay->t;
    const AVFrame *logo = lay->logo;
    const double scale =
        fmin(t->logo_width * lay->unit / logo->width, t->logo_height * lay->unit / logo->height);
    lay->logo_width = FFMAX(1, (int)lrint(logo->width * scale));
    lay->logo_height = FFMAX(1, (int)lrint(logo->height * scale));
    lay->logo_y = pixels(lay, t->lines[0].margin_v);
    const int margin = pixels(lay, t->lines[0].margin_r);
    lay->logo_x = lay->mirrored ? margin : lay->width - margin - lay->logo_width;
}

/* Mirrors, and keeps lines at the top clear of the logo. */
static void set_margins(const struct card_layout *lay, struct block *b)
{
    if (lay->mirrored && b->halign != HALIGN_CENTER)
        b->halign = b->halign == HALIGN_LEFT ? HALIGN_RIGHT : HALIGN_LEFT;
    b->margin_l = lay->mirrored ? b->line->margin_r : b->line->margin_l;
    b->margin_r = lay->mirrored ? b->line->margin_l : b->line->margin_r;
    if (b->band != BAND_TOP || !lay->logo_width)
        return;
    const int logo = (int)ceil(lay->logo_width / lay->unit) + LOGO_GAP;
    if (!lay->mirrored || b->halign == HALIGN_CENTER)
        b->margin_r += logo;
    if (lay->mirrored || b->halign == HALIGN_CENTER)
        b->margin_l += logo;
}

static void add_blocks(struct card_layout *lay)
{
    const struct card_template *t = lay->t;
    lay->blocks = mem_zalloc(t->nb_lines, sizeof *lay->blocks);
    for (size_t i = 0; i < t->nb_lines; i++) {
        const struct card_line *line = &t->lines[i];
        const ASS_Style *style = &t->track->styles[line->style];
        AUTO_STR text = {0};
        if (!card_text_fill(&text, line->text, lay->words))
            continue;
        struct block *b = &lay->blocks[lay->nb_blocks++];
        *b = (struct block){
            .line = line,
            .limits = &t->styles[line->style],
            .text = str_take(&text),
            .field = card_field_longest(line->text, lay->words),
            .has_title = card_field_among(line->text, CARD_TITLE),
            .band = style->Alignment & VALIGN_TOP      ? BAND_TOP
                    : style->Alignment & VALIGN_CENTER ? BAND_MIDDLE
                                                       : BAND_BOTTOM,
            .halign = style->Alignment & 3,
            .size = (int)style->FontSize,
            .space = pixels(lay, line->margin_v),
        };
        b->leading = card_text_is_tall(b->text) ? fmax(1, b->limits->leading) : b->limits->leading;
        set_margins(lay, b);
    }
}

/* Draws text at the block's size with its anchor on the middle line of the sheet, the lines below
 * it (top) or above. The images are libass', until the next call. */
static const ASS_Image *render(struct card_layout *lay, const struct block *b, const char *text,
                               bool top)
{
    ASS_Track *track = lay->t->track;
    const int pad = lay->units_x / 2, right = pad + lay->units_x - b->margin_r;
    const int left = pad + b->margin_l;
    const double x = b->halign == HALIGN_LEFT    ? left
                     : b->halign == HALIGN_RIGHT ? right
                                                 : (left + right) / 2.0;
    ass_set_line_spacing(lay->renderer, (b->leading - 1) * b->size * lay->unit);
    ass_flush_events(track);
    const int id = ass_alloc_event(track);
    if (id < 0)
        return NULL;
    ASS_Event *event = &track->events[id];
    event->Duration = 1000;
    event->Style = b->line->style;
    event->MarginL = left; /* with \pos, the margins bound the lines' length alone */
    event->MarginR = 2 * lay->units_x - right;
    event->Name = mem_strdup("");
    event->Effect = mem_strdup("");
    event->Text = mem_printf("{\\an%d\\pos(%.1f,%d)\\fs%d}%s", (top ? 6 : 0) + b->halign, x,
                             lay->units_y, b->size, text);
    return ass_render_frame(lay->renderer, track, 0, NULL);
}

struct box {
    int left, top, right, bottom;
};

static void extend(struct box *ink, const ASS_Image *image)
{
    for (int y = 0; y < image->h; y++) {
        const uint8_t *row = image->bitmap + (ptrdiff_t)y * image->stride;
        int x0 = 0, x1 = image->w;
        while (x0 < x1 && !row[x0])
            x0++;
        while (x1 > x0 && !row[x1 - 1])
            x1--;
        if (x0 == x1)
            continue;
        ink->left = FFMIN(ink->left, image->dst_x + x0);
        ink->right = FFMAX(ink->right, image->dst_x + x1);
        ink->top = FFMIN(ink->top, image->dst_y + y);
        ink->bottom = FFMAX(ink->bottom, image->dst_y + y + 1);
    }
}

/* Where the images have ink, from the anchor's line and the card's left edge; false: nowhere. Their
 * own sizes will not do: libass rounds them up to tiles. */
static bool ink_of(struct box *out, const struct card_layout *lay, const ASS_Image *images)
{
    struct box ink = {INT_MAX, INT_MAX, INT_MIN, INT_MIN};
    for (const ASS_Image *i = images; i; i = i->next)
        extend(&ink, i);
    if (ink.bottom <= ink.top)
        return false;
    const int x = lay->width / 2, y = lay->height;
    *out = (struct box){ink.left - x, ink.top - y, ink.right - x, ink.bottom - y};
    return true;
}

static int band_height(const struct card_layout *lay, enum band band)
{
    int height = 0, first_space = 0;
    for (size_t i = 0; i < lay->nb_blocks; i++) {
        const struct block *b = &lay->blocks[i];
        if (b->band != band || b->height == 0)
            continue;
        if (height == 0)
            first_space = b->space;
        height += b->space + b->above + b->height + b->below;
    }
    if (band == BAND_TOP && lay->logo_width)
        height = FFMAX(height, lay->logo_y + lay->logo_height);
    return height + (band == BAND_MIDDLE ? first_space : 0);
}

/* Measures the text at the block's size and returns whether it fits. libass does not report line
 * boxes: their height is how much higher the ink is when the anchor is the bottom of the text than
 * when it is the top. */
static bool try_text(struct card_layout *lay, struct block *b, const char *text)
{
    struct box hanging, standing;
    b->height = b->above = b->below = 0;
    if (!ink_of(&hanging, lay, render(lay, b, text, true)) ||
        !ink_of(&standing, lay, render(lay, b, text, false)))
        return true; /* nothing to see */
    b->height = FFMAX(1, hanging.top - standing.top);
    b->above = FFMAX(0, -hanging.top);
    b->below = FFMAX(0, hanging.bottom - b->height);
    if (b->field == CARD_NB_FIELDS)
        return true; /* the template's own text or drawing */

    const double size = b->size * lay->unit, pitch = size * b->leading;
    const double nb_lines = b->nb_lines = 1 + (int)rint((b->height - size) / pitch);
    /* 'lines' is for 16:9; a narrower card asks for both more lines and smaller ones. */
    const double narrow = fmax(1, sqrt(lay->height * 16.0 / (lay->width * 9.0)));
    const double max_lines = ceil(b->limits->max_lines * narrow - 0.01);
    const double left = b->margin_l * lay->unit - 1 - OVERHANG_LEFT * size;
    const double right = lay->width - b->margin_r * lay->unit + 1 + OVERHANG_RIGHT * size;
    return nb_lines <= max_lines && hanging.left >= left && hanging.right <= right &&
           band_height(lay, BAND_TOP) + band_height(lay, BAND_MIDDLE) +
                   band_height(lay, BAND_BOTTOM) <=
               lay->height;
}

static bool try_size(struct card_layout *lay, struct block *b, int size)
{
    b->size = size;
    return try_text(lay, b, b->text);
}

/* How many of the characters of the block's longest field fit at its present size. */
static int count_fitting(struct card_layout *lay, struct block *b, int nb_chars)
{
    struct card_words cut = *lay->words;
    int fits = 0;
    for (int too_many = nb_chars; too_many - fits > 1;) {
        const int nb = (fits + too_many) / 2;
        const char *end = lay->words->of[b->field];
        for (int i = 0; i < nb; i++)
            str_next_utf8(&end);
        AUTO_FREE char *start =
            strndup(lay->words->of[b->field], (size_t)(end - lay->words->of[b->field]));
        AUTO_STR text = {0};
        cut.of[b->field] = start;
        card_text_fill(&text, b->line->text, &cut);
        if (try_text(lay, b, text.s))
            fits = nb;
        else
            too_many = nb;
    }
    return fits;
}

static int count_chars(const struct card_layout *lay, const struct block *b)
{
    int nb = 0;
    for (const char *p = b->field < CARD_NB_FIELDS ? lay->words->of[b->field] : ""; *p;
         str_next_utf8(&p))
        nb++;
    return nb;
}

/* More characters than a whole card of the narrowest letters holds: libass would need minutes to
 * break a book into lines. */
static int most_chars(const struct card_layout *lay, double size)
{
    const double narrowest = 0.1; /* of a letter's square; an 'l' takes 0.2 */
    return (int)(lay->units_x * (double)lay->units_y / (narrowest * size * size));
}

static int refuse(struct card_layout *lay, struct block *b, struct err *err)
{
    const int nb_chars = count_chars(lay, b);
    const int nb_fit = count_fitting(lay, b, FFMIN(nb_chars, most_chars(lay, b->size)));
    const char *name = card_field_name(b->field);
    return err_set(
        err, ERR_INVALID,
        "the text of the %s does not fit on a card of %dx%d: about %d of its %d characters have "
        "room; shorten the %s, or in the template lower 'smallest' (%d) or raise 'lines' of the "
        "style '%s'%s",
        name, lay->width, lay->height, nb_fit, nb_chars, name, b->size,
        lay->t->track->styles[b->line->style].Name,
        b->field == CARD_TITLE
            ? ", or give the card another one in talkpress.yaml: 'card: {titles: {TALK: TEXT}}'"
            : "");
}

/* The block's markup with its longest field in other words; a new string. */
static char *refill(const struct card_layout *lay, const struct block *b, char *field)
{
    struct card_words words = *lay->words;
    struct str text = {0};
    words.of[b->field] = field;
    card_text_fill(&text, b->line->text, &words);
    return str_take(&text);
}

/* Breaks the line before a place (0: nowhere) if at this size that needs no more lines; first with
 * words bound to the next one. */
static bool try_break(struct card_layout *lay, struct block *b, size_t place, int most_lines)
{
    for (int bound = 1; bound >= (place ? 0 : 1); bound--) {
        AUTO_FREE char *field = card_breaks_apply(lay->words->of[b->field], place, bound);
        AUTO_FREE char *text = refill(lay, b, field);
        if (!try_text(lay, b, text) || b->nb_lines > most_lines)
            continue;
        free(b->text);
        b->text = mem_take(&text);
        return true;
    }
    return false;
}

/* Whether there is enough text before the place and after it: "XRM:" needs no line of its own. */
static bool is_worth_line(const struct card_layout *lay, const struct block *b, size_t place)
{
    const size_t nb = strlen(lay->words->of[b->field]), least = nb / 5;
    return place >= least && nb - place >= least;
}

/* libass makes lines of equal length. Better lines end after a colon, a dash or a sentence, and not
 * after words that belong to the next one. Two lines may become three for a colon or a dash. */
static void break_at_phrases(struct card_layout *lay, struct block *b)
{
    const int nb_lines = b->nb_lines;
    if (b->field == CARD_NB_FIELDS || nb_lines < 2)
        return;
    size_t places[CARD_MAX_BREAKS], nb_strong;
    const size_t nb = card_breaks_find(places, &nb_strong, lay->words->of[b->field]);
    for (int more = 0; more <= (nb_lines == 2 ? 1 : 0); more++)
        for (size_t i = 0; i < nb_strong; i++)
            if ((!more || is_worth_line(lay, b, places[i])) &&
                try_break(lay, b, places[i], nb_lines + more))
                return;
    for (size_t i = nb_strong; i < nb; i++)
        if (try_break(lay, b, places[i], nb_lines))
            return;
    if (!try_break(lay, b, 0, nb_lines))
        (void)try_text(lay, b, b->text);
}

static int find_size(struct card_layout *lay, struct block *b, struct err *err)
{
    int too_large = b->size, fits = (int)ceil(b->limits->smallest);
    if (count_chars(lay, b) > most_chars(lay, fits)) {
        b->size = fits;
        return refuse(lay, b, err);
    }
    if (try_size(lay, b, too_large))
        return 0;
    if (!try_size(lay, b, fits))
        return refuse(lay, b, err);
    while (too_large - fits > 1) {
        const int size = (fits + too_large) / 2;
        if (try_size(lay, b, size))
            fits = size;
        else
            too_large = size;
    }
    if (b->size != fits)
        try_size(lay, b, fits);
    return 0;
}

static int fit_block(struct card_layout *lay, struct block *b, struct err *err)
{
    if (find_size(lay, b, err) < 0)
        return err->code;
    break_at_phrases(lay, b);
    return 0;
}

/* The title comes last: it gets the space that the other lines leave. */
static int fit_blocks(struct card_layout *lay, struct err *err)
{
    for (int title = 0; title < 2; title++)
        for (size_t i = 0; i < lay->nb_blocks; i++)
            if (lay->blocks[i].has_title == title && fit_block(lay, &lay->blocks[i], err) < 0)
                return err->code;
    if (lay->t->missing_glyph)
        return err_set(err, ERR_INVALID, "no installed font has the character U+%04X of the card",
                       lay->t->missing_glyph);
    if (lay->t->message)
        return err_set(err, ERR_EXTERNAL, "libass cannot draw the card: %s", lay->t->message);
    return 0;
}

static void place_blocks(struct card_layout *lay)
{
    const int top = band_height(lay, BAND_TOP), bottom = band_height(lay, BAND_BOTTOM);
    const int slack = lay->height - top - bottom - band_height(lay, BAND_MIDDLE);
    int y[] = {
        [BAND_TOP] = 0, [BAND_MIDDLE] = top + slack / 2, [BAND_BOTTOM] = lay->height - bottom};
    for (size_t i = 0; i < lay->nb_blocks; i++) {
        struct block *b = &lay->blocks[i];
        if (b->height == 0)
            continue;
        b->y = y[b->band] + b->above + (b->band == BAND_BOTTOM ? 0 : b->space);
        y[b->band] += b->space + b->above + b->height + b->below;
    }
}

/* The words of one block: where they are and what they look like; of a drawing, and of words with
 * an outline or a box around them, nothing. */
static void add_inks(struct card_layout *lay, const struct block *b, struct card_ink **inks,
                     size_t *nb)
{
    const ASS_Style *style = &lay->t->track->styles[b->line->style];
    if (b->height == 0 || b->field == CARD_NB_FIELDS || style->Outline > 0 ||
        style->BorderStyle != 1)
        return;
    for (const ASS_Image *i = render(lay, b, b->text, true); i; i = i->next) {
        struct box ink = {INT_MAX, INT_MAX, INT_MIN, INT_MIN};
        extend(&ink, i);
        if (i->type != IMAGE_TYPE_CHARACTER || ink.bottom <= ink.top)
            continue;
        const int x = lay->width / 2, y = lay->height - b->y;
        *inks = mem_grow(*inks, *nb, sizeof **inks);
        (*inks)[(*nb)++] = (struct card_ink){
            .left = ink.left - x,
            .top = ink.top - y,
            .right = ink.right - x,
            .bottom = ink.bottom - y,
            .colour = {(uint8_t)(i->color >> 24), (uint8_t)(i->color >> 16 & 255),
                       (uint8_t)(i->color >> 8 & 255)},
            .stroke = pixels(lay, b->size / (double)STEMS),
        };
    }
}

static void draw_veil(struct card_layout *lay, AVFrame *rgb)
{
    AUTO_FREE struct card_ink *inks = NULL;
    size_t nb = 0;
    for (size_t i = 0; i < lay->nb_blocks; i++)
        add_inks(lay, &lay->blocks[i], &inks, &nb);
    const int least = lay->t->veil_percent * 255 / 100;
    card_lay_colour(rgb, lay->t->background,
                    card_veil_opacity(rgb, lay->t->background, least, inks, nb));
}

/* libass' colours are RGBA with 0 as opaque. */
static void blend(AVFrame *rgb, const ASS_Image *image, int x, int y)
{
    const int colour[] = {image->color >> 24, image->color >> 16 & 255, image->color >> 8 & 255};
    const int opacity = 255 - (int)(image->color & 255);
    for (int row = FFMAX(0, -y); row < FFMIN(image->h, rgb->height - y); row++) {
        const uint8_t *coverage = image->bitmap + (ptrdiff_t)row * image->stride;
        uint8_t *to = rgb->data[0] + (ptrdiff_t)(y + row) * rgb->linesize[0] + (ptrdiff_t)3 * x;
        for (int col = FFMAX(0, -x); col < FFMIN(image->w, rgb->width - x); col++) {
            const int alpha = picture_div255(coverage[col] * opacity);
            for (int c = 0; c < 3; c++) {
                uint8_t *v = &to[(ptrdiff_t)3 * col + c];
                *v = (uint8_t)picture_div255(*v * (255 - alpha) + colour[c] * alpha);
            }
        }
    }
}

static void draw_block(struct card_layout *lay, const struct block *b, AVFrame *rgb)
{
    for (const ASS_Image *i = render(lay, b, b->text, true); i; i = i->next)
        blend(rgb, i, i->dst_x - lay->width / 2, i->dst_y - lay->height + b->y);
}

static int draw_logo(const struct card_layout *lay, AVFrame *rgb, struct err *err)
{
    AUTO_FRAME *scaled = NULL;
    if (picture_fill(&scaled, lay->logo, lay->logo_width, lay->logo_height, err) < 0)
        return err->code;
    picture_over(rgb, scaled, lay->logo_x, lay->logo_y);
    return 0;
}
