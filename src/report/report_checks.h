/*
 * The numbered checks, as broadcasters' delivery checks have them (EBU QC, DPP): what each
 * requires, and what was measured. They judge nothing again: measurements and limits are those that
 * the verdict (src/part), the worker's check of a finished file (pipeline/output) and the sound
 * stage use. docs/checks.md lists all. Private to report/.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct part_plan;
struct plan;
struct report_making;
struct report_part;

enum report_result {
    REPORT_PASS,
    REPORT_NOTE, /* something was found that holds nothing back */
    REPORT_FAIL,
    REPORT_WAIVED, /* it fails, and somebody accepted the part with a reason */
    REPORT_NOT_CHECKED,
    REPORT_DOES_NOT_APPLY, /* left out of the table */
    NB_REPORT_RESULTS = REPORT_DOES_NOT_APPLY,
};

/* What a check found; texts are owned. */
struct report_finding {
    enum report_result result;
    char *required, *measured;
    char *tolerance; /* NULL: that of the table */
};

/* What the checks look at. */
struct report_look {
    const struct report_part *part;
    const struct part_plan *pp;
    const struct plan *plan;
    const struct report_making *making;
    const struct verify_facts *facts; /* of the recording; NULL: it is not probed */
    bool checked_only;
};

struct report_check {
    /* Never given to another check. 101 to 199: the published file is as specified; 201 to 299:
     * measured in the recording or in what is heard; 301 to 399: only a person can tell. */
    int number;
    const char *name, *tolerance, *source;
    void (*look)(struct report_finding *out, const struct report_look *look);
    bool encoded_only; /* does not apply to an archive that is only checked */
};

/* The table, in the order of the numbers. */
extern const struct report_check report_checks[];
extern const size_t nb_report_checks;

/* Runs all checks of a part: [{number, name, class, required, tolerance, measured, result,
 * because}], a new value. */
json_t *report_checks_run(const struct report_look *look);

/* Adds up those of all parts: [{number, name, class, tolerance, source, pass, note, fail, waived,
 * not_checked}], a new value. parts: of the document. */
json_t *report_checks_sum(const json_t *parts);
