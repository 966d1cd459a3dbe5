/*
 * Joins pieces of fragmented MP4, as workers make them (preview.h), to one plain MP4 file: with
 * sample tables instead of fragments every browser plays it from a blob, seeks in it exactly and
 * knows its length. Nothing is decoded. The pieces may come from a worker that was taken over:
 * every length in them is checked. Inner header.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

struct film_piece {
    const char *bytes; /* a header (ftyp, moov) and fragments */
    size_t nb;
};

struct film_pieces {
    const struct film_piece *list; /* of one track, in order of time, all with the same header */
    size_t nb;                     /* 0: the film has no such track */
};

/* What is shown: milliseconds on the clock of the pieces. Pictures begin with the first piece,
 * which begins at from_ms; sound is cut to the range, to less than a packet. */
struct film_range {
    int64_t from_ms, to_ms;
};

/* Appends the file to *out. ERR_EXTERNAL: a piece is damaged. */
ATTR_NODISCARD int film_mp4_join(struct str *out, const struct film_pieces *pictures,
                                 const struct film_pieces *sounds, const struct film_range *range,
                                 struct err *err);
