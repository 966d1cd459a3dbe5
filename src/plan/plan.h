/*
 * The plan: what a command loads once to say what is there and what is missing. The programme, the
 * recordings with what is known of each, which of them holds which talk. It reads the store and
 * work/, opens no media, and changes nothing but the kept matches. src/part plans each part from
 * it.
 *
 * In this folder also: results.h, what is there under a key; keys.h, what each result depends on.
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

/* Where a part lies in a recording of several talks: as it is proposed, or as the user cut it. */
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
    struct caption_source *set_aside; /* text that is no language, so that it is not published */
    size_t nb_set_aside;
    const char *absent;              /* the first of its files that is not there now, or NULL */
    struct chosen_sound chosen;      /* by the user */
    int audio_stream;                /* that is published; -1: none, or not known yet */
    char use[8];                     /* "both", "left", "right" */
    struct chosen_place place;       /* by the user */
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

/* Reads the results of recordings again and matches again, after probes or analyses were made. */
ATTR_NODISCARD int plan_refresh(struct plan *plan, struct err *err);

/* The row of matches that a part (0: any of them) of one of the programme's talks is in; NULL where
 * the talk is gone. */
const struct match *plan_match(const struct plan *plan, const struct talk *talk, int part);

/* Of a part that no recording is sure to hold (match is its row): the index of the recording with
 * that fingerprint, which may be its all the same; -1 where there is none such, it holds something
 * else, or the user said that none holds the part. */
int plan_may_hold(const struct plan *plan, const struct match *match, const char *fingerprint);

/* Why a recording that can be read still cannot be published, or NULL. probe: its result. */
const char *plan_refusal(const json_t *probe);
/* Whether the match says where the talk is: surely, or in a recording of several, whose cuts the
 * user has to take in any case. NULL: no. */
bool plan_holds_talk(const struct match *match);

/* "15" or "15/2"; buf of 32 bytes. */
const char *plan_part_name(char *buf, const struct talk *talk, int part);
