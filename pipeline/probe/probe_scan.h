/* What the files probe*.c share: the scan of all packets of a recording (probe_scan.c), and its
 * description as JSON (probe_describe.c). Inner header. */
#pragma once

#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#include "cues.h"
#include "drift.h"
#include "media.h"

enum { PROBE_REORDER_MAX = 32 /* the deepest reordering that a codec allows is 16 pictures */ };

struct scan_stream {
    bool wanted;    /* video (but no cover picture) or audio */
    bool encrypted; /* a packet says so */
    int64_t nb_packets, nb_bytes;
    int64_t first, end;         /* in the stream's time base */
    int64_t length;             /* sum of all packets' durations */
    int64_t last, last_length;  /* start and duration of the packet that begins last */
    int64_t next;               /* expected start of the next packet */
    int64_t step;               /* between packets that state no duration; 0: unknown */
    struct drift_finder *drift; /* of sound, else NULL */
    /* Count a packet's samples where the codec alone does not tell. */
    AVCodecParserContext *parser;
    AVCodecContext *parsed;
    struct cues text; /* of a stream of text, the first TELEMETRY_CUES; on the stream's clock */
};

/* Time stamps of the video stream on their way into presentation order: the lowest of a fixed
 * number leaves first. */
struct reorder {
    int64_t pts[PROBE_REORDER_MAX];
    int nb;
};

/* A packet of the video stream, kept until the first picture is known. */
struct held {
    int64_t pts, dts;
    bool key, hidden;
};

/* The pictures begin with the first one that decodes: those before it (leading pictures whose
 * references are missing, a stream that begins inside a GOP) never show. And where packets have
 * decoding times only (AVI, ASF, MXF), only the decoder knows by how many packets pictures are
 * delayed. */
struct first_picture {
    AVCodecContext *dec; /* NULL once it is known, or can never be */
    AVFrame *frame;
    struct held *held;
    size_t nb_held;
    bool known, no_memory;
    int64_t pts;
    bool by_dts;     /* packets have decoding times only */
    int64_t nb_late; /* the delay in packets: as many pictures follow the last packet's time */
    bool interlaced;
    int width, height; /* of the picture as it decodes */
    AVRational sar;
};

struct scan {
    struct media *media;
    int (*progress)(void *opaque, double fraction); /* of the bytes read; or NULL */
    void *opaque;
    AVFormatContext *fmt;
    struct scan_stream *streams;
    unsigned nb_streams; /* when reading began: MPEG-TS may show more of them later */
    int video, audio;    /* -1: none */
    struct frame_grid_finder *finder;
    struct reorder reorder;
    struct first_picture picture;
    int64_t last_key_pts;
    json_t
        *keys; /* pts of key frames, an eighth of a cell or more apart: cells are cut from them */
    json_t *gaps, *corrupt;
    int64_t nb_gaps, nb_corrupt;
    int64_t last_ms; /* where the last packet of any stream ends */
    char jump[160];  /* the clock's first impossible jump, as a message; or "" */
};

/* Reads all packets of the media, which is the caller's and must outlive the scan; scan is zeroed.
 * probe_scan_finish frees it, after a failure too. */
ATTR_NODISCARD int probe_scan_media(struct scan *scan, struct media *media, struct err *err);
void probe_scan_finish(struct scan *scan);

/* A time stamp of a stream, in milliseconds. */
int64_t probe_to_ms(const struct scan *scan, int stream, int64_t ts);

/* The probe's result, a new object, without the content's size and hash, from a finished scan; NULL
 * if it cannot be expressed as JSON. */
json_t *probe_describe(struct scan *scan);
