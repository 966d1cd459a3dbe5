/*
 * How much memory workers of each stage have needed so far, in WORK/peaks.json: from it follows how
 * many jobs fit on a machine. A note, not a result: if it is lost or damaged, defaults hold.
 */
#pragma once

#include "stage.h"

struct peaks {
    long mb[NB_STAGES]; /* the largest resident memory of a worker in MiB; 0: not known */
};

struct peaks peaks_read(const char *work);
/* Adds what was measured, in KiB, to what is known, and writes it if that changed. */
void peaks_note(const char *work, const long *peak_kb);
/* What a job of the stage should be given, in MiB: some more than the peak, or the default. */
long peaks_need_mb(const struct peaks *peaks, enum stage stage);
