/*
 * A recording opened for reading, and nothing else: read-only, by descriptor, with a list of
 * containers, and with every attempt of a demuxer to open a second file or an address refused.
 * Owned by the opener, one thread.
 */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct media; /* closed by media_close */

struct media_params {
    bool hash; /* hash the content while it is read: see media_content_hash */
};

/* Opens path and finds its streams. ERR_INVALID with one message for anything that is no recording:
 * empty, of an unknown kind, damaged beyond reading. */
ATTR_NODISCARD int media_open(struct media **out, const char *path,
                              const struct media_params *params, struct err *err);
void media_close_p(struct media **media);
#define AUTO_MEDIA ATTR_CLEANUP(media_close_p) struct media

AVFormatContext *media_format(struct media *media);
int64_t media_size(const struct media *media);
const char *media_path(const struct media *media);

/* The XXH3 hash of the whole content, HASH_BYTES. Most was hashed when the demuxer read it; what it
 * skipped is read now. Only where params said hash. */
ATTR_NODISCARD int media_content_hash(char *out, struct media *media, struct err *err);

/* A decoder for the stream, one thread, its packet time base set; the caller's. options as for
 * avcodec_open2, or NULL. */
ATTR_NODISCARD int media_decoder(AVCodecContext **out, struct media *media, int stream,
                                 AVDictionary **options, struct err *err);

/* The most pixels a picture may have (8K and a margin): far above any camera, below what exhausts
 * memory. */
enum { MEDIA_MAX_PIXELS = 8192 * 4608 };
