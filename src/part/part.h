/*
 * What a part needs: src/part turns a plan (plan.h) into jobs. It is the one place that knows both
 * metadata and pipeline: facts of the store become job specs, and results become outputs. It opens
 * no media and changes nothing.
 *
 * A part as it is planned: its recording and cut, its verdict, its state, the outputs that it is
 * published as, and the jobs that can be made now. Everything that a command says or does about a
 * part is read from here, most of it from its state.
 */
#pragma once

#include "plan.h"

/* One file that a part is published as. */
struct output {
    const char *suffix;                    /* ".mp4" …, ".jpg", ".vtt" */
    const struct rendition *rendition;     /* NULL: the poster, or captions */
    const struct caption_source *captions; /* NULL: all others */
    int width, height;                     /* of a rendition; 0: sound alone, or no rendition */
    char key[33];
    json_t *result; /* NULL while not made */
};

enum part_state {
    PART_GONE,     /* the talk is no longer in the programme */
    PART_SETTLED,  /* the user accepted that there is no recording */
    PART_WAITING,  /* nothing can be made now: see obstacle */
    PART_TO_DO,    /* something is missing and can be made */
    PART_HELD,     /* all is made; not ok and not accepted, so it is not published */
    PART_COMPLETE, /* all is made and may be published */
};

/* What keeps a part from being worked on. */
enum part_obstacle {
    OBSTACLE_NONE,
    OBSTACLE_UNSURE,       /* which recording it is */
    OBSTACLE_NO_RECORDING, /* */
    OBSTACLE_NOT_PROBED,
    OBSTACLE_REFUSED, /* its recording can never be published */
    OBSTACLE_NOT_ANALYSED,
    OBSTACLE_CUT_PROPOSED, /* of a recording of several talks: the user has to take it */
    OBSTACLE_CUT_UNKNOWN,  /* between two parts without listed times */
    OBSTACLE_CUT_EMPTY,
    OBSTACLE_CARD,   /* its template or a picture cannot be read */
    OBSTACLE_ABSENT, /* the recording's disk is not connected, and it is needed */
};

struct part_plan {
    const struct talk *talk;
    const struct part *part;
    const struct source *source; /* NULL: no recording */
    const struct match *match;   /* NULL: the talk is gone */
    enum part_state state;
    enum part_obstacle obstacle;
    const char *waiting; /* the obstacle in words, or NULL */
    char *waiting_text;  /* what waiting points to where it names a file; else NULL */
    /* verify */
    enum verdict verdict;
    char *cause;
    int64_t measured_ms; /* -1: not known */
    bool accepted;
    struct acceptance acceptance;
    bool held; /* not ok and not accepted: made, but not published */
    /* the cut; known where cut_known */
    struct frame_grid grid;
    int64_t begin, end; /* frames */
    bool cut_known, cut_by_hand;
    bool cut_proposed;               /* of a recording of several talks: the user has to take it */
    const struct room_cut *room_cut; /* the plan's; NULL: none, or not known yet */
    int64_t cut_moved_ms; /* how far the cut between two parts was moved to a quiet moment */
    /* the work */
    struct part_work *work; /* inner: what it is made from; NULL where it waits */
    struct job *jobs;       /* what can be made now; see jobs.h */
    size_t nb_jobs;
    size_t nb_cells, nb_cells_done; /* per rendition, added up */
    double cost_left;               /* estimated core seconds of the jobs */
    double cost_later;              /* of what can only be put together after them */
    struct output *outputs;
    size_t nb_outputs, nb_outputs_done;
};

/* Plans one part. Free with part_plan_finish. */
ATTR_NODISCARD int plan_part(struct part_plan *out, const struct plan *plan,
                             const struct talk *talk, const struct part *part, struct err *err);
void part_plan_finish(struct part_plan *part);
/* Frees what only jobs need, of jobs all but their keys; then results too. States and counts stay.
 */
void part_plan_drop_work(struct part_plan *part);
void part_plan_trim(struct part_plan *part);
#define AUTO_PART_PLAN ATTR_CLEANUP(part_plan_finish) struct part_plan

/* Whether everything is made, be it held or complete. */
bool part_plan_made(const struct part_plan *part);

/* The name of a rendition that the job makes; i below job->nb_renditions. */
const char *part_job_rendition(const struct part_plan *part, const struct job *job, size_t i);

/* The card's text and look for a part, for the card command; strings belong to plan and *date and
 * *label, which the caller frees. */
struct card_text;
void plan_card_text(struct card_text *out, char **speakers, char **date, char **label,
                    const struct plan *plan, const struct talk *talk, const struct part *part);

/* Every key that the part as it is now depends on: its outputs and all pieces of them, made or not.
 * Appended to a list that the caller frees. */
ATTR_NODISCARD int plan_keys(char (**out)[33], size_t *out_nb, const struct plan *plan,
                             const struct talk *talk, const struct part *part, struct err *err);
