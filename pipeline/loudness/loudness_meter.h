/*
 * Measures the blocks of loudness.h from sound as it comes: any number of samples at a time, then
 * finish. libebur128 measures the same (the tests hold both against each other), at several times
 * the cost of decoding the sound; this takes a small part of it, since a true peak is looked for
 * only where it could exceed the block's.
 */
#pragma once

#include "attr.h"
#include "loudness.h"

struct loudness_meter;
struct loudness_meter *loudness_meter_create(void);
/* Samples that are no numbers count as silence. */
void loudness_meter_add(struct loudness_meter *meter, const float *samples, int nb);
/* Moves the blocks out; a last block shorter than 100 ms counts as one. */
void loudness_meter_finish(struct loudness *out, struct loudness_meter *meter);
void loudness_meter_destroy_p(struct loudness_meter **meter);
#define AUTO_METER ATTR_CLEANUP(loudness_meter_destroy_p) struct loudness_meter
