/*
 * A track: the packets of one encoder in an MP4 file of its own. Segments and sound are kept as
 * tracks until they are assembled. Times count from the track's first frame or sample; audio
 * packets may begin before 0, by the encoder's priming samples. One thread per track.
 */
#pragma once

#include <libavcodec/avcodec.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct track_writer;
/* Creates the file for the packets of enc, which is open with a global header. The first nb_lead
 * frames have times below 0 and a key frame after them: their packets are not written. */
ATTR_NODISCARD int track_writer_open(struct track_writer **out, const char *path,
                                     const AVCodecContext *enc, int nb_lead, struct err *err);
/* The same for a fragment of a longer track (ISO/IEC 14496-12, 8.8): the file is a header, which
 * depends on the encoder's settings alone, and one fragment. The packets from [0, nb) in the
 * encoder's time base are written, first is added to their times; packets outside are left out. */
ATTR_NODISCARD int track_writer_open_fragment(struct track_writer **out, const char *path,
                                              const AVCodecContext *enc, int64_t first, int64_t nb,
                                              struct err *err);
/* Sends a frame (NULL: the end) to the encoder and writes all packets that it returns. */
ATTR_NODISCARD int track_writer_encode(struct track_writer *writer, AVCodecContext *enc,
                                       const AVFrame *frame, struct err *err);
/* Completes the file. Not synced. */
ATTR_NODISCARD int track_writer_finish(struct track_writer *writer, struct err *err);
void track_writer_close_p(struct track_writer **writer);
#define AUTO_TRACK_WRITER ATTR_CLEANUP(track_writer_close_p) struct track_writer

struct track_reader;
/* Opens a track's file. ERR_INVALID where it is damaged or not a track. */
ATTR_NODISCARD int track_reader_open(struct track_reader **out, const char *path, struct err *err);
/* Reads the next packet into pkt (blank), without side data, times in track_reader_time_base.
 * Returns 1, 0 at the end, or an error. */
ATTR_NODISCARD int track_reader_next(struct track_reader *reader, AVPacket *pkt, struct err *err);
AVRational track_reader_time_base(const struct track_reader *reader);
/* The reader's own. */
const AVCodecParameters *track_reader_codec(const struct track_reader *reader);
void track_reader_close_p(struct track_reader **reader);
#define AUTO_TRACK_READER ATTR_CLEANUP(track_reader_close_p) struct track_reader

/* What a finished track holds, read from its file. */
struct track_summary {
    int64_t nb_packets, nb_bytes;
    char hash[33];   /* XXH3 of all payloads in order: the same after packets were copied */
    char header[33]; /* XXH3 of the codec's extradata: equal in tracks that can be joined */
};
ATTR_NODISCARD int track_summarise(struct track_summary *out, const char *path, struct err *err);
