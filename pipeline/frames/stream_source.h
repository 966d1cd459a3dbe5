/* One stream of a recording, packet by packet and frame by frame: shared by picture_reader.c and
 * sound_reader.c. Inner header. */
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
    AVCodecParameters *par; /* that dec was opened with */
    unsigned extra;         /* the last change that dec has seen: see media_extradata */
    size_t file;            /* of the recording, from which the last packet came */
    AVPacket *pkt;
    bool draining;
    bool changing;   /* pkt needs a new decoder; dec is drained first */
    int64_t last_ms; /* of the last packet, on the recording's clock */
    int64_t origin_us;
    int key_step_ms; /* above 0: all packets are skipped but key packets this far apart */
    int64_t last_key_ms;
    bool second_field; /* the packet before was a key packet of an interlaced stream */
    int64_t whole_ms;  /* pictures before it that no other needs are not decoded */
    int64_t from_ms;   /* damage before it (leading pictures, preroll) is not counted */
    struct damage damage;
};

/* s is zeroed. Freed by stream_source_close, after a failure too. ERR_INVALID where the recording
 * no longer has the stream. */
ATTR_NODISCARD int stream_source_open(struct stream_source *s, struct media *media, int stream,
                                      struct err *err);
void stream_source_close(struct stream_source *s);

/* The next packet of the stream into s->pkt. Returns 1, 0 at the end, or an error. */
ATTR_NODISCARD int stream_source_packet(struct stream_source *s, struct err *err);

/* The next decoded frame. *pending: s->pkt holds a packet to send first; cleared when it was sent.
 * Returns 1, 0 at the end, or an error. What does not decode is skipped and counted in s->damage.
 */
ATTR_NODISCARD int stream_source_frame(struct stream_source *s, AVFrame *frame, bool *pending,
                                       struct err *err);
