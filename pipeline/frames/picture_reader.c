#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "media.h"
#include "mem.h"
#include "stream_source.h"

struct picture_reader {
    struct stream_source source;
    struct picture_range range;
    /* Decoded, not delivered yet; their pts is the grid frame. */
    AVFrame *next;
    AVFrame *after; /* comes after next, or after the picture that was taken from it */
    AVFrame *newer; /* of next's place */
    bool pending;   /* source.pkt was read while seeking and is to be decoded first */
    bool started;
    bool is_near;      /* decoding began at another key picture than the cell's */
    int64_t decoded;   /* grid frame of the last picture decoded; INT64_MIN: none yet */
    int64_t delivered; /* grid frame of the last picture delivered */
};

/* Reads up to the first key packet after a seek. Returns 1 when decoding from there reaches the
 * wanted key picture, 0 when it lies behind already. */
static int landed_before(struct picture_reader *r, struct err *err)
{
    for (;;) {
        const int got = stream_source_packet(&r->source, err);
        if (got <= 0)
            return got;
        const AVPacket *pkt = r->source.pkt;
        const int64_t ts = pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts;
        if (ts != AV_NOPTS_VALUE && ts > r->range.key_pts)
            return 0;
        if (pkt->flags & AV_PKT_FLAG_KEY && ts != AV_NOPTS_VALUE) {
            r->pending = true;
            return 1;
        }
    }
}

/* Indexes lie (they know decode times only, or nothing, as in TS): so where a seek landed is looked
 * at, and an earlier place is tried until decoding meets the key picture; at last the file's
 * start. */
static int seek_to_key(struct picture_reader *r, struct err *err)
{
    static const int back_ms[] = {0, 1000, 5000, 20000, 60000};
    struct stream_source *s = &r->source;
    for (size_t i = 0; i < sizeof back_ms / sizeof *back_ms; i++) {
        const int64_t back = av_rescale_q(back_ms[i], (AVRational){1, 1000}, s->st->time_base);
        const int sought = media_seek(s->media, s->st->index, r->range.key_pts - back, err);
        if (sought < 0)
            return sought;
        if (!sought)
            continue;
        const int found = landed_before(r, err);
        if (found != 0)
            return found < 0 ? found : 0;
    }
    return media_rewind(s->media, err);
}

/* The frame at which the key packet shows. */
static int64_t frame_of_key(const struct picture_reader *r, const AVPacket *pkt)
{
    const bool by_dts = pkt->pts == AV_NOPTS_VALUE;
    return frame_grid_frame_of(&r->range.grid, by_dts ? pkt->dts : pkt->pts) +
           (by_dts ? r->range.late : 0);
}

/* So long before the range begins all pictures are decoded: one of them shows at its begin.
 * Decoders put up to 16 of them in order. */
enum { WHOLE_MS = 800 };

enum landed { TOO_LATE, JUST_BEFORE, NOWHERE };

/* Reads up to the first key packet after a seek: whether it shows before the range begins, and not
 * before the cell's. A packet that decodes later than begin shows is followed by none that shows
 * before. */
static int landed_near(enum landed *out, struct picture_reader *r, int64_t begin_pts,
                       struct err *err)
{
    *out = NOWHERE;
    for (;;) {
        const int got = stream_source_packet(&r->source, err);
        const AVPacket *pkt = r->source.pkt;
        if (got <= 0)
            return got;
        if (pkt->pts == AV_NOPTS_VALUE && (pkt->dts == AV_NOPTS_VALUE || r->range.late < 0))
            return 0;
        if (pkt->flags & AV_PKT_FLAG_KEY) {
            const int64_t frame = frame_of_key(r, pkt);
            if (frame > r->range.begin)
                *out = TOO_LATE;
            else if (frame >= r->range.key_frame)
                *out = JUST_BEFORE;
            return 0;
        }
        if (pkt->dts != AV_NOPTS_VALUE && pkt->dts > begin_pts) {
            *out = TOO_LATE;
            return 0;
        }
    }
}

/* Seeks to a key picture between the cell's and the range's begin. Indexes of times are asked for
 * begin, then for earlier places: TS has none, and is searched for a time, from which the next key
 * picture is looked for. Returns 1, 0 if none is found, or an error. */
static int seek_near(struct picture_reader *r, struct err *err)
{
    static const int back_ms[] = {0, 600, 2000, 5000, 10000, 16000};
    struct stream_source *s = &r->source;
    const struct frame_grid *g = &r->range.grid;
    const int64_t begin_pts =
        g->origin + av_rescale_q(r->range.begin, av_inv_q(g->fps), g->time_base);
    for (size_t i = 0; i < sizeof back_ms / sizeof *back_ms; i++) {
        enum landed landed;
        const int64_t back = av_rescale_q(back_ms[i], (AVRational){1, 1000}, s->st->time_base);
        if (begin_pts - back <= r->range.key_pts)
            return 0;
        const int sought = media_seek(s->media, s->st->index, begin_pts - back, err);
        if (sought <= 0)
            return sought;
        if (landed_near(&landed, r, begin_pts, err) < 0)
            return err->code;
        if (landed == NOWHERE)
            return 0;
        if (landed == JUST_BEFORE) {
            r->pending = r->is_near = true;
            if (s->pkt->pts != AV_NOPTS_VALUE)
                s->whole_ms = s->from_ms - WHOLE_MS;
            return 1;
        }
    }
    return 0;
}

/* Begins again from the cell's key picture: what was found near did not decode. */
static int begin_far(struct picture_reader *r, struct err *err)
{
    avcodec_flush_buffers(r->source.dec);
    r->source.draining = r->source.changing = r->is_near = r->pending = false;
    r->source.damage = (struct damage){0};
    r->source.whole_ms = INT64_MIN;
    r->decoded = INT64_MIN;
    av_frame_unref(r->next);
    av_frame_unref(r->after);
    av_frame_unref(r->newer);
    return r->range.key_frame > 0 ? seek_to_key(r, err) : media_rewind(r->source.media, err);
}

/* Seeks to where decoding begins. */
static int seek_to_begin(struct picture_reader *r, struct err *err)
{
    const int found = r->range.near ? seek_near(r, err) : 0;
    if (found != 0)
        return found;
    if (r->range.key_frame > 0)
        return seek_to_key(r, err);
    /* In media that another reader has read, too. */
    return r->range.near ? media_rewind(r->source.media, err) : 0;
}

/* How late pictures are is the same in all cells but the first, whose key picture is not known. */
void picture_range_find_key(struct picture_range *range, const json_t *cells)
{
    range->late = -1;
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *cell = json_array_get(cells, i);
        const int64_t frame = json_integer_value(json_array_get(cell, 0)),
                      pts = json_integer_value(json_array_get(cell, 1));
        if (i == 0 || frame <= range->begin) {
            range->key_frame = frame;
            range->key_pts = pts;
        }
        if (i == 1)
            range->late = frame - frame_grid_frame_of(&range->grid, pts);
    }
}

int picture_reader_open(struct picture_reader **out, struct media *media,
                        const struct picture_range *range, struct err *err)
{
    AUTO_PICTURES *r = mem_zalloc(1, sizeof *r);
    r->range = *range;
    /* No recording's, so that it may be reckoned with: a job can state anything. */
    r->range.key_pts = av_clip64(range->key_pts, INT64_MIN / 4, INT64_MAX / 4);
    r->delivered = range->begin - 1;
    r->decoded = INT64_MIN;
    if (stream_source_open(&r->source, media, range->stream, err) < 0)
        return err->code;
    r->source.origin_us = av_rescale_q(range->grid.origin, range->grid.time_base, AV_TIME_BASE_Q);
    r->source.from_ms = frame_grid_ms_of(&range->grid, range->begin);
    if (range->key_step_ms > 0) {
        r->source.key_step_ms = range->key_step_ms;
        r->source.last_key_ms = INT64_MIN;
        /* libavformat's MP4 reader loses count of its composition offsets where it skips packets
         * itself: key pictures of streams with B-frames then come with other pictures' times. */
        if (strcmp(r->source.fmt->iformat->name, "mov,mp4,m4a,3gp,3g2,mj2") != 0)
            r->source.st->discard = AVDISCARD_NONKEY;
    }
    r->next = av_frame_alloc();
    r->after = av_frame_alloc();
    r->newer = av_frame_alloc();
    if (!r->next || !r->after || !r->newer)
        return av_fail_nomem(err);
    if (seek_to_begin(r, err) < 0)
        return err->code;
    *out = mem_take(&r);
    return 0;
}

void picture_reader_close_p(struct picture_reader **reader)
{
    struct picture_reader *r = *reader;
    if (!r)
        return;
    stream_source_close(&r->source);
    av_frame_free(&r->next);
    av_frame_free(&r->after);
    av_frame_free(&r->newer);
    free(r);
}

/* A picture without a time stamp: the one after the last. Files without presentation times (AVI,
 * MXF) have many, and the decoder gives the last pictures of every such file without. Where
 * pictures were passed over, the packet's time is nearer. */
static int64_t place_without_time(const struct picture_reader *r)
{
    const struct frame_grid *g = &r->range.grid;
    if (r->range.key_step_ms > 0)
        return frame_grid_frame_at_ms(g, r->source.last_ms);
    return r->decoded == INT64_MIN ? r->range.key_frame : r->decoded + 1;
}

/* Decodes one picture; its pts becomes its grid frame. */
static int decode_picture(struct picture_reader *r, AVFrame *frame, struct err *err)
{
    for (;;) {
        const int got = stream_source_frame(&r->source, frame, &r->pending, err);
        if (got <= 0)
            return got;
        if (frame->width <= 0) {
            av_frame_unref(frame);
            continue;
        }
        int64_t pts = frame->best_effort_timestamp;
        if (pts == AV_NOPTS_VALUE)
            pts = frame->pts;
        frame->pts = pts == AV_NOPTS_VALUE ? place_without_time(r)
                                           : frame_grid_frame_of(&r->range.grid, pts);
        r->decoded = frame->pts;
        return 1;
    }
}

/* Decodes the picture of the next place into r->next, blank before. Of several pictures on one
 * place the first one counts, so that all of a fast stretch are equally late. Before a pause (of a
 * screen capture) the newest counts: it is the one that shows through the pause. */
static int next_place(struct picture_reader *r, struct err *err)
{
    int got = 1;
    if (r->after->buf[0])
        av_frame_move_ref(r->next, r->after);
    else
        got = decode_picture(r, r->next, err);
    if (got <= 0 || r->next->pts >= r->range.end)
        return got;
    const int64_t place = r->next->pts;
    while ((got = decode_picture(r, r->after, err)) > 0 && r->after->pts <= place) {
        if (r->after->pts == place) {
            av_frame_unref(r->newer);
            av_frame_move_ref(r->newer, r->after);
        }
        av_frame_unref(r->after);
    }
    if (got < 0)
        return got;
    const int64_t until = got ? r->after->pts : r->range.grid.nb_frames;
    if (r->newer->buf[0] && until > place + 1) {
        av_frame_unref(r->next);
        av_frame_move_ref(r->next, r->newer);
    }
    av_frame_unref(r->newer);
    return 1;
}

/* Whether the picture began to show where not all pictures were decoded: it may be another one. */
static bool held_from_afar(const struct picture_reader *r, const AVFrame *frame)
{
    return r->is_near && r->source.whole_ms != INT64_MIN &&
           frame_grid_ms_of(&r->range.grid, frame->pts) < r->source.whole_ms;
}

/* The picture that shows at the range's begin: the last one that starts at or before it. The one
 * after it is kept in r->next. Where none starts before, the first one after stands in: of the
 * recording's start, even if it comes after the range. */
static int first_picture(struct picture_reader *r, AVFrame *frame, struct err *err)
{
    const int64_t begin = r->range.begin;
    for (;;) {
        const int got = next_place(r, err);
        if (got < 0)
            return got;
        const bool later = got && r->next->pts > begin;
        if (r->is_near && (later || !got) && !frame->buf[0]) {
            if (begin_far(r, err) < 0)
                return err->code;
            continue;
        }
        if (got && (!later || !frame->buf[0])) {
            const bool stands_in = later && !frame->buf[0];
            if (stands_in && r->next->pts >= r->range.end && r->range.key_frame > 0)
                return 0;
            av_frame_unref(frame);
            av_frame_move_ref(frame, r->next);
            if (!stands_in && frame->pts < begin)
                continue;
        }
        if (!frame->buf[0])
            return 0;
        if (held_from_afar(r, frame)) {
            av_frame_unref(frame);
            if (begin_far(r, err) < 0)
                return err->code;
            continue;
        }
        frame->pts = r->delivered = begin;
        return 1;
    }
}

int picture_reader_next(struct picture_reader *r, AVFrame *frame, struct err *err)
{
    if (!r->started) {
        r->started = true;
        return first_picture(r, frame, err);
    }
    for (;;) {
        if (!r->next->buf[0]) {
            const int got = next_place(r, err);
            if (got <= 0)
                return got;
        }
        if (r->next->pts >= r->range.end)
            return 0;
        if (r->next->pts > r->delivered) {
            r->delivered = r->next->pts;
            av_frame_move_ref(frame, r->next);
            return 1;
        }
        av_frame_unref(r->next); /* it was shown already, at the range's begin */
    }
}

const struct damage *picture_reader_damage(const struct picture_reader *r)
{
    return &r->source.damage;
}
