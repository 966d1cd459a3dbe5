/*
 * A programme in memory: the event and its talks, as an importer or the store reads them. The
 * programme owns everything in it; programme_finish frees it. Strings are valid UTF-8, and NULL if
 * the programme does not have them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

/* One published video of a talk. */
struct part {
    int number;   /* from 1 */
    int listed_s; /* the duration that the programme states, in seconds; 0: none */
    int slot_s;   /* planned length of its slot in a timetable, in seconds: a bound; 0: none */
};

struct talk {
    int number;       /* from 1, unique in the programme; 0 until programme_number_talks */
    char *ref;        /* the programme's own identifier (a guid, a code, a slug); may be NULL */
    char *shared_ref; /* the same before programme_settle_refs made it different from an earlier
                       * talk's; NULL: it did not */
    char *identity;   /* see programme_identity.h; NULL until programme_number_talks */
    char *title;
    char **speakers; /* in the programme's order */
    size_t nb_speakers;
    char *section; /* or track */
    char *room;
    char *start;    /* local time with its offset, "2010-04-28T09:00:00-07:00", without it if it is
                     * not known; or the day alone, "2010-04-28" */
    char *language; /* as the programme writes it: "en" */
    char *url;      /* its page */
    char *abstract; /* paragraphs separated by "\n\n" */
    struct part *parts;
    size_t nb_parts;   /* at least 1 */
    bool gone;         /* was in an earlier version of the programme, is not in this one */
    const char *doubt; /* why it may be another talk than the one that had its number, for the user;
                        * static; NULL: no doubt */
};

struct programme {
    char *id; /* a UUID that the store gives the event; NULL: it is not stored */
    char *name, *place;
    char *begin, *end;  /* "2010-04-28"; end equals begin for an event of one day */
    struct talk *talks; /* in the programme's order */
    size_t nb_talks;
    bool numbers_are_ids; /* the talks' numbers only identify them, and nobody wrote them as numbers
                           */
    char **notes;         /* an importer's remarks for the user, a sentence each; not stored */
    size_t nb_notes;
};

void programme_finish(struct programme *programme);
#define AUTO_PROGRAMME ATTR_CLEANUP(programme_finish) struct programme

/* Appends an empty talk and returns it; the pointer is valid until the next one is added. */
struct talk *programme_add_talk(struct programme *programme, int number);
/* Without control characters and changes of direction; a name of nothing else is left out. */
void talk_add_speaker(struct talk *talk, const char *name);
struct part *talk_add_part(struct talk *talk, int listed_s);

/* Adds a remark about what was read: what was left out and why, which of two contradicting values
 * counts. It names the file and the place in it. */
void programme_note(struct programme *programme, const char *format, ...) ATTR_PRINTF(2, 3);

/* NULL: there is none. */
struct talk *programme_find(const struct programme *programme, int number);
struct part *talk_part(const struct talk *talk, int number);

/* "Dullor Rao, Jun Nakajima"; a new string, empty if the talk has no speaker. */
char *talk_speakers(const struct talk *talk);

/* The parts' times for the user: "12:06 / 24:21", "slot 45:00", "-". A new string. */
char *talk_times(const struct talk *talk);

/* The sum of the listed times in seconds; 0 if a part has none. */
int talk_listed_s(const struct talk *talk);

/* The name of a part's files, without extension: "15-gogrid-and-xen-part-1"; without the part if
 * the talk has only one, or if part is 0. A new string. */
char *talk_file_name(const struct talk *talk, int part);
