#include "assemble.h"

#include <libavformat/avformat.h>
#include <libavutil/intreadwrite.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "av_versions.h"
#include "captions_track.h"
#include "clock.h"
#include "fs.h"
#include "hash.h"
#include "mem.h"
#include "reader.h"
#include "track.h"

struct assembly {
    const struct assemble_spec *spec;
    AVFormatContext *mux;
    AVStream *video, *audio;
    AVPacket *next_video, *next_audio;
    /* video */
    struct track_reader *segment;
    size_t nb_opened;       /* segments opened so far */
    int64_t segment_at;     /* first frame of the open segment */
    int64_t segment_frames; /* packets read from it */
    int64_t last_dts;
    struct hash *segment_hash, *video_hash;
    /* sound */
    struct track_reader *sound;
    int64_t sample;       /* where the next packet begins, in samples of the output; below 0: the
                             encoder's lead-in */
    int64_t lead_in;      /* samples before the output's sample 0 */
    int64_t stated_delay; /* samples to add to times in WebM, which states the lead-in */
    int64_t to_skip;      /* samples of packets to leave out from the front */
    int64_t sound_length; /* samples of the output */
    struct hash *sound_source_hash, *sound_hash;
    int64_t nb_frames;
    /* captions */
    AVStream **captions;
    size_t *nb_cues; /* written of each */
    AVPacket *cue;
    /* progress */
    int64_t nb_written, nb_to_write; /* bytes */
    int64_t written_to;              /* the last place in the file */
};

static void assembly_finish(struct assembly *a)
{
    if (a->mux && a->mux->pb)
        avio_closep(&a->mux->pb);
    avformat_free_context(a->mux);
    av_packet_free(&a->next_video);
    av_packet_free(&a->next_audio);
    av_packet_free(&a->cue);
    free(a->captions);
    free(a->nb_cues);
    track_reader_close_p(&a->segment);
    track_reader_close_p(&a->sound);
    hash_destroy(a->segment_hash);
    hash_destroy(a->video_hash);
    hash_destroy(a->sound_source_hash);
    hash_destroy(a->sound_hash);
}

/* --- the video track ------------------------------------------------------------------------- */

static int segment_hash_holds(struct assembly *a, struct err *err)
{
    const struct assemble_segment *s = &a->spec->segments[a->nb_opened - 1];
    char hash[HASH_BYTES];
    hash_hex(a->segment_hash, hash);
    hash_destroy(a->segment_hash);
    a->segment_hash = NULL;
    if (strcmp(hash, s->hash) != 0 || a->segment_frames != s->nb_frames)
        return err_set(err, ERR_INVALID,
                       "the cached file '%s' is not what was encoded (remove it and run again)",
                       s->path);
    return 0;
}

static int open_segment(struct assembly *a, struct err *err)
{
    const struct assemble_segment *s = &a->spec->segments[a->nb_opened];
    track_reader_close_p(&a->segment);
    a->segment = NULL;
    if (track_reader_open(&a->segment, s->path, err) < 0)
        return err->code;
    const AVCodecParameters *par = track_reader_codec(a->segment), *first = a->video->codecpar;
    if (a->nb_opened > 0 && (par->codec_id != first->codec_id || par->width != first->width ||
                             par->height != first->height))
        return err_set(err, ERR_BUG, "'%s' is another kind of picture than the card before it",
                       s->path);
    if (a->nb_opened > 0 && (par->extradata_size != first->extradata_size ||
                             (par->extradata_size && memcmp(par->extradata, first->extradata,
                                                            (size_t)par->extradata_size) != 0)))
        return err_set(err, ERR_INVALID,
                       "'%s' has other parameter sets than the card before it: the rendition's "
                       "options, those for 'card' among them, should leave these as they are",
                       s->path);
    a->segment_at =
        a->nb_opened ? a->segment_at + a->spec->segments[a->nb_opened - 1].nb_frames : 0;
    a->segment_frames = 0;
    a->segment_hash = hash_create();
    a->nb_opened++;
    return 0;
}

/* The next video packet, times in frames of the output. Returns 1, 0 at the end, or an error. */
static int read_video(struct assembly *a, struct err *err)
{
    AVPacket *pkt = a->next_video;
    for (;;) {
        const int got = a->segment ? track_reader_next(a->segment, pkt, err) : 0;
        if (got < 0)
            return got;
        if (got)
            break;
        if (a->segment && segment_hash_holds(a, err) < 0)
            return err->code;
        if (a->nb_opened == a->spec->nb_segments)
            return 0;
        if (open_segment(a, err) < 0)
            return err->code;
    }
    hash_add(a->segment_hash, pkt->data, (size_t)pkt->size);
    hash_add(a->video_hash, pkt->data, (size_t)pkt->size);
    a->segment_frames++;
    a->nb_frames++;
    const AVRational frame = av_inv_q(a->spec->fps);
    av_packet_rescale_ts(pkt, track_reader_time_base(a->segment), frame);
    pkt->pts += a->segment_at;
    pkt->dts += a->segment_at;
    pkt->duration = 1;
    if (pkt->dts <= a->last_dts || pkt->dts > pkt->pts)
        return err_set(err, ERR_BUG, "decoding times run back at frame %lld", (long long)pkt->pts);
    a->last_dts = pkt->dts;
    return 1;
}

/* --- the sound track ------------------------------------------------------------------------- */

static int open_sound(struct assembly *a, struct err *err)
{
    if (track_reader_open(&a->sound, a->spec->sound_path, err) < 0)
        return err->code;
    const AVCodecParameters *par = track_reader_codec(a->sound);
    if (avcodec_parameters_copy(a->audio->codecpar, par) < 0)
        return av_fail_nomem(err);
    a->audio->codecpar->codec_tag = 0;
    a->lead_in = a->spec->sound_lead_in;
    a->audio->codecpar->initial_padding = (int)a->lead_in;
    a->sound_length = a->spec->nb_samples - a->spec->skip_samples;
    a->sound_source_hash = hash_create();
    a->sound_hash = hash_create();
    return 0;
}

/* The silence that stays for decoders to settle in: what they start with is not what they have
 * after silence, and packets that say only how they differ came out as a burst. -1: the codec
 * cannot begin in the middle. */
static int64_t preroll(enum AVCodecID codec)
{
    enum {
        OPUS = 3840, /* RFC 7845, section 4.2: 80 ms */
        AAC = 2048,  /* two packets: each overlaps with the next one */
        MP3 = 2304   /* the same; LAME's header can state a lead-in of 4095 + 529 at most */
    };
    return codec == AV_CODEC_ID_OPUS  ? OPUS
           : codec == AV_CODEC_ID_AAC ? AAC
           : codec == AV_CODEC_ID_MP3 ? MP3
                                      : -1;
}

/* Audio only begins after the card: whole packets are left out, and the rest is signalled to the
 * player as lead-in (Opus: its pre-skip; MP4: an edit list; MP3: LAME's header). */
static void skip_card(struct assembly *a)
{
    AVCodecParameters *par = a->audio->codecpar;
    const int64_t packet_samples = a->spec->sound_packet_samples, keep = preroll(par->codec_id);
    const int64_t skip = a->spec->skip_samples + a->lead_in - keep;
    if (a->spec->skip_samples <= 0 || packet_samples <= 0 || keep < 0)
        return;
    a->to_skip = skip > 0 ? skip / packet_samples * packet_samples : 0;
    a->lead_in += a->spec->skip_samples - a->to_skip;
    par->initial_padding = (int)a->lead_in;
    if (par->codec_id == AV_CODEC_ID_OPUS && par->extradata_size >= 12)
        AV_WL16(par->extradata + 10, (uint16_t)a->lead_in); /* OpusHead: pre-skip */
}

/* How many samples of the packet are not to be heard. */
static int set_unheard(AVPacket *pkt, int64_t at_start, int64_t at_end, struct err *err)
{
    uint8_t *side = av_packet_new_side_data(pkt, AV_PKT_DATA_SKIP_SAMPLES, 10);
    if (!side)
        return av_fail_nomem(err);
    memset(side, 0, 10);
    AV_WL32(side, (unsigned)at_start);
    AV_WL32(side + 4, (unsigned)at_end);
    return 0;
}

/* The next sound packet, times in samples of the output. */
static int read_sound(struct assembly *a, struct err *err)
{
    AVPacket *pkt = a->next_audio;
    const int64_t size = a->spec->sound_packet_samples;
    for (;;) {
        const int got = track_reader_next(a->sound, pkt, err);
        if (got <= 0)
            return got;
        hash_add(a->sound_source_hash, pkt->data, (size_t)pkt->size);
        if (a->to_skip <= 0 && a->sample < a->sound_length)
            break;
        a->to_skip -= size; /* before the output, or after it: LAME flushes more than there was */
        av_packet_unref(pkt);
    }
    hash_add(a->sound_hash, pkt->data, (size_t)pkt->size);
    pkt->pts = pkt->dts = a->sample + a->stated_delay;
    pkt->duration = size;
    const int64_t too_many = a->sample + size - a->sound_length;
    /* MP3 takes its lead-in from its first packet, and its padding from the last one, even if it is
     * 0. */
    const bool mp3 = a->audio->codecpar->codec_id == AV_CODEC_ID_MP3;
    if (mp3 && a->sample == -a->lead_in && set_unheard(pkt, a->lead_in, 0, err) < 0)
        return err->code;
    if (too_many >= (mp3 ? 0 : 1) && too_many < size) {
        pkt->duration = size - too_many;
        if (set_unheard(pkt, 0, too_many, err) < 0)
            return err->code;
    }
    a->sample += size;
    return 1;
}

static int sound_holds(struct assembly *a, struct err *err)
{
    char hash[HASH_BYTES];
    hash_hex(a->sound_source_hash, hash);
    if (strcmp(hash, a->spec->sound_hash) != 0 || a->sample < a->sound_length)
        return err_set(err, ERR_INVALID,
                       "the cached file '%s' is not what was encoded (remove it and run again)",
                       a->spec->sound_path);
    return 0;
}

/* --- the file -------------------------------------------------------------------------------- */

static int add_chapters(struct assembly *a, struct err *err)
{
    const struct assemble_spec *s = a->spec;
    a->mux->chapters = av_calloc(s->nb_chapters, sizeof(AVChapter *));
    for (size_t i = 0; i < s->nb_chapters; i++) {
        AVChapter *c = av_mallocz(sizeof *c);
        if (!a->mux->chapters || !c)
            return av_fail_nomem(err);
        *c = (AVChapter){.id = (int64_t)i + 1,
                         .time_base = {1, 1000},
                         .start = s->chapters[i].begin_ms,
                         .end = s->chapters[i].end_ms};
        a->mux->chapters[a->mux->nb_chapters++] = c;
        if (av_dict_set(&c->metadata, "title", s->chapters[i].title, 0) < 0)
            return av_fail_nomem(err);
    }
    return 0;
}

/* Ogg keeps chapters in tags. libavformat 59 would write one at 12.6 s as 13.6 s. */
static int add_chapter_tags(struct assembly *a, struct err *err)
{
    for (size_t i = 0; i < a->spec->nb_chapters; i++) {
        const struct assemble_chapter *c = &a->spec->chapters[i];
        AUTO_FREE char *key = mem_printf("CHAPTER%03zu", i), *name = mem_printf("%sNAME", key);
        char time[CLOCK_BYTES];
        if (av_dict_set(&a->mux->metadata, key, clock_format_cue(time, c->begin_ms), 0) < 0 ||
            av_dict_set(&a->mux->metadata, name, c->title, 0) < 0)
            return av_fail_nomem(err);
    }
    return 0;
}

static int add_tags(struct assembly *a, struct err *err)
{
    const struct assemble_spec *s = a->spec;
    for (size_t i = 0; i < s->nb_tags; i++)
        if (s->tags[i].value && *s->tags[i].value &&
            av_dict_set(&a->mux->metadata, s->tags[i].key, s->tags[i].value, 0) < 0)
            return av_fail_nomem(err);
    if ((strcmp(s->container, "ogg") == 0 ? add_chapter_tags(a, err) : add_chapters(a, err)) < 0)
        return err->code;
    for (unsigned i = 0; s->language && i < a->mux->nb_streams; i++)
        if (a->mux->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE &&
            av_dict_set(&a->mux->streams[i]->metadata, "language", s->language, 0) < 0)
            return av_fail_nomem(err);
    return 0;
}

static int add_video(struct assembly *a, struct err *err)
{
    a->video = avformat_new_stream(a->mux, NULL);
    if (!a->video)
        return av_fail_nomem(err);
    a->video_hash = hash_create();
    a->last_dts = INT64_MIN;
    if (open_segment(a, err) < 0)
        return err->code;
    if (avcodec_parameters_copy(a->video->codecpar, track_reader_codec(a->segment)) < 0)
        return av_fail_nomem(err);
    a->video->codecpar->codec_tag = 0;
    a->video->time_base = av_inv_q(a->spec->fps);
    a->video->avg_frame_rate = a->video->r_frame_rate = a->spec->fps;
    return 0;
}

static int add_captions(struct assembly *a, struct err *err)
{
    const struct assemble_spec *s = a->spec;
    a->captions = mem_zalloc(s->nb_captions + 1, sizeof *a->captions);
    a->nb_cues = mem_zalloc(s->nb_captions + 1, sizeof *a->nb_cues);
    a->cue = av_packet_alloc();
    if (!a->cue)
        return av_fail_nomem(err);
    for (size_t i = 0; i < s->nb_captions; i++)
        if (captions_track_add(&a->captions[i], a->mux, &s->captions[i], err) < 0)
            return err->code;
    return 0;
}

/* --- progress --------------------------------------------------------------------------------- */

/* The containers that are written once. */
static bool is_stream(const char *container)
{
    return strcmp(container, "ogg") == 0 || strcmp(container, "mp3") == 0;
}

/* MP4 and WebM are written twice: to put the index in front, libavformat moves all that follows. */
static void expect_bytes(struct assembly *a)
{
    const struct assemble_spec *s = a->spec;
    int64_t nb = fs_size(s->sound_path);
    for (size_t i = 0; i < s->nb_segments; i++)
        nb += fs_size(s->segments[i].path);
    a->nb_to_write = is_stream(s->container) ? nb : 2 * nb;
}

/* libavformat calls this before each write, also while it moves what it has written. */
static int before_write(void *opaque)
{
    struct assembly *a = opaque;
    const int64_t at = a->mux->pb ? a->mux->pb->pos : 0;
    if (at > a->written_to)
        a->nb_written += at - a->written_to;
    a->written_to = at;
    if (!a->spec->progress || a->nb_to_write <= 0)
        return 0;
    return a->spec->progress(a->spec->opaque, (double)a->nb_written / (double)a->nb_to_write);
}

/* --- opening it ------------------------------------------------------------------------------- */

static int open_output(struct assembly *a, const char *path, struct err *err)
{
    const bool webm = strcmp(a->spec->container, "webm") == 0;
    int ret = avformat_alloc_output_context2(&a->mux, NULL, a->spec->container, path);
    if (ret < 0)
        return av_fail(err, ret, "this FFmpeg cannot write '%s' files", a->spec->container);
    a->mux->flags |= AVFMT_FLAG_BITEXACT;
    /* WebM and Ogg state the encoder's lead-in themselves: without this libavformat would move the
     * picture behind it, so that both start late. */
    if (strcmp(a->spec->container, "mp4") != 0)
        a->mux->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    if (a->spec->nb_segments && add_video(a, err) < 0)
        return err->code;
    a->audio = avformat_new_stream(a->mux, NULL);
    if (!a->audio)
        return av_fail_nomem(err);
    if (open_sound(a, err) < 0)
        return err->code;
    skip_card(a);
    a->sample = -a->lead_in;
    a->stated_delay = webm ? av_versions_matroska_delay(a->lead_in) : 0;
    a->audio->time_base = (AVRational){1, SOUND_RATE};
    if (add_captions(a, err) < 0 || add_tags(a, err) < 0)
        return err->code;
    AVDictionary *options = NULL;
    /* The index in front: a player on the web starts without reading to the end. */
    av_dict_set(&options, webm ? "cues_to_front" : "movflags", webm ? "1" : "+faststart", 0);
    if (!a->video) /* MP4 of sound alone, as Apple's players know it; other muxers have no brand */
        av_dict_set(&options, "brand", "M4A ", 0);
    /* MP3: of a chapter with a title of 120 bytes or more, libavformat 59 writes a wrong size into
     * ID3 2.4, which readers then lose. */
    av_dict_set(&options, "id3v2_version", "3", 0);
    expect_bytes(a);
    const AVIOInterruptCB progress = {before_write, a};
    ret = avio_open2(&a->mux->pb, path, AVIO_FLAG_WRITE, &progress, NULL);
    if (ret >= 0)
        ret = avformat_write_header(a->mux, &options);
    av_dict_free(&options);
    return ret < 0 ? av_fail(err, ret, "cannot write '%s'", path) : 0;
}

static int write_packet(struct assembly *a, AVPacket *pkt, const AVStream *st, AVRational base,
                        struct err *err)
{
    pkt->stream_index = st->index;
    pkt->pos = -1;
    av_packet_rescale_ts(pkt, base, st->time_base);
    const int ret = av_interleaved_write_frame(a->mux, pkt);
    return ret < 0 ? av_fail(err, ret, "cannot write '%s'", a->mux->url) : 0;
}

/* Writes the cues that begin up to a time. */
static int write_cues(struct assembly *a, int64_t until, AVRational base, struct err *err)
{
    for (size_t i = 0; i < a->spec->nb_captions; i++) {
        const struct cues *c = a->spec->captions[i].cues;
        for (size_t *n = &a->nb_cues[i]; *n < c->nb; (*n)++) {
            const struct cue *cue = &c->cues[*n];
            if (av_compare_ts(cue->start_ms, (AVRational){1, 1000}, until, base) > 0)
                break;
            if (captions_track_packet(a->cue, cue, err) < 0 ||
                write_packet(a, a->cue, a->captions[i], (AVRational){1, CAPTIONS_TRACK_RATE}, err) <
                    0)
                return err->code;
        }
    }
    return 0;
}

/* Writes all tracks in the order of their times. */
static int copy_packets(struct assembly *a, struct err *err)
{
    const AVRational frame = av_inv_q(a->spec->fps), sample = {1, SOUND_RATE};
    int video = a->video ? read_video(a, err) : 0;
    int sound = video < 0 ? video : read_sound(a, err);
    while (video > 0 || sound > 0) {
        const bool video_first =
            video > 0 && (sound <= 0 || av_compare_ts(a->next_video->dts, frame, a->next_audio->dts,
                                                      sample) <= 0);
        if (video_first) {
            if (write_cues(a, a->next_video->dts, frame, err) < 0 ||
                write_packet(a, a->next_video, a->video, frame, err) < 0)
                return err->code;
            video = read_video(a, err);
        } else {
            if (write_cues(a, a->next_audio->dts, sample, err) < 0 ||
                write_packet(a, a->next_audio, a->audio, sample, err) < 0)
                return err->code;
            sound = read_sound(a, err);
        }
        if (video < 0 || sound < 0)
            return err->code;
    }
    return video < 0 || sound < 0 ? err->code : sound_holds(a, err);
}

static int assemble(struct assembly *a, struct assemble_result *out, const char *path,
                    struct err *err)
{
    a->next_video = av_packet_alloc();
    a->next_audio = av_packet_alloc();
    if (!a->next_video || !a->next_audio)
        return av_fail_nomem(err);
    if (open_output(a, path, err) < 0 || copy_packets(a, err) < 0)
        return err->code;
    int ret = av_write_trailer(a->mux);
    const int closed = avio_closep(&a->mux->pb);
    if (ret < 0 || closed < 0)
        return av_fail(err, ret < 0 ? ret : closed, "cannot write '%s'", path);
    if (a->spec->nb_captions && captions_tracks_off(path, err) < 0)
        return err->code;
    out->nb_frames = a->nb_frames;
    out->nb_samples = a->sound_length;
    if (a->video)
        hash_hex(a->video_hash, out->video_hash);
    hash_hex(a->sound_hash, out->sound_hash);
    return 0;
}

int assemble_file(struct assemble_result *out, const char *path, const struct assemble_spec *spec,
                  struct err *err)
{
    struct assembly a = {.spec = spec};
    *out = (struct assemble_result){0};
    (void)assemble(&a, out, path, err);
    assembly_finish(&a);
    return err->code;
}
