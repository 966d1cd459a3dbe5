#include "look.h"

#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "frame_grid.h"
#include "json.h"
#include "media.h"
#include "reader.h"

enum {
    STEP_MS = 2000, /* between two key frames that are looked at */
    SIGNATURE_SIDE = 16,
    NB_CLOSE = 4,    /* close looks, at most */
    SCENE_LUMA = 24, /* half of all luma samples differ by more: another scene, not another slide */
};
/* How far the key pictures take progress; the rest is that of the close looks, which may decode all
 * of a recording with few key pictures. */
static const double of_keys = 1.0 / 3;
/* A picture is black where the mean of its luma is below this and hardly any sample is brighter
 * than twice it (8 bits, limited range: black is 16). */
static const double black_mean = 24;

/* Frames; -1: there is none yet. */
struct looked_at {
    int64_t last;         /* key picture */
    int64_t black_until;  /* the first picture that is not black */
    int64_t black_key;    /* the last key picture before black_until */
    int64_t black_from;   /* the first of the present run of black pictures */
    int64_t before_black; /* the key picture before black_from */
    int64_t still_from;   /* the first since which nothing changed */
    uint8_t signature[SIGNATURE_SIDE * SIGNATURE_SIDE];
    const struct frame_grid *grid;
    json_t *black, *scenes; /* see analyse.h */
};

/* Luma sampled in a coarse raster. Only the first plane is looked at, in 8 bits. */
static bool look_signature(uint8_t *out, const AVFrame *f)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
    if (!d ||
        d->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM))
        return false;
    const int depth = d->comp[0].depth, step = d->comp[0].step;
    const bool big_endian = d->flags & AV_PIX_FMT_FLAG_BE;
    for (int i = 0; i < SIGNATURE_SIDE * SIGNATURE_SIDE; i++) {
        const int x = (2 * (i % SIGNATURE_SIDE) + 1) * f->width / (2 * SIGNATURE_SIDE);
        const int y = (2 * (i / SIGNATURE_SIDE) + 1) * f->height / (2 * SIGNATURE_SIDE);
        const uint8_t *p = f->data[d->comp[0].plane] +
                           (ptrdiff_t)y * f->linesize[d->comp[0].plane] + (ptrdiff_t)x * step +
                           d->comp[0].offset;
        if (depth <= 8) {
            out[i] = *p;
        } else {
            const int v = big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0];
            out[i] = (uint8_t)(v >> d->comp[0].shift >> (depth - 8));
        }
    }
    return true;
}

static bool is_black(const uint8_t *signature)
{
    enum { NB = SIGNATURE_SIDE * SIGNATURE_SIDE };
    double sum = 0;
    int bright = 0;
    for (int i = 0; i < NB; i++) {
        sum += signature[i];
        bright += signature[i] > 2 * black_mean;
    }
    return sum / NB < black_mean && bright <= 2;
}

/* Black pictures since black_from have come to an end at the frame. */
static void end_black(struct looked_at *seen, int64_t frame)
{
    if (seen->black_from >= 0)
        json_array_append_new(seen->black,
                              json_pack("[I, I]",
                                        (json_int_t)frame_grid_ms_of(seen->grid, seen->black_from),
                                        (json_int_t)frame_grid_ms_of(seen->grid, frame)));
    seen->black_from = -1;
}

/* At a key picture. */
static void look(struct looked_at *seen, const AVFrame *frame)
{
    uint8_t now[SIGNATURE_SIDE * SIGNATURE_SIDE];
    if (!look_signature(now, frame))
        return;
    int changed = 0, other = 0;
    for (size_t i = 0; i < sizeof now; i++) {
        changed += abs(now[i] - seen->signature[i]) > 8;
        other += abs(now[i] - seen->signature[i]) > SCENE_LUMA;
    }
    const bool black = is_black(now), first = seen->last < 0;
    if (!black && seen->black_until < 0)
        seen->black_until = frame->pts;
    if (black && seen->black_until < 0)
        seen->black_key = frame->pts;
    if (!first && !black && seen->black_from < 0 && 2 * other > (int)sizeof now)
        json_array_append_new(seen->scenes, json_integer(frame_grid_ms_of(seen->grid, frame->pts)));
    if (!black) {
        end_black(seen, frame->pts);
    } else if (seen->black_from < 0) {
        seen->black_from = frame->pts;
        seen->before_black = seen->last;
    }
    if (first || changed > 1)
        seen->still_from = frame->pts;
    memcpy(seen->signature, now, sizeof now);
    seen->last = frame->pts;
}

static int look_at_keys(struct looked_at *seen, struct damage *damage, const struct look *l,
                        struct err *err)
{
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *pictures = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    const struct picture_range range = {
        .stream = l->stream, .grid = *l->grid, .end = l->grid->nb_frames, .key_step_ms = STEP_MS};
    if (media_open(&media, l->path, l->files, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    int got;
    while ((got = picture_reader_next(pictures, frame, err)) > 0) {
        look(seen, frame);
        if (l->progress(l->opaque, of_keys * (double)frame->pts / (double)l->grid->nb_frames))
            return err_set(err, ERR_CANCELLED, "stopped");
        av_frame_unref(frame);
    }
    *damage = *picture_reader_damage(pictures);
    return got;
}

/* --- to the frame ----------------------------------------------------------------------------- */

/* Every picture from a key picture up to a frame. */
struct close_look {
    int number; /* of NB_CLOSE, in the order of time */
    int64_t from, until;
    bool to_light;      /* no farther than the first picture that is not black */
    int64_t light;      /* that picture, or -1 */
    int64_t black_from; /* the first of the black pictures at the end of the range, or -1 */
};

static int tell(const struct close_look *c, const struct look *l, int64_t frame)
{
    const double done = (double)(frame - c->from) / (double)(c->until - c->from);
    return l->progress(l->opaque, of_keys + (1 - of_keys) * (c->number + done) / NB_CLOSE);
}

static int look_closely(struct close_look *c, const struct look *l, struct err *err)
{
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *pictures = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    const struct frame_grid *g = l->grid;
    const AVRational half = {g->fps.den, 2 * g->fps.num}; /* a frame; pts are near their places */
    const struct picture_range range = {
        .stream = l->stream,
        .grid = *g,
        .key_frame = c->from,
        .key_pts = g->origin + av_rescale_q(2 * c->from + 1, half, g->time_base),
        .begin = c->from,
        .end = c->until,
    };
    if (media_open(&media, l->path, l->files, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    int got;
    while ((got = picture_reader_next(pictures, frame, err)) > 0 &&
           !(c->to_light && c->light >= 0)) {
        uint8_t now[SIGNATURE_SIDE * SIGNATURE_SIDE];
        if (look_signature(now, frame) && !is_black(now)) {
            c->light = c->light < 0 ? frame->pts : c->light;
            c->black_from = -1;
        } else if (c->black_from < 0) {
            c->black_from = frame->pts;
        }
        if (tell(c, l, frame->pts))
            return err_set(err, ERR_CANCELLED, "stopped");
        av_frame_unref(frame);
    }
    return got < 0 ? got : 0;
}

static int look_at_start(struct looked_at *seen, const struct look *l, struct err *err)
{
    struct close_look head = {1,    seen->black_key, seen->black_until,
                              true, .light = -1,     .black_from = -1};
    if (seen->black_key < 0 || seen->black_until < 0)
        return 0;
    if (look_closely(&head, l, err) < 0)
        return err->code;
    if (head.light >= 0)
        seen->black_until = head.light;
    return 0;
}

/* The last key picture is black: are all after it, and since when? */
static int look_at_end(struct looked_at *seen, const struct look *l, struct err *err)
{
    struct close_look rest = {2, seen->last, l->grid->nb_frames, .light = -1, .black_from = -1};
    struct close_look tail = {3, seen->before_black, seen->black_from, .light = -1,
                              .black_from = -1};
    if (seen->black_from < 0)
        return 0;
    if (look_closely(&rest, l, err) < 0)
        return err->code;
    if (rest.light >= 0) {
        seen->black_until = seen->black_until < 0 ? rest.light : seen->black_until;
        seen->black_from = rest.black_from;
        return 0;
    }
    if (seen->before_black >= 0 && look_closely(&tail, l, err) < 0)
        return err->code;
    if (tail.black_from >= 0)
        seen->black_from = tail.black_from;
    return 0;
}

/* An edit list may hide the only key picture: then the pictures after it are looked at, up to the
 * first that is not black. */
static int look_without_keys(struct looked_at *seen, const struct look *l, struct err *err)
{
    struct close_look all = {
        .until = l->grid->nb_frames, .to_light = true, .light = -1, .black_from = -1};
    if (seen->last >= 0)
        return 0;
    if (look_closely(&all, l, err) < 0)
        return err->code;
    if (all.light >= 0 || all.black_from >= 0)
        seen->last = 0;
    seen->still_from = l->grid->nb_frames; /* not known */
    seen->black_until = all.light;
    seen->black_from = all.black_from;
    return 0;
}

/* --- the result ------------------------------------------------------------------------------- */

json_t *look_describe_damage(const struct damage *d)
{
    if (!d->nb)
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:s}", "nb", (json_int_t)d->nb, "first_ms",
                     (json_int_t)d->first_ms, "last_ms", (json_int_t)d->last_ms, "what", d->what);
}

static void describe_pictures(json_t *result, struct looked_at *seen)
{
    const int64_t end = seen->grid->nb_frames;
    const bool all_black = seen->last >= 0 && seen->black_until < 0;
    const int64_t head = all_black ? end : seen->black_until > 0 ? seen->black_until : 0;
    const int64_t tail = seen->black_from >= 0 ? end - seen->black_from : 0;
    const int64_t frozen = seen->last >= 0 ? end - seen->still_from : 0;
    json_object_set_new(result, "black_head_ms", json_integer(frame_grid_ms_of(seen->grid, head)));
    json_object_set_new(result, "black_tail_ms", json_integer(frame_grid_ms_of(seen->grid, tail)));
    json_object_set_new(result, "frozen_tail_ms",
                        json_integer(frame_grid_ms_of(seen->grid, frozen)));
    end_black(seen, end);
    json_object_set(result, "black", seen->black);
    json_object_set(result, "scenes", seen->scenes);
}

int look_at_pictures(json_t *result, const struct look *l, struct err *err)
{
    AUTO_JSON *black = json_array(), *scenes = json_array();
    struct looked_at seen = {.last = -1,
                             .black_until = -1,
                             .black_key = -1,
                             .black_from = -1,
                             .before_black = -1,
                             .grid = l->grid,
                             .black = black,
                             .scenes = scenes};
    struct damage damage = {0};
    struct err coarse = {0}; /* key pictures are enough where others cannot be read */
    if (look_at_keys(&seen, &damage, l, err) < 0)
        return err->code;
    if (((!damage.nb && look_without_keys(&seen, l, &coarse) < 0) ||
         look_at_start(&seen, l, &coarse) < 0 || look_at_end(&seen, l, &coarse) < 0) &&
        coarse.code == ERR_CANCELLED)
        return err_set(err, coarse.code, "%s", coarse.msg);
    describe_pictures(result, &seen);
    if (seen.last < 0 && !damage.nb)
        damage = (struct damage){.nb = 1, .what = "no picture could be decoded"};
    json_object_set_new(result, "picture_damage", look_describe_damage(&damage));
    return 0;
}
