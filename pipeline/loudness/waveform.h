/*
 * Waveforms in the form of audiowaveform (.dat, version 2), with 8 bits, of one channel: what
 * wavesurfer.js, peaks.js and audiowaveform itself read (../shared/research/formats.md, section 8).
 * Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct loudness;
struct str;

/* Appends a file of pixels, whose least and most follow each other: nb pairs. */
void waveform_write(struct str *out, const int8_t *pairs, size_t nb, int rate,
                    int samples_per_pixel);

/* Appends that of a recording: a pixel for each block of 100 ms. A block has the highest true peak
 * of both channels, whatever its sign, so the wave is as high as it is deep. */
void waveform_of_blocks(struct str *out, const struct loudness *blocks);
