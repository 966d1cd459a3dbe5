/* Reports of ended workers: WORK/queue/done/KEY.PILOT.json. A report says only when to look: a job
 * is done if its results are in work/. */
#pragma once

#include <stdbool.h>

#include "key.h"
#include "pool.h"

struct err;

struct end_report {
    char key[KEY_BYTES];
    char *pilot; /* owned */
    struct worker_end end;
    bool given_back;  /* it did not end, as the pilot ends */
    bool refused;     /* given back because this machine cannot do it: another may */
    bool disk_failed; /* given back because it could not begin: end.failed says why */
};
void end_report_finish(struct end_report *report);
#define AUTO_END_REPORT ATTR_CLEANUP(end_report_finish) struct end_report

ATTR_NODISCARD int end_report_write(const char *queue, const struct end_report *report,
                                    struct err *err);

/* Reads the report of that name in done/, and removes it. Returns false if it is none. */
bool end_report_take(struct end_report *out, const char *queue, const char *name);
