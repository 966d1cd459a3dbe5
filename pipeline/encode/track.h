/*
 * A track: the packets of one encoder in an MP4 file of their own, as segments and sound are kept
 * until they are assembled. Times in a track count from its first frame or sample (sound's first
 * packets begin before 0 by what the encoder needs to settle).
 */
#pragma once

#include <libavcodec/avcodec.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct track_writer;
/* Creates the file for what enc will send (the encoder is open, with a global header). Frames with
 * times below 0, nb_lead of them and a key frame behind, are for the encoder alone: they are left
 * out. */
ATTR_NODISCARD int track_writer_open(struct track_writer **out, const char *path,
                                     const AVCodecContext *enc, int nb_lead, struct err *err);
/* Sends a frame (NULL: the end) to the encoder and writes all packets that it gives. */
ATTR_NODISCARD int track_writer_encode(struct track_writer *writer, AVCodecContext *enc,
                                       const AVFrame *frame, struct err *err);
/* Completes the file. Not synced: whoever renames it does that. */
ATTR_NODISCARD int track_writer_finish(struct track_writer *writer, struct err *err);
void track_writer_close_p(struct track_writer **writer);
#define AUTO_TRACK_WRITER ATTR_CLEANUP(track_writer_close_p) struct track_writer

struct track_reader;
ATTR_NODISCARD int track_reader_open(struct track_reader **out, const char *path, struct err *err);
/* The next packet, without side data, times in track_reader_time_base. Returns 1, 0 at the end, or
 * an error. */
ATTR_NODISCARD int track_reader_next(struct track_reader *reader, AVPacket *pkt, struct err *err);
AVRational track_reader_time_base(const struct track_reader *reader);
const AVCodecParameters *track_reader_codec(const struct track_reader *reader);
void track_reader_close_p(struct track_reader **reader);
#define AUTO_TRACK_READER ATTR_CLEANUP(track_reader_close_p) struct track_reader

/* What a finished track holds, read back from its file. */
struct track_summary {
    int64_t nb_packets, nb_bytes;
    char hash[33]; /* of all payloads in order: the same after the packets were copied elsewhere */
    char header[33]; /* of the codec's extradata: tracks that are to be joined must agree in it */
};
ATTR_NODISCARD int track_summarise(struct track_summary *out, const char *path, struct err *err);
