#include "probe.h"

#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "clock.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "media.h"
#include "mem.h"

enum {
    REORDER_MAX = 32,   /* the deepest reordering that a codec allows is 16 pictures */
    REPORTED_MAX = 100, /* gaps and corrupt packets told apart; more are counted only */
    GAP_MS = 500,       /* between two packets of a stream: more is a gap */
    /* A jump of the clock beyond this is no pause of the camera: the times mean nothing. */
    JUMP_MAX_MS = 2 * 3600 * 1000,
};
static const AVRational ms_base = {1, 1000};

struct scan_stream {
    bool wanted; /* video (no cover picture) or audio */
    int64_t nb_packets, nb_bytes;
    int64_t first, end;        /* in the stream's time base */
    int64_t length;            /* of all packets together */
    int64_t last, last_length; /* of the packet that begins last */
};

/* Time stamps of the video stream, put in order of presentation by a heap of fixed depth. */
struct reorder {
    int64_t pts[REORDER_MAX];
    int nb;
};

/* What the scan keeps of a packet of the video stream until the first picture is known. */
struct held {
    int64_t pts, dts;
    bool key, hidden;
};

/* The pictures begin with the first one that decodes: what comes before it (leading pictures that
 * refer to what is not there, a stream that begins inside a group) never shows. And where packets
 * have decoding times only (AVI, ASF, MXF), only a decoder knows by how many packets pictures come
 * later. */
struct first_picture {
    AVCodecContext *dec; /* NULL once it is known, or can never be */
    AVFrame *frame;
    struct held *held;
    size_t nb_held;
    bool known;
    int64_t pts;
    bool by_dts;     /* packets have decoding times only */
    int64_t nb_late; /* packets before the picture; as many more places follow the last packet */
    bool interlaced;
    int width, height; /* of the picture as it decodes */
    AVRational sar;
};

struct scan {
    struct media *media;
    AVFormatContext *fmt;
    struct scan_stream *streams;
    int video, audio; /* -1: none */
    struct grid_finder *finder;
    struct reorder reorder;
    struct first_picture picture;
    int64_t last_key_pts;
    json_t
        *keys; /* pts of key frames, a quarter of a cell or more apart: cells are cut from them */
    json_t *gaps, *corrupt;
    int64_t nb_gaps, nb_corrupt;
    int64_t last_ms; /* at which the last packet of any stream ends */
    char jump[160];
};

static void scan_finish(struct scan *s)
{
    free(s->streams);
    avcodec_free_context(&s->picture.dec);
    av_frame_free(&s->picture.frame);
    free(s->picture.held);
    grid_finder_destroy(s->finder);
    json_decref(s->keys);
    json_decref(s->gaps);
    json_decref(s->corrupt);
}

static int64_t to_ms(const struct scan *s, int stream, int64_t ts)
{
    return av_rescale_q(ts, s->fmt->streams[stream]->time_base, ms_base);
}

/* --- choosing streams ----------------------------------------------------------------------- */

static int choose_stream(AVFormatContext *fmt, enum AVMediaType type, int related)
{
    const int i = av_find_best_stream(fmt, type, -1, related, NULL, 0);
    if (i < 0 || fmt->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return -1;
    return i;
}

static int scan_begin(struct scan *s, struct err *err)
{
    s->streams = mem_zalloc(s->fmt->nb_streams, sizeof *s->streams);
    s->video = choose_stream(s->fmt, AVMEDIA_TYPE_VIDEO, -1);
    s->audio = choose_stream(s->fmt, AVMEDIA_TYPE_AUDIO, s->video);
    for (unsigned i = 0; i < s->fmt->nb_streams; i++) {
        const AVStream *st = s->fmt->streams[i];
        const enum AVMediaType type = st->codecpar->codec_type;
        s->streams[i].wanted = (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO) &&
                               !(st->disposition & AV_DISPOSITION_ATTACHED_PIC);
    }
    s->last_key_pts = AV_NOPTS_VALUE;
    s->keys = json_array();
    s->gaps = json_array();
    s->corrupt = json_array();
    if (s->video >= 0) {
        AVStream *st = s->fmt->streams[s->video];
        s->finder = grid_finder_create(st->time_base, av_guess_frame_rate(s->fmt, st, NULL));
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
    grid_finder_add(s->finder, r->pts[least]);
    r->pts[least] = r->pts[--r->nb];
}

static void add_picture(struct scan *s, const struct held *h)
{
    struct first_picture *first = &s->picture;
    const int64_t pts = first->by_dts || h->pts == AV_NOPTS_VALUE ? h->dts : h->pts;
    if (pts == AV_NOPTS_VALUE)
        return;
    const int64_t apart =
        av_rescale_q(PROBE_CELL_MS / 8, ms_base, s->fmt->streams[s->video]->time_base);
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
    if (s->reorder.nb == REORDER_MAX)
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

/* Sends a packet (NULL: the end) and looks whether a picture comes out. What does not decode is
 * passed over, as it will be when the pictures are read. */
static void look_for_first(struct scan *s, const AVPacket *pkt)
{
    struct first_picture *first = &s->picture;
    (void)avcodec_send_packet(first->dec, pkt);
    for (;;) {
        const int ret = avcodec_receive_frame(first->dec, first->frame);
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
    first->interlaced = first->frame->interlaced_frame;
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

/* Completes the pictures' times. */
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
        grid_finder_add(s->finder, st->last + av_rescale_q(i, av_inv_q(rate), base));
}

static void note_gap(struct scan *s, int stream, int64_t from, int64_t to)
{
    const int64_t length = to_ms(s, stream, to - from);
    if (llabs(length) > JUMP_MAX_MS && !s->jump[0]) {
        char at[CLOCK_BYTES], by[CLOCK_BYTES];
        snprintf(s->jump, sizeof s->jump, "its clock jumps by %s at %s",
                 clock_format_ms(by, length, false),
                 clock_format_ms(at, to_ms(s, stream, from), false));
    }
    if (s->nb_gaps++ < REPORTED_MAX)
        json_array_append_new(s->gaps, json_pack("{s:i, s:I, s:I}", "stream", stream, "at_ms",
                                                 (json_int_t)to_ms(s, stream, from), "length_ms",
                                                 (json_int_t)length));
}

/* MP4 states how long a packet lasts by where the next one begins: before a gap that is the whole
 * gap. What is in the packet tells better. */
static int64_t duration_of(const struct scan *s, const AVPacket *pkt)
{
    AVStream *st = s->fmt->streams[pkt->stream_index];
    if (st->codecpar->codec_type != AVMEDIA_TYPE_AUDIO || st->codecpar->sample_rate <= 0 ||
        to_ms(s, pkt->stream_index, pkt->duration) <= GAP_MS)
        return pkt->duration;
    const int samples = av_get_audio_frame_duration2(st->codecpar, pkt->size);
    const int64_t length =
        av_rescale_q(samples, (AVRational){1, st->codecpar->sample_rate}, st->time_base);
    return length > 0 && length < pkt->duration ? length : pkt->duration;
}

static void scan_packet(struct scan *s, const AVPacket *pkt)
{
    const int i = pkt->stream_index;
    if (i < 0 || (unsigned)i >= s->fmt->nb_streams)
        return;
    struct scan_stream *st = &s->streams[i];
    const int64_t pts = pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts;
    st->nb_packets++;
    st->nb_bytes += pkt->size;
    if (pts != AV_NOPTS_VALUE && to_ms(s, i, pts + pkt->duration) > s->last_ms)
        s->last_ms = to_ms(s, i, pts + pkt->duration);
    if (!st->wanted || pkt->size == 0)
        return;
    if (pkt->flags & AV_PKT_FLAG_CORRUPT && s->nb_corrupt++ < REPORTED_MAX)
        json_array_append_new(s->corrupt,
                              json_integer(pts == AV_NOPTS_VALUE ? -1 : to_ms(s, i, pts)));
    if (i == s->video)
        scan_picture(s, pkt);
    if (pts == AV_NOPTS_VALUE)
        return;
    if (pkt->flags & AV_PKT_FLAG_DISCARD)
        return;
    const int64_t duration = duration_of(s, pkt), end = pts + duration;
    if (st->end != AV_NOPTS_VALUE && llabs(to_ms(s, i, pts - st->end)) > GAP_MS && i == s->audio)
        note_gap(s, i, st->end, pts);
    if (i == s->video && st->end != AV_NOPTS_VALUE &&
        llabs(to_ms(s, i, pts - st->end)) > JUMP_MAX_MS)
        note_gap(s, i, st->end, pts);
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

static int scan_packets(struct scan *s, struct err *err)
{
    for (unsigned i = 0; i < s->fmt->nb_streams; i++)
        s->streams[i].first = s->streams[i].end = AV_NOPTS_VALUE;
    AUTO_PACKET *pkt = av_packet_alloc();
    if (!pkt)
        return av_fail_nomem(err);
    const unsigned nb_streams = s->fmt->nb_streams;
    int got;
    while ((got = media_read(s->media, pkt, err)) > 0) {
        if (pkt->stream_index < (int)nb_streams) /* streams that turn up late are not talkpress's */
            scan_packet(s, pkt);
        av_packet_unref(pkt);
    }
    if (got < 0)
        return got;
    end_pictures(s);
    return 0;
}

/* --- the result ------------------------------------------------------------------------------ */

static json_t *ratio(AVRational q)
{
    return json_pack("[i, i]", q.num, q.den);
}

/* Whether the packets hold far more sound than their time stamps leave room for: an AVI whose
 * header states a wrong rate, for one. A second is more than any overlap of a repaired file. */
static bool counted(const struct scan *s, int stream)
{
    const struct scan_stream *ss = &s->streams[stream];
    const int64_t span = ss->end - ss->first;
    return ss->length > 2 * span && to_ms(s, stream, ss->length - span) > 1000;
}

static json_t *describe_stream(const struct scan *s, int i)
{
    const AVStream *st = s->fmt->streams[i];
    const AVCodecParameters *par = st->codecpar;
    const struct scan_stream *ss = &s->streams[i];
    const char *type = av_get_media_type_string(par->codec_type);
    json_t *o = json_pack("{s:i, s:s, s:s, s:I, s:I}", "index", i, "type", type ? type : "data",
                          "codec", avcodec_get_name(par->codec_id), "packets",
                          (json_int_t)ss->nb_packets, "bytes", (json_int_t)ss->nb_bytes);
    if (par->codec_type == AVMEDIA_TYPE_VIDEO) {
        json_object_set_new(o, "width", json_integer(par->width));
        json_object_set_new(o, "height", json_integer(par->height));
        const char *pix = av_get_pix_fmt_name(par->format);
        json_object_set_new(o, "pixel_format", json_text(pix));
    } else if (par->codec_type == AVMEDIA_TYPE_AUDIO) {
        json_object_set_new(o, "channels", json_integer(par->ch_layout.nb_channels));
        json_object_set_new(o, "rate", json_integer(par->sample_rate));
        json_object_set_new(o, "counted", json_boolean(counted(s, i)));
    }
    const AVDictionaryEntry *language = av_dict_get(st->metadata, "language", NULL, 0);
    if (language)
        json_object_set_new(o, "language", json_text(language->value));
    if (ss->wanted && ss->end != AV_NOPTS_VALUE) {
        json_object_set_new(o, "start_ms", json_integer(to_ms(s, i, ss->first)));
        json_object_set_new(o, "end_ms", json_integer(to_ms(s, i, ss->end)));
    }
    return o;
}

/* The display matrix as a turn (clockwise, in steps of 90°) after a mirroring left to right. */
static void orientation(const AVStream *st, int *rotation, int *flip)
{
    *rotation = *flip = 0;
    const int32_t *m =
        (const int32_t *)(const void *)av_stream_get_side_data(st, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    if (!m)
        return;
    int32_t copy[9];
    memcpy(copy, m, sizeof copy);
    const double det = (double)copy[0] * copy[4] - (double)copy[1] * copy[3];
    if (det < 0) {
        *flip = 1;
        /* The mirroring comes before the turn: the row of x, not the column. */
        copy[0] = -copy[0];
        copy[1] = -copy[1];
    }
    const double angle = -av_display_rotation_get(copy);
    if (!isnan(angle))
        *rotation = ((int)lround(angle / 90) * 90 + 720) % 360;
}

static AVRational sane_sar(AVRational sar)
{
    if (sar.num <= 0 || sar.den <= 0 || av_q2d(sar) < 0.1 || av_q2d(sar) > 10)
        return (AVRational){1, 1};
    return sar;
}

/* Field-coded H.264 (AVCHD cameras) in a transport stream has a packet for each field, so the
 * packets' rate is twice that of the pictures; libavformat counts fields for its average. */
static void join_fields(struct grid *grid, const AVStream *st, bool interlaced)
{
    const double packets_per_frame =
        st->avg_frame_rate.num > 0 ? av_q2d(grid->fps) / av_q2d(st->avg_frame_rate) : 0;
    if (!interlaced || packets_per_frame < 1.9 || packets_per_frame > 2.1 ||
        (st->codecpar->codec_id != AV_CODEC_ID_H264 && st->codecpar->codec_id != AV_CODEC_ID_HEVC))
        return;
    grid->fps = av_div_q(grid->fps, (AVRational){2, 1});
    grid->nb_frames = (grid->nb_frames + 1) / 2;
}

static json_t *describe_video(struct scan *s, struct grid *grid)
{
    AVStream *st = s->fmt->streams[s->video];
    const AVCodecParameters *par = st->codecpar;
    int variable = 0, rotation, flip;
    if (!grid_finder_result(s->finder, grid, s->streams[s->video].last_length, &variable))
        return NULL;
    orientation(st, &rotation, &flip);
    const bool interlaced = s->picture.interlaced || (par->field_order != AV_FIELD_UNKNOWN &&
                                                      par->field_order != AV_FIELD_PROGRESSIVE);
    join_fields(grid, st, interlaced);
    return json_pack("{s:i, s:i, s:i, s:o, s:i, s:b, s:b, s:b, s:{s:i, s:i, s:o}}", "stream",
                     s->video, "width", par->width, "height", par->height, "sar",
                     ratio(sane_sar(av_guess_sample_aspect_ratio(s->fmt, st, NULL))), "rotation",
                     rotation, "flip", flip, "interlaced", interlaced, "variable", variable,
                     "first", "width", s->picture.width, "height", s->picture.height, "sar",
                     ratio(s->picture.sar));
}

/* Of sound alone: the frames that its card is shown in. */
static void sound_grid(struct grid *grid, const struct scan *s)
{
    const struct scan_stream *ss = &s->streams[s->audio];
    const int64_t length = counted(s, s->audio) ? ss->length : ss->end - ss->first;
    grid->fps = (AVRational){PROBE_STILL_FPS, 1};
    grid->time_base = s->fmt->streams[s->audio]->time_base;
    grid->origin = ss->first;
    grid->nb_frames = av_rescale_q(length, grid->time_base, av_inv_q(grid->fps));
    if (grid->nb_frames < 1)
        grid->nb_frames = 1;
}

static json_t *describe_grid(const struct grid *grid)
{
    return json_pack("{s:o, s:o, s:I, s:I}", "fps", ratio(grid->fps), "time_base",
                     ratio(grid->time_base), "origin", (json_int_t)grid->origin, "frames",
                     (json_int_t)grid->nb_frames);
}

/* Why the sound that is there cannot be used, a new string, or NULL. */
static char *sound_error(const struct scan *s)
{
    AUTO_CODEC *dec = NULL;
    struct err err = {0};
    if (s->audio < 0 || media_decoder(&dec, s->media, s->audio, NULL, &err) == 0)
        return NULL;
    return mem_printf("its sound (%s) cannot be decoded",
                      avcodec_get_name(s->fmt->streams[s->audio]->codecpar->codec_id));
}

static json_t *describe_audio(const struct scan *s, const struct grid *grid)
{
    const struct scan_stream *ss = &s->streams[s->audio];
    const AVCodecParameters *par = s->fmt->streams[s->audio]->codecpar;
    if (ss->end == AV_NOPTS_VALUE || par->sample_rate <= 0)
        return NULL;
    const int64_t origin =
        grid ? av_rescale_q(grid->origin, grid->time_base, ms_base) : to_ms(s, s->audio, ss->first);
    const bool by_count = counted(s, s->audio);
    const int64_t end = by_count ? ss->first + ss->length : ss->end;
    return json_pack("{s:i, s:i, s:i, s:I, s:I, s:b}", "stream", s->audio, "channels",
                     par->ch_layout.nb_channels, "rate", par->sample_rate, "start_ms",
                     (json_int_t)(to_ms(s, s->audio, ss->first) - origin), "end_ms",
                     (json_int_t)(to_ms(s, s->audio, end) - origin), "counted", by_count);
}

/* Cells begin at key frames, PROBE_CELL_MS or more apart; the first at frame 0 whatever its key
 * frame. The last may be shorter, down to half a cell: a rest below is joined to the one before. */
static json_t *cells(const struct scan *s, const struct grid *grid)
{
    json_t *list = json_array();
    const int64_t least = grid_frame_at_ms(grid, PROBE_CELL_MS);
    int64_t begin = 0;
    size_t i;
    json_t *key;
    json_array_append_new(list, json_pack("[I, I]", (json_int_t)0, (json_int_t)grid->origin));
    json_array_foreach(s->keys, i, key)
    {
        const int64_t pts = json_integer_value(key);
        const int64_t frame = grid_frame_of(grid, pts) + s->picture.nb_late;
        if (frame - begin < least || grid->nb_frames - frame < least / 2)
            continue;
        json_array_append_new(list, json_pack("[I, I]", (json_int_t)frame, (json_int_t)pts));
        begin = frame;
    }
    return list;
}

/* MPEG-TS is packets of one size from its first byte to its last, and has no header that states
 * how long it should be. */
static bool ends_in_packet(const struct scan *s)
{
    int64_t size = 0;
    if (strcmp(s->fmt->iformat->name, "mpegts") != 0 ||
        av_opt_get_int(s->fmt->priv_data, "ts_packetsize", 0, &size) < 0 || size <= 0)
        return false;
    const int64_t last = media_size(s->media) / size * size, rest = media_size(s->media) - last;
    /* 192 bytes: four of a clock before each; 204: sixteen behind. */
    const int64_t sync = size == 192 ? 4 : 0;
    if (rest <= sync || avio_seek(s->fmt->pb, last + sync, SEEK_SET) < 0)
        return rest > 0;
    return avio_r8(s->fmt->pb) == 0x47;
}

/* What the header promises beyond what the packets of any stream hold, as a text, or NULL. A header
 * may count from the start of the clock or of the media: less than both is missing. */
static char *truncation(const struct scan *s, int64_t measured_ms)
{
    const bool stated =
        s->fmt->duration > 0 && s->fmt->duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
    const int64_t header_ms = stated ? s->fmt->duration / 1000 : 0;
    char at[CLOCK_BYTES], of[CLOCK_BYTES];
    char *of_several = media_short_file(s->media);
    if (of_several)
        return of_several;
    if (header_ms > 0 && s->last_ms < header_ms - 1000)
        return mem_printf("the file ends at %s of the %s that its header states",
                          clock_format_ms(at, s->last_ms, false),
                          clock_format_ms(of, header_ms, false));
    clock_format_ms(at, measured_ms, false);
    if (media_broken(s->media)) {
        char why[AV_ERROR_MAX_STRING_SIZE];
        av_make_error_string(why, sizeof why, media_broken(s->media));
        return mem_printf("reading stops at %s (%s)", at, why);
    }
    if (ends_in_packet(s))
        return mem_printf("the file ends in the middle of a packet, at %s: it was cut off there",
                          at);
    return NULL;
}

static json_t *refusal(struct scan *s, const char *why)
{
    AUTO_FREE char *message = mem_printf("'%s' %s", media_path(s->media), why);
    return json_pack("{s:o}", "error", json_text(message));
}

static json_t *describe(struct scan *s)
{
    struct grid grid = {0};
    json_t *video = s->video >= 0 ? describe_video(s, &grid) : NULL;
    AUTO_FREE char *no_sound = sound_error(s);
    json_t *audio = s->audio >= 0 && !no_sound ? describe_audio(s, video ? &grid : NULL) : NULL;
    const char *refused = NULL;
    if (s->video >= 0 && !s->picture.known && s->streams[s->video].nb_packets)
        refused = "has a picture of which nothing can be decoded (damaged, encrypted, or its codec "
                  "is not what the file says): copy it from the camera again, or repair it";
    else if (!video && !audio && no_sound)
        refused = "has no picture in it, and a sound that cannot be decoded";
    else if (!video && !audio)
        refused = s->video < 0 && s->audio < 0
                      ? "has neither picture nor sound in it"
                      : "holds no media: its header is there, but no packet that could be decoded";
    else if (s->jump[0])
        refused = s->jump;
    if (refused) {
        json_decref(video);
        json_decref(audio);
        return refusal(s, refused);
    }
    if (!video)
        sound_grid(&grid, s);
    const int64_t duration_ms = grid_ms_of(&grid, grid.nb_frames);
    AUTO_FREE char *cut_off = truncation(s, duration_ms);
    json_t *list = json_array();
    for (unsigned i = 0; i < s->fmt->nb_streams; i++)
        json_array_append_new(list, describe_stream(s, (int)i));
    json_t *o = json_pack("{s:s, s:o, s:O, s:I, s:O, s:I, s:o, s:I, s:o}", "container",
                          s->fmt->iformat->name, "streams", list, "gaps", s->gaps, "nb_gaps",
                          (json_int_t)s->nb_gaps, "corrupt", s->corrupt, "nb_corrupt",
                          (json_int_t)s->nb_corrupt, "truncated", json_text(cut_off), "duration_ms",
                          (json_int_t)duration_ms, "cells", video ? cells(s, &grid) : json_array());
    const AVDictionaryEntry *made = av_dict_get(s->fmt->metadata, "creation_time", NULL, 0);
    json_object_set_new(o, "creation_time", json_text(made ? made->value : NULL));
    json_object_set_new(o, "grid", describe_grid(&grid));
    json_object_set_new(o, "video", video ? video : json_null());
    json_object_set_new(o, "audio", audio ? audio : json_null());
    json_object_set_new(o, "sound_error", json_text(no_sound));
    json_t *join = media_join(s->media);
    if (join)
        json_object_set_new(o, "join", join);
    return o;
}

static int scan_file(json_t **out, struct scan *s, const char *path, struct err *err)
{
    s->fmt = media_format(s->media);
    if (scan_begin(s, err) < 0 || scan_packets(s, err) < 0)
        return err->code;
    AUTO_JSON *result = describe(s);
    char hash[HASH_BYTES];
    if (media_content_hash(hash, s->media, err) < 0)
        return err->code;
    if (!result)
        return err_set(err, ERR_BUG, "'%s': what was found cannot be written down", path);
    json_object_set_new(result, "size", json_integer(media_size(s->media)));
    json_object_set_new(result, "hash", json_string(hash));
    *out = mem_take(&result);
    return 0;
}

int probe_files(json_t **out, const char *path, const char *const *more, size_t nb_more,
                struct err *err)
{
    AUTO_MEDIA *media = NULL;
    const struct media_params params = {.hash = true, .more = more, .nb_more = nb_more};
    if (media_open(&media, path, &params, err) == 0) {
        struct scan s = {.media = media};
        (void)scan_file(out, &s, path, err);
        scan_finish(&s);
    }
    if (err->code != ERR_INVALID)
        return err->code;
    /* What is wrong with the file itself is a fact about it. */
    *out = json_pack("{s:o, s:s, s:I}", "error", json_text(err->msg), "hash", "", "size",
                     (json_int_t)fs_size(path));
    *err = (struct err){0};
    return 0;
}

int probe_file(json_t **out, const char *path, struct err *err)
{
    return probe_files(out, path, NULL, 0, err);
}

static AVRational read_ratio(const json_t *obj, const char *key)
{
    const json_t *pair = json_object_get(obj, key);
    return (AVRational){(int)json_integer_value(json_array_get(pair, 0)),
                        (int)json_integer_value(json_array_get(pair, 1))};
}

int probe_grid(struct grid *out, const json_t *probe, struct err *err)
{
    const json_t *grid = json_object_get(probe, "grid");
    *out = (struct grid){.fps = read_ratio(grid, "fps"),
                         .time_base = read_ratio(grid, "time_base"),
                         .origin = json_get_int(grid, "origin", 0),
                         .nb_frames = json_get_int(grid, "frames", 0)};
    if (out->fps.num <= 0 || out->fps.den <= 0 || out->time_base.num <= 0 ||
        out->time_base.den <= 0 || out->nb_frames <= 0)
        return err_set(err, ERR_INVALID, "a probe result has no valid frame grid");
    return 0;
}
