/*
 * Recordings that no talk uses, and the talks that have none: which of them could hold which, and
 * what to type next.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct part;
struct part_plan;
struct plan;
struct talk;

/* For each recording of the plan, whether no talk uses it and it is no other format of one; the
 * caller frees it. */
bool *unused_find(const struct plan *plan);

/* The unused recordings that could hold a part by their length, and a command: for a line about
 * that part alone. A new string, or NULL where the part does not lack a recording. */
char *unused_advice(const struct plan *plan, const struct part_plan *part);

/* Why no talk uses a recording, where its length says something: a new string, or NULL. */
char *unused_reason(const struct plan *plan, size_t recording);

/* Collects the parts that lack a recording, for one paragraph after a table of parts. */
struct unused_summary {
    const struct plan *plan;
    const struct talk *first; /* that a recording may hold; NULL: none yet */
    bool *may_hold;           /* of each recording */
    int64_t *lengths_ms;      /* of each recording that is unused and can be read, else 0 */
    size_t nb_missing;        /* parts */
    size_t nb_candidates;     /* recordings that may hold one of them */
};
void unused_begin(struct unused_summary *out, const struct plan *plan);
void unused_note(struct unused_summary *summary, const struct part_plan *part);
/* The same of a part that is known to lack one. */
void unused_note_missing(struct unused_summary *summary, const struct talk *talk,
                         const struct part *part);
/* The paths of the unused recordings that could hold the part. */
json_t *unused_json(const struct unused_summary *summary, const struct talk *talk,
                    const struct part *part);
void unused_finish(struct unused_summary *summary);
/* Prints the paragraph, if anything is missing, and frees. */
void unused_print(struct unused_summary *summary);
