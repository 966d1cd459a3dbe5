/*
 * Loudness of any range of a recording's sound, from blocks of 100 ms measured once (ITU-R
 * BS.1770-4, EBU R 128; see loudness_meter.h), and the blocks' file. Stereo at 48 kHz throughout.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "reader.h"

enum { LOUDNESS_BLOCK = 4800 /* samples: 100 ms */ };

/* Left and right apart, so that what one of them alone would be is known too. */
struct loudness_block {
    float energy[2]; /* mean square after K-weighting */
    float peak[2];   /* true peak (4 times oversampled), 1.0 is full scale */
};

struct loudness {
    struct loudness_block *blocks;
    size_t nb;
};

void loudness_finish(struct loudness *loudness);
#define AUTO_LOUDNESS ATTR_CLEANUP(loudness_finish) struct loudness

/* The blocks' file: little-endian floats behind a short header. Not synced. */
ATTR_NODISCARD int loudness_write(const char *path, const struct loudness *l, struct err *err);
ATTR_NODISCARD int loudness_read(struct loudness *out, const char *path, struct err *err);

/* As if the one channel were on both sides. */
void loudness_use(struct loudness *l, enum sound_use use);

/* Of one block, both channels together, in LUFS; -HUGE_VAL for silence. */
double loudness_of_block(const struct loudness *l, size_t block);

/* Integrated loudness of the blocks [begin, end) in LUFS: blocks of 400 ms every 100 ms, the
 * absolute gate at -70 LUFS, the relative gate 10 LU below (BS.1770-4, annex 1). -HUGE_VAL where
 * all is below the gate. */
double loudness_integrated(const struct loudness *l, size_t begin, size_t end);

/* The highest true peak of the blocks, in dBTP; -HUGE_VAL for silence. */
double loudness_peak_db(const struct loudness *l, size_t begin, size_t end);

/* The block in [begin, end) around which 400 ms are quietest; the one nearest to centre among
 * equals. */
size_t loudness_quietest(const struct loudness *l, size_t begin, size_t end, size_t centre);

/* Below this, against the loudness of the whole and absolutely, sound is a pause (LUFS). */
double loudness_silence(double whole_lufs);

/* A stretch of blocks [begin, end) that are all below the threshold, and at least so many, from
 * block from on; false where there is none. */
bool loudness_next_silence(size_t *begin, size_t *end, const struct loudness *l, size_t from,
                           double threshold_lufs, size_t least);

/* Of a block, in LUFS. */
double loudness_of_energy(double energy);
