/*
 * How one recording is divided among the talks that it holds: each talk's in and out, by what the
 * timetable or the listed times say, moved to the pauses that the recording has. Pure; times in
 * milliseconds from the recording's first picture. docs/room-recording.md has the reasons.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CUT_UNKNOWN = INT32_MIN };

/* A talk, or one part of it. */
struct cut_unit {
    int64_t start_ms;  /* where its slot begins; CUT_UNKNOWN where no clock says */
    int64_t length_ms; /* listed, or of its slot; 0: not known */
    bool is_slot;      /* the length is a bound */
    bool fixed;        /* by a person: from begin_ms to end_ms */
    int64_t begin_ms, end_ms;
};

/* What happens in the recording: sound or picture are away, or another picture comes. */
enum cut_hint_kind {
    CUT_HINT_SILENCE,
    CUT_HINT_BLACK,
    CUT_HINT_SCENE, /* a moment: it begins where it ends */
};
struct cut_hint {
    enum cut_hint_kind kind;
    int64_t begin_ms, end_ms;
};

struct proposed_cut {
    int64_t begin_ms, end_ms;    /* equal where no place was left */
    bool begin_loose, end_loose; /* nothing is there to cut at: only a time says so */
    double score;                /* 0 … 1: how well pauses and times agree */
    char *why;                   /* for a person; the caller's */
};

/* Units in the order in which they were given; moments in any. Fills nb_units cuts that do not
 * overlap, but where a person's do. Deterministic; about nb_units * nb_moments² steps. */
void propose_cuts(struct proposed_cut *out, const struct cut_unit *units, size_t nb_units,
                  const struct cut_hint *moments, size_t nb_moments, int64_t length_ms);
