#include "rehearse_picture.h"

#include <fontconfig/fontconfig.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "mem.h"
#include "rehearse.h"
#include "str.h"

struct colour {
    uint8_t y, u, v;
};

static const struct colour PAPER = {232, 127, 129}, INK = {90, 130, 127}, PALE = {190, 129, 128};
static const struct colour ROOM = {60, 122, 136}, SPEAKER = {120, 116, 146};
static const struct colour BLACK = {16, 128, 128}, WHITE = {235, 128, 128};
static const struct colour BANDS[] = {
    {62, 148, 108}, {66, 118, 116}, {58, 134, 146}, {70, 112, 140}, {60, 152, 126}, {56, 128, 128},
};

struct rehearse_picture {
    const struct rehearse_spec *spec;
    FcConfig *fonts;
    AVFilterGraph *graph; /* writes the texts on a slide */
    AVFilterContext *source, *sink;
    AVFrame *blank; /* the current slide without its texts */
    AVFrame *shown; /* with them, for the current second */
    int slide;      /* from 1; 0: none yet */
    int64_t slide_end_s;
    int64_t second, part; /* what shown shows, from 0; -1: nothing yet */
};

/* A rectangle; odd edges round outwards by up to a pixel in colour. */
static void fill(AVFrame *f, int x, int y, int w, int h, struct colour c)
{
    for (int row = y; row < y + h; row++)
        memset(f->data[0] + row * f->linesize[0] + x, c.y, (size_t)w);
    const int left = x / 2, right = (x + w + 1) / 2;
    for (int row = y / 2; row < (y + h + 1) / 2; row++) {
        memset(f->data[1] + row * f->linesize[1] + left, c.u, (size_t)(right - left));
        memset(f->data[2] + row * f->linesize[2] + left, c.v, (size_t)(right - left));
    }
}

/* The same in parts of the picture. */
static void fill_part(AVFrame *f, double x, double y, double w, double h, struct colour c)
{
    const int left = (int)(x * f->width), top = (int)(y * f->height);
    fill(f, left, top, (int)((x + w) * f->width) - left, (int)((y + h) * f->height) - top, c);
}

/* An ellipse, cut off at the row bottom. */
static void fill_ellipse(AVFrame *f, double x, double y, double rx, double ry, int bottom,
                         struct colour c)
{
    for (int row = (int)(y - ry); row <= (int)(y + ry) && row < bottom; row++) {
        const double dy = (row + 0.5 - y) / ry;
        const double half = fabs(dy) < 1 ? rx * sqrt(1 - dy * dy) : 0;
        fill(f, (int)(x - half), row, (int)(2 * half), 1, c);
    }
}

/* A slide without its texts: band, bullets with lines, a bar chart. */
static void draw_blank(AVFrame *f, int slide)
{
    const struct colour band = BANDS[slide % (sizeof BANDS / sizeof *BANDS)];
    fill(f, 0, 0, f->width, f->height, PAPER);
    fill_part(f, 0, 0, 1, 0.30, band);
    for (int i = 0; i < 4; i++) {
        const double y = 0.55 + 0.065 * i;
        fill_part(f, 0.05, y, 0.02, 0.036, band);
        fill_part(f, 0.09, y + 0.004, 0.22 + 0.03 * ((slide * 7 + i * 5) % 11), 0.028, PALE);
    }
    for (int i = 0; i < 6; i++) {
        const double h = 0.03 + 0.01 * ((slide * 5 + i * 7) % 12);
        fill_part(f, 0.72 + 0.04 * i, 0.81 - h, 0.03, h, i == slide % 6 ? band : PALE);
    }
    fill_part(f, 0, 0.835, 1, 0.004, PALE);
}

/* The inset that looks like a camera's picture: a moving speaker. */
static void draw_inset(AVFrame *f, double t_s)
{
    const int bottom = (int)(0.61 * f->height);
    fill_part(f, 0.72, 0.34, 0.23, 0.27, ROOM);
    const double x = (0.835 + 0.02 * sin(1.3 * t_s)) * f->width, w = f->width, h = f->height;
    const double nod = 0.004 * sin(4.1 * t_s) * h;
    fill_ellipse(f, x, 0.62 * h, 0.06 * w, 0.11 * h, bottom, INK);
    fill_ellipse(f, x, 0.45 * h + nod, 0.026 * w, 0.065 * h, bottom, SPEAKER);
}

/* The 24 cells as a word, the left-most in the highest bit. rehearse.h states the layout. */
enum { CELLS = 24, GUARDS_ON = 0x800001 };

static void draw_frame_number(AVFrame *f, int64_t n)
{
    const int64_t word = n << 2 | GUARDS_ON;
    const int top = f->height - f->height / 12;
    for (int i = 0; i < CELLS; i++) {
        const int left = i * f->width / CELLS, right = (i + 1) * f->width / CELLS;
        const bool on = word >> (CELLS - 1 - i) & 1;
        fill(f, left, top, right - left, f->height - top, on ? WHITE : BLACK);
    }
}

/* A font family that has the characters of text: drawtext itself looks in one font only. */
static char *font_for(FcConfig *fonts, const char *text)
{
    FcCharSet *chars = FcCharSetCreate();
    for (uint32_t c; (c = str_next_utf8(&text));)
        FcCharSetAddChar(chars, c);
    FcPattern *wanted = FcPatternCreate();
    FcPatternAddString(wanted, FC_FAMILY, (const FcChar8 *)"Sans");
    FcPatternAddCharSet(wanted, FC_CHARSET, chars);
    FcPatternAddBool(wanted, FC_COLOR, FcFalse); /* emoji pictures, which drawtext cannot draw */
    FcConfigSubstitute(fonts, wanted, FcMatchPattern);
    FcDefaultSubstitute(wanted);
    FcResult result;
    FcPattern *font = FcFontMatch(fonts, wanted, &result);
    FcChar8 *family = NULL;
    if (font)
        FcPatternGetString(font, FC_FAMILY, 0, &family);
    char *name = mem_strdup(family ? (const char *)family : "Sans");
    if (font)
        FcPatternDestroy(font);
    FcPatternDestroy(wanted);
    FcCharSetDestroy(chars);
    return name;
}

/* East Asian characters, roughly: two columns wide, and a line may break on either side. */
static bool is_wide(uint32_t code_point)
{
    return code_point >= 0x2e80;
}

/* Where what must stay on one line ends, a word or one wide character, and its columns. */
static const char *unit_end(const char *text, int *out_columns)
{
    const char *end = text, *next = text;
    *out_columns = 0;
    for (uint32_t c; (c = str_next_utf8(&next)) && c != ' '; end = next) {
        if (is_wide(c) && end != text)
            break;
        *out_columns += is_wide(c) ? 2 : 1;
        if (is_wide(c))
            return next;
    }
    return end;
}

/* Breaks text into lines; false where it does not fit and runs over or was cut. */
static bool wrap(struct str *out, const char *text, int max_columns, int max_lines)
{
    bool fits = true;
    str_clear(out);
    for (int columns = 0, lines = 1; *text;) {
        const bool space = *text == ' ';
        text += space;
        int width;
        const char *end = unit_end(text, &width);
        fits = fits && width <= max_columns;
        if (columns > 0 && columns + space + width > max_columns) {
            if (lines++ == max_lines) {
                str_add(out, " …");
                return false;
            }
            str_add(out, "\n");
            columns = 0;
        } else if (space) {
            str_add(out, " ");
            columns++;
        }
        str_add_bytes(out, text, (size_t)(end - text));
        columns += width;
        text = end;
    }
    return fits;
}

/* A text's place: its left edge as an expression of drawtext, the rest in pixels. */
struct place {
    const char *x;
    int y, size;
    const char *rgb;
};

/* Chains one more drawtext after *last. Its text is set as an option: nothing in it is parsed,
 * but for expansion "normal", which replaces %{…}. */
static int add_text(struct rehearse_picture *p, AVFilterContext **last, const char *text,
                    const char *expansion, const struct place *place, struct err *err)
{
    AVFilterContext *f =
        avfilter_graph_alloc_filter(p->graph, avfilter_get_by_name("drawtext"), NULL);
    if (!f)
        return av_fail_nomem(err);
    AUTO_FREE char *font = font_for(p->fonts, text);
    AUTO_FREE char *size = mem_printf("%d", place->size);
    AUTO_FREE char *spacing = mem_printf("%d", place->size / 5);
    AUTO_FREE char *y = mem_printf("%d", place->y);
    const char *const options[][2] = {
        {"text", text},
        {"expansion", expansion},
        {"font", font},
        {"fontsize", size},
        {"line_spacing", spacing},
        {"fontcolor", place->rgb},
        {"x", place->x},
        {"y", y},
    };
    int ret = 0;
    for (size_t i = 0; ret >= 0 && i < sizeof options / sizeof *options; i++)
        ret = av_opt_set(f, options[i][0], options[i][1], AV_OPT_SEARCH_CHILDREN);
    if (ret >= 0)
        ret = avfilter_init_str(f, NULL);
    if (ret >= 0)
        ret = avfilter_link(*last, 0, f, 0);
    *last = f;
    return ret < 0 ? av_fail(err, ret, "cannot set up 'drawtext' (is a font installed?)") : 0;
}

/* A box for text, in parts of the picture's width and height, and what its font may measure. */
struct box {
    double y, w, h, size_max, size_min;
    const char *rgb;
};

/* The texts of every slide, as large as they fit. */
static int add_fixed(struct rehearse_picture *p, AVFilterContext **last, const char *text,
                     const struct box *box, struct err *err)
{
    AUTO_FREE char *clean = str_clean(text ? text : "");
    str_fold_space(clean);
    if (!*clean)
        return 0;
    const int width = p->spec->width, height = p->spec->height;
    AUTO_STR lines = {0};
    int size = (int)(box->size_max * height);
    /* A column is 0.55 of the size in a common sans serif, a line 1.25 with its spacing. */
    while (!wrap(&lines, clean, (int)(box->w * width / (0.55 * size)),
                 (int)(box->h * height / (1.25 * size))) &&
           size > box->size_min * height)
        size--;
    AUTO_FREE char *x = mem_printf("%d", width / 20);
    const struct place place = {x, (int)(box->y * height), size, box->rgb};
    return add_text(p, last, lines.s, "none", &place, err);
}

/* What changes: taken from the metadata of each frame. */
static int add_footer(struct rehearse_picture *p, AVFilterContext **last, struct err *err)
{
    const int height = p->spec->height;
    AUTO_FREE char *left = mem_printf("%d", p->spec->width / 20);
    AUTO_FREE char *right = mem_printf("w-tw-%s", left);
    const struct place slide = {left, (int)(0.857 * height), height / 20, "0x404040"};
    const struct place clock = {right, (int)(0.853 * height), height * 3 / 50, "0x101010"};
    if (add_text(p, last, "%{metadata:slide}", "normal", &slide, err) < 0)
        return err->code;
    return add_text(p, last, "%{metadata:clock}", "normal", &clock, err);
}

static int open_source(struct rehearse_picture *p, struct err *err)
{
    const struct rehearse_spec *spec = p->spec;
    AUTO_FREE char *args =
        mem_printf("video_size=%dx%d:pix_fmt=%d:time_base=1/%d:pixel_aspect=1/1", spec->width,
                   spec->height, (int)AV_PIX_FMT_YUV420P, spec->fps);
    const int ret = avfilter_graph_create_filter(&p->source, avfilter_get_by_name("buffer"), "in",
                                                 args, NULL, p->graph);
    return ret < 0 ? av_fail(err, ret, "cannot set up the slides") : 0;
}

static int open_graph(struct rehearse_picture *p, struct err *err)
{
    static const struct box title = {0.045, 0.9, 0.23, 0.09, 0.045, "white"};
    static const struct box subtitle = {0.345, 0.63, 0.063, 0.05, 0.04, "0x505050"};
    static const struct box speakers = {0.425, 0.63, 0.12, 0.06, 0.04, "0x202020"};
    if (!avfilter_get_by_name("drawtext"))
        return err_set(err, ERR_EXTERNAL,
                       "this libavfilter has no filter 'drawtext', which stand-in recordings need: "
                       "it must be built with FreeType and fontconfig");
    p->fonts = FcInitLoadConfigAndFonts();
    p->graph = avfilter_graph_alloc();
    if (!p->fonts || !p->graph)
        return av_fail_nomem(err);
    p->graph->nb_threads = 1;
    if (open_source(p, err) < 0)
        return err->code;
    AVFilterContext *last = p->source;
    if (add_fixed(p, &last, p->spec->title, &title, err) < 0 ||
        add_fixed(p, &last, p->spec->subtitle, &subtitle, err) < 0 ||
        add_fixed(p, &last, p->spec->speakers, &speakers, err) < 0 || add_footer(p, &last, err) < 0)
        return err->code;
    int ret = avfilter_graph_create_filter(&p->sink, avfilter_get_by_name("buffersink"), "out",
                                           NULL, NULL, p->graph);
    if (ret >= 0)
        ret = avfilter_link(last, 0, p->sink, 0);
    if (ret >= 0)
        ret = avfilter_graph_config(p->graph, NULL);
    return ret < 0 ? av_fail(err, ret, "cannot set up the slides") : 0;
}

static int open_blank(struct rehearse_picture *p, struct err *err)
{
    p->blank = av_frame_alloc();
    p->shown = av_frame_alloc();
    if (!p->blank || !p->shown)
        return av_fail_nomem(err);
    p->blank->format = AV_PIX_FMT_YUV420P;
    p->blank->width = p->spec->width;
    p->blank->height = p->spec->height;
    p->blank->sample_aspect_ratio = (AVRational){1, 1};
    const int ret = av_frame_get_buffer(p->blank, 0);
    return ret < 0 ? av_fail(err, ret, "cannot set up the slides") : 0;
}

int rehearse_picture_create(struct rehearse_picture **out, const struct rehearse_spec *spec,
                            struct err *err)
{
    struct rehearse_picture *p = mem_zalloc(1, sizeof *p);
    p->spec = spec;
    p->second = p->part = -1;
    if (open_graph(p, err) < 0 || open_blank(p, err) < 0) {
        rehearse_picture_destroy(p);
        return err->code;
    }
    *out = p;
    return 0;
}

void rehearse_picture_destroy(struct rehearse_picture *p)
{
    if (!p)
        return;
    if (p->fonts)
        FcConfigDestroy(p->fonts);
    avfilter_graph_free(&p->graph);
    av_frame_free(&p->blank);
    av_frame_free(&p->shown);
    free(p);
}

static int64_t part_of(const struct rehearse_spec *spec, int64_t n)
{
    size_t part = 0;
    int64_t end_ms = spec->part_ms[0];
    while (part + 1 < spec->nb_parts && n * 1000 >= end_ms * spec->fps)
        end_ms += spec->part_ms[++part];
    return (int64_t)part;
}

/* Draws the slide for p->second and p->part. */
static int show(struct rehearse_picture *p, struct err *err)
{
    int ret = av_frame_make_writable(p->blank);
    if (ret < 0)
        return av_fail(err, ret, "cannot draw a slide");
    if (p->slide == 0 || p->second >= p->slide_end_s) {
        p->slide++;
        p->slide_end_s += 20 + p->slide * 13 % 21;
        draw_blank(p->blank, p->slide);
    }
    AUTO_FREE char *clock = mem_printf("%d:%02d:%02d", (int)(p->second / 3600),
                                       (int)(p->second / 60 % 60), (int)(p->second % 60));
    AUTO_FREE char *slide =
        p->spec->nb_parts > 1
            ? mem_printf("Slide %d · part %d of %zu", p->slide, (int)p->part + 1, p->spec->nb_parts)
            : mem_printf("Slide %d", p->slide);
    ret = av_dict_set(&p->blank->metadata, "clock", clock, 0);
    if (ret >= 0)
        ret = av_dict_set(&p->blank->metadata, "slide", slide, 0);
    if (ret >= 0)
        ret = av_buffersrc_add_frame_flags(p->source, p->blank, AV_BUFFERSRC_FLAG_KEEP_REF);
    av_frame_unref(p->shown);
    if (ret >= 0)
        ret = av_buffersink_get_frame(p->sink, p->shown);
    return ret < 0 ? av_fail(err, ret, "cannot draw a slide") : 0;
}

int rehearse_picture_draw(AVFrame **out, struct rehearse_picture *p, int64_t n, struct err *err)
{
    const int64_t second = n / p->spec->fps, part = part_of(p->spec, n);
    if (second != p->second || part != p->part) {
        p->second = second;
        p->part = part;
        if (show(p, err) < 0)
            return err->code;
    }
    const int ret = av_frame_make_writable(p->shown);
    if (ret < 0)
        return av_fail(err, ret, "cannot draw a picture");
    draw_inset(p->shown, (double)n / p->spec->fps);
    draw_frame_number(p->shown, n);
    p->shown->pts = n;
    *out = p->shown;
    return 0;
}
