/*
 * Whether a newly read programme only corrects the one before: times, rooms, texts, titles and
 * speakers of talks that were there. Such a change is imported without a person. Pure. Inner header
 * of refresh/.
 */
#pragma once

struct programme;
struct replacement;

enum {
    /* More talks than these, and than a third of all, that change title or speakers at once are not
     * corrections: rather another programme, or columns that were exchanged. */
    CORRECTION_FEW = 5,
};

/* NULL: it does. Else what is more than a correction, for the user, as a new string: "2 talks are
 * new (31 'Title', 32 'Title')". Both have numbers (programme_number_talks). */
char *correction_objection(const struct programme *before, const struct programme *after,
                           const struct replacement *replacement);
