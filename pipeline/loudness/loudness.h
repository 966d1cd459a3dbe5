/*
 * Loudness of any range of a recording's sound, computed from blocks of 100 ms that were measured
 * once (ITU-R BS.1770-4, EBU R 128; see loudness_meter.h), and the blocks' file. Stereo at 48 kHz.
 * Used by the analysis, the audio encoder, and plans that place cuts; decodes nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "reader.h"

enum { LOUDNESS_BLOCK = 4800 /* samples: 100 ms */ };

/* Left and right are kept apart, for recordings of which one channel is used. */
struct loudness_block {
    float energy[2]; /* mean square after K-weighting */
    float peak[2];   /* true peak (4 times oversampled, BS.1770-4 annex 2); 1.0 is full scale */
};

struct loudness {
    struct loudness_block *blocks;
    size_t nb;
};

void loudness_finish(struct loudness *loudness);
#define AUTO_LOUDNESS ATTR_CLEANUP(loudness_finish) struct loudness

/* Sizes in the blocks' file. */
enum { LOUDNESS_HEAD_BYTES = 8, LOUDNESS_BLOCK_BYTES = 16 };

/* The blocks' file: a short header, then little-endian floats. Written without a sync. Reading:
 * ERR_INVALID where it is no such file. *out is freed by loudness_finish. */
ATTR_NODISCARD int loudness_write(const char *path, const struct loudness *l, struct err *err);
ATTR_NODISCARD int loudness_read(struct loudness *out, const char *path, struct err *err);

/* Makes the blocks those of the sound used in that way. */
void loudness_use(struct loudness *l, enum sound_use use);

/* Loudness of one block, both channels together, in LUFS; -HUGE_VAL for silence. */
double loudness_of_block(const struct loudness *l, size_t block);

/* Integrated loudness of the blocks [begin, end), in LUFS: blocks of 400 ms every 100 ms, absolute
 * gate at -70 LUFS, relative gate at -10 LU (BS.1770-4, annex 1). end may be beyond the last block.
 * -HUGE_VAL where all is below the gate. */
double loudness_integrated(const struct loudness *l, size_t begin, size_t end);

/* The highest true peak of the blocks [begin, end), in dBTP; -HUGE_VAL for silence. */
double loudness_peak_db(const struct loudness *l, size_t begin, size_t end);

/* The block in [begin, end) around which 400 ms are quietest; of several, the nearest to centre. */
size_t loudness_quietest(const struct loudness *l, size_t begin, size_t end, size_t centre);

/* The threshold in LUFS below which a block counts as a pause: 25 LU below the loudness of the
 * whole, at least -60 LUFS. */
double loudness_silence(double whole_lufs);

/* The first run of at least least blocks below the threshold that begins at block from or after it.
 * False if there is none. */
bool loudness_next_silence(size_t *begin, size_t *end, const struct loudness *l, size_t from,
                           double threshold_lufs, size_t least);

/* Loudness in LUFS of a K-weighted mean square, the sum of both channels (BS.1770-4, annex 1). */
double loudness_of_energy(double energy);
