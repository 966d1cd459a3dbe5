/*
 * When events are, for formats that say it more than once: a start as a date and as a time of day,
 * a length and an end. Where two values contradict each other, the one counts that fits the day and
 * the other events in the room, and the programme gets a note with both values.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datetime.h"

struct programme;

/* name is what the file calls the value, static; text is the value as the file has it. */
struct start_claim {
    struct datetime when; /* has_time false: there is none */
    const char *name;
    char *text;
};

struct length_claim {
    int s; /* negative: there is none */
    const char *name;
    char *text;
};

/* What the file says about one event. The first claim counts if nothing else decides; the second is
 * set only if it contradicts the first. Texts are owned. */
struct event_times {
    char *where; /* the place in the file, or NULL */
    struct start_claim start[2];
    struct length_claim length[2];
    int64_t day_begin, day_end; /* Unix time; both 0: not known */
    size_t room;                /* a number for each room; 0: not known */
    bool is_utc;                /* the first start is in UTC, and the file names no zone */
};

void event_times_init(struct event_times *times);
void event_times_finish(struct event_times *times);

void start_claim_set(struct start_claim *claim, const struct datetime *when, const char *name,
                     const char *text);
void length_claim_set(struct length_claim *claim, int64_t s, const char *name, const char *text);

/* Gives each talk its start and slot. times[i] belongs to talks[i]; afterwards its first claims are
 * those that count. */
void event_times_settle(struct event_times *times, struct programme *programme, const char *file);
