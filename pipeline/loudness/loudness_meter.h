/*
 * Measures the blocks of loudness.h from samples: any number at a time, then finish. libebur128
 * measures the same (the tests compare the two), but takes several times as long as decoding the
 * sound; this takes a fraction of that, because it computes a true peak only where it could exceed
 * the block's. One thread per meter.
 */
#pragma once

#include "attr.h"
#include "loudness.h"

struct loudness_meter; /* freed by loudness_meter_destroy_p */
struct loudness_meter *loudness_meter_create(void);
/* nb samples per channel, interleaved stereo at 48 kHz. NaN, infinity and values of 1e6 and more
 * count as 0. */
void loudness_meter_add(struct loudness_meter *meter, const float *samples, int nb);
/* Moves the blocks into *out, the caller's; a shorter last block counts as one. */
void loudness_meter_finish(struct loudness *out, struct loudness_meter *meter);
void loudness_meter_destroy_p(struct loudness_meter **meter);
#define AUTO_METER ATTR_CLEANUP(loudness_meter_destroy_p) struct loudness_meter
