/*
 * A recording opened for reading, and nothing else: read-only, by descriptor, with a list of
 * containers, and with every attempt of a demuxer to open a second file or an address refused. A
 * recording of several files reads like one (docs/join.md). Owned by the opener, one thread.
 */
#pragma once

#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct media; /* closed by media_close */

struct media_params {
    bool hash; /* hash the content while it is read: see media_content_hash */
    /* The recording's files after the first, in order. */
    const char *const *more;
    size_t nb_more;
    /* How its files continue each other, as media_join found it; NULL: find out, which holds for a
     * reading from front to end only. */
    const json_t *join;
};

/* Opens path and finds its streams. ERR_INVALID with one message for anything that is no recording:
 * empty, of an unknown kind, damaged beyond reading; or files that cannot be one recording. params
 * may be NULL; what it points to must outlive the media. */
ATTR_NODISCARD int media_open(struct media **out, const char *path,
                              const struct media_params *params, struct err *err);
void media_close_p(struct media **media);
#define AUTO_MEDIA ATTR_CLEANUP(media_close_p) struct media

/* The first file's streams: all times are in their time bases. */
AVFormatContext *media_format(struct media *media);
int64_t media_size(const struct media *media); /* of all files together */
const char *media_path(const struct media *media);

/* The next packet, its times on the recording's clock. Returns 1, 0 at the end (a file that breaks
 * off inside ends there: see media_broken), or an error. */
ATTR_NODISCARD int media_read(struct media *media, AVPacket *pkt, struct err *err);

/* To the key packet at or before ts, in the stream's time base. Returns 1, 0 where the container
 * cannot, or an error. */
ATTR_NODISCARD int media_seek(struct media *media, int stream, int64_t ts, struct err *err);
/* The same for all streams, at a time in microseconds; the stream says in which file that lies.
 * Where the container cannot, reading goes on from the front of that file. */
ATTR_NODISCARD int media_seek_us(struct media *media, int stream, int64_t ts_us, struct err *err);
ATTR_NODISCARD int media_rewind(struct media *media, struct err *err);

/* Which of the files that are read apart the last packet is of, from 0; and what that one says of
 * the stream: a decoder holds as long as this stays the same. */
size_t media_file(const struct media *media);
const AVCodecParameters *media_parameters(const struct media *media, int stream);

/* After everything was read: how the files continue each other, for media_params (the caller's);
 * NULL for one file. */
json_t *media_join(const struct media *media);
/* After everything was read: what is missing at the end of one of several files, a new string, or
 * NULL; and the error that reading met, or 0. */
char *media_short_file(const struct media *media);
int media_broken(const struct media *media);

/* The XXH3 hash of the whole content, HASH_BYTES. Most was hashed when the demuxer read it; what it
 * skipped is read now. Only where params said hash. */
ATTR_NODISCARD int media_content_hash(char *out, struct media *media, struct err *err);

/* A decoder for the stream as the last packet's file has it, one thread, its packet time base set;
 * the caller's. options as for avcodec_open2, or NULL. */
ATTR_NODISCARD int media_decoder(AVCodecContext **out, struct media *media, int stream,
                                 AVDictionary **options, struct err *err);

/* The most pixels a picture may have (8K and a margin): far above any camera, below what exhausts
 * memory. */
enum { MEDIA_MAX_PIXELS = 8192 * 4608 };
