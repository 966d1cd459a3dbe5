/*
 * The samples of a track, read from its pieces of fragmented MP4 (film_mp4.h). Nothing is copied:
 * a track points into the pieces. Inner header.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "film_mp4.h"

struct bytes {
    const uint8_t *p;
    size_t nb;
};

struct box {
    char type[5];
    struct bytes all, body;
};

/* The first box along a path: "moov/trak/mdia". */
bool film_find_box(struct box *out, struct bytes in, const char *path);

struct sample {
    const uint8_t *bytes;
    uint32_t size, duration;
    int64_t at; /* in the track's time scale */
    bool sync;
};

struct track {
    struct bytes head; /* the trak of the first piece */
    uint32_t scale;
    uint32_t duration, size, flags; /* of samples, unless fragments say otherwise */
    struct sample *samples;         /* owned */
    size_t nb;
};
void film_track_finish(struct track *t);

/* Without pieces it stays empty. ERR_EXTERNAL: a piece is damaged. */
ATTR_NODISCARD int film_read_track(struct track *out, const struct film_pieces *pieces,
                                   struct err *err);

int64_t film_ms_of(const struct track *t, int64_t at);

/* Keeps the samples that are heard in the range. */
void film_trim(struct track *t, const struct film_range *range);
