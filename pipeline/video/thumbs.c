#include "thumbs.h"

#include "av.h"
#include "jpeg.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "picture_graph.h"
#include "picture_signature.h"
#include "reader.h"
#include "small_picture.h"

static const char what[] = "the sheet of thumbnails";

struct sheet {
    const struct thumbs_spec *spec;
    struct media *media;
    AVFrame *sheet, *small; /* small: the last picture; NULL: none yet */
    int64_t at;             /* the frame that small shows */
    struct picture_signature before;
    json_t *changes;
    size_t nb_drawn;
};

/* --- one picture ------------------------------------------------------------------------------ */

/* Returns 1, 0 where no picture is found, or an error. */
static int decode(AVFrame *out, struct sheet *s, int64_t frame, struct err *err)
{
    AUTO_PICTURES *reader = NULL;
    struct picture_range range = {
        .stream = (int)json_get_int(s->spec->video, "stream", -1),
        .grid = s->spec->grid,
        .begin = frame,
        .end = frame + 1,
        .near = true,
    };
    picture_range_find_key(&range, s->spec->cells);
    if (!s->spec->exact)
        return picture_reader_key(out, s->media, &range, err);
    return picture_reader_open(&reader, s->media, &range, err) < 0
               ? err->code
               : picture_reader_next(reader, out, err);
}

/* Upright, in square pixels, as JPEG has colours. in is moved. */
static int make_small(struct sheet *s, AVFrame *in, struct err *err)
{
    AUTO_PICTURE_GRAPH *graph = NULL;
    AUTO_FRAME *upright = av_frame_alloc();
    struct picture_traits traits;
    const struct picture_size size = {s->spec->width, s->spec->height};
    if (!upright)
        return av_fail_nomem(err);
    picture_traits_read(&traits, s->spec->video, s->spec->fields);
    in->pts = 0;
    if (picture_graph_create(&graph, &size, 1, s->spec->grid.fps, &traits, err) < 0 ||
        picture_graph_send(graph, in, err) < 0 || picture_graph_send(graph, NULL, err) < 0)
        return err->code;
    const int got = picture_graph_receive(graph, 0, upright, err);
    if (got <= 0)
        return got;
    av_frame_free(&s->small);
    upright->color_range = AVCOL_RANGE_MPEG;
    return small_picture_make(&s->small, upright, size.width, size.height, err) < 0 ? err->code : 1;
}

static void note_change(struct sheet *s)
{
    struct picture_signature now;
    picture_signature_take(&now, s->small);
    const int strength = picture_signature_change(&s->before, &now);
    s->before = now;
    if (strength >= PICTURE_SIGNATURE_CHANGE)
        json_array_append_new(
            s->changes,
            json_pack("[I, i]", (json_int_t)frame_grid_ms_of(&s->spec->grid, s->at), strength));
}

/* Draws thumbnail i. Where key pictures are far apart, several show the same one. */
static int draw(struct sheet *s, size_t i, struct err *err)
{
    const struct thumbs_spec *spec = s->spec;
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    int got = decode(frame, s, spec->frames[i], err);
    const int64_t at = frame->pts;
    if (got > 0 && (!s->small || at != s->at)) {
        s->at = at;
        got = make_small(s, frame, err);
        if (got > 0)
            note_change(s);
    }
    if (got < 0)
        return got;
    if (got == 0)
        return 0;
    small_picture_place(s->sheet, s->small, (int)i % spec->columns * spec->width,
                        (int)i / spec->columns * spec->height, spec->width, spec->height);
    s->nb_drawn++;
    return 0;
}

/* --- the sheet -------------------------------------------------------------------------------- */

static int draw_all(struct sheet *s, struct err *err)
{
    for (size_t i = 0; i < s->spec->nb; i++) {
        if (draw(s, i, err) < 0)
            return err->code;
        if (s->spec->progress &&
            s->spec->progress(s->spec->opaque, (double)(i + 1) / (double)s->spec->nb))
            return err_set(err, ERR_CANCELLED, "stopped");
    }
    return s->nb_drawn ? 0
                       : err_set(err, ERR_INVALID, "no picture of '%s' could be decoded",
                                 s->spec->recording);
}

static void size_of(int *width, int *height, const struct thumbs_spec *s)
{
    const int nb = (int)s->nb, rows = (nb + s->columns - 1) / s->columns;
    *width = s->width * (nb < s->columns ? nb : s->columns);
    *height = s->height * rows;
}

int thumbs_make(json_t **out_changes, const char *path, const struct thumbs_spec *spec,
                struct err *err)
{
    struct sheet s = {.spec = spec, .changes = json_array()};
    int width, height;
    size_of(&width, &height, spec);
    if (small_picture_sheet(&s.sheet, width, height, 0, err) == 0 &&
        media_open(&s.media, spec->recording, spec->files, err) == 0 && draw_all(&s, err) == 0 &&
        jpeg_write(path, s.sheet, what, err) == 0)
        *out_changes = json_incref(s.changes);
    av_frame_free(&s.sheet);
    av_frame_free(&s.small);
    media_close_p(&s.media);
    json_decref(s.changes);
    return err->code;
}

int thumbs_check(const char *path, const struct thumbs_spec *spec, struct err *err)
{
    int width, height;
    size_of(&width, &height, spec);
    return jpeg_check(path, width, height, what, err);
}
