/*
 * Proposes where to cut a shared recording: in and out of each talk that it holds, by the timetable
 * or the listed times, moved to pauses of the recording. Pure. Times are in milliseconds from the
 * recording's first picture. docs/room-recording.md has the reasons.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CUT_UNKNOWN = INT32_MIN };

/* A talk, or one part of it. */
struct cut_unit {
    int64_t start_ms;  /* of its slot; CUT_UNKNOWN: no clock */
    int64_t length_ms; /* listed time, or length of its slot; 0: not known */
    bool is_slot;      /* the length is that of a slot, a bound */
    bool fixed;        /* the user cut it, from begin_ms to end_ms */
    int64_t begin_ms, end_ms;
};

/* Places in the recording where a talk may begin or end. */
enum cut_hint_kind {
    CUT_HINT_SILENCE,
    CUT_HINT_BLACK,
    CUT_HINT_SCENE, /* a change of picture: begin_ms equals end_ms */
};
struct cut_hint {
    enum cut_hint_kind kind;
    int64_t begin_ms, end_ms;
};

struct proposed_cut {
    int64_t begin_ms, end_ms;    /* equal: there was no room for it */
    bool begin_loose, end_loose; /* chosen by a time alone, without a hint there */
    double score;                /* 0 … 1: how well hints and times agree */
    char *why;                   /* for the user; the caller owns it */
};

/* Fills a cut for each unit. units are in the order of the talks, hints in any order. Cuts do not
 * overlap, except those of the user. Deterministic; takes about nb_units * nb_hints² steps. */
void propose_cuts(struct proposed_cut *out, const struct cut_unit *units, size_t nb_units,
                  const struct cut_hint *hints, size_t nb_hints, int64_t length_ms);
