/*
 * Clock drift: whether a stream has more or fewer samples than its time stamps leave room for. A
 * sound card has its own clock; 0.1 % over an hour is 3.6 s. Found in one pass from each packet's
 * time stamp and number of samples, and told apart from lost packets, pauses, and rounded or
 * jittering time stamps (docs/times.md). Owned by its creator; one thread.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdint.h>

struct drift_finder;

struct drift_finder *drift_finder_create(AVRational time_base, int sample_rate);
/* The next packet; pts in the time base, AV_NOPTS_VALUE if it has none. */
void drift_finder_add(struct drift_finder *finder, int64_t pts, int64_t nb_samples);
/* Surplus samples compared with the time stamps, in parts per million; negative: samples are
 * missing. 0 where the difference over the whole length is within what a sound reader tolerates,
 * and where no steady drift explains it. */
int drift_finder_ppm(const struct drift_finder *finder);
void drift_finder_destroy(struct drift_finder *finder);
