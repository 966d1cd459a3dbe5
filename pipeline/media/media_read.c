/* Packets of a recording, and seeking in it, over the borders of its files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "clock.h"
#include "media_join.h"
#include "media_piece.h"
#include "mem.h"

/* Seeks to the start of the first file. Returns a negative AVERROR where it cannot. */
static int wind_back(AVFormatContext *fmt)
{
    const int64_t start = fmt->start_time == AV_NOPTS_VALUE ? 0 : fmt->start_time;
    /* Transport and program streams are searched for a time: that misses their first packets. */
    if (fmt->iformat->flags & AVFMT_TS_DISCONT && av_seek_frame(fmt, -1, 0, AVSEEK_FLAG_BYTE) >= 0)
        return 0;
    const int ret = avformat_seek_file(fmt, -1, INT64_MIN, start, start, 0);
    return ret < 0 ? av_seek_frame(fmt, -1, 0, AVSEEK_FLAG_BYTE) : ret;
}

/* Makes the piece the one that is read; fresh: from its start. The first one is never closed:
 * readers hold its streams. */
static int enter(struct media *m, size_t at, bool fresh, struct err *err)
{
    struct media_piece *p = &m->pieces[at];
    if (at > 0 && (!p->fmt || (fresh && p->used)) && media_piece_open(p, err) < 0)
        return err->code;
    if (at > 0 && media_piece_compare(m, at, err) < 0)
        return err->code;
    const AVFormatContext *first = m->pieces[0].fmt;
    for (unsigned i = 0; at > 0 && i < p->fmt->nb_streams; i++) {
        const int number = media_piece_number(p, (int)i);
        p->fmt->streams[i]->discard = number >= 0 ? first->streams[number]->discard : AVDISCARD_ALL;
    }
    p->used = true;
    m->at = at;
    return 0;
}

/* Keeps the decoder's new configuration, which the packet brings. */
static void note_extra(struct media_piece *p, const AVPacket *pkt)
{
    size_t nb = 0;
    const uint8_t *data = av_packet_get_side_data(pkt, AV_PKT_DATA_NEW_EXTRADATA, &nb);
    if (!data || nb == 0)
        return;
    while (p->nb_extras <= (unsigned)pkt->stream_index) {
        p->extras = mem_grow(p->extras, p->nb_extras, sizeof *p->extras);
        p->extras[p->nb_extras++] = (struct media_extra){0};
    }
    struct media_extra *extra = &p->extras[pkt->stream_index];
    free(extra->data);
    extra->data = mem_zalloc(1, nb);
    memcpy(extra->data, data, nb);
    extra->nb = nb;
    extra->serial++;
}

/* Demuxers read uncompressed sound in pieces of any size. The last one is shorter where the header
 * states no length, and complete all the same. W64 always states one, CAF may; the probe compares
 * that of the other containers. */
static void forgive_short_read(const struct media_piece *p, AVPacket *pkt)
{
    const AVStream *st = p->fmt->streams[pkt->stream_index];
    const char *container = p->fmt->iformat->name;
    const bool stated =
        strcmp(container, "w64") == 0 || (strcmp(container, "caf") == 0 && st->nb_frames > 0);
    if (!stated && av_get_bits_per_sample(st->codecpar->codec_id) > 0 && avio_feof(p->fmt->pb))
        pkt->flags &= ~AV_PKT_FLAG_CORRUPT;
}

/* Gives the packet the recording's number of its stream, and puts it on the recording's clock.
 * False: the first file does not have its stream, or another file has the packet too. */
static bool place(struct media *m, struct media_piece *p, AVPacket *pkt)
{
    if (m->nb_pieces == 1)
        return true;
    const int number = media_piece_number(p, pkt->stream_index);
    if (number < 0 || number >= (int)m->nb_streams)
        return m->at == 0;
    const AVRational base = p->fmt->streams[pkt->stream_index]->time_base;
    pkt->stream_index = number;
    struct media_span *span = &p->spans[pkt->stream_index];
    if (!media_join_note(p, pkt))
        return false;
    if (pkt->pts != AV_NOPTS_VALUE && pkt->pts < span->unhide) {
        size_t nb = 0;
        uint8_t *skip = av_packet_get_side_data(pkt, AV_PKT_DATA_SKIP_SAMPLES, &nb);
        pkt->flags &= ~AV_PKT_FLAG_DISCARD;
        if (skip && nb >= 4)
            memset(skip, 0, 4); /* no samples at the packet's front */
    }
    av_packet_rescale_ts(pkt, base, m->pieces[0].fmt->streams[pkt->stream_index]->time_base);
    if (pkt->pts != AV_NOPTS_VALUE)
        pkt->pts += span->offset;
    if (pkt->dts != AV_NOPTS_VALUE)
        pkt->dts += span->offset;
    pkt->pos = -1; /* it is a position in one of several files */
    return true;
}

int media_read(struct media *m, AVPacket *pkt, struct err *err)
{
    for (;;) {
        struct media_piece *p = &m->pieces[m->at];
        errno = 0;
        int ret = av_read_frame(p->fmt, pkt);
        p->used = true;
        if (errno == ENOMEM) { /* whatever ret is: data may be missing */
            av_packet_unref(pkt);
            return av_fail_nomem(err);
        }
        if (ret >= 0) {
            note_extra(p, pkt);
            forgive_short_read(p, pkt);
        }
        if (ret >= 0 && place(m, p, pkt))
            return 1;
        if (ret >= 0) {
            av_packet_unref(pkt);
            continue;
        }
        /* Of a packet that is larger than any may be: no memory was asked for. */
        if (ret == AVERROR(ENOMEM))
            ret = AVERROR_INVALIDDATA;
        if (m->disk_failed)
            return av_fail(err, ret, "cannot read '%s'", p->path);
        if (ret != AVERROR_EOF && !m->broken) {
            m->broken = ret;
            m->broken_at = m->at;
        }
        if (m->at + 1 == m->nb_pieces)
            return 0;
        if (!m->join && media_join_lay_out(m, m->at + 1, err) < 0)
            return err->code;
        if (enter(m, m->at + 1, true, err) < 0)
            return err->code;
    }
}

/* The last piece that begins at or before the time, in the stream's time base. */
static size_t piece_at(const struct media *m, int stream, int64_t ts)
{
    size_t at = m->nb_pieces - 1;
    while (at > 0 && stream < (int)m->nb_streams && m->pieces[at].spans[stream].begin > ts)
        at--;
    return at;
}

int media_seek(struct media *m, int stream, int64_t ts, struct err *err)
{
    const size_t at = m->nb_pieces > 1 ? piece_at(m, stream, ts) : 0;
    if (enter(m, at, false, err) < 0)
        return err->code;
    struct media_piece *p = &m->pieces[at];
    const AVStream *st = media_piece_stream(p, stream);
    if (!st)
        return 0;
    if (m->nb_pieces > 1 && stream < (int)m->nb_streams)
        ts = av_rescale_q(ts - p->spans[stream].offset,
                          m->pieces[0].fmt->streams[stream]->time_base, st->time_base);
    return av_seek_frame(p->fmt, st->index, ts, AVSEEK_FLAG_BACKWARD) >= 0;
}

int media_seek_us(struct media *m, int stream, int64_t ts_us, struct err *err)
{
    const AVRational base = m->pieces[0].fmt->streams[stream]->time_base;
    size_t at = 0;
    if (m->nb_pieces > 1)
        at = piece_at(m, stream, av_rescale_q(ts_us, AV_TIME_BASE_Q, base));
    if (enter(m, at, false, err) < 0)
        return err->code;
    struct media_piece *p = &m->pieces[at];
    if (m->nb_pieces > 1 && stream < (int)m->nb_streams)
        ts_us -= av_rescale_q(p->spans[stream].offset, base, AV_TIME_BASE_Q);
    if (avformat_seek_file(p->fmt, -1, INT64_MIN, ts_us, ts_us, 0) < 0 &&
        av_seek_frame(p->fmt, -1, ts_us, AVSEEK_FLAG_BACKWARD) < 0)
        return at ? enter(m, at, true, err) : av_seek_frame(p->fmt, -1, 0, AVSEEK_FLAG_BYTE) >= 0;
    return 1;
}

int media_rewind(struct media *m, struct err *err)
{
    if (enter(m, 0, false, err) < 0)
        return err->code;
    if (wind_back(m->pieces[0].fmt) < 0)
        return err_set(err, ERR_INVALID, "'%s' cannot be read again from its start", media_path(m));
    return 0;
}

size_t media_file(const struct media *m)
{
    return m->at;
}

const AVCodecParameters *media_parameters(const struct media *m, int stream)
{
    const AVStream *st = media_piece_stream(&m->pieces[m->at], stream);
    return (st ? st : m->pieces[0].fmt->streams[stream])->codecpar;
}

unsigned media_extradata(const uint8_t **out, size_t *nb, const struct media *m, int stream)
{
    const struct media_piece *p = &m->pieces[m->at];
    const AVStream *st = media_piece_stream(p, stream);
    if (!st || (unsigned)st->index >= p->nb_extras)
        return 0;
    *out = p->extras[st->index].data;
    *nb = p->extras[st->index].nb;
    return p->extras[st->index].serial;
}

int media_broken(const struct media *m)
{
    return m->broken;
}

char *media_short_file(const struct media *m)
{
    if (m->nb_pieces > 1 && m->broken)
        return mem_printf("'%s' cannot be read to its end", m->pieces[m->broken_at].path);
    for (size_t i = 0; m->nb_pieces > 1 && i < m->nb_pieces; i++) {
        const struct media_piece *p = &m->pieces[i];
        char at[CLOCK_BYTES], of[CLOCK_BYTES];
        if (!p->fmt || p->fmt->duration <= 0 ||
            p->fmt->duration_estimation_method != AVFMT_DURATION_FROM_STREAM ||
            p->last_us >= p->fmt->duration - AV_TIME_BASE)
            continue;
        return mem_printf("'%s' ends at %s of the %s that its header states", p->path,
                          clock_format_ms(at, p->last_us / 1000, false),
                          clock_format_ms(of, p->fmt->duration / 1000, false));
    }
    return NULL;
}
