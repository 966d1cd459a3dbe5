/*
 * A part put together from pieces (see piece_maker.h), with what assembling it and checking it were
 * given. A failure fails the test.
 */
#pragma once

#include "assemble.h"
#include "attr.h"
#include "check.h"
#include "segment.h"
#include "sound.h"

enum { WIDTH = 192, HEIGHT = 108, NB_PIECES = 3, CARD = 25, RATE = 48000 };

extern const AVRational FPS;
extern const int64_t LENGTHS[NB_PIECES];
extern const char TITLE[];

/* The pieces of a part and how they come together. */
struct part {
    const char *container;
    char *paths[NB_PIECES], *sound_path, *path;
    struct track_summary summaries[NB_PIECES];
    struct assemble_segment segments[NB_PIECES];
    struct sound_result sound;
    struct assemble_tag tags[6];
    struct assemble_chapter chapters[2];
    struct assemble_spec spec;
    struct check_spec check;
    struct assemble_result made;
};

/* video_encoder: NULL for sound alone. */
void part_make(struct part *p, const char *container, const char *video_encoder);
void part_finish(struct part *p);
#define AUTO_PART ATTR_CLEANUP(part_finish) struct part

/* All kinds of output. */
struct kind {
    const char *container, *encoder;
};
extern const struct kind KINDS[6];

/* The sound of the recording. */
float sweep(int64_t n, int c);
const char *sound_encoder(const char *container);

/* A whole file. */
char *read_all(size_t *nb, const char *path);
void write_all(const char *path, const char *bytes, size_t nb);

/* Of four bytes. */
uint32_t big_endian(const char *p);
