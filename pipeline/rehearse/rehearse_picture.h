/*
 * The pictures of a stand-in recording: slides drawn once a second, and on them, in every frame, a
 * speaker who sways and the machine-readable frame number. Private to rehearse.c.
 */
#pragma once

#include <stdint.h>

#include "err.h"

struct AVFrame;
struct rehearse_spec;
struct rehearse_picture; /* the creator's, freed by rehearse_picture_destroy */

/* Borrows spec, which must outlive the picture. ERR_EXTERNAL where libavfilter has no drawtext. */
ATTR_NODISCARD int rehearse_picture_create(struct rehearse_picture **out,
                                           const struct rehearse_spec *spec, struct err *err);
void rehearse_picture_destroy(struct rehearse_picture *picture);

/* Frame number n, YUV 4:2:0 in limited range; numbers must not go down. *out belongs to the picture
 * and holds until the next call. */
ATTR_NODISCARD int rehearse_picture_draw(struct AVFrame **out, struct rehearse_picture *picture,
                                         int64_t n, struct err *err);
