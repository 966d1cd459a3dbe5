/*
 * The report: one file to send or to print that says what was found, what was decided and what was
 * published. This room collects it from the plan of the event into one document (JSON in memory:
 * docs/report.md describes it), with small pictures and waveforms beside it. A page of HTML and a
 * table of CSV are made from that document alone. Called by the commands. It reads the store, work/
 * and, in the sandbox, pictures; it writes nothing but small pictures of recordings, to
 * work/.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct plan;
struct str;
struct zygote;

struct report_wish {
    bool checked_only; /* an archive that is only checked: nothing of outputs is in the report */
    bool pictures;     /* strips and waveforms are made: a page needs them */
    struct zygote *zygote; /* makes pictures of recordings for parts without a storyboard */
    const int *talks;      /* which; the caller's */
    size_t nb_talks;
};

/* What a page shows of a part beside the document. */
struct report_sight {
    char *waveform; /* SVG; NULL: there is none */
    char *strip;    /* HTML of its pictures; NULL: there are none */
};

struct report {
    json_t *document;
    struct report_sight *sights; /* in the order of the document's parts */
    size_t nb;
    char *no_strips; /* why no pictures could be made; NULL: they were, or there are none */
};

/* To be raised if a member of the document goes or changes its meaning. */
enum { REPORT_VERSION = 1 };

/* Collects everything. *out is untouched on failure; free it with report_finish. */
ATTR_NODISCARD int report_make(struct report *out, struct plan *plan,
                               const struct report_wish *wish, struct err *err);
void report_finish(struct report *report);
#define AUTO_REPORT ATTR_CLEANUP(report_finish) struct report

/* Whether a part needs a person. */
bool report_needs_person(const struct report *report);

/* Append the report as one page that refers to no other file, or as a table: a row for each part
 * (RFC 4180, UTF-8). ERR_INVALID, ERR_NOT_FOUND: the template is wrong or missing. */
ATTR_NODISCARD int report_html(struct str *out, const struct report *report, struct err *err);
void report_csv(struct str *out, const json_t *document);

/* Whether the first bytes of a file are those of a report, which another one may replace. */
enum { REPORT_HEAD_BYTES = 512 };
bool report_is_one(const char *head);
