#include "media_join.h"

#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "json.h"
#include "media_overlap.h"
#include "mem.h"

enum {
    /* Sound that begins this near to its end in the file before continues it without a gap: cameras
     * split sound between packets, which are 21 to 32 ms long. */
    CONTINUES_MS = 40,
    /* Packets that state to be longer do not last as long. */
    LONGEST_SOUND_MS = 500,
    LONGEST_MS = 2 * 3600 * 1000,
    /* The longest step of a transport stream's clock from one file to the next. */
    CLOCK_STEP_US = 1000000,
    /* A stream's first packet may not be the first one that shows: reordering is up to 16 deep. */
    LOOK_PACKETS = 48,
    LOOK_PACKETS_MAX = 4000,
};
/* 33 bits at 90 kHz, in microseconds: after it the clock of a transport stream wraps (ISO/IEC
 * 13818-1). */
static const int64_t clock_turn_us = (INT64_C(1) << 33) * 100 / 9;

/* --- what a piece shows ---------------------------------------------------------------------- */

/* Samples that the decoder must drop at the packet's start and end, in the stream's time base. */
static void skipped(int64_t *front, int64_t *end, const AVStream *st, const AVPacket *pkt)
{
    size_t nb = 0;
    const uint8_t *data = av_packet_get_side_data(pkt, AV_PKT_DATA_SKIP_SAMPLES, &nb);
    *front = *end = 0;
    if (!data || nb < 8 || st->codecpar->sample_rate <= 0)
        return;
    uint32_t samples[2];
    for (int i = 0; i < 2; i++)
        samples[i] = (uint32_t)data[4 * i] | (uint32_t)data[4 * i + 1] << 8 |
                     (uint32_t)data[4 * i + 2] << 16 | (uint32_t)data[4 * i + 3] << 24;
    const AVRational rate = {1, st->codecpar->sample_rate};
    *front = av_rescale_q(samples[0], rate, st->time_base);
    *end = av_rescale_q(samples[1], rate, st->time_base);
}

static int64_t length_of(const AVStream *st, const AVPacket *pkt)
{
    const AVRational ms = {1, 1000};
    const bool sound = st->codecpar->sample_rate > 0;
    /* The last packet of an Ogg file lasts as long as the last page states. */
    const bool too_long =
        av_compare_ts(pkt->duration, st->time_base, sound ? LONGEST_SOUND_MS : LONGEST_MS, ms) > 0;
    if (!sound)
        return too_long ? 0 : pkt->duration;
    if (pkt->duration > 0 && !too_long)
        return pkt->duration;
    return av_rescale_q(av_get_audio_frame_duration2(st->codecpar, pkt->size),
                        (AVRational){1, st->codecpar->sample_rate}, st->time_base);
}

bool media_join_note(struct media_piece *p, const AVPacket *pkt)
{
    const AVStream *st = media_piece_stream(p, pkt->stream_index);
    struct media_span *s = &p->spans[pkt->stream_index];
    const int64_t pts = pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts;
    if (pts == AV_NOPTS_VALUE)
        return true;
    const int64_t end_us = av_rescale_q(pts + length_of(st, pkt), st->time_base, AV_TIME_BASE_Q);
    if (end_us > p->last_us)
        p->last_us = end_us;
    const int64_t order = media_piece_order(pkt);
    if (order < s->from || order >= s->until)
        return false;
    if (pkt->size == 0)
        return true;
    int64_t front, tail;
    skipped(&front, &tail, st, pkt);
    if (s->nb++ == 0 || pts < s->first)
        s->first = pts;
    if (pkt->flags & AV_PKT_FLAG_DISCARD && front == 0)
        return true;
    if (s->nb_shown == 0 || pts + front < s->shown)
        s->shown = pts + front;
    if (s->nb_shown++ == 0 || pts >= s->last) {
        s->last = pts;
        s->length = length_of(st, pkt) - tail;
    }
    return true;
}

/* Where the stream ends on the recording's clock. Containers round lengths, or state none: the mean
 * step is better where it is about the same. */
static void complete(struct media *m, size_t at, unsigned stream)
{
    const struct media_piece *p = &m->pieces[at];
    struct media_span *s = &p->spans[stream];
    if (s->nb_shown == 0)
        return;
    const int64_t steps = s->nb - 1, all = s->last - s->first;
    int64_t end = s->last + s->length;
    if (steps > 0 && (s->length == 0 || llabs(s->length * steps - all) < all / 4))
        end = s->last + av_rescale(all, 1, steps);
    s->end = s->offset + av_rescale_q(end, media_piece_stream(p, (int)stream)->time_base,
                                      m->pieces[0].fmt->streams[stream]->time_base);
}

/* Reads the piece's first packets, for where its streams begin. */
static int look_ahead(struct media *m, size_t at, struct err *err)
{
    struct media_piece *p = &m->pieces[at];
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!pkt)
        return av_fail_nomem(err);
    if (media_piece_open(p, err) < 0 || media_piece_compare(m, at, err) < 0)
        return err->code;
    for (int i = 0; i < LOOK_PACKETS_MAX; i++) {
        unsigned nb_open = 0;
        for (unsigned k = 0; k < m->nb_streams; k++)
            nb_open += media_piece_wanted(m->pieces[0].fmt->streams[k]) &&
                       p->spans[k].nb_shown < LOOK_PACKETS;
        if (nb_open == 0 || av_read_frame(p->fmt, pkt) < 0)
            break;
        pkt->stream_index = media_piece_number(p, pkt->stream_index);
        if (pkt->stream_index >= 0 && pkt->stream_index < (int)m->nb_streams)
            (void)media_join_note(p, pkt);
        av_packet_unref(pkt);
    }
    p->used = true;
    return 0;
}

/* Places a stream of a piece whose shift on the recording's clock is known, in base. Sound that
 * begins near its end in the piece before continues there. Where a file was cut by copying packets,
 * its edit list may hide the sound between that place and the first picture: that sound is kept. */
static void place_stream(struct media_span *s, const struct media_span *before, AVRational own,
                         AVRational base, int64_t shift)
{
    const int64_t near = av_rescale_q(CONTINUES_MS, (AVRational){1, 1000}, base);
    const int64_t shown = av_rescale_q(s->shown, own, base);
    const int64_t first = av_rescale_q(s->first, own, base);
    const int64_t step = before->end - (shown + shift);
    const int64_t hidden_step = before->end - (first + shift);
    const bool known = before->nb_shown && s->nb_shown;
    s->offset = shift;
    s->begin = shown + shift;
    s->unhide = INT64_MIN;
    if (known && llabs(hidden_step) < llabs(step) && llabs(hidden_step) <= near) {
        s->offset += hidden_step;
        s->begin = before->end;
        s->unhide = s->shown;
    } else if (known && llabs(step) <= near) {
        s->offset += step;
        s->begin = before->end;
    }
}

int media_join_lay_out(struct media *m, size_t at, struct err *err)
{
    struct media_piece *p = &m->pieces[at];
    const struct media_span *before = m->pieces[at - 1].spans;
    if (look_ahead(m, at, err) < 0)
        return err->code;
    for (unsigned i = 0; i < m->nb_streams; i++)
        complete(m, at - 1, i);
    const AVStream *main = m->pieces[0].fmt->streams[m->main];
    if (before[m->main].nb_shown == 0 || p->spans[m->main].nb_shown == 0)
        return err_set(err, ERR_INVALID, "'%s' cannot be part of a recording: nothing is in it",
                       before[m->main].nb_shown ? p->path : m->pieces[at - 1].path);
    int64_t shift = before[m->main].end - av_rescale_q(p->spans[m->main].shown,
                                                       media_piece_stream(p, m->main)->time_base,
                                                       main->time_base);
    if (p->overlaps)
        shift = before[m->main].offset + p->step;
    for (unsigned i = 0; i < m->nb_streams; i++) {
        const AVStream *st = media_piece_stream(p, (int)i), *first = m->pieces[0].fmt->streams[i];
        const AVRational base = first->time_base, own = st ? st->time_base : base;
        struct media_span *s = &p->spans[i], none = {0};
        const bool sound = first->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        place_stream(s,
                     (int)i == m->main ? p->overlaps ? &none : &before[i]
                     : sound ? &before[i]
                                       : &none,
                     own, base, av_rescale_q(shift, main->time_base, base));
        if ((int)i == m->main)
            s->unhide = INT64_MIN;
        s->nb = s->nb_shown = 0; /* it is read from its front, and noted then */
    }
    return 0;
}

/* --- one or several pieces ------------------------------------------------------------------- */

static void prepare(struct media *m)
{
    AVFormatContext *fmt = m->pieces[0].fmt;
    m->nb_streams = fmt->nb_streams;
    int audio;
    media_choose(&m->main, &audio, fmt);
    if (m->main < 0)
        m->main = audio;
    for (size_t i = 0; i < m->nb_pieces; i++) {
        m->pieces[i].spans = mem_zalloc(m->nb_streams + 1, sizeof *m->pieces[i].spans);
        for (unsigned k = 0; k < m->nb_streams; k++)
            m->pieces[i].spans[k] =
                (struct media_span){.unhide = INT64_MIN, .from = INT64_MIN, .until = INT64_MAX};
    }
}

/* Whether the files are one stream of bytes that was cut: of a container without a header, and with
 * a continuous clock. Pictures may then extend over a border. */
static bool one_stream(const struct media *m)
{
    const char *name = m->pieces[0].fmt->iformat->name;
    if (strcmp(name, "dv") == 0)
        return true;
    if (strcmp(name, "mpegts") != 0 && strcmp(name, "mpeg") != 0)
        return false;
    for (size_t i = 1; i < m->nb_pieces; i++) {
        const AVFormatContext *a = m->pieces[i - 1].fmt, *b = m->pieces[i].fmt;
        if (a->start_time == AV_NOPTS_VALUE || b->start_time == AV_NOPTS_VALUE || a->duration <= 0)
            return false;
        int64_t step = (b->start_time - a->start_time - a->duration) % clock_turn_us;
        if (step < 0)
            step += clock_turn_us;
        if (step > CLOCK_STEP_US && step < clock_turn_us - CLOCK_STEP_US)
            return false;
    }
    return true;
}

static int find_out(struct media *m, struct err *err)
{
    if (media_divide(m, false, err) < 0)
        return err->code;
    prepare(m);
    for (size_t i = 1; i < m->nb_pieces; i++)
        if (media_piece_open(&m->pieces[i], err) < 0 || media_piece_compare(m, i, err) < 0)
            return err->code;
    const bool as_one = one_stream(m);
    bool overlap = false;
    for (size_t i = 1; m->main >= 0 && i < m->nb_pieces; i++) {
        if (media_overlap_find(m, i, err) < 0)
            return err->code;
        overlap = overlap || m->pieces[i].overlaps;
    }
    if (as_one && !overlap)
        return media_divide(m, true, err);
    if (m->main < 0)
        return err_set(err, ERR_INVALID,
                       "'%s' has neither picture nor sound in it: is it the camera's file?",
                       m->paths[0]);
    for (size_t i = 1; i < m->nb_pieces; i++)
        media_piece_close(&m->pieces[i]);
    return media_piece_open(&m->pieces[0], err);
}

static int64_t int_or(const json_t *value, int64_t other)
{
    return json_is_integer(value) ? json_integer_value(value) : other;
}

static json_t *int_unless(int64_t value, int64_t other)
{
    return value == other ? json_null() : json_integer(value);
}

int media_join_files(struct media *m, struct err *err)
{
    if (!m->join)
        return find_out(m, err);
    const json_t *list = json_object_get(m->join, "files");
    const bool as_one = strcmp(json_get_string(m->join, "by", ""), "bytes") == 0;
    if (media_divide(m, as_one, err) < 0)
        return err->code;
    if (as_one)
        return 0;
    prepare(m);
    for (size_t i = 0; i < m->nb_pieces; i++) {
        const json_t *file = json_array_get(list, i);
        for (unsigned k = 0; k < m->nb_streams; k++) {
            const json_t *span = json_array_get(file, k);
            if (!span)
                return err_set(err, ERR_INVALID, "'%s' has other streams than before: add it again",
                               m->pieces[i].path);
            struct media_span *s = &m->pieces[i].spans[k];
            s->offset = json_integer_value(json_array_get(span, 0));
            s->begin = json_integer_value(json_array_get(span, 1));
            s->unhide = int_or(json_array_get(span, 2), INT64_MIN);
            s->from = int_or(json_array_get(span, 3), INT64_MIN);
            s->until = int_or(json_array_get(span, 4), INT64_MAX);
        }
    }
    return 0;
}

json_t *media_join(const struct media *m)
{
    if (m->nb_files == 1)
        return NULL;
    if (m->nb_pieces == 1)
        return json_pack("{s:s}", "by", "bytes");
    json_t *list = json_array();
    for (size_t i = 0; i < m->nb_pieces; i++) {
        json_t *spans = json_array();
        for (unsigned k = 0; k < m->nb_streams; k++) {
            const struct media_span *s = &m->pieces[i].spans[k];
            json_array_append_new(
                spans, json_pack("[I, I, o, o, o]", (json_int_t)s->offset, (json_int_t)s->begin,
                                 int_unless(s->unhide, INT64_MIN), int_unless(s->from, INT64_MIN),
                                 int_unless(s->until, INT64_MAX)));
        }
        json_array_append_new(list, spans);
    }
    return json_pack("{s:s, s:o}", "by", "packets", "files", list);
}
