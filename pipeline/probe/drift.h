/*
 * Whether a sound's samples come at another rate than its time stamps say: a sound card's clock
 * runs by itself, and over an hour 0.1 % is 3.6 s. Found from each packet's stamp and number of
 * samples, in one pass; lost packets, pauses, rounded and shaky stamps are told apart from it.
 * Owned by its creator, one thread.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdint.h>

struct drift_finder;

struct drift_finder *drift_finder_create(AVRational time_base, int sample_rate);
/* The next packet; pts AV_NOPTS_VALUE where it has no stamp. */
void drift_finder_add(struct drift_finder *finder, int64_t pts, int64_t nb_samples);
/* Samples too many (above 0: the sound runs fast) or too few for the stamps, in parts of a million;
 * 0 where they agree, over the whole length, within what a reader of sound lets pass, and where no
 * steady drift accounts for the difference. */
int drift_finder_ppm(const struct drift_finder *finder);
void drift_finder_destroy(struct drift_finder *finder);
