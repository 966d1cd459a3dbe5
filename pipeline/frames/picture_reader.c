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
    if (range->key_frame > 0 && seek_to_key(r, err) < 0)
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
