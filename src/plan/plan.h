/*
 * The plan: the state of the whole event, which a command loads once: the programme, the recordings
 * with their results, and which recording holds which talk. src/part derives from it what each part
 * still needs. The plan reads the store and work/. It never opens media, and writes nothing except
 * the cached matches (plan_refresh) and the list of captions files (captions_note).
 *
 * Also in this room: keys.h says what each result depends on, and results.h finds a result by its
 * key. One thread uses a plan; everything that it points to is owned by it, except the event.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chapters.h"
#include "err.h"
#include "event.h"
#include "lead_in.h"
#include "match.h"
#include "programme.h"
#include "shared_recording.h"
#include "store.h"

/* The cut of a part in a recording of several talks: proposed, or set by the user. */
struct room_cut {
    const struct talk *talk;
    const struct part *part;
    int64_t begin, end; /* frames of the recording's grid; equal: no time is left for the part */
    bool by_hand;       /* set by the user */
    double score;       /* how certain the proposal is: 0 to 1 */
    char *why;          /* what the proposal is based on, for the user */
};

/* The list of chapters beside a recording. */
struct chapters_beside {
    char *path;           /* NULL: there is none */
    struct chapters list; /* times as in the file: from where a player begins to count */
    char *refused;        /* why the list is not taken, naming file and line; NULL: it is */
};

/* A recording with its results and the user's decisions about it. */
struct source {
    const struct recording *recording;
    const char *name; /* for the user: see recording_names.h */
    /* NULL: not made yet. The probe lacks its cells; plan_find_result returns all of it. If no
     * match names the recording, it is a summary (store_probe_summary), and the analysis is not
     * loaded. */
    json_t *probe, *analysis;
    bool whole; /* false: only the summary was read */
    char probe_key[33], analysis_key[33];
    struct caption_source *captions; /* see captions_source.h */
    size_t nb_captions;
    struct caption_source *set_aside; /* text that is no language, so that it is not published */
    size_t nb_set_aside;
    struct caption_source *outranked; /* not used: another file of the same language is */
    size_t nb_outranked;
    struct chapters_beside chapters; /* see chapters_source.h */
    const char *absent;              /* the first of its files that does not exist now, or NULL */
    struct chosen_sound chosen;      /* the user's choice */
    int audio_stream;                /* the published one; -1: none, or not known yet */
    char use[8];                     /* its channels that are used: see sound_use_format */
    struct chosen_place place;       /* room and start, if the user set them */
    struct shared_recording sharing; /* the talks in it, if it holds several */
    struct room_cut *cuts;           /* of a shared recording that is analysed; in order of time */
    size_t nb_cuts;
};

/* What a part's files in out/ were made from. */
struct published_from {
    int talk, part;
    char recording[33]; /* fingerprint; "": not known */
};

struct plan {
    struct event *event;
    struct programme programme;
    struct recording *recordings;
    struct source *sources; /* one per recording */
    size_t nb_recordings;
    struct match_table matches;
    json_t *new_matches; /* to be written to the cache; NULL: the cache is up to date */
    size_t *first_match; /* by index of the talk: the first of its rows in matches, or the number of
                            rows if it has none */
    struct lead_in lead_in;           /* of the recordings that hold a talk each */
    struct published_from *published; /* sorted; read only if a talk has no certain recording */
    size_t nb_published;
    struct chosen_language *languages; /* of talks, as the user set them */
    size_t nb_languages;
    int64_t version; /* of the store, see store_version: when programme and recordings were read */
    struct work_listing *listing; /* NULL unless plan_list_work is on */
    char look[33];       /* hash of the card's template and pictures; "": they cannot be read */
    struct err look_err; /* why they cannot be read */
};

/* Loads the plan of an open event. *out is untouched on failure. */
ATTR_NODISCARD int plan_load(struct plan *out, struct event *event, struct err *err);
void plan_finish(struct plan *plan);
#define AUTO_PLAN ATTR_CLEANUP(plan_finish) struct plan

/* While this is on, look-ups in work/ use listings in memory (work_listing.h). Use it to plan all
 * parts at once, and only while nothing is made. */
void plan_list_work(struct plan *plan, bool on);

/* Reads the results of the recordings and matches again, after probes or analyses were made. Caches
 * the matches if this process holds the event's lock. */
ATTR_NODISCARD int plan_refresh(struct plan *plan, struct err *err);

/* Between the two, the user's decisions are written, and no other process writes any. The plan is
 * loaded again first if another process changed the store since: pointers into it are no longer
 * valid, and what the user named may be gone. plan_end() commits if ret is 0, with the plan as it
 * is then; else it rolls back. It returns ret, or its own error. */
ATTR_NODISCARD int plan_begin(struct plan *plan, struct err *err);
ATTR_NODISCARD int plan_end(struct plan *plan, int ret, struct err *err);

/* The match of a part of one of the programme's talks; NULL if the talk is gone. Part 0 stands for
 * the talk as a whole. */
const struct match *plan_match(const struct plan *plan, const struct talk *talk, int part);

/* The recordings that may hold the part by their names and lengths, best first, at most room; see
 * match_candidates. Returns how many. */
size_t plan_candidates(struct match_candidate *out, size_t room, const struct plan *plan,
                       const struct talk *talk, int part);

/* For a part whose match is not certain: the index of the recording with that fingerprint, if the
 * recording may hold the part. -1 if there is no such recording, if it certainly holds another
 * part, or if the user decided on the match. */
int plan_may_hold(const struct plan *plan, const struct match *match, const char *fingerprint);

/* For a part that no recording is certain to hold: the index of the recording that its files in
 * out/ were made from and that may still hold it, or -1. *as_one: all published parts of the talk
 * were.
 */
int plan_published_from(bool *as_one, const struct plan *plan, const struct talk *talk, int part);

/* The reason why a recording can never be published, or NULL. probe: the result of its probe. */
const char *plan_refusal(const json_t *probe);
/* Why it cannot be read now: a new string; NULL: its files are there. */
char *plan_absence(const struct source *source);
/* Whether the talk's recording is known: the match is certain, or the recording holds several
 * talks, whose cuts the user must take in any case. NULL: false. */
bool plan_holds_talk(const struct match *match);

/* The language that the user set for a talk, as language_short writes it; NULL: none. */
const char *plan_language(const struct plan *plan, int talk);

/* Writes "15", or "15/2" if the talk has several parts, to buf (32 bytes); returns buf. */
const char *plan_part_name(char *buf, const struct talk *talk, int part);
