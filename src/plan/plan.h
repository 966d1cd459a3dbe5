/*
 * The plan: from the facts of the store, what stands, what is missing and what would make it. This
 * is the one place that knows both rooms, metadata and pipeline: it turns facts into job specs and
 * results into facts. It reads the store and work/, opens no media, and changes nothing.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "event.h"
#include "frame_grid.h"
#include "job.h"
#include "match.h"
#include "programme.h"
#include "shared_recording.h"
#include "store.h"
#include "verify.h"

/* Where a part lies in a recording of several talks, as it is proposed, or as a person cut it. */
struct room_cut {
    const struct talk *talk;
    const struct part *part;
    int64_t begin, end; /* frames; equal where no place is left */
    bool by_hand;
    double score; /* 0 … 1 */
    char *why;
};

/* A recording with what is known of it. */
struct source {
    const struct recording *recording;
    /* NULL while not made. The probe is without its cells: plan_find_result() returns all. Of a
     * recording that no match names, the probe has only "error", "duration_ms", "creation_time" and
     * "hash", which matching needs, and there is no analysis. */
    json_t *probe, *analysis;
    bool whole; /* all of them was read */
    char probe_key[33], analysis_key[33];
    struct caption_source *captions; /* see captions_source.h */
    size_t nb_captions;
    const char *absent;              /* the first of its files that is not there now, or NULL */
    struct chosen_sound chosen;      /* by a person */
    int audio_stream;                /* that is published; -1: none, or not known yet */
    char use[8];                     /* "both", "left", "right" */
    struct chosen_place place;       /* by a person */
    struct shared_recording sharing; /* among several talks */
    struct room_cut *cuts;           /* in order of time; of one that is shared and analysed */
    size_t nb_cuts;
};

/* Everything that a plan starts from, loaded once a command. */
struct plan {
    struct event *event;
    struct programme programme;
    struct recording *recordings;
    struct source *sources; /* one per recording */
    size_t nb_recordings;
    struct match_table matches;
    json_t *new_matches; /* as they will be kept; NULL: they were kept already */
    size_t *first_match; /* of each talk of the programme: its first row of matches, or their number
                            where it has none */
    struct work_listing *listing; /* while jobs are only counted; else NULL */
    char look[33]; /* of the card's template and pictures; "" where they cannot be read */
    struct err look_err;
};

ATTR_NODISCARD int plan_load(struct plan *out, struct event *event, struct err *err);
void plan_finish(struct plan *plan);
#define AUTO_PLAN ATTR_CLEANUP(plan_finish) struct plan

/* Jobs of parts are only counted from now on, or no more: they lack what job.h says. For plans of
 * all parts, while which nothing is made. */
void plan_count_only(struct plan *plan, bool counting);

/* Reads the results of recordings anew and matches again, after probes or analyses were made. */
ATTR_NODISCARD int plan_refresh(struct plan *plan, struct err *err);

/* The row of matches that a part (0: any of them) of one of the programme's talks is in; NULL where
 * the talk is gone. */
const struct match *plan_match(const struct plan *plan, const struct talk *talk, int part);

/* Of a part that no recording is sure to hold (match is its row): the index of the recording with
 * that fingerprint, which may be its all the same; -1 where there is none such, it holds something
 * else, or a person said that none holds the part. */
int plan_may_hold(const struct plan *plan, const struct match *match, const char *fingerprint);

/* The recordings' own jobs that are missing: probes of all; analyses of those that are matched to
 * the talk (0: to any). Appended to *jobs. */
void plan_probes(struct job **jobs, size_t *nb, const struct plan *plan);
void plan_analyses(struct job **jobs, size_t *nb, const struct plan *plan, const int *talks,
                   size_t nb_talks);

/* One file that a part is published as. */
struct output {
    const char *suffix;                    /* ".mp4" …, ".jpg", ".vtt" */
    const struct rendition *rendition;     /* NULL: the poster, or captions */
    const struct caption_source *captions; /* NULL: all others */
    char key[33];
    json_t *result; /* NULL while not made */
};

struct part_plan {
    const struct talk *talk;
    const struct part *part;
    const struct source *source; /* NULL: no recording */
    const struct match *match;   /* NULL: the talk is gone */
    /* verify */
    enum verdict verdict;
    char *cause;
    int64_t measured_ms; /* -1: not known */
    bool accepted;
    struct acceptance acceptance;
    /* the cut; known where cut_known */
    struct frame_grid grid;
    int64_t begin, end; /* frames */
    bool cut_known, cut_by_hand;
    bool cut_proposed;               /* of a recording of several talks: a person has to take it */
    const struct room_cut *room_cut; /* the plan's; NULL: none, or not known yet */
    int64_t cut_moved_ms; /* how far the cut between two parts was moved to a quiet moment */
    /* the work */
    const char *waiting; /* why nothing can be made now, or NULL */
    bool held;           /* not ok and not accepted: made, but not published */
    bool settled;        /* a person accepted that there is no recording */
    char *waiting_for;   /* what waiting points to where it names a file */
    struct job *jobs;    /* what can be made now */
    size_t nb_jobs;
    size_t nb_cells, nb_cells_done; /* per rendition, added up */
    double cost_left;               /* estimated core seconds of the jobs */
    double cost_later;              /* of what can only be put together after them */
    struct output *outputs;
    size_t nb_outputs, nb_outputs_done;
};

/* What waiting points to where the recording can never be published. */
extern const char plan_refused[];

/* Plans one part. Free with part_plan_finish. */
ATTR_NODISCARD int plan_part(struct part_plan *out, struct plan *plan, const struct talk *talk,
                             const struct part *part, struct err *err);
void part_plan_finish(struct part_plan *part);
/* Frees jobs and results; what was counted stays. */
void part_plan_trim(struct part_plan *part);
#define AUTO_PART_PLAN ATTR_CLEANUP(part_plan_finish) struct part_plan

/* Whether everything is made; and whether nothing speaks against publishing it either. */
bool part_plan_made(const struct part_plan *part);
bool part_plan_complete(const struct part_plan *part);

/* "15" or "15/2"; buf of 32 bytes. */
const char *plan_part_name(char *buf, const struct talk *talk, int part);

/* The card's text and look for a part, for the card command; strings belong to plan and *date and
 * *label, which the caller frees. */
struct card_text;
void plan_card_text(struct card_text *out, char **speakers, char **date, char **label,
                    const struct plan *plan, const struct talk *talk, const struct part *part);

/* A result by its key: from the store, or from work/ where a run was killed before it could write
 * it down. *out NULL: there is none. */
ATTR_NODISCARD int plan_find_result(json_t **out, const struct event *event, const char *key,
                                    struct err *err);

/* The same of a probe, but without its cells if it is in the store. */
ATTR_NODISCARD int plan_find_probe(json_t **out, const struct event *event, const char *key,
                                   struct err *err);

/* Every key that the part as it stands hangs on: its outputs and all pieces of them, made or not.
 * The caller frees the list. */
ATTR_NODISCARD int plan_keys(char (**out)[33], size_t *out_nb, struct plan *plan,
                             const struct talk *talk, const struct part *part, struct err *err);
