/*
 * Compares the listed length of a part with the measured one: a verdict and, for a difference, the
 * cause. Pure. docs/verify.md lists the causes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct programme;

enum verdict {
    VERDICT_OK,
    VERDICT_SHORT,
    VERDICT_LONG,
    VERDICT_MISSING, /* no recording */
    VERDICT_UNCLEAR, /* the recording is not certain */
    VERDICT_DAMAGED, /* a piece of it does not decode or is missing */
};
const char *verdict_name(enum verdict verdict); /* "ok", "short" …; static */

/* Facts about a part. Times are in milliseconds, -1: not known. The strings are the caller's. */
struct verify_facts {
    int talk, part;
    int listed_s;         /* 0: the programme states none */
    int slot_s;           /* planned in a timetable, used if no time is listed; 0: none */
    int64_t measured_ms;  /* of the cut */
    int64_t recording_ms; /* of the whole recording */
    bool whole_recording; /* the cut is all of it */
    bool runs_to_end;     /* the cut ends with the recording */
    bool cut_by_hand;
    size_t nb_drops;        /* breaks that are left out of it */
    int64_t dropped_ms;     /* how long they are together; not in measured_ms */
    int nb_same_speed;      /* other talks whose length is off by the same factor */
    const bool *fitting;    /* of each talk of the programme: whether it has a recording of its own
                               with the listed length; NULL: none has */
    bool shares_recording;  /* with the talk's other parts */
    bool unclear;           /* the recording, or the cut in it, is not certain */
    const char *match_note; /* the reason, or another suspicion; may be NULL */
    const char *refusal;    /* why the recording cannot be read; may be NULL */
    const char *truncated;  /* the probe's message about a truncated file; may be NULL */
    bool no_sound;
    bool no_picture; /* sound only, published with the card as the picture */
    /* How long the first picture is shown before its time, and the last one after the picture's
     * end, because there is sound; 0: not at all. */
    int64_t held_head_ms, held_tail_ms;
    const char *sound_error; /* with no_sound: why the existing sound cannot be used; may be NULL */
    const char *sound_fault; /* why the sound must not be published as it is; may be NULL */
    const char *sound_note;  /* for the listener, without effect on the verdict; may be NULL */
    bool absent;             /* the file is not there now; the facts are from before */
    int64_t gap_at_ms, gap_ms; /* the longest gap; 0: none; negative: the clock goes back */
    /* From the analysis; all -1: there is none yet. */
    int64_t silence_head_ms, silence_tail_ms, black_head_ms, black_tail_ms;
    int sound_at_end;
    int64_t nb_damaged, damaged_at_ms; /* pictures or packets that do not decode */
    bool damaged_at_known;             /* else they have no times */
    const char *damage;                /* the decoder's message; may be NULL */
};

/* A listed time is a measurement: the part must have it within the tolerance. A slot is a bound: a
 * talk may exceed it by overrun_ms and may be shorter, but it must fill half of it, and its
 * recording must not end in mid-talk. */
struct verify_limits {
    int tolerance_ms, overrun_ms;
};

/* Whether two measured lengths are off their listed ones by the same factor, at most 2, as far as
 * lists in whole seconds can show. */
bool verify_same_speed(int listed_s, int64_t measured_ms, int other_listed_s,
                       int64_t other_measured_ms);

/* The i-th of the known speeds at which recordings are played by mistake, by which the measured
 * length gives the listed one; 0: there are no more. */
double verify_known_speed(size_t i);

/* *cause is a new string; empty: ok, and nothing to remark. */
enum verdict verify_part(char **cause, const struct verify_facts *facts,
                         const struct programme *programme, const struct verify_limits *limits);
