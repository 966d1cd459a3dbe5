/*
 * A job: one piece of work that the plan found missing. This room defines jobs (job.h), the specs
 * that workers receive (job_spec.h), the keys of results (key.h), and the files in work/
 * (workdir.h). src/part makes jobs, src/run starts them, and src/worker does them. Nothing here
 * opens media or the store.
 *
 * The plan of a large event holds hundreds of thousands of jobs, so a job says only which stage, of
 * what, at what cost. Its spec is made from the job and the plan when the job starts (jobs.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "key.h"
#include "stage.h"

struct job {
    char key[KEY_BYTES];
    enum stage stage;
    double cost; /* estimate, in seconds of one core */
    bool reads;  /* reads the recording, whose files must be available */

    int recording;  /* job of a recording: its index in the plan; job of a part: -1 */
    int talk, part; /* job of a part: their numbers, from 1; job of a recording: 0 */
    size_t owner;   /* job of a part: the part's index in the run */

    /* Job of a part: the piece. */
    int cell;           /* index of the cell; -1: none, or the card before the talk */
    int captions;       /* index of the captions; -1: none */
    int sheet;          /* of the storyboard, from 0 */
    size_t *renditions; /* indices of the renditions that it makes, ascending; owned */
    size_t nb_renditions;

    char *what; /* for the user: "talk 15/1: 0:24-0:48, 3 renditions"; owned; NULL until the job
                   starts */
};

/* Appends a job to a list and returns it. The pointer is valid until the next job is added. */
struct job *job_add(struct job **jobs, size_t *nb, enum stage stage, const char *key);
void job_finish(struct job *job);

/* Sorts jobs by descending cost, so that short ones remain for the end of a run, when cores run out
 * of work. Jobs of equal cost keep their order. The first card comes before everything, so that an
 * error in its template is reported at once. */
void job_sort(struct job *jobs, size_t nb);
