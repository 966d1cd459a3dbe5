#include "probe_scan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "av_versions.h"
#include "captions.h"
#include "clock.h"
#include "encryption.h"
#include "mem.h"
#include "probe.h"
#include "telemetry.h"

enum {
    REPORTED_MAX = 100, /* gaps and corrupt packets that are listed; more are only counted */
    GAP_MS = 500,       /* a longer time between two audio packets is a gap */
    BACK_MS = 4000,     /* time stamps that go back by more are not due to reordering */
};

void probe_scan_finish(struct scan *s)
{
    for (unsigned i = 0; i < s->nb_streams; i++) {
        drift_finder_destroy(s->streams[i].drift);
        cues_finish(&s->streams[i].text);
        av_parser_close(s->streams[i].parser);
        avcodec_free_context(&s->streams[i].parsed);
    }
    free(s->streams);
    avcodec_free_context(&s->picture.dec);
    av_frame_free(&s->picture.frame);
    free(s->picture.held);
    frame_grid_finder_destroy(s->finder);
    json_decref(s->keys);
    json_decref(s->gaps);
    json_decref(s->corrupt);
}

int64_t probe_to_ms(const struct scan *s, int stream, int64_t ts)
{
    return av_rescale_q(ts, s->fmt->streams[stream]->time_base, (AVRational){1, 1000});
}

/* --- the start ------------------------------------------------------------------------------- */

/* Prepares counting the samples of an audio stream. */
static int begin_sound(struct scan_stream *ss, const AVStream *st, struct err *err)
{
    const AVCodecParameters *par = st->codecpar;
    ss->drift = drift_finder_create(st->time_base, par->sample_rate);
    ss->parser = av_parser_init(par->codec_id);
    if (!ss->parser)
        return 0;
    ss->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
    ss->parsed = avcodec_alloc_context3(NULL);
    return !ss->parsed || avcodec_parameters_to_context(ss->parsed, par) < 0 ? av_fail_nomem(err)
                                                                             : 0;
}

static int scan_begin(struct scan *s, struct err *err)
{
    s->nb_streams = s->fmt->nb_streams;
    s->streams = mem_zalloc(s->nb_streams + 1, sizeof *s->streams);
    media_choose(&s->video, &s->audio, s->fmt);
    for (unsigned i = 0; i < s->nb_streams; i++) {
        const AVStream *st = s->fmt->streams[i];
        const enum AVMediaType type = st->codecpar->codec_type;
        s->streams[i].wanted = (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO) &&
                               !(st->disposition & AV_DISPOSITION_ATTACHED_PIC);
        if (type == AVMEDIA_TYPE_AUDIO && st->codecpar->sample_rate > 0 &&
            begin_sound(&s->streams[i], st, err) < 0)
            return err->code;
    }
    s->last_key_pts = AV_NOPTS_VALUE;
    s->keys = json_array();
    s->gaps = json_array();
    s->corrupt = json_array();
    if (s->video >= 0) {
        AVStream *st = s->fmt->streams[s->video];
        s->finder = frame_grid_finder_create(st->time_base, av_guess_frame_rate(s->fmt, st, NULL));
        s->picture.frame = av_frame_alloc();
        if (!s->picture.frame)
            return av_fail_nomem(err);
        return media_decoder(&s->picture.dec, s->media, s->video, NULL, err);
    }
    return 0;
}

/* --- one packet ------------------------------------------------------------------------------ */

static void reorder_pop(struct scan *s)
{
    struct reorder *r = &s->reorder;
    int least = 0;
    for (int i = 1; i < r->nb; i++)
        if (r->pts[i] < r->pts[least])
            least = i;
    frame_grid_finder_add(s->finder, r->pts[least]);
    r->pts[least] = r->pts[--r->nb];
}

static void add_picture(struct scan *s, const struct held *h)
{
    struct first_picture *first = &s->picture;
    const int64_t pts = first->by_dts || h->pts == AV_NOPTS_VALUE ? h->dts : h->pts;
    if (pts == AV_NOPTS_VALUE)
        return;
    const int64_t apart = av_rescale_q(PROBE_CELL_MS / 8, (AVRational){1, 1000},
                                       s->fmt->streams[s->video]->time_base);
    if (h->key && (s->last_key_pts == AV_NOPTS_VALUE || pts - s->last_key_pts >= apart)) {
        json_array_append_new(s->keys, json_integer(pts));
        s->last_key_pts = pts;
    }
    if (h->hidden)
        return; /* decoded, but hidden by an edit list */
    if (pts < first->pts) {
        first->nb_late += first->by_dts;
        return;
    }
    if (s->reorder.nb == PROBE_REORDER_MAX)
        reorder_pop(s);
    s->reorder.pts[s->reorder.nb++] = pts;
}

static void release_held(struct scan *s)
{
    struct first_picture *first = &s->picture;
    for (size_t i = 0; i < first->nb_held; i++)
        add_picture(s, &first->held[i]);
    free(first->held);
    first->held = NULL;
    first->nb_held = 0;
    avcodec_free_context(&first->dec);
}

/* Sends a packet (NULL: the end) to the decoder until the first picture comes out. What does not
 * decode is skipped, as it will be when the pictures are read. */
static void look_for_first(struct scan *s, const AVPacket *pkt)
{
    struct first_picture *first = &s->picture;
    errno = 0;
    (void)avcodec_send_packet(first->dec, pkt);
    for (;;) {
        const int ret = avcodec_receive_frame(first->dec, first->frame);
        first->no_memory = first->no_memory || errno == ENOMEM;
        if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF || (ret < 0 && pkt))
            return;
        if (ret >= 0 && first->frame->width > 0)
            break;
    }
    const struct held *from = &first->held[0];
    while (from + 1 < first->held + first->nb_held && !from->key)
        from++;
    first->known = true;
    first->by_dts = from->pts == AV_NOPTS_VALUE;
    first->pts = first->frame->best_effort_timestamp;
    if (first->pts == AV_NOPTS_VALUE) /* it came out with the end: nothing was put in order */
        first->pts = first->by_dts ? from->dts : from->pts;
    first->interlaced = av_versions_interlaced(first->frame);
    first->width = first->frame->width;
    first->height = first->frame->height;
    first->sar = first->frame->sample_aspect_ratio;
    av_frame_unref(first->frame);
    release_held(s);
}

static void scan_picture(struct scan *s, const AVPacket *pkt)
{
    struct first_picture *first = &s->picture;
    const struct held h = {pkt->pts, pkt->dts, pkt->flags & AV_PKT_FLAG_KEY,
                           pkt->flags & AV_PKT_FLAG_DISCARD};
    if (first->known) {
        add_picture(s, &h);
        return;
    }
    first->held = mem_grow(first->held, first->nb_held, sizeof *first->held);
    first->held[first->nb_held++] = h;
    look_for_first(s, pkt);
}

/* Completes the pictures' times after the last packet. */
static void end_pictures(struct scan *s)
{
    struct first_picture *first = &s->picture;
    if (s->video < 0)
        return;
    if (!first->known)
        look_for_first(s, NULL);
    while (s->reorder.nb)
        reorder_pop(s);
    const struct scan_stream *st = &s->streams[s->video];
    const AVRational rate = av_guess_frame_rate(s->fmt, s->fmt->streams[s->video], NULL);
    const AVRational base = s->fmt->streams[s->video]->time_base;
    for (int64_t i = 1; first->known && i <= first->nb_late && rate.num > 0; i++)
        frame_grid_finder_add(s->finder, st->last + av_rescale_q(i, av_inv_q(rate), base));
}

static void note_gap(struct scan *s, int stream, int64_t from, int64_t to)
{
    const int64_t length = probe_to_ms(s, stream, to - from);
    if (llabs(length) > FRAME_GRID_MAX_JUMP_MS && !s->jump[0]) {
        char at[CLOCK_BYTES], by[CLOCK_BYTES];
        const int64_t first = s->streams[stream].first;
        snprintf(s->jump, sizeof s->jump, "has a clock that %s by %s at %s" FRAME_GRID_OTHER_TIMES,
                 length < 0 ? "goes back" : "jumps", clock_format_ms(by, llabs(length), false),
                 clock_format_place(at, probe_to_ms(s, stream, from - first)));
    }
    if (s->nb_gaps++ < REPORTED_MAX)
        json_array_append_new(s->gaps, json_pack("{s:i, s:I, s:I}", "stream", stream, "at_ms",
                                                 (json_int_t)probe_to_ms(s, stream, from),
                                                 "length_ms", (json_int_t)length));
}

/* Whether a packet that begins off from its expected place leaves a gap, or overlaps the packets
 * before it. Pictures may show for long, and their packets are not in presentation order. */
static bool is_gap(const struct scan *s, int stream, int64_t off)
{
    const int64_t ms = probe_to_ms(s, stream, off);
    if (stream == s->audio)
        return llabs(ms) > GAP_MS;
    return stream == s->video &&
           (llabs(ms) > FRAME_GRID_MAX_JUMP_MS || (s->audio < 0 && ms < -BACK_MS));
}

/* How many samples the packet holds by its content: its stated duration may include the gap after
 * it, or be rounded. 0: unknown. */
static int64_t samples_in(const struct scan *s, const AVPacket *pkt)
{
    const AVCodecParameters *par = s->fmt->streams[pkt->stream_index]->codecpar;
    const struct scan_stream *ss = &s->streams[pkt->stream_index];
    if (par->codec_type != AVMEDIA_TYPE_AUDIO || par->sample_rate <= 0)
        return 0;
    const int nb = av_get_audio_frame_duration2((AVCodecParameters *)(uintptr_t)par, pkt->size);
    if (nb > 0 || !ss->parser)
        return nb;
    uint8_t *data;
    int size;
    (void)av_parser_parse2(ss->parser, ss->parsed, &data, &size, pkt->data, pkt->size, pkt->pts,
                           pkt->dts, pkt->pos);
    return ss->parser->duration;
}

/* A packet's duration. MP4 derives it from the start of the next packet: before a gap, it includes
 * the gap. Ogg derives the last one from the length that the last page states. The number of
 * samples is more exact. A length that no packet has is none. */
static int64_t duration_of(const struct scan *s, const AVPacket *pkt, int64_t nb_samples)
{
    const AVStream *st = s->fmt->streams[pkt->stream_index];
    const int64_t ms = probe_to_ms(s, pkt->stream_index, pkt->duration);
    if (nb_samples > 0 && (pkt->duration <= 0 || ms > GAP_MS)) {
        const AVRational rate = {1, st->codecpar->sample_rate};
        const int64_t length = av_rescale_q(nb_samples, rate, st->time_base);
        if (pkt->duration <= 0 || (length > 0 && length < pkt->duration))
            return length;
    }
    return ms > FRAME_GRID_MAX_JUMP_MS ? 0 : pkt->duration;
}

static void count_samples(struct scan_stream *ss, const AVPacket *pkt, int64_t nb)
{
    if (nb > 0) {
        drift_finder_add(ss->drift, pkt->pts, nb);
        return;
    }
    drift_finder_destroy(ss->drift); /* without this packet the count is wrong */
    ss->drift = NULL;
}

/* Keeps the text of a caption stream's packet, to be judged when all are known. */
static void scan_text(struct scan *s, const AVPacket *pkt)
{
    enum { MAX_BYTES = 1 << 16 };
    struct cues *text = &s->streams[pkt->stream_index].text;
    const AVCodecParameters *par = s->fmt->streams[pkt->stream_index]->codecpar;
    const char *codec = avcodec_get_name(par->codec_id);
    if (par->codec_type != AVMEDIA_TYPE_SUBTITLE || !captions_codec(codec) || pkt->size <= 0 ||
        pkt->size > MAX_BYTES || pkt->pts == AV_NOPTS_VALUE || text->nb == TELEMETRY_CUES)
        return;
    const int64_t start_ms = probe_to_ms(s, pkt->stream_index, pkt->pts);
    captions_add_packet(text, codec, pkt->data, (size_t)pkt->size, start_ms, start_ms);
}

static void note_shown(struct scan *s, const AVPacket *pkt, int64_t pts, int64_t duration)
{
    const int i = pkt->stream_index;
    struct scan_stream *st = &s->streams[i];
    const int64_t end = pts + duration;
    if (st->next != AV_NOPTS_VALUE && is_gap(s, i, pts - st->next))
        note_gap(s, i, st->next, pts);
    st->next = end;
    if (duration == 0 && st->end != AV_NOPTS_VALUE && pts > st->last) {
        /* Packets that state no duration last as long as the one before: of two, the shorter, as
         * one may be followed by a gap. */
        const int64_t step = pts - st->last;
        st->step = st->step > 0 && st->step < step ? st->step : step;
        st->next = pts + st->step;
    }
    if (st->first == AV_NOPTS_VALUE || pts < st->first)
        st->first = pts;
    if (st->end == AV_NOPTS_VALUE || pts >= st->last) {
        st->last = pts;
        st->last_length = duration;
    }
    if (st->end == AV_NOPTS_VALUE || end > st->end)
        st->end = end;
    st->length += duration;
}

static void scan_packet(struct scan *s, const AVPacket *pkt)
{
    const int i = pkt->stream_index;
    if (i < 0 || (unsigned)i >= s->nb_streams)
        return; /* streams that appear later are ignored */
    struct scan_stream *st = &s->streams[i];
    const int64_t pts = pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts;
    const int64_t nb_samples = st->wanted && pkt->size ? samples_in(s, pkt) : 0;
    const int64_t duration = duration_of(s, pkt, nb_samples);
    st->nb_packets++;
    st->encrypted = st->encrypted || encryption_of_packet(pkt);
    st->nb_bytes += pkt->size;
    if (pts != AV_NOPTS_VALUE && probe_to_ms(s, i, pts + duration) > s->last_ms)
        s->last_ms = probe_to_ms(s, i, pts + duration);
    scan_text(s, pkt);
    if (!st->wanted || pkt->size == 0)
        return;
    if (pkt->flags & AV_PKT_FLAG_CORRUPT && s->nb_corrupt++ < REPORTED_MAX)
        json_array_append_new(s->corrupt,
                              json_integer(pts == AV_NOPTS_VALUE ? -1 : probe_to_ms(s, i, pts)));
    if (i == s->video)
        scan_picture(s, pkt);
    if (st->drift)
        count_samples(st, pkt, nb_samples);
    if (pts != AV_NOPTS_VALUE && !(pkt->flags & AV_PKT_FLAG_DISCARD))
        note_shown(s, pkt, pts, duration);
}

static int scan_packets(struct scan *s, struct err *err)
{
    for (unsigned i = 0; i < s->nb_streams; i++)
        s->streams[i].first = s->streams[i].end = s->streams[i].next = AV_NOPTS_VALUE;
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!pkt)
        return av_fail_nomem(err);
    int got;
    int64_t nb_bytes = 0;
    const double size = (double)media_size(s->media);
    while ((got = media_read(s->media, pkt, err)) > 0) {
        scan_packet(s, pkt);
        nb_bytes += pkt->size;
        av_packet_unref(pkt);
        if (s->progress && s->progress(s->opaque, fmin(1, (double)nb_bytes / size)))
            return err_set(err, ERR_CANCELLED, "stopped");
    }
    if (got < 0)
        return got;
    end_pictures(s);
    return s->picture.no_memory ? av_fail_nomem(err) : 0;
}

int probe_scan_media(struct scan *s, struct media *media, struct err *err)
{
    s->media = media;
    s->fmt = media_format(media);
    return scan_begin(s, err) < 0 ? err->code : scan_packets(s, err);
}
