/*
 * An event in numbers for Prometheus, in its text format 0.0.4 (docs/metrics.md): parts by state,
 * verdict and need, failed jobs, disk space, what is published, the run that works now, hooks.
 * 'status --prometheus' prints them. This room plans nothing: it counts what status has planned,
 * and reads files of work/ and out/. It writes nothing.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct part_plan;
struct plan;

struct metrics_source {
    const struct plan *plan;
    const struct part_plan *parts; /* of all talks; may be trimmed */
    size_t nb_parts;
    const json_t *failures; /* of status: [{talk, part, stage, message, …}] */
};

/* A new string. */
char *metrics_text(const struct metrics_source *source);
