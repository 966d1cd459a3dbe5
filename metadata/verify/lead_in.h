/*
 * The lead-in of an event: what comes before each of its talks, such as a title card, and is
 * always equally long. It shows in the set alone: most recordings exceed their listed times by the
 * same amount. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct lead_in_talk {
    int listed_s;
    int64_t measured_ms; /* of the whole recording */
};

struct lead_in {
    int64_t ms;        /* 0: the recordings have none */
    size_t nb, nb_all; /* how many recordings of all are that much longer than listed */
};

/* Finds the lead-in, if more than half of the recordings have it, and at least five. */
void lead_in_find(struct lead_in *out, const struct lead_in_talk *talks, size_t nb);

/* How much of a recording is lead-in: 0 for one that has its listed time without it. */
int64_t lead_in_of(const struct lead_in *lead_in, int64_t listed_ms, int64_t measured_ms,
                   int tolerance_ms);
