/*
 * What differs between the versions of FFmpeg that talkpress builds with, 5.1 to 9: each function
 * does the same with all of them. No other file asks for a version of FFmpeg.
 */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>

/* Flags of frames: since libavutil 58.7 (FFmpeg 6.1); libavutil 61 dropped the members that they
 * replace. */
static inline bool av_versions_interlaced(const AVFrame *f)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    return f->flags & AV_FRAME_FLAG_INTERLACED;
#else
    return f->interlaced_frame;
#endif
}

static inline bool av_versions_key(const AVFrame *f)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    return f->flags & AV_FRAME_FLAG_KEY;
#else
    return f->key_frame;
#endif
}

/* A stream's side data: in its codec parameters since libavcodec 60.30 (FFmpeg 6.1); libavformat 62
 * dropped the functions for streams. NULL: none of this type. */
static inline const uint8_t *av_versions_side_data(const AVStream *st,
                                                   enum AVPacketSideDataType type)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
    const AVPacketSideData *side = av_packet_side_data_get(st->codecpar->coded_side_data,
                                                           st->codecpar->nb_coded_side_data, type);
    return side ? side->data : NULL;
#else
    return av_stream_get_side_data(st, type, NULL);
#endif
}

/* Room for side data of a stream, which owns it. NULL: out of memory. */
static inline uint8_t *av_versions_new_side_data(AVStream *st, enum AVPacketSideDataType type,
                                                 size_t nb_bytes)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
    AVPacketSideData *side = av_packet_side_data_new(
        &st->codecpar->coded_side_data, &st->codecpar->nb_coded_side_data, type, nb_bytes, 0);
    return side ? side->data : NULL;
#else
    return av_stream_new_side_data(st, type, nb_bytes);
#endif
}

/* The sample format that an encoder prefers; 32-bit float of one that states none. Asked by a
 * function since libavcodec 61.13 (FFmpeg 7.1). */
static inline enum AVSampleFormat av_versions_sample_fmt(const AVCodec *codec)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
    const void *list = NULL;
    if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0, &list, NULL) <
        0)
        list = NULL;
    const enum AVSampleFormat *fmts = list;
#else
    const enum AVSampleFormat *fmts = codec->sample_fmts;
#endif
    return fmts ? fmts[0] : AV_SAMPLE_FMT_FLT;
}

/* The end of the arguments of a "buffer" filter: since libavfilter 10 (FFmpeg 7) these state the
 * colours of its pictures; unstated ones make libavfilter put a conversion before the scaler. */
static inline void av_versions_source_colours(char *out, size_t nb_bytes, enum AVColorSpace space,
                                              enum AVColorRange range)
{
    *out = '\0';
    if (LIBAVFILTER_VERSION_MAJOR >= 10)
        snprintf(out, nb_bytes, ":colorspace=%d:range=%d", (int)space, (int)range);
}

/* How much to add to the times of sound that goes to Matroska or WebM, in the unit of nb: these
 * containers state the encoder's lead-in of nb and count times from its start. Since libavformat 61
 * (FFmpeg 7) the muxer adds what it states; before, the caller had to. */
static inline int64_t av_versions_matroska_delay(int64_t nb)
{
    return LIBAVFORMAT_VERSION_MAJOR >= 61 ? 0 : nb;
}

/* Whether demuxers have the decoder drop the encoder's lead-in after each seek: since libavformat
 * 62 (FFmpeg 8); before, at the start of the file only. */
static inline bool av_versions_cuts_after_seek(void)
{
    return LIBAVFORMAT_VERSION_MAJOR >= 62;
}
