/*
 * Makes a programme of a timetable, for the importers of schedule.xml and JSON: they pass each
 * event's fields as the file has them, and get talks in order of their start, with numbers and
 * refs.
 *
 * A talk's number is its event's id if all ids of the file are different whole numbers from 1 to
 * PROGRAMME_MAX_NUMBER, else 0 for all. Its ref is the guid, else the id, else the slug. Equal refs
 * (one guid for all slots of a talk) are made different by programme_settle_refs. Starts and
 * lengths that the file gives twice are compared (event_times.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "programme.h"

struct event_times;
struct timetable_entry;

struct timetable {
    const char *name; /* the file in messages; the caller's */
    struct programme programme;
    struct timetable_entry *entries; /* of programme.talks */
    struct event_times *times;       /* of programme.talks, until their order is settled */
    GHashTable *rooms;               /* name to position in the file, from 1 */
    char *zone;                      /* NULL: not known */
    int day_change_s;                /* earlier starts belong to the night after the day */
    char *rooms_differ;              /* the first event whose two rooms differ, for a note */
    size_t nb_rooms_differ;
    struct timetable_titles {
        char *text; /* the first titles, quoted; NULL: none */
        size_t nb;
    } cancelled, not_recorded; /* for notes */
};

/* The conference, as the file has it. Fields other than where may be NULL or empty. */
struct timetable_event {
    const char *where; /* "line 3", "schedule.conference" */
    const char *title, *venue, *city;
    const char *begin, *end; /* dates or date-times */
    const char *zone, *day_change;
};

/* A day in the file. Fields may be NULL or empty. */
struct timetable_day {
    const char *date;
    const char *begin, *end; /* date-times */
};

/* One of its events. Fields other than where and title may be NULL or empty. */
struct timetable_talk {
    const char *where;
    const char *id, *guid, *slug;
    const char *title, *subtitle, *track, *language, *url, *abstract, *description;
    const char *room;    /* its own; takes precedence */
    const char *in_room; /* that in which the file lists it */
    struct timetable_day day;
    const char *date;     /* its own date or date-time */
    const char *start;    /* the time of day, or a date-time */
    const char *end;      /* the time of day, or a date-time */
    const char *duration; /* "00:50" */
    const char *status;   /* "confirmed", "cancelled" */
    bool not_recorded;    /* the speakers do not want it */
};

void timetable_init(struct timetable *timetable, const char *name);
void timetable_finish(struct timetable *timetable);
#define AUTO_TIMETABLE ATTR_CLEANUP(timetable_finish) struct timetable

/* Call it first: the events' times need its zone. */
ATTR_NODISCARD int timetable_set_event(struct timetable *timetable,
                                       const struct timetable_event *event, struct err *err);
/* Adds a room, to fix its place in the order; the rooms of events are added by themselves. */
void timetable_add_room(struct timetable *timetable, const char *room);
/* Whether the event is cancelled: it is counted for a note, and must not be added. */
bool timetable_leaves_out(struct timetable *timetable, const struct timetable_talk *talk);
ATTR_NODISCARD int timetable_add_talk(struct timetable *timetable,
                                      const struct timetable_talk *talk, struct err *err);
/* Adds a speaker to the last talk. */
void timetable_add_speaker(struct timetable *timetable, const char *name);

/* The fields of a person that hold a name, in XML and in JSON, the best first; NULL ends them. */
extern const char *const timetable_person_names[];

/* Always sets an error: "'schedule.xml', line 12: the start: found "10h"; expected ...". found is
 * shortened; NULL: "the start is missing". */
int timetable_fail(const struct timetable *timetable, const char *where, const char *what,
                   const char *found, const char *expected, struct err *err);

/* Call it last: moves the programme to *out. ERR_INVALID: it has no talk. */
ATTR_NODISCARD int timetable_take(struct programme *out, struct timetable *timetable,
                                  struct err *err);
