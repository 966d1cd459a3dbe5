/*
 * A job that the plan wants done: which stage, of what, and what it costs. Its spec, which says
 * everything a worker has to know (job_spec.h), follows from it and the plan when it starts
 * (plan_begin_job), so that a plan of a whole event holds hundreds of thousands of these.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "key.h"
#include "stage.h"

struct job {
    char key[KEY_BYTES];
    enum stage stage;
    double cost; /* estimated seconds of one core */
    bool reads;  /* the recording has to be there */

    /* Of a recording: its index in the plan. Of a part: -1. */
    int recording;
    int talk, part; /* 0: of a recording, not of a part */
    size_t owner;   /* the part's number in a run */

    /* Of a part: which piece. */
    int cell;           /* index of the cell; -1: the card before the talk, or no cell at all */
    int captions;       /* index of the captions; -1: none */
    size_t *renditions; /* of the pieces that it makes: indices, ascending; the job's own */
    size_t nb_renditions;

    char *what; /* for the user: "talk 15/1: 0:24-0:48, 3 renditions"; NULL until it is begun */
};

/* Appends a job to a list that grows; the pointer holds until the next one is added. */
struct job *job_add(struct job **jobs, size_t *nb, enum stage stage, const char *key);
void job_finish(struct job *job);

/* In the order in which they are best done: the costly ones first, so that small ones are left for
 * the end of a run, when cores wait for each other. But a card before all others, because an error
 * in its text is then reported at once. */
void job_sort(struct job *jobs, size_t nb);
