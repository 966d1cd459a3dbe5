#include "poster.h"

#include <math.h>

#include "av.h"
#include "jpeg.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "picture_graph.h"
#include "reader.h"
#include "rendition.h"

static const char what[] = "the poster";
enum { NB_CANDIDATES = 9 };
/* Away from key frames: the most that is decoded from one candidate to the next. A recording may
 * have one key frame for all its hours. */
enum { STEP_MS = 3000 };
/* Standard deviation of 8-bit luma: below this a picture is nearly blank (black, a fade, a blur).
 */
static const double blank_score = 12;

struct poster {
    const struct poster_spec *spec;
    struct media *media;
    /* Of the last candidate: its reader, the cell's first frame, and its own frame; -1: none yet */
    struct picture_reader *pictures;
    int64_t cell, looked_at;
    AVFrame *best;
    double best_score;
    int width, height;
};

/* The last cell that begins at or before a frame. */
static void cell_before(struct picture_range *range, const json_t *cells, int64_t frame)
{
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *cell = json_array_get(cells, i);
        const int64_t begin = json_integer_value(json_array_get(cell, 0));
        if (begin > frame)
            break;
        range->key_frame = begin;
        range->key_pts = json_integer_value(json_array_get(cell, 1));
    }
}

/* Contrast: the standard deviation of luma. High for slides and lit rooms, low for black and blur.
 */
static double score(const AVFrame *f)
{
    double sum = 0, squares = 0;
    int64_t nb = 0;
    for (int y = 0; y < f->height; y += 4)
        for (int x = 0; x < f->width; x += 4, nb++) {
            const double v = f->data[0][(ptrdiff_t)y * f->linesize[0] + x];
            sum += v;
            squares += v * v;
        }
    return nb ? sqrt(fmax(0, squares / (double)nb - pow(sum / (double)nb, 2))) : 0;
}

static int upright(AVFrame *out, struct poster *p, AVFrame *in, struct err *err)
{
    AUTO_PICTURE_GRAPH *graph = NULL;
    struct picture_traits traits;
    picture_traits_read(&traits, p->spec->video, p->spec->fields);
    const struct picture_size size = {p->width, p->height};
    if (picture_graph_create(&graph, &size, 1, p->spec->grid.fps, &traits, err) < 0 ||
        picture_graph_send(graph, in, err) < 0 || picture_graph_send(graph, NULL, err) < 0)
        return err->code;
    return picture_graph_receive(graph, 0, out, err);
}

static void close_reader(struct poster *p)
{
    picture_reader_close_p(&p->pictures);
    p->pictures = NULL;
}

/* Opens the file again to decode from its start; seeks are possible in the open one. */
static int open_reader(struct poster *p, const struct picture_range *range, struct err *err)
{
    close_reader(p);
    p->cell = range->key_frame;
    if (!p->media || range->key_frame <= 0) {
        media_close_p(&p->media);
        p->media = NULL;
        if (media_open(&p->media, p->spec->recording, p->spec->files, err) < 0)
            return err->code;
    }
    return picture_reader_open(&p->pictures, p->media, range, err);
}

static struct part_clock clock_of(const struct poster_spec *s)
{
    return (struct part_clock){&s->grid, s->begin, s->end, s->drops, s->nb_drops};
}

/* Where the stretch of the part begins that a place is in. */
static int64_t stretch_begin(const struct poster_spec *s, int64_t place)
{
    int64_t begin = s->begin;
    for (size_t i = 0; i < s->nb_drops && s->drops[i].end <= place; i++)
        begin = s->drops[i].end;
    return begin;
}

/* The frame that shows nearest to a candidate's place. Without far, the key frame of its cell,
 * which is cheapest to decode; else at most STEP_MS after that, or after the candidate before. */
static int64_t frame_near(const struct poster *p, const struct picture_range *range, int64_t place,
                          bool far)
{
    const int64_t step = frame_grid_frame_at_ms(&p->spec->grid, STEP_MS);
    const int64_t least = stretch_begin(p->spec, place);
    const int64_t key = range->key_frame > least ? range->key_frame : least;
    const bool reading = p->pictures && p->cell == range->key_frame;
    const int64_t furthest = (reading && p->looked_at > key ? p->looked_at : key) + step;
    if (!far)
        return key;
    return place < furthest ? place : furthest;
}

/* Reads on to a frame. Returns 1, 0 where there is none, or an error. */
static int read_to(struct poster *p, int64_t frame, AVFrame *out, struct err *err)
{
    int got;
    do {
        av_frame_unref(out);
        got = picture_reader_next(p->pictures, out, err);
    } while (got > 0 && out->pts < frame);
    return got;
}

static int look_at(struct poster *p, int64_t place, bool far, struct err *err)
{
    AUTO_FRAME *in = av_frame_alloc(), *out = av_frame_alloc();
    if (!in || !out)
        return av_fail_nomem(err);
    struct picture_range range = {
        .stream = (int)json_get_int(p->spec->video, "stream", -1),
        .grid = p->spec->grid,
        .end = p->spec->end,
    };
    cell_before(&range, p->spec->cells, place);
    range.begin = frame_near(p, &range, place, far);
    if (range.begin == p->looked_at) /* one cell has several candidates */
        return 0;
    const bool reads_on = far && p->pictures && p->cell == range.key_frame;
    p->looked_at = range.begin;
    if (!reads_on && open_reader(p, &range, err) < 0)
        return err->code;
    int got = read_to(p, range.begin, in, err);
    if (got > 0) {
        p->looked_at = in->pts;
        got = upright(out, p, in, err);
    }
    if (got <= 0)
        return got;
    const double s = score(out);
    if (s > p->best_score || !p->best->buf[0]) {
        p->best_score = s;
        av_frame_unref(p->best);
        out->pts = p->looked_at;
        av_frame_move_ref(p->best, out);
    }
    return 0;
}

static int look_at_all(struct poster *p, bool far, struct err *err)
{
    const struct part_clock clock = clock_of(p->spec);
    const int64_t nb = part_clock_frames(&clock);
    int ret = 0;
    p->looked_at = -1;
    for (int i = 0; ret >= 0 && i < NB_CANDIDATES; i++) {
        const int64_t at = nb * (2 * i + 1) / (2 * NB_CANDIDATES);
        ret = look_at(p, part_clock_recording_frame(&clock, at), far, err);
    }
    close_reader(p);
    media_close_p(&p->media);
    p->media = NULL;
    return ret;
}

void poster_size(int *width, int *height, const json_t *video)
{
    const json_t *sar = json_object_get(video, "sar");
    AUTO_JSON *box =
        json_pack("{s:i, s:i}", "max_width", POSTER_WIDTH, "max_height", POSTER_HEIGHT);
    rendition_size(
        width, height, box, (int)json_get_int(video, "width", 0),
        (int)json_get_int(video, "height", 0), (int)json_integer_value(json_array_get(sar, 0)),
        (int)json_integer_value(json_array_get(sar, 1)), (int)json_get_int(video, "rotation", 0));
}

static int make(struct poster *p, const char *path, struct err *err)
{
    const struct poster_spec *s = p->spec;
    poster_size(&p->width, &p->height, s->video);
    p->best = av_frame_alloc();
    if (!p->best)
        return av_fail_nomem(err);
    if (look_at_all(p, false, err) < 0)
        return err->code;
    /* A short part has one cell, which may begin with a black picture. */
    if (p->best_score < blank_score && look_at_all(p, true, err) < 0)
        return err->code;
    if (!p->best->buf[0])
        return err_set(err, ERR_INVALID, "no picture of '%s' could be decoded", s->recording);
    return jpeg_write(path, p->best, what, err);
}

int poster_make(int64_t *out_frame, const char *path, const struct poster_spec *spec,
                struct err *err)
{
    struct poster p = {.spec = spec};
    const int ret = make(&p, path, err);
    if (ret == 0 && out_frame)
        *out_frame = p.best->pts;
    av_frame_free(&p.best);
    return ret;
}

int poster_of_picture(const char *path, const AVFrame *picture, struct err *err)
{
    AUTO_FRAME *out = NULL;
    if (picture_graph_convert(&out, picture, POSTER_WIDTH, POSTER_HEIGHT, err) < 0)
        return err->code;
    return jpeg_write(path, out, what, err);
}

int poster_check(const char *path, int width, int height, struct err *err)
{
    return jpeg_check(path, width, height, what, err);
}
