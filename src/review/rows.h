/*
 * The rows of the queue: one for each part, as the page shows it, kept as text. They are planned
 * when the service starts and whenever the store changed; what differs from before is what is sent
 * to pages. Inner header; one thread.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "hash.h"
#include "needs.h"

struct part;
struct part_failures;
struct part_plan;
struct plan;
struct str;
struct talk;

enum row_kind { ROW_NEEDS, ROW_FINE, ROW_DONE, NB_ROW_KINDS };

struct row {
    int talk, part;
    enum row_kind kind;
    char *text; /* a JSON object; owned */
};

struct rows {
    struct row *list; /* in the programme's order */
    size_t nb;
    size_t nb_talks;        /* whose parts are in it */
    bool complete;          /* all talks are */
    char *recordings;       /* a JSON array; owned */
    char shape[HASH_BYTES]; /* of what is in the programme and which recordings there are; "": it is
                               not complete */
};

/* Plans the parts of the talks that are missing until clock_now_s() is until_s: a large event is
 * shown before it is planned as a whole. INFINITY: of all. The plan must be that of the rows. */
ATTR_NODISCARD int rows_add(struct rows *rows, struct plan *plan, double until_s, struct err *err);
void rows_finish(struct rows *rows);
#define AUTO_ROWS ATTR_CLEANUP(rows_finish) struct rows

/* The queue as JSON: "event", "counts", "parts", "recordings"; and "planned", {"talks", "of"}, if
 * it is not complete. */
void rows_queue(struct str *out, const struct rows *rows, const struct plan *plan);

/* The rows of now that are not in before, as {"parts": […]}; NULL: all are the same. A new value.
 * Both have the same shape. */
json_t *rows_changed(const struct rows *before, const struct rows *now);

/* The members that the row and the whole part have in common: *out is a new value. */
ATTR_NODISCARD int row_json(json_t **out, const struct part_plan *part, const struct plan *plan,
                            const char *failed, struct err *err);
