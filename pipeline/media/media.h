/*
 * A recording opened for reading: the only way in which the pipeline opens media from outside. Only
 * listed containers and decoders are allowed, and a demuxer that asks for another file or an
 * address is refused. A recording of several files reads as one (docs/join.md). It never writes,
 * and does not decode: readers of pictures and sound are in frames/. Owned by the opener; one
 * thread.
 */
#pragma once

#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct media; /* closed by media_close_p */

struct media_params {
    /* The recording's files after the first, in order. */
    const char *const *more;
    size_t nb_more;
    /* How the files continue each other, as media_join returned it. NULL: it is found out while
     * reading, which is only valid for one read from start to end. */
    const json_t *join;
    /* Called with the number of bytes read as a share of the recording's, 0 to 1; non-zero stops
     * reading. For one read from start to end; or NULL. */
    int (*progress)(void *opaque, double fraction);
    void *opaque;
};

/* Opens path and finds its streams. params may be NULL (one file); the strings and the join that it
 * points to must outlive the media. ERR_INVALID where the file is not a recording (empty, of an
 * unknown format, too damaged to read) or where the files cannot be one recording; ERR_IO or the
 * like where reading failed. */
ATTR_NODISCARD int media_open(struct media **out, const char *path,
                              const struct media_params *params, struct err *err);
void media_close_p(struct media **media);
#define AUTO_MEDIA ATTR_CLEANUP(media_close_p) struct media

/* The first file's streams, the media's own: all times are in their time bases. */
AVFormatContext *media_format(struct media *media);
/* After everything was read: the last file's (the first one's if the files are one stream of
 * bytes), for what is at its end. The media's own. */
AVFormatContext *media_last_format(struct media *media);
int64_t media_size(const struct media *media); /* bytes, of all files together */
/* The first file's, the media's own. */
const char *media_path(const struct media *media);

/* The picture and the sound to publish, -1: there is none. They belong to one programme of a
 * transport stream; among several programmes, one with sound is preferred, and among streams the
 * default one of the largest size. A cover is no picture. */
void media_choose(int *video, int *audio, AVFormatContext *fmt);
/* Why a stream must not replace the chosen one or be published beside it: it is of another
 * programme, or has another purpose, as an audio description has. NULL: it may. */
const char *media_apart(AVFormatContext *fmt, int chosen, int stream);

/* Reads the next packet into pkt (blank), with its times on the recording's clock. Returns 1, 0 at
 * the end (where a file cannot be read further, it ends: see media_broken), or an error. */
ATTR_NODISCARD int media_read(struct media *media, AVPacket *pkt, struct err *err);

/* Seeks to the key packet at or before ts, in the stream's time base. Returns 1, 0 where the
 * container cannot seek, or an error. */
ATTR_NODISCARD int media_seek(struct media *media, int stream, int64_t ts, struct err *err);
/* The same for all streams, at a time in microseconds; the stream determines in which file that is.
 * Where the container cannot seek, reading continues at the start of that file. */
ATTR_NODISCARD int media_seek_us(struct media *media, int stream, int64_t ts_us, struct err *err);
/* Seeks to the start. ERR_INVALID where the container cannot. */
ATTR_NODISCARD int media_rewind(struct media *media, struct err *err);

/* The index of the file that the last packet came from (always 0 if the files are read as one
 * stream of bytes), and that file's parameters of the stream: a decoder is valid until they change.
 */
size_t media_file(const struct media *media);
const AVCodecParameters *media_parameters(const struct media *media, int stream);

/* The decoder's configuration of the last packet, where packets of this file brought another than
 * the parameters have. Returns how often it changed: 0: never, and out is not set. It belongs to
 * the media, and is valid until the next packet. A decoder that has not seen the change must be
 * given it with the next packet (AV_PKT_DATA_NEW_EXTRADATA). */
unsigned media_extradata(const uint8_t **out, size_t *nb, const struct media *media, int stream);

/* After everything was read: how the files continue each other, for struct media_params. A new
 * object; NULL for one file. */
json_t *media_join(const struct media *media);
/* After everything was read: a new string that says which of several files is incomplete, or NULL;
 * and the first AVERROR code inside a file, or 0. */
char *media_short_file(const struct media *media);
int media_broken(const struct media *media);

/* Opens a decoder for the stream, with the parameters of the last packet's file, one thread and its
 * packet time base set; the caller's. options as for avcodec_open2, or NULL. ERR_INVALID where the
 * codec is not on the list, unknown to this FFmpeg, or its pictures are too large. */
ATTR_NODISCARD int media_decoder(AVCodecContext **out, struct media *media, int stream,
                                 AVDictionary **options, struct err *err);

/* Why a stream cannot be decoded, to follow "which": this FFmpeg has no decoder for it, or it is
 * not on talkpress's list. NULL: it may be possible. */
const char *media_undecodable(const AVCodecParameters *par);

/* The most pixels of a picture: 8K with a margin, so that no recording exhausts the memory. */
enum { MEDIA_MAX_PIXELS = 8192 * 4608 };
