/*
 * Captions: text with the times at which it shows, read from a file beside a recording or from a
 * stream in it, cut to a part and written as WebVTT. Texts are kept as WebVTT writes them: lines
 * joined by '\n', no empty ones, <i>, <b> and <u> nested, and & < > escaped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cues.h"
#include "err.h"
#include "frame_grid.h"

struct media_params;

/* Changes whenever the same captions would give another file. */
enum { CAPTIONS_VERSION = 1 };
/* A day of talk takes 2 MB of captions. */
enum { CAPTIONS_MAX_BYTES = 16 << 20 };

/* Reads a file: SubRip, WebVTT or Advanced SubStation by its suffix (.srt, .vtt, .ass), in UTF-8,
 * UTF-16 with its mark, or Windows-1252. Times as the file has them. ERR_INVALID with file and line
 * where something in it cannot be read, and where it holds no cue at all. */
ATTR_NODISCARD int captions_read_file(struct cues *out, const char *path, struct err *err);
/* The same from bytes; path names them. */
ATTR_NODISCARD int captions_read_text(struct cues *out, const char *path, const char *bytes,
                                      size_t nb, struct err *err);

/* Whether the codec (libav's name) is of text that captions_read_stream can read. */
bool captions_codec(const char *codec);
/* Reads a stream of the recording. Times in milliseconds from the grid's origin. */
ATTR_NODISCARD int captions_read_stream(struct cues *out, const char *recording,
                                        const struct media_params *files, int stream,
                                        const struct frame_grid *grid, struct err *err);

/* Keeps what shows in [begin_ms, end_ms), clipped to it, and moves it by shift_ms. */
void captions_cut(struct cues *cues, int64_t begin_ms, int64_t end_ms, int64_t shift_ms);

/* For a track in which one text shows at a time: cues that overlap become one cue for each time
 * that shows another set of them. Texts become plain, without markup. ERR_INVALID where so many
 * overlap that they would take more than CAPTIONS_MAX_BYTES. */
ATTR_NODISCARD int captions_flatten(struct cues *out, const struct cues *cues, struct err *err);

/* Writes the cues as WebVTT (not synced), and reads the file back: ERR_BUG where that is not what
 * was written. */
ATTR_NODISCARD int captions_write(const char *path, const struct cues *cues, struct err *err);
