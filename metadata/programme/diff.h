/* The changes that a newly read programme makes to the one in the store. Pure. */
#pragma once

#include <stddef.h>

struct programme;

/* CHANGE_DOUBTFUL: it has changed, and may be another talk (talk.doubt). */
enum change_kind { CHANGE_NEW, CHANGE_CHANGED, CHANGE_GONE, CHANGE_BACK, CHANGE_DOUBTFUL };

struct change {
    enum change_kind kind;
    int talk;   /* 0: the event itself */
    char *text; /* for the user: the title, or the fields with their old and new values */
};

struct diff {
    struct change *changes; /* in the new programme's order, then talks that are gone */
    size_t nb;
};

/* Fills *out; free with diff_finish. */
void diff_programmes(struct diff *out, const struct programme *before,
                     const struct programme *after);
void diff_finish(struct diff *diff);
