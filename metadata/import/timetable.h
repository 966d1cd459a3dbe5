/*
 * What the importers of timetables share: they hand over each event's fields as the file has them,
 * and the room makes talks of those, in order of their start, with numbers and refs.
 *
 * A talk's number is the event's own id where all ids of the file are distinct whole numbers from 1
 * to TIMETABLE_MAX_NUMBER, else 0 for all. Its ref is the guid, else the id or the slug; where
 * several have the same (one guid for all slots of a talk), programme_settle_refs tells them apart.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "programme.h"

enum { TIMETABLE_MAX_NUMBER = 9999999 };

struct timetable_entry;

struct timetable {
    const char *name; /* of the file, in messages; the caller's */
    struct programme programme;
    struct timetable_entry *entries; /* of programme.talks */
    GHashTable *rooms;               /* name to place in the file, from 1 */
    char *zone;                      /* NULL where none is known */
    int day_change_s;                /* a start before it is of the night after the day */
};

/* The conference, as the file has it; all may be NULL or empty. */
struct timetable_event {
    const char *where; /* "line 3", "schedule.conference" */
    const char *title, *venue, *city;
    const char *begin, *end; /* dates or date-times */
    const char *zone, *day_change;
};

/* An event of it, likewise; only title must be there. */
struct timetable_talk {
    const char *where;
    const char *id, *guid, *slug;
    const char *title, *subtitle, *track, *room, *language, *url, *abstract, *description;
    const char *day;      /* the date under which it stands */
    const char *date;     /* its own date, or date-time, which goes before start */
    const char *start;    /* the time of day, or a date-time */
    const char *end;      /* a date-time; where there is no duration */
    const char *duration; /* "00:50" */
};

void timetable_init(struct timetable *timetable, const char *name);
void timetable_finish(struct timetable *timetable);
#define AUTO_TIMETABLE ATTR_CLEANUP(timetable_finish) struct timetable

/* Comes first: the events' times need its zone. */
ATTR_NODISCARD int timetable_set_event(struct timetable *timetable,
                                       const struct timetable_event *event, struct err *err);
/* A room, so that its place in the order is known; an event's room needs no such call. */
void timetable_add_room(struct timetable *timetable, const char *room);
ATTR_NODISCARD int timetable_add_talk(struct timetable *timetable,
                                      const struct timetable_talk *talk, struct err *err);
/* A speaker of the talk added last. */
void timetable_add_speaker(struct timetable *timetable, const char *name);

/* Always an error: "'schedule.xml', line 12: the start: found "10h"; expected ...". found may be
 * NULL, and is shortened. */
int timetable_fail(const struct timetable *timetable, const char *where, const char *what,
                   const char *found, const char *expected, struct err *err);

/* All was added: moves the programme to *out. Without a talk it is an error. */
ATTR_NODISCARD int timetable_take(struct programme *out, struct timetable *timetable,
                                  struct err *err);
