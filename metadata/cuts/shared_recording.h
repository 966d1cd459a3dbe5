/*
 * Which talks share a recording: those that a person set to it, and, by the timetable and the time
 * at which it began, those whose slots lie in it. Pure; deterministic. docs/room-recording.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct match_table;
struct programme;

struct sharing_candidate {
    const char *path;
    int64_t duration_ms;      /* negative where it is not known */
    const char *start, *room; /* by a person, as in the store; NULL: not said */
    const char *created;      /* the container's creation time; NULL: none */
    bool divided;             /* a person cut a talk from it */
};

/* How the start is known. Cameras write a creation time in UTC or in local time, when they begin or
 * when they end. */
enum shared_clock {
    SHARED_NO_CLOCK,
    SHARED_GIVEN,
    SHARED_CREATED,
    SHARED_CREATED_LOCAL,
    SHARED_CREATED_END,
    SHARED_CREATED_LOCAL_END,
};

struct shared_talk {
    size_t row;       /* of the matches */
    int64_t start_ms; /* of its slot, from the recording's start; CUT_UNKNOWN without a clock */
};

/* What one recording holds. */
struct shared_recording {
    bool shared; /* several talks lie in it */
    enum shared_clock clock;
    char *began;               /* "2010-04-28 09:02:00", the talks' local time; NULL: no clock */
    struct shared_talk *talks; /* in order of time; only where it is shared */
    size_t nb_talks;
    char *note; /* for a person: why no talks were found, or why no clock counts; NULL: nothing */
};

/* Fills one of out for each recording, and changes the matches: a talk without a sure recording
 * becomes an unclear match of the one that was on during its slot. Free with
 * shared_recording_finish. */
void shared_recording_find(struct shared_recording *out, struct match_table *matches,
                           const struct programme *programme,
                           const struct sharing_candidate *recordings, size_t nb);
void shared_recording_finish(struct shared_recording *sharing);

/* "as given", "its creation time, read as local time" …; NULL without a clock. */
const char *shared_clock_name(enum shared_clock clock);
