/* One stream of a recording, packet by packet and frame by frame: what the readers of pictures and
 * of sound share, and nobody else. */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "reader.h"

struct media;

struct stream_source {
    struct media *media;
    AVFormatContext *fmt;
    AVStream *st;
    AVCodecContext *dec;
    AVCodecParameters *par; /* that dec was made for */
    size_t file;            /* of the recording, that the last packet was of */
    AVPacket *pkt;
    bool draining;
    bool changing;   /* pkt needs another decoder; what dec still holds comes first */
    int64_t last_ms; /* of the last packet, on the recording's clock */
    int64_t origin_us;
    int key_step_ms; /* above 0: packets other than key packets this far apart are passed over */
    int64_t last_key_ms;
    bool second_field; /* the packet before was a key packet of an interlaced stream */
    int64_t from_ms;   /* damage before the range is not its own: leading pictures, preroll */
    struct damage damage;
};

/* Closed by stream_source_close, after a failure too. */
ATTR_NODISCARD int stream_source_open(struct stream_source *s, struct media *media, int stream,
                                      struct err *err);
void stream_source_close(struct stream_source *s);

/* The next packet of the stream into s->pkt. Returns 1, 0 at the end, or an error. */
ATTR_NODISCARD int stream_source_packet(struct stream_source *s, struct err *err);

/* The next decoded frame. *pending: s->pkt holds a packet that is to go first. Returns 1, 0 at the
 * end, or an error; what does not decode is counted in s->damage and passed over. */
ATTR_NODISCARD int stream_source_frame(struct stream_source *s, AVFrame *frame, bool *pending,
                                       struct err *err);
