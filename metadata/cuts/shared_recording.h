/*
 * Finds the talks that share a recording: those that the user set to it, and those whose slots are
 * in it by the timetable and the time at which it began. Pure and deterministic. See
 * docs/room-recording.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct match_table;
struct programme;

struct sharing_candidate {
    const char *path;
    int64_t duration_ms;      /* negative: not known */
    const char *start, *room; /* given by the user, as in the store; NULL: not given */
    const char *created;      /* creation time in the container; NULL: none */
    bool divided;             /* the user cut a talk from it */
};

/* The source of the start. Cameras write a creation time in UTC or in local time, when they start
 * or when they stop. */
enum shared_clock {
    SHARED_NO_CLOCK,
    SHARED_GIVEN,
    SHARED_CREATED,
    SHARED_CREATED_LOCAL,
    SHARED_CREATED_END,
    SHARED_CREATED_LOCAL_END,
};

struct shared_talk {
    size_t row;       /* in the table of matches */
    int64_t start_ms; /* of its slot, from the recording's start; CUT_UNKNOWN: no clock */
};

/* The talks of one recording. */
struct shared_recording {
    bool shared; /* it holds several talks */
    enum shared_clock clock;
    char *began;               /* "2010-04-28 09:02:00", local time of the talks; NULL: no clock */
    struct shared_talk *talks; /* in order of time; only if it is shared */
    size_t nb_talks;
    char *note; /* for the user: why no talks were found, or no clock is used; NULL: nothing */
};

/* Fills an element of out for each recording (free each with shared_recording_finish), and changes
 * the matches: a talk without a sure recording gets an unclear match with the one that ran during
 * its slot. */
void shared_recording_find(struct shared_recording *out, struct match_table *matches,
                           const struct programme *programme,
                           const struct sharing_candidate *recordings, size_t nb);
void shared_recording_finish(struct shared_recording *sharing);

/* "as given", "its creation time, read as local time" …, static; NULL for SHARED_NO_CLOCK. */
const char *shared_clock_name(enum shared_clock clock);
