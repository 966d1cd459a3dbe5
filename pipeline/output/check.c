#include "check.h"

#include <libavutil/avstring.h>
#include <libavutil/intreadwrite.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "av.h"
#include "captions_track.h"
#include "codec_string.h"
#include "hash.h"
#include "media.h"
#include "mem.h"
#include "reader.h"

enum {
    /* Frames decoded before and after a seam: more than the encoders' reordering, 16 at most. */
    SEAM_FRAMES = 20,
    MAX_START_US = 20000,
    SOUND_SLACK_MS = 2, /* between two packets: WebM rounds both their times */
    CAPTION_SLACK_MS = 20,
    CHAPTER_SLACK_MS = 2, /* WebM has milliseconds */
};

struct check {
    const struct check_spec *spec;
    struct check_result *out;
    struct media *media;
    AVFormatContext *fmt;
    const AVStream *video, *audio;
    struct hash *video_hash, *sound_hash;
    int64_t nb_video;
    bool *shown;                                 /* of the frames: which have had their packet */
    int64_t first_video, first_audio, end_audio; /* in the streams' time bases */
    int64_t lead_in, padding;  /* of an MP3, in samples: before and after what is heard */
    AVCodecContext *sound_dec; /* until the first sound is heard */
    int64_t last_key;          /* frame */
    /* The seams: the packets from the last key frame on are kept, so that decoding can start there;
     * its first ones, for they put a decoder into the state that it meets the seam in, and all of a
     * group would be a third of the file. */
    AVPacket *gop[SEAM_FRAMES];
    size_t nb_gop;
    AVCodecContext *dec;
    AVFrame *frame;
    size_t seam;          /* the next one */
    int64_t decode_until; /* packets before this one are decoded; -1: none */
    int64_t nb_sent, nb_received;
    size_t *nb_cues; /* of each stream of captions */
};

static void drop_gop(struct check *c)
{
    for (size_t i = 0; i < c->nb_gop; i++)
        av_packet_free(&c->gop[i]);
    c->nb_gop = 0;
}

static void check_finish(struct check *c)
{
    drop_gop(c);
    free(c->shown);
    free(c->nb_cues);
    avcodec_free_context(&c->dec);
    avcodec_free_context(&c->sound_dec);
    av_frame_free(&c->frame);
    hash_destroy(c->video_hash);
    hash_destroy(c->sound_hash);
    media_close_p(&c->media);
}

static int wrong(struct check *c, struct err *err, const char *fmt, ...) ATTR_PRINTF(3, 4);
static int wrong(struct check *c, struct err *err, const char *fmt, ...)
{
    char what[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return err_set(err, ERR_EXTERNAL, "the finished file does not hold up ('%s'): %s",
                   media_path(c->media), what);
}

/* --- decoding across a seam ------------------------------------------------------------------ */

static int receive(struct check *c, struct err *err)
{
    int ret;
    while ((ret = avcodec_receive_frame(c->dec, c->frame)) >= 0) {
        if (c->frame->decode_error_flags || c->frame->flags & AV_FRAME_FLAG_CORRUPT)
            return wrong(c, err, "a damaged picture near frame %lld", (long long)c->nb_video);
        c->nb_received++;
        av_frame_unref(c->frame);
    }
    return ret == AVERROR(EAGAIN) || ret == AVERROR_EOF
               ? 0
               : wrong(c, err, "decoding stops near frame %lld", (long long)c->nb_video);
}

static int decode(struct check *c, const AVPacket *pkt, struct err *err)
{
    c->nb_sent += pkt != NULL;
    const int ret = avcodec_send_packet(c->dec, pkt);
    if (ret < 0)
        return wrong(c, err, "frame %lld does not decode (%s)", (long long)c->nb_video,
                     av_err2str(ret));
    return receive(c, err);
}

static int end_seam(struct check *c, struct err *err)
{
    if (decode(c, NULL, err) < 0)
        return err->code;
    avcodec_free_context(&c->dec);
    c->decode_until = -1;
    c->out->nb_decoded += c->nb_received;
    if (c->nb_received != c->nb_sent)
        return wrong(c, err, "%lld packets around frame %lld decode to %lld pictures",
                     (long long)c->nb_sent, (long long)c->nb_video, (long long)c->nb_received);
    return 0;
}

static int begin_seam(struct check *c, struct err *err)
{
    c->nb_sent = c->nb_received = 0;
    if (media_decoder(&c->dec, c->media, c->video->index, NULL, err) < 0)
        return err->code;
    c->dec->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK;
    for (size_t i = 0; i < c->nb_gop; i++)
        if (decode(c, c->gop[i], err) < 0)
            return err->code;
    return 0;
}

static int keep_for_seam(struct check *c, const AVPacket *pkt, struct err *err)
{
    if (c->nb_gop == SEAM_FRAMES)
        return 0;
    c->gop[c->nb_gop] = av_packet_clone(pkt);
    return c->gop[c->nb_gop++] ? 0 : av_fail_nomem(err);
}

/* n: the packet's place in decoding order, which at a segment's start is its frame too. */
static int follow_seams(struct check *c, const AVPacket *pkt, int64_t n, struct err *err)
{
    const struct check_seam *seam = &c->spec->seams[c->seam];
    if (c->seam < c->spec->nb_seams && n == seam->frame) {
        c->seam++;
        if (!(pkt->flags & AV_PKT_FLAG_KEY))
            return wrong(c, err, "frame %lld begins a segment, but is not a key frame",
                         (long long)n);
        if (!seam->known) {
            if (c->decode_until < 0 && begin_seam(c, err) < 0)
                return err->code;
            c->decode_until = n + SEAM_FRAMES;
        }
    }
    if (pkt->flags & AV_PKT_FLAG_KEY)
        drop_gop(c);
    if (keep_for_seam(c, pkt, err) < 0)
        return err->code;
    if (c->decode_until < 0)
        return 0;
    if (n >= c->decode_until)
        return end_seam(c, err);
    return decode(c, pkt, err);
}

/* --- packets --------------------------------------------------------------------------------- */

static int check_video_packet(struct check *c, const AVPacket *pkt, struct err *err)
{
    const AVRational frame = av_inv_q(c->spec->fps);
    const int64_t n = c->nb_video;
    const int64_t at = av_rescale_q(pkt->pts, c->video->time_base, frame);
    const int64_t back = av_rescale_q(at, frame, c->video->time_base);
    /* WebM rounds to milliseconds; MP4 holds frame times exactly. */
    const int64_t slack = strcmp(c->spec->container, "webm") == 0 ? 1 : 0;
    if (at < 0 || at >= c->spec->nb_frames || llabs(back - pkt->pts) > slack)
        return wrong(c, err, "packet %lld has a time stamp off the frame grid", (long long)n);
    if (c->shown[at])
        return wrong(c, err, "two packets are for frame %lld", (long long)at);
    c->shown[at] = true;
    if (n == 0 || pkt->pts < c->first_video)
        c->first_video = pkt->pts;
    if (pkt->flags & AV_PKT_FLAG_KEY) {
        const double apart = (double)(at - c->last_key) / av_q2d(c->spec->fps);
        if (apart > c->spec->key_frame_s + 0.001 + 1 / av_q2d(c->spec->fps))
            return wrong(c, err, "no key frame for %.1f s before frame %lld", apart, (long long)at);
        c->last_key = at;
    }
    hash_add(c->video_hash, pkt->data, (size_t)pkt->size);
    if (follow_seams(c, pkt, n, err) < 0)
        return err->code;
    c->nb_video++;
    return 0;
}

/* Decodes up to the first sample: the decoder has then dropped the encoder's priming samples, as
 * players do, and its time is that of the first audible sample. */
static int listen(struct check *c, const AVPacket *pkt, struct err *err)
{
    if (!c->sound_dec && media_decoder(&c->sound_dec, c->media, c->audio->index, NULL, err) < 0)
        return err->code;
    int ret = avcodec_send_packet(c->sound_dec, pkt);
    if (ret >= 0)
        ret = avcodec_receive_frame(c->sound_dec, c->frame);
    if (ret == AVERROR(EAGAIN))
        return 0;
    if (ret < 0)
        return wrong(c, err, "its sound does not decode (%s)", av_err2str(ret));
    c->first_audio = c->frame->pts;
    av_frame_unref(c->frame);
    return 0;
}

static bool is_mp3(const struct check *c)
{
    return strcmp(c->spec->container, "mp3") == 0;
}

/* FFmpeg counts an MP3's times from its first packet, and says with the first and the last one how
 * much of them is not heard. */
static void note_unheard(struct check *c, const AVPacket *pkt)
{
    size_t nb = 0;
    const uint8_t *side = av_packet_get_side_data(pkt, AV_PKT_DATA_SKIP_SAMPLES, &nb);
    if (!is_mp3(c) || !side || nb < 8)
        return;
    c->lead_in += AV_RL32(side);
    c->padding += AV_RL32(side + 4);
}

static int check_sound_packet(struct check *c, const AVPacket *pkt, struct err *err)
{
    note_unheard(c, pkt);
    const AVRational ms = {1, 1000};
    const int64_t slack = av_rescale_q(SOUND_SLACK_MS, ms, c->audio->time_base);
    if (c->end_audio != AV_NOPTS_VALUE && llabs(pkt->pts - c->end_audio) > slack)
        return wrong(c, err, "its sound jumps from %lld to %lld ms",
                     (long long)av_rescale_q(c->end_audio, c->audio->time_base, ms),
                     (long long)av_rescale_q(pkt->pts, c->audio->time_base, ms));
    hash_add(c->sound_hash, pkt->data, (size_t)pkt->size);
    c->end_audio = pkt->pts + pkt->duration;
    return c->first_audio == AV_NOPTS_VALUE ? listen(c, pkt, err) : 0;
}

/* --- captions -------------------------------------------------------------------------------- */

/* Which of the streams of captions the stream is, or -1. */
static int captions_index(const struct check *c, int stream)
{
    int n = 0;
    if (c->fmt->streams[stream]->codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE)
        return -1;
    for (int i = 0; i < stream; i++)
        n += c->fmt->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE;
    return n;
}

static int check_captions_stream(struct check *c, const AVStream *st, struct err *err)
{
    const int n = captions_index(c, st->index);
    if (n < 0)
        return 0;
    if ((size_t)n >= c->spec->nb_captions)
        return wrong(c, err, "it has unexpected captions");
    const AVDictionaryEntry *said = av_dict_get(st->metadata, "language", NULL, 0);
    const char *language = c->spec->captions[n].language ? c->spec->captions[n].language : "und";
    if (strcmp(said ? said->value : "und", language) != 0)
        return wrong(c, err, "its captions are in '%s', not '%s'", said ? said->value : "und",
                     language);
    if (st->disposition & AV_DISPOSITION_DEFAULT)
        return wrong(c, err, "its captions are shown by default");
    return 0;
}

static int check_caption(struct check *c, const AVPacket *pkt, struct err *err)
{
    const int n = captions_index(c, pkt->stream_index);
    if (n < 0 || pkt->size <= 2) /* an empty text: nothing shows */
        return 0;
    const struct cues *cues = c->spec->captions[n].cues;
    const size_t at = c->nb_cues[n]++;
    if (at >= cues->nb)
        return wrong(c, err, "more than %zu captions", cues->nb);
    const AVRational ms = {1, 1000}, base = c->fmt->streams[pkt->stream_index]->time_base;
    const struct cue *cue = &cues->cues[at];
    const int64_t start_ms = av_rescale_q(pkt->pts, base, ms);
    const int64_t end_ms = av_rescale_q(pkt->pts + pkt->duration, base, ms);
    if (llabs(start_ms - cue->start_ms) > CAPTION_SLACK_MS ||
        llabs(end_ms - cue->end_ms) > CAPTION_SLACK_MS)
        return wrong(c, err, "caption %zu shows from %lld to %lld ms, not from %lld to %lld",
                     at + 1, (long long)start_ms, (long long)end_ms, (long long)cue->start_ms,
                     (long long)cue->end_ms);
    const size_t nb = strlen(cue->text);
    if ((size_t)pkt->size < nb + 2 || AV_RB16(pkt->data) != nb ||
        memcmp(pkt->data + 2, cue->text, nb) != 0)
        return wrong(c, err, "caption %zu has another text", at + 1);
    return 0;
}

static int check_captions(struct check *c, struct err *err)
{
    for (size_t i = 0; i < c->spec->nb_captions; i++)
        if (c->nb_cues[i] != c->spec->captions[i].cues->nb)
            return wrong(c, err, "%zu captions instead of %zu", c->nb_cues[i],
                         c->spec->captions[i].cues->nb);
    return 0;
}

/* By the sound's time, which every file has. */
static int tell(const struct check *c, const AVPacket *pkt)
{
    const AVRational sample = {1, SOUND_RATE};
    if (!c->spec->progress || pkt->stream_index != c->audio->index || c->spec->nb_samples <= 0)
        return 0;
    const int64_t at = av_rescale_q(c->end_audio, c->audio->time_base, sample);
    return c->spec->progress(c->spec->opaque, (double)at / (double)c->spec->nb_samples);
}

static int check_packets(struct check *c, struct err *err)
{
    AUTO_PACKET *pkt = av_packet_alloc();
    c->frame = av_frame_alloc();
    if (!pkt || !c->frame)
        return av_fail_nomem(err);
    int ret;
    while ((ret = av_read_frame(c->fmt, pkt)) >= 0) {
        if (c->video && pkt->stream_index == c->video->index) {
            if (check_video_packet(c, pkt, err) < 0)
                return err->code;
        } else if (pkt->stream_index == c->audio->index) {
            if (check_sound_packet(c, pkt, err) < 0)
                return err->code;
        } else if (check_caption(c, pkt, err) < 0) {
            return err->code;
        }
        if (tell(c, pkt))
            return err_set(err, ERR_CANCELLED, "stopped");
        av_packet_unref(pkt);
    }
    if (ret != AVERROR_EOF)
        return wrong(c, err, "reading stops (%s)", av_err2str(ret));
    return c->decode_until >= 0 ? end_seam(c, err) : 0;
}

/* --- against the spec ------------------------------------------------------------------------ */

/* By libavformat's name, which is a list. */
static int check_container(struct check *c, struct err *err)
{
    const char *name = c->fmt->iformat->name;
    return av_match_name(c->spec->container, name)
               ? 0
               : wrong(c, err, "it is a file of '%s', not %s", name, c->spec->container);
}

/* MP4 keeps chapters also as a track of texts, which libavformat reads into its list of chapters
 * and leaves as a stream of data. */
static bool is_of_chapters(const struct check *c, const AVStream *st)
{
    return c->spec->nb_chapters && strcmp(c->spec->container, "mp4") == 0 &&
           st->codecpar->codec_id == AV_CODEC_ID_BIN_DATA;
}

static int check_stream(struct check *c, const AVStream *st, bool *has_chapters, struct err *err)
{
    const enum AVMediaType type = st->codecpar->codec_type;
    const bool picture = st->disposition & AV_DISPOSITION_ATTACHED_PIC;
    if (type == AVMEDIA_TYPE_VIDEO && !picture && !c->video) {
        c->video = st;
    } else if (type == AVMEDIA_TYPE_AUDIO && !c->audio) {
        c->audio = st;
    } else if (is_of_chapters(c, st) && !*has_chapters) {
        *has_chapters = true;
    } else if (type != AVMEDIA_TYPE_SUBTITLE) {
        const char *name = av_get_media_type_string(type);
        return wrong(c, err, "stream %d should not be there (%s)", st->index,
                     picture ? "a picture"
                     : name  ? name
                             : "of unknown type");
    }
    return check_captions_stream(c, st, err);
}

static int check_streams(struct check *c, struct err *err)
{
    bool has_chapters = false;
    for (unsigned i = 0; i < c->fmt->nb_streams; i++)
        if (check_stream(c, c->fmt->streams[i], &has_chapters, err) < 0)
            return err->code;
    if (!c->audio || !c->video != (c->spec->width == 0))
        return wrong(c, err, "its streams are not the expected ones");
    if (c->video && (c->video->codecpar->width != c->spec->width ||
                     c->video->codecpar->height != c->spec->height))
        return wrong(c, err, "its picture is %dx%d, not %dx%d", c->video->codecpar->width,
                     c->video->codecpar->height, c->spec->width, c->spec->height);
    return 0;
}

static const char *expected_tag(const struct check *c, const char *key)
{
    for (size_t i = 0; i < c->spec->nb_tags; i++)
        if (av_strcasecmp(c->spec->tags[i].key, key) == 0)
            return c->spec->tags[i].value;
    return NULL;
}

/* What libavformat writes or reads of its own accord. */
static bool is_of_container(const char *key)
{
    return av_match_name(key, "major_brand,minor_version,compatible_brands,encoder,language");
}

/* Those that are there are right, and none is missing. */
static int check_tags(struct check *c, struct err *err)
{
    const AVDictionaryEntry *e = NULL;
    /* Ogg carries tags with the stream. */
    const AVDictionary *tags =
        strcmp(c->spec->container, "ogg") == 0 ? c->audio->metadata : c->fmt->metadata;
    while ((e = av_dict_get(tags, "", e, AV_DICT_IGNORE_SUFFIX))) {
        const char *value = expected_tag(c, e->key);
        if (!is_of_container(e->key) && (!value || strcmp(e->value, value) != 0))
            return wrong(c, err, "its %s tag is '%s', should be '%s'", e->key, e->value,
                         value ? value : "");
    }
    for (size_t i = 0; i < c->spec->nb_tags; i++) {
        const struct assemble_tag *t = &c->spec->tags[i];
        if (t->value && *t->value && !av_dict_get(tags, t->key, NULL, 0))
            return wrong(c, err, "it has no %s tag", t->key);
    }
    return 0;
}

static int check_chapters(struct check *c, struct err *err)
{
    const AVRational ms = {1, 1000};
    if (c->fmt->nb_chapters != c->spec->nb_chapters)
        return wrong(c, err, "%u chapters instead of %zu", c->fmt->nb_chapters,
                     c->spec->nb_chapters);
    for (unsigned i = 0; i < c->fmt->nb_chapters; i++) {
        const AVChapter *chapter = c->fmt->chapters[i];
        const struct assemble_chapter *should = &c->spec->chapters[i];
        const int64_t at_ms = av_rescale_q(chapter->start, chapter->time_base, ms);
        const AVDictionaryEntry *title = av_dict_get(chapter->metadata, "title", NULL, 0);
        if (llabs(at_ms - should->begin_ms) > CHAPTER_SLACK_MS ||
            strcmp(title ? title->value : "", should->title) != 0)
            return wrong(c, err, "chapter %u is '%s' at %lld ms, not '%s' at %lld", i + 1,
                         title ? title->value : "", (long long)at_ms, should->title,
                         (long long)should->begin_ms);
    }
    return 0;
}

static int check_hash(struct check *c, const struct hash *hash, const char *expected,
                      const char *what, struct err *err)
{
    char hex[HASH_BYTES];
    hash_hex(hash, hex);
    return strcmp(hex, expected) == 0 ? 0 : wrong(c, err, "its %s is not what was encoded", what);
}

static int check_times(struct check *c, struct err *err)
{
    const struct check_spec *s = c->spec;
    const AVRational us = {1, 1000000}, sample = {1, SOUND_RATE};
    if (c->video && c->nb_video != s->nb_frames)
        return wrong(c, err, "%lld frames instead of %lld", (long long)c->nb_video,
                     (long long)s->nb_frames);
    if (c->first_audio == AV_NOPTS_VALUE)
        return wrong(c, err, "no sound comes out of it");
    c->out->sound_start_us = av_rescale_q(c->first_audio, c->audio->time_base, us) -
                             av_rescale(c->lead_in, 1000000, SOUND_RATE);
    c->out->video_start_us = c->video ? av_rescale_q(c->first_video, c->video->time_base, us) : 0;
    if (llabs(c->out->sound_start_us) > MAX_START_US ||
        llabs(c->out->video_start_us) > MAX_START_US)
        return wrong(c, err, "picture starts at %lld us, sound at %lld us",
                     (long long)c->out->video_start_us, (long long)c->out->sound_start_us);
    const int64_t sound_ms = s->nb_samples * 1000 / SOUND_RATE;
    const int64_t end =
        av_rescale_q(c->end_audio, c->audio->time_base, sample) - c->lead_in - c->padding;
    const int64_t end_ms = end * 1000 / SOUND_RATE;
    const int64_t packet_ms = 22; /* the last packet may be counted whole */
    if (end_ms < sound_ms - 1 || end_ms > sound_ms + packet_ms)
        return wrong(c, err, "its sound ends at %lld ms instead of %lld", (long long)end_ms,
                     (long long)sound_ms);
    if (is_mp3(c) && end != s->nb_samples)
        return wrong(c, err, "its sound has %lld samples instead of %lld", (long long)end,
                     (long long)s->nb_samples);
    c->out->duration_ms =
        c->video ? av_rescale_q(s->nb_frames, av_inv_q(s->fps), (AVRational){1, 1000}) : sound_ms;
    return 0;
}

/* What is too long has no name. */
static void name_codecs(struct check *c)
{
    AUTO_FREE char *video = c->video ? codec_string(c->video->codecpar, c->spec->fps) : NULL,
                   *audio = codec_string(c->audio->codecpar, c->spec->fps);
    AUTO_FREE char *both =
        mem_printf("%s%s%s", video ? video : "", video ? "," : "", audio ? audio : "");
    if (audio && (video || !c->video) && strlen(both) < sizeof c->out->codecs)
        memcpy(c->out->codecs, both, strlen(both) + 1);
}

static int check(struct check *c, const char *path, struct err *err)
{
    if (media_open(&c->media, path, NULL, err) < 0)
        return err->code;
    c->fmt = media_format(c->media);
    c->decode_until = -1;
    c->first_audio = c->end_audio = AV_NOPTS_VALUE;
    c->shown = mem_zalloc((size_t)c->spec->nb_frames + 1, sizeof *c->shown);
    c->nb_cues = mem_zalloc(c->spec->nb_captions + 1, sizeof *c->nb_cues);
    c->video_hash = hash_create();
    c->sound_hash = hash_create();
    if (check_container(c, err) < 0 || check_streams(c, err) < 0 || check_tags(c, err) < 0 ||
        check_chapters(c, err) < 0 || check_packets(c, err) < 0 || check_times(c, err) < 0 ||
        check_captions(c, err) < 0)
        return err->code;
    name_codecs(c);
    if (c->video && check_hash(c, c->video_hash, c->spec->video_hash, "picture", err) < 0)
        return err->code;
    return check_hash(c, c->sound_hash, c->spec->sound_hash, "sound", err);
}

int check_output(struct check_result *out, const char *path, const struct check_spec *spec,
                 struct err *err)
{
    struct check c = {.spec = spec, .out = out};
    *out = (struct check_result){0};
    (void)check(&c, path, err);
    check_finish(&c);
    return err->code;
}
