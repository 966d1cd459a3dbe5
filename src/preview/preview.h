/*
 * The preview of a recording: any place of it as small video that browsers play, whatever its
 * format, and thumbnails along it. It is made in segments and sheets, each by a job when it is
 * asked for, and kept in work/ under a key; nothing refers to them, so gc drops them. The layout
 * says where segments and sheets begin: it follows from the probe alone, before anything is made.
 * src/review asks for segments; docs/previews.md describes what is made.
 *
 * All segments of one track have the same header, byte for byte. The clock of all of them is the
 * recording's: 0 at frame 0 of its grid. Nothing here opens media.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "key.h"

struct job_spec;
struct plan;
struct source;

enum preview_kind {
    PREVIEW_PLAY, /* to be made while somebody waits: 360 lines, stereo at 96 kb/s */
    PREVIEW_MAIL, /* to be small, for a file that is mailed: 270 lines, mono at 32 kb/s */
};

enum { PREVIEW_PEAKS_PER_S = 200, PREVIEW_CODECS_BYTES = 16 };

struct preview_layout {
    enum preview_kind kind;
    struct frame_grid grid; /* of the recording */

    /* Segments of the picture: segment i begins at frame i * segment_frames; the last one ends with
     * the grid. */
    int64_t nb_pictures; /* segments; 0: the recording has no picture */
    int64_t segment_frames;
    int width, height;
    char picture_codecs[PREVIEW_CODECS_BYTES]; /* "avc1.42c01e" */

    /* Segments of the sound, whichever stream and channels are used: packets of 1024 samples at 48
     * kHz. Segment i begins at i * segment_ms; the last one ends with the grid or up to 21 ms
     * later. */
    int64_t nb_sounds; /* segments; 0: the recording has no sound */
    int64_t nb_packets, segment_packets, segment_ms;
    int channels;
    char sound_codecs[PREVIEW_CODECS_BYTES]; /* "mp4a.40.2" */
};

/* False, and leaves *out, if the recording cannot be shown: probe is NULL, a summary (struct
 * source), or refused. */
bool preview_layout_read(struct preview_layout *out, const json_t *probe, enum preview_kind kind);

/* The first frame of a segment of the picture; for nb_pictures, the end. */
int64_t preview_picture_begin(const struct preview_layout *layout, int64_t segment);
/* When a segment of the sound begins. */
int64_t preview_sound_begin_ms(const struct preview_layout *layout, int64_t segment);
/* The segment that shows a frame, and the one in which a time sounds; the nearest one. */
int64_t preview_picture_at(const struct preview_layout *layout, int64_t frame);
int64_t preview_sound_at(const struct preview_layout *layout, int64_t ms);

/* Thumbnail i shows the recording near i * interval_ms, and is on sheet i / THUMBS_PER_SHEET, row
 * by row. All sheets but the last are full; the last one has no empty rows. */
enum { THUMBS_COLUMNS = 10, THUMBS_PER_SHEET = 100 };
struct thumbs_layout {
    int64_t interval_ms, nb, nb_sheets;
    int width, height; /* of one thumbnail */
};
/* False, and leaves *out: the recording has no picture, or cannot be shown. */
bool thumbs_layout_read(struct thumbs_layout *out, const json_t *probe);

/* --- a recording whose segments are asked for ------------------------------------------------- */

/* What keys and specs follow from. Borrows from the plan, and is of no use after that was loaded
 * again; closed by preview_close_p. */
struct preview {
    const struct plan *plan;
    const struct source *source;
    json_t *probe;    /* owned; with its cells */
    json_t *analysis; /* owned; NULL: not made yet */
    struct preview_layout layout;
    struct thumbs_layout thumbs; /* nb 0: no picture */
};

/* Reads the results of a recording, also of one that no match names. Returns 1, 0 if it cannot be
 * shown (not probed, refused), or a negative code. */
ATTR_NODISCARD int preview_open(struct preview **out, const struct plan *plan,
                                const struct source *source, enum preview_kind kind,
                                struct err *err);
void preview_close_p(struct preview **preview);
#define AUTO_PREVIEW ATTR_CLEANUP(preview_close_p) struct preview

/* One segment. */
struct preview_piece {
    bool sound;
    int64_t segment;
    /* Only of sound: a stream of the recording and its channels (sound_use_format). NULL: those
     * that are published; stream is not used then. */
    const char *use;
    int stream;
};

/* The key of a segment: its file is KEY.mp4 in work/, and its result has "init_bytes" (the length
 * of the header), "codecs", "bytes", and of sound "peaks": [min, max, …], 8-bit,
 * PREVIEW_PEAKS_PER_S pairs a second from the segment's begin on. */
void preview_key(char out[KEY_BYTES], const struct preview *preview,
                 const struct preview_piece *piece);
/* The spec of the job that makes it; borrows from the preview. ERR_INVALID if the recording has no
 * such segment, stream or channels. */
ATTR_NODISCARD int preview_spec(struct job_spec *out, const struct preview *preview,
                                const struct preview_piece *piece, struct err *err);

/* The key of a sheet of thumbnails: its file is KEY.jpg, and its result has "changes": [[time_ms,
 * strength], …], where the picture changes much, as a storyboard's has. */
void thumbs_key(char out[KEY_BYTES], const struct preview *preview, int64_t sheet);
ATTR_NODISCARD int thumbs_spec(struct job_spec *out, const struct preview *preview, int64_t sheet,
                               struct err *err);

/* The same of a strip: thumbnails of these frames exactly (ascending, 1 to THUMBS_PER_SHEET), in
 * one row up to THUMBS_COLUMNS, else in rows of as many. */
void strip_key(char out[KEY_BYTES], const struct preview *preview, const int64_t *frames,
               size_t nb);
ATTR_NODISCARD int strip_spec(struct job_spec *out, const struct preview *preview,
                              const int64_t *frames, size_t nb, struct err *err);
