#include "job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"

struct job *job_add(struct job **jobs, size_t *nb, enum stage stage, const char *key)
{
    *jobs = mem_grow(*jobs, *nb, sizeof **jobs);
    struct job *job = &(*jobs)[(*nb)++];
    *job = (struct job){.stage = stage, .recording = -1, .cell = -1, .captions = -1};
    snprintf(job->key, sizeof job->key, "%s", key);
    return job;
}

void job_finish(struct job *job)
{
    free(job->renditions);
    free(job->what);
    *job = (struct job){0};
}

struct place {
    size_t at;
    double cost;
};

/* Jobs of equal cost keep their order: cells are in order of time. */
static int costly_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

void job_sort(struct job *jobs, size_t nb)
{
    AUTO_FREE struct place *order = mem_zalloc(nb, sizeof *order);
    AUTO_FREE struct job *sorted = mem_zalloc(nb, sizeof *sorted);
    size_t card = 0;
    while (card < nb && jobs[card].stage != STAGE_CARD)
        card++;
    for (size_t i = 0; i < nb; i++)
        order[i] = (struct place){i, i == card ? INFINITY : jobs[i].cost};
    qsort(order, nb, sizeof *order, costly_first);
    for (size_t i = 0; i < nb; i++)
        sorted[i] = jobs[order[i].at];
    for (size_t i = 0; i < nb; i++)
        jobs[i] = sorted[i];
}
