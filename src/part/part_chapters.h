/* The chapters of a part: those that the user typed for its recording, else those of the list
 * beside it. Those that are published are in struct part_plan. */
#pragma once

#include <jansson.h>

#include "chapters.h"
#include "part.h"

struct part_chapters {
    struct chapters list; /* on the frame grid of the recording, also those outside the cut */
    bool typed;           /* by the user */
    size_t nb_waiting;    /* typed for another recording */
};

/* Fills *out (zero-initialised). */
ATTR_NODISCARD int part_chapters_read(struct part_chapters *out, const struct part_plan *part,
                                      const struct plan *plan, struct err *err);
void part_chapters_finish(struct part_chapters *chapters);
#define AUTO_PART_CHAPTERS ATTR_CLEANUP(part_chapters_finish) struct part_chapters

/* The length of the card that precedes the part, whose grid must be known. */
int64_t part_card_ms(const struct part_plan *part, const struct plan *plan);

/* The published ones, that much earlier, as talks.json and job specs hold them: [{start_ms,
 * title}], a new value. */
json_t *part_chapters_json(const struct part_plan *part, int64_t left_out_ms);

/* Proposes chapters at changes of slides, on the part's clock, if those are known. ERR_NOT_FOUND
 * says what is missing. */
ATTR_NODISCARD int part_propose_chapters(struct chapters *out, const struct part_plan *part,
                                         const struct plan *plan, struct err *err);

/* Where the published chapters come from, for the user: "typed", "from 'talk.chapters.txt'". A new
 * string; NULL: there are none. */
char *part_chapters_from(const struct part_plan *part);

/* Sets the part's published chapters, once its cut is decided. Private to part/. */
ATTR_NODISCARD int part_find_chapters(struct part_plan *part, const struct plan *plan,
                                      struct err *err);
