/*
 * A programme in memory: the event and its talks, as an importer reads them or the store keeps
 * them. Everything in it is owned by the programme and freed by programme_finish. Strings are valid
 * UTF-8; those that a programme may lack are NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

/* One published video of a talk. */
struct part {
    int number;   /* from 1 */
    int listed_s; /* the measured duration that the programme states, 0 where it states none */
    int slot_s;   /* the planned length of its slot in a timetable: a bound; 0: none */
};

struct talk {
    int number; /* unique in the programme, at least 1; 0 until programme_number_talks */
    char *ref;  /* what the programme itself calls it (a guid, a code, a slug); may be NULL */
    char *title;
    char **speakers; /* in the programme's order */
    size_t nb_speakers;
    char *section; /* or track */
    char *room;
    char *start;    /* as local time with its offset, "2010-04-28T09:00:00-07:00"; or the day alone,
                     * "2010-04-28", where the programme states one for each talk */
    char *language; /* as the programme writes it: "en" */
    char *url;      /* its page */
    char *abstract; /* paragraphs apart by "\n\n" */
    struct part *parts;
    size_t nb_parts; /* at least 1 */
    bool gone;       /* was in an earlier version of the programme, is in this one no more */
};

struct programme {
    char *name, *place;
    char *begin, *end;  /* "2010-04-28"; end equals begin for an event of one day */
    struct talk *talks; /* in the programme's order */
    size_t nb_talks;
};

void programme_finish(struct programme *programme);
#define AUTO_PROGRAMME ATTR_CLEANUP(programme_finish) struct programme

/* Appends an empty talk and returns it; the pointer holds until the next one is added. */
struct talk *programme_add_talk(struct programme *programme, int number);
void talk_add_speaker(struct talk *talk, const char *name);
struct part *talk_add_part(struct talk *talk, int listed_s);

/* NULL where there is none. */
struct talk *programme_find(const struct programme *programme, int number);
struct part *talk_part(const struct talk *talk, int number);

/* Gives numbers to talks without one: that of the talk of the same ref in the programme before,
 * else the next that neither has. */
void programme_number_talks(struct programme *programme, const struct programme *before);

/* "Dullor Rao, Jun Nakajima"; a new string, empty where the talk has no speaker. */
char *talk_speakers(const struct talk *talk);

/* "12:06 / 24:21", "slot 45:00", "-": the parts' times for a person; a new string. */
char *talk_times(const struct talk *talk);

/* The sum of the listed times; 0 when a part has none. */
int talk_listed_s(const struct talk *talk);

/* What files of a part are named: "15-gogrid-and-xen-part-1"; without the part where the talk has
 * only one, or part is 0. A new string. */
char *talk_file_name(const struct talk *talk, int part);
