/*
 * Captions: reads them from a file beside a recording or from one of its streams, cuts them to a
 * part and writes them as WebVTT, or as a track of an MP4 file (captions_track.h). Texts are in
 * WebVTT's syntax: lines joined by '\n', none of them empty, <i>, <b> and <u> correctly nested, and
 * & < > escaped. It never draws text into pictures, and does not translate. No state: from any
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cues.h"
#include "err.h"
#include "frame_grid.h"

struct media_params;

/* To be raised whenever the same captions would give another file. */
enum { CAPTIONS_VERSION = 2 };
/* The largest file; captions of 24 hours of speech take 2 MB. */
enum { CAPTIONS_MAX_BYTES = 16 << 20 };

/* Reads a file: SubRip, WebVTT or Advanced SubStation by its suffix (.srt, .vtt, .ass), in UTF-8,
 * UTF-16 with a byte order mark, or Windows-1252. Times are the file's. ERR_INVALID where something
 * in it cannot be read (the message names file and line), and where it has no cues. WebVTT is read
 * by the rules of its parser, as browsers do: blocks that it leaves out are counted in *out. */
ATTR_NODISCARD int captions_read_file(struct cues *out, const char *path, struct err *err);
/* The same from nb bytes; path determines the format, and names them in messages. */
ATTR_NODISCARD int captions_read_text(struct cues *out, const char *path, const char *bytes,
                                      size_t nb, struct err *err);

/* Whether captions_read_stream can read streams of the codec (libav's name). */
bool captions_codec(const char *codec);
/* Appends the text of one packet of such a stream, of nb > 0 bytes. */
void captions_add_packet(struct cues *cues, const char *codec, const void *bytes, size_t nb,
                         int64_t start_ms, int64_t end_ms);
/* Reads a stream of the recording (files: its further files, or NULL). Times are in milliseconds
 * from the grid's origin. ERR_INVALID where the stream has no captions that can be read. */
ATTR_NODISCARD int captions_read_stream(struct cues *out, const char *recording,
                                        const struct media_params *files, int stream,
                                        const struct frame_grid *grid, struct err *err);

/* Keeps the cues that show in [begin_ms, end_ms), clipped to it, and adds shift_ms to their times.
 */
void captions_cut(struct cues *cues, int64_t begin_ms, int64_t end_ms, int64_t shift_ms);

/* Leaves out [begin_ms, end_ms) of the clock: what shows only then goes, what reaches into it is
 * clipped, and later cues move. */
void captions_drop(struct cues *cues, int64_t begin_ms, int64_t end_ms);

/* For a track that shows one text at a time: overlapping cues become one cue for each interval in
 * which the same set of them shows. Texts become plain, without markup. ERR_INVALID where the
 * result would be larger than CAPTIONS_MAX_BYTES. *out is the caller's, for cues_finish. */
ATTR_NODISCARD int captions_flatten(struct cues *out, const struct cues *cues, struct err *err);

/* The cues as WebVTT: a new string. */
char *captions_webvtt(const struct cues *cues);
/* Writes the cues as WebVTT (not synced), and reads the file back: ERR_BUG where it differs. */
ATTR_NODISCARD int captions_write(const char *path, const struct cues *cues, struct err *err);
