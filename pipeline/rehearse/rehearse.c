#include "rehearse.h"

#include <unistd.h>

#include "av.h"
#include "av_versions.h"
#include "fs.h"
#include "mem.h"
#include "rehearse_picture.h"
#include "rehearse_sound.h"
#include "str.h"

/* Cameras write AAC. In Matroska libavformat keeps no codec's priming but Opus's, so that AAC would
 * start late there. */
static const struct container {
    const char *suffix, *format, *audio_encoder;
} containers[] = {
    {".mp4", "mp4", "aac"},
    {".mov", "mov", "aac"},
    {".mkv", "matroska", "libopus"},
    {".ts", "mpegts", "aac"},
};

/* One of the two streams. */
struct lane {
    AVCodecContext *encoder;
    AVStream *stream;   /* belongs to the muxer */
    int64_t next, end;  /* frames or samples made so far, and in all */
    int64_t pts_offset; /* added to the encoder's time stamps, in its time base */
};

struct maker {
    const struct rehearse_spec *spec;
    const struct container *container;
    AVFormatContext *mux;
    AVPacket *packet;
    AVFrame *samples;
    struct rehearse_picture *picture;
    struct rehearse_sound *sound;
    struct lane video, audio;
};

static void maker_finish(struct maker *m)
{
    if (m->mux)
        avio_closep(&m->mux->pb);
    avformat_free_context(m->mux);
    avcodec_free_context(&m->video.encoder);
    avcodec_free_context(&m->audio.encoder);
    av_packet_free(&m->packet);
    av_frame_free(&m->samples);
    rehearse_picture_destroy(m->picture);
    rehearse_sound_destroy(m->sound);
}
#define AUTO_MAKER ATTR_CLEANUP(maker_finish) struct maker

static int check_lengths(struct maker *m, struct err *err)
{
    const struct rehearse_spec *spec = m->spec;
    if (spec->nb_parts < 1)
        return err_set(err, ERR_INVALID, "'%s': a stand-in needs at least one part", spec->path);
    const int64_t max_frames = 1 << 20, max_ms = max_frames * 1000;
    int64_t ms = 0;
    for (size_t i = 0; i < spec->nb_parts; i++) {
        if (spec->part_ms[i] < 1 || spec->part_ms[i] > max_ms)
            return err_set(err, ERR_INVALID, "'%s': part %zu cannot last %lld ms", spec->path,
                           i + 1, (long long)spec->part_ms[i]);
        ms += spec->part_ms[i];
        if (ms > max_ms)
            break;
    }
    m->video.end = (ms * spec->fps + 500) / 1000;
    m->audio.end = ms * (REHEARSE_SAMPLE_RATE / 1000);
    if (m->video.end < 1 || m->video.end > max_frames)
        return err_set(err, ERR_INVALID,
                       "'%s': %lld pictures were asked for; 1 … %lld can be numbered", spec->path,
                       (long long)m->video.end, (long long)max_frames);
    return 0;
}

static int check(struct maker *m, struct err *err)
{
    const struct rehearse_spec *spec = m->spec;
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
        if (str_ends(spec->path, containers[i].suffix))
            m->container = &containers[i];
    if (!m->container)
        return err_set(err, ERR_INVALID,
                       "'%s': a stand-in's name must end in .mp4, .mov, .mkv or .ts", spec->path);
    if (spec->width % 2 || spec->height % 2 || spec->width < 160 || spec->height < 90 ||
        spec->width > 7680 || spec->height > 4320)
        return err_set(
            err, ERR_INVALID,
            "'%s': %dx%d is not a size for a stand-in: both must be even, from 160x90 to "
            "7680x4320",
            spec->path, spec->width, spec->height);
    if (spec->fps < 1 || spec->fps > 60)
        return err_set(err, ERR_INVALID, "'%s': %d frames a second; 1 … 60 can be made", spec->path,
                       spec->fps);
    return check_lengths(m, err);
}

/* Adds a stream, and its encoder for the caller to set up. */
static int add_lane(struct maker *m, struct lane *lane, const char *encoder, struct err *err)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(encoder);
    if (!codec)
        return err_set(err, ERR_EXTERNAL,
                       "this libavcodec has no encoder '%s', which stand-in recordings in %s need",
                       encoder, m->container->suffix);
    lane->encoder = avcodec_alloc_context3(codec);
    lane->stream = avformat_new_stream(m->mux, NULL);
    if (!lane->encoder || !lane->stream)
        return av_fail_nomem(err);
    lane->encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (m->mux->oformat->flags & AVFMT_GLOBALHEADER)
        lane->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    return 0;
}

static int open_lane(struct lane *lane, const char *options, struct err *err)
{
    AVDictionary *dict = NULL;
    int ret = av_dict_parse_string(&dict, options, "=", ":", 0);
    if (ret >= 0)
        ret = avcodec_open2(lane->encoder, NULL, &dict);
    av_dict_free(&dict);
    if (ret >= 0)
        ret = avcodec_parameters_from_context(lane->stream->codecpar, lane->encoder);
    lane->stream->time_base = lane->encoder->time_base;
    return ret < 0 ? av_fail(err, ret, "cannot open the encoder '%s'", lane->encoder->codec->name)
                   : 0;
}

static int open_video(struct maker *m, struct err *err)
{
    if (add_lane(m, &m->video, "libx264", err) < 0)
        return err->code;
    AVCodecContext *e = m->video.encoder;
    e->width = m->spec->width;
    e->height = m->spec->height;
    e->pix_fmt = AV_PIX_FMT_YUV420P;
    e->sample_aspect_ratio = (AVRational){1, 1};
    e->time_base = (AVRational){1, m->spec->fps};
    e->framerate = (AVRational){m->spec->fps, 1};
    e->gop_size = 2 * m->spec->fps;
    e->max_b_frames = 2;
    e->thread_count = 1; /* the bytes must not depend on the machine */
    e->color_range = AVCOL_RANGE_MPEG;
    e->color_primaries = AVCOL_PRI_BT709;
    e->color_trc = AVCOL_TRC_BT709;
    e->colorspace = AVCOL_SPC_BT709;
    m->video.stream->avg_frame_rate = e->framerate;
    return open_lane(&m->video, "preset=ultrafast:crf=22", err);
}

static int open_audio(struct maker *m, struct err *err)
{
    if (add_lane(m, &m->audio, m->container->audio_encoder, err) < 0)
        return err->code;
    AVCodecContext *e = m->audio.encoder;
    const bool aac = e->codec_id == AV_CODEC_ID_AAC;
    e->sample_rate = REHEARSE_SAMPLE_RATE;
    e->sample_fmt = aac ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT; /* the same for one channel */
    e->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
    e->time_base = (AVRational){1, REHEARSE_SAMPLE_RATE};
    e->bit_rate = 64000;
    /* Files are hours long: features that cost much and gain little for one voice are off. */
    if (open_lane(&m->audio, aac ? "aac_coder=fast:aac_tns=0" : "compression_level=0", err) < 0)
        return err->code;
    /* Matroska states the priming apart from the timestamps: they start at 0 with it. */
    if (!aac)
        m->audio.pts_offset = av_versions_matroska_delay(e->initial_padding);
    m->samples = av_frame_alloc();
    if (!m->samples)
        return av_fail_nomem(err);
    m->samples->format = e->sample_fmt;
    m->samples->ch_layout = e->ch_layout;
    m->samples->sample_rate = e->sample_rate;
    m->samples->nb_samples = e->frame_size;
    const int ret = av_frame_get_buffer(m->samples, 0);
    return ret < 0 ? av_fail(err, ret, "cannot set up the sound") : 0;
}

static int open_file(struct maker *m, const char *tmp, struct err *err)
{
    int ret = avformat_alloc_output_context2(&m->mux, NULL, m->container->format, NULL);
    if (ret < 0)
        return av_fail(err, ret, "cannot set up the container '%s'", m->container->format);
    m->mux->flags |= AVFMT_FLAG_BITEXACT;
    m->packet = av_packet_alloc();
    if (!m->packet)
        return av_fail_nomem(err);
    if (open_video(m, err) < 0 || open_audio(m, err) < 0)
        return err->code;
    AUTO_FREE char *title = str_clean(m->spec->title ? m->spec->title : "");
    AUTO_FREE char *url = mem_printf("file:%s", tmp); /* a name may look like a protocol */
    ret = avio_open(&m->mux->pb, url, AVIO_FLAG_WRITE);
    if (ret < 0)
        return err_errno(err, AVUNERROR(ret), "cannot create '%s'", tmp);
    ret = av_dict_set(&m->mux->metadata, "title", title, 0);
    if (ret >= 0)
        ret = avformat_write_header(m->mux, NULL);
    return ret < 0 ? av_fail(err, ret, "cannot write '%s'", tmp) : 0;
}

/* Encodes one frame (NULL: the end) and writes all packets that are ready. */
static int encode(struct maker *m, struct lane *lane, const AVFrame *frame, struct err *err)
{
    AVPacket *packet = m->packet;
    int ret = avcodec_send_frame(lane->encoder, frame);
    while (ret >= 0 && (ret = avcodec_receive_packet(lane->encoder, packet)) >= 0) {
        if (packet->duration == 0) /* libx264 states none */
            packet->duration = 1;
        packet->pts += lane->pts_offset;
        packet->dts += lane->pts_offset;
        packet->stream_index = lane->stream->index;
        av_packet_rescale_ts(packet, lane->encoder->time_base, lane->stream->time_base);
        ret = av_interleaved_write_frame(m->mux, packet);
        if (ret >= 0)
            ret = m->mux->pb->error;
    }
    if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF)
        return 0;
    return av_fail(err, ret, "cannot write '%s'", m->spec->path);
}

static int add_picture(struct maker *m, struct err *err)
{
    const struct rehearse_spec *spec = m->spec;
    struct lane *video = &m->video;
    const double done = (double)video->next / (double)video->end;
    if (video->next % spec->fps == 0 && spec->progress && spec->progress(spec->opaque, done))
        return err_set(err, ERR_CANCELLED, "'%s' was stopped", spec->path);
    AVFrame *frame;
    if (rehearse_picture_draw(&frame, m->picture, video->next, err) < 0)
        return err->code;
    video->next++;
    return encode(m, video, frame, err);
}

static int add_samples(struct maker *m, struct err *err)
{
    struct lane *audio = &m->audio;
    AVFrame *f = m->samples;
    const int ret = av_frame_make_writable(f);
    if (ret < 0)
        return av_fail(err, ret, "cannot make the sound");
    if (f->nb_samples > audio->end - audio->next)
        f->nb_samples = (int)(audio->end - audio->next);
    rehearse_sound_read(m->sound, (float *)f->data[0], audio->next, f->nb_samples);
    f->pts = audio->next;
    audio->next += f->nb_samples;
    return encode(m, audio, f, err);
}

static int make(struct maker *m, const char *tmp, struct err *err)
{
    if (rehearse_sound_create(&m->sound, m->spec, err) < 0 ||
        rehearse_picture_create(&m->picture, m->spec, err) < 0 || open_file(m, tmp, err) < 0)
        return err->code;
    struct lane *video = &m->video, *audio = &m->audio;
    while (video->next < video->end || audio->next < audio->end) {
        const bool picture_next = audio->next >= audio->end ||
                                  (video->next < video->end &&
                                   av_compare_ts(video->next, video->encoder->time_base,
                                                 audio->next, audio->encoder->time_base) <= 0);
        if ((picture_next ? add_picture : add_samples)(m, err) < 0)
            return err->code;
    }
    if (encode(m, video, NULL, err) < 0 || encode(m, audio, NULL, err) < 0)
        return err->code;
    int ret = av_write_trailer(m->mux);
    if (ret >= 0)
        ret = avio_closep(&m->mux->pb);
    return ret < 0 ? av_fail(err, ret, "cannot write '%s'", m->spec->path) : 0;
}

int rehearse_make(const struct rehearse_spec *spec, struct err *err)
{
    AUTO_MAKER m = {.spec = spec};
    if (check(&m, err) < 0)
        return err->code;
    AUTO_FREE char *tmp = mem_printf("%s.tmp", spec->path);
    if (make(&m, tmp, err) == 0 && fs_commit(tmp, spec->path, err) == 0)
        return 0;
    unlink(tmp);
    return err->code;
}
