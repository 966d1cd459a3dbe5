/*
 * The pictures of a stand-in recording: a slide, redrawn once a second; on it, in every frame, a
 * moving speaker and the machine-readable frame number. Inner header.
 */
#pragma once

#include <stdint.h>

#include "err.h"

struct AVFrame;
struct rehearse_spec;
struct rehearse_picture; /* the creator's, freed by rehearse_picture_destroy */

/* spec is borrowed and must outlive the picture. ERR_EXTERNAL where libavfilter has no drawtext. */
ATTR_NODISCARD int rehearse_picture_create(struct rehearse_picture **out,
                                           const struct rehearse_spec *spec, struct err *err);
void rehearse_picture_destroy(struct rehearse_picture *picture);

/* Draws frame n, in YUV 4:2:0 and limited range; n must not decrease. *out belongs to the picture
 * and is valid until the next call. */
ATTR_NODISCARD int rehearse_picture_draw(struct AVFrame **out, struct rehearse_picture *picture,
                                         int64_t n, struct err *err);
