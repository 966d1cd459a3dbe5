/* One part in the report's document. Private to report/. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "loudness.h"
#include "report.h"

struct part_plan;
struct plan;
struct talk;

/* What all parts are described with. Owned by report_make. */
struct report_making {
    struct plan *plan;
    const struct report_wish *wish;
    const struct part_failures *failures;
    json_t *published; /* name of the file in out/ -> key of the result in it */
    json_t *decided;   /* "KIND TALK/PART", "KIND FINGERPRINT" -> when, the last time */
};

/* What was measured of a part's sound beside its analysis. */
struct report_part {
    struct loudness blocks; /* of the recording's sound as used; none: not analysed, or no sound */
    double lufs, peak_dbtp; /* of the cut, before any gain; -HUGE_VAL: silent or not known */
};
void report_part_read(struct report_part *out, const struct part_plan *pp, const struct plan *plan);
void report_part_finish(struct report_part *part);
#define AUTO_REPORT_PART ATTR_CLEANUP(report_part_finish) struct report_part

/* A new value. */
json_t *report_part_describe(const struct report_part *part, const struct part_plan *pp,
                             const struct report_making *making);

/* The name of a file that the part is published as; a new string. */
struct output;
char *report_file_name(const struct part_plan *pp, const struct output *output);
/* Whether out/ has the output. */
bool report_is_published(const struct report_making *making, const char *name, const char *key);
