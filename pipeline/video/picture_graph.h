/*
 * Converts decoded pictures to what encoders take: deinterlaced, upright, scaled to square pixels,
 * in 8-bit 4:2:0, BT.709, limited range; high dynamic range (PQ, HLG) is tone-mapped. One graph
 * with one output per size; it adapts when the size, shape or format of the source changes. One
 * thread.
 */
#pragma once

#include <libavutil/frame.h>

#include "err.h"
#include "segment.h"

struct picture_size {
    int width, height;
};

/* Reads the traits from the probe's "video" and the analysis's "fields" ("progressive", "flagged",
 * "top", "bottom"; NULL: progressive). */
void picture_traits_read(struct picture_traits *out, const json_t *video, const char *fields);

struct picture_graph; /* freed by picture_graph_destroy_p */
/* sizes: even; at most 8, else ERR_INVALID. fps: of the source. */
ATTR_NODISCARD int picture_graph_create(struct picture_graph **out,
                                        const struct picture_size *sizes, size_t nb_sizes,
                                        AVRational fps, const struct picture_traits *traits,
                                        struct err *err);
void picture_graph_destroy_p(struct picture_graph **graph);
#define AUTO_PICTURE_GRAPH ATTR_CLEANUP(picture_graph_destroy_p) struct picture_graph

/* Sends a picture, which is moved (blank afterwards); NULL: there are no more. */
ATTR_NODISCARD int picture_graph_send(struct picture_graph *graph, AVFrame *frame, struct err *err);

/* Moves the next picture of size i into frame (blank), its pts as sent. Returns 1, 0 when more must
 * be sent first or all is done, or an error. */
ATTR_NODISCARD int picture_graph_receive(struct picture_graph *graph, size_t i, AVFrame *frame,
                                         struct err *err);

/* Converts one upright, progressive picture to that size. *out is a new frame. */
ATTR_NODISCARD int picture_graph_convert(AVFrame **out, const AVFrame *picture, int width,
                                         int height, struct err *err);
