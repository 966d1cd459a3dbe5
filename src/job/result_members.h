/* The members of each stage's result: their types and ranges. Private to job/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stage.h"

enum member_kind {
    MEMBER_INTEGER, /* from least to most */
    MEMBER_NUMBER,  /* decibels, shares: -1000000 to 1000000 */
    MEMBER_BOOL,
    MEMBER_HASH,    /* 32 hexadecimal digits (XXH3), or 64 (SHA-256) */
    MEMBER_SHA256,  /* 64 hexadecimal digits */
    MEMBER_WORD,    /* a name of a codec or format: letters and digits, at most 64 */
    MEMBER_CHOICE,  /* one of the words */
    MEMBER_TEXT,    /* for the user: cleaned, on one line, cut to most bytes */
    MEMBER_LIST,    /* of least to most elements, each as members[0] */
    MEMBER_SPANS,   /* numbers and nulls, in lists to a depth of three */
    MEMBER_NUMBERS, /* an object whose members are all numbers */
    MEMBER_OBJECT,
};

struct member {
    const char *name; /* NULL ends a list of members */
    enum member_kind kind;
    bool required, nullable;
    int64_t least, most;
    const char *words; /* separated by spaces */
    const struct member *members;
};

struct result_rules {
    size_t max_bytes;  /* of the JSON text */
    size_t max_values; /* in it: each costs about 100 bytes of memory */
    const struct member *members;
};

/* Time stamps are added and multiplied: sums of several fit into 64 bits. */
#define RESULT_MAX_PTS (INT64_MAX / 16)
enum { RESULT_MAX_NUMBERS = 1000 };

extern const struct result_rules result_of[NB_STAGES];
/* A probe of a recording that cannot be published. */
extern const struct result_rules result_of_refused;
/* Of a probe, what matching needs: see store_probe_summary. */
extern const struct result_rules result_of_summary;
/* What the process that makes a file reports, where the result is made from more than that. */
extern const struct result_rules result_report_of[NB_STAGES];
/* The report on a finished file. */
extern const struct result_rules result_of_check;
