/* The still picture that stands for a part on a page: one of a few key pictures spread over it,
 * the one with most to see, upright and in square pixels, as JPEG. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"

struct AVFrame;
struct media_params;

enum { POSTER_VERSION = 2 };
/* A poster fits into this, in the picture's own shape. */
enum { POSTER_WIDTH = 1280, POSTER_HEIGHT = 720 };

struct poster_spec {
    const char *recording;
    const struct media_params *files; /* its further files; NULL: it is one */
    const json_t *video, *cells;      /* of the probe's result */
    const char *fields;               /* as of picture_traits_read */
    struct frame_grid grid;
    int64_t begin, end; /* frames */
};

/* Writes the picture to path (not synced); *out_frame (may be NULL) is the frame taken. */
ATTR_NODISCARD int poster_make(int64_t *out_frame, const char *path, const struct poster_spec *spec,
                               struct err *err);

/* The same from a picture that is made already, of POSTER_WIDTH times POSTER_HEIGHT. */
ATTR_NODISCARD int poster_of_picture(const char *path, const struct AVFrame *picture,
                                     struct err *err);
