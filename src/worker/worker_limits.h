/* What a job may use at most, far above what it was measured to need, and low enough to protect the
 * machine (docs/sandbox.md). Private to worker/. */
#pragma once

#include <stdint.h>

struct job_spec;

struct worker_limits {
    int64_t memory_bytes;
    int64_t file_bytes; /* of each file; as many files as the job has results, and a report each */
    int64_t cpu_s;      /* of all threads */
};

/* Sizes of files follow from the job: its pictures, its sound, the pieces that it joins. */
struct worker_limits worker_limits(const struct job_spec *spec);
