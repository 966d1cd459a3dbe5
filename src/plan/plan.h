/*
 * The plan: from the facts of the store, what is there, what is missing and what would make it.
 * This folder is the one place that knows both metadata and pipeline: it turns facts into job specs
 * and results into facts. It reads the store and work/, opens no media, and changes nothing.
 *
 * This header is the snapshot that a command loads once, and the jobs of recordings. part.h plans a
 * part from it; results.h looks results up; keys.h says what each result depends on.
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
    /* NULL while not made. The probe without its cells, of which there are many, and without its
     * streams where no plan hangs on them: who needs them asks plan_find_result. Of a recording
     * that no match names, of the probe only what matching and telling of it take ("error",
     * "duration_ms", "creation_time", "hash"), and no analysis. */
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
    struct work_listing *listing; /* while plan_list_work is on; else NULL */
    char look[33]; /* of the card's template and pictures; "" where they cannot be read */
    struct err look_err;
};

ATTR_NODISCARD int plan_load(struct plan *out, struct event *event, struct err *err);
void plan_finish(struct plan *plan);
#define AUTO_PLAN ATTR_CLEANUP(plan_finish) struct plan

/* From now on, or no more, work/ is listed folder by folder, and asked about from memory: for plans
 * of all parts, during which nothing is made. */
void plan_list_work(struct plan *plan, bool on);

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

/* Describes the job for the user (job->what), unless that was done. part: whose job it is; NULL: a
 * recording's. */
struct part_plan;
void plan_describe_job(struct job *job, const struct plan *plan, const struct part_plan *part);
/* A job starts: describes it, and makes its spec, which borrows from the plan and the part. */
struct job_spec;
ATTR_NODISCARD int plan_begin_job(struct job_spec *out, struct job *job, const struct plan *plan,
                                  const struct part_plan *part, struct err *err);

/* Why a recording that can be read still cannot be published, or NULL. probe: its result. */
const char *plan_refusal(const json_t *probe);
/* Whether the match says where the talk is: surely, or in a recording of several, whose cuts the
 * user has to take in any case. NULL: no. */
bool plan_holds_talk(const struct match *match);

/* "15" or "15/2"; buf of 32 bytes. */
const char *plan_part_name(char *buf, const struct talk *talk, int part);

/* The card's text and look for a part, for the card command; strings belong to plan and *date and
 * *label, which the caller frees. */
struct card_text;
void plan_card_text(struct card_text *out, char **speakers, char **date, char **label,
                    const struct plan *plan, const struct talk *talk, const struct part *part);
