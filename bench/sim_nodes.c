#include "sim_nodes.h"

#include <math.h>
#include <stdlib.h>

#include "mem.h"

struct entry {
    double at_s; /* the heap's order */
    double cost_s;
    size_t job, core;
};

/* The entry with the lowest time is first. */
struct heap {
    struct entry *entries;
    size_t nb;
};

struct sim_nodes {
    double delay_s;
    struct heap cores;        /* when each is free */
    struct heap starts, ends; /* of jobs that were given */
    double ended_s;           /* core seconds of jobs that have ended */
};

static void swap(struct entry *a, struct entry *b)
{
    const struct entry kept = *a;
    *a = *b;
    *b = kept;
}

static void sink(struct heap *h)
{
    size_t i = 0;
    for (;;) {
        size_t least = i;
        for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < h->nb; k++)
            if (h->entries[k].at_s < h->entries[least].at_s)
                least = k;
        if (least == i)
            return;
        swap(&h->entries[i], &h->entries[least]);
        i = least;
    }
}

static void add(struct heap *h, struct entry entry)
{
    size_t i = h->nb++;
    h->entries[i] = entry;
    for (; i > 0 && h->entries[i].at_s < h->entries[(i - 1) / 2].at_s; i = (i - 1) / 2)
        swap(&h->entries[i], &h->entries[(i - 1) / 2]);
}

static bool take(struct entry *out, struct heap *h, double now_s)
{
    if (!h->nb || h->entries[0].at_s > now_s)
        return false;
    *out = h->entries[0];
    h->entries[0] = h->entries[--h->nb];
    sink(h);
    return true;
}

struct sim_nodes *sim_nodes_create(size_t nb_cores, size_t most_jobs, double delay_s)
{
    struct sim_nodes *n = mem_zalloc(1, sizeof *n);
    *n = (struct sim_nodes){
        .delay_s = delay_s,
        .cores.entries = mem_zalloc(nb_cores, sizeof *n->cores.entries),
        .starts.entries = mem_zalloc(most_jobs, sizeof *n->starts.entries),
        .ends.entries = mem_zalloc(most_jobs, sizeof *n->ends.entries),
    };
    for (size_t i = 0; i < nb_cores; i++)
        add(&n->cores, (struct entry){.core = i});
    return n;
}

void sim_nodes_destroy(struct sim_nodes *n)
{
    if (!n)
        return;
    free(n->cores.entries);
    free(n->starts.entries);
    free(n->ends.entries);
    free(n);
}

void sim_nodes_give(struct sim_nodes *n, size_t job, double cost_s, double now_s)
{
    struct entry *core = &n->cores.entries[0];
    const double start_s = fmax(core->at_s, now_s) + n->delay_s, end_s = start_s + cost_s;
    core->at_s = end_s;
    add(&n->starts, (struct entry){start_s, cost_s, job, core->core});
    add(&n->ends, (struct entry){end_s, cost_s, job, core->core});
    sink(&n->cores);
}

bool sim_nodes_take_started(size_t *job, size_t *core, struct sim_nodes *n, double now_s)
{
    struct entry taken;
    if (!take(&taken, &n->starts, now_s))
        return false;
    *job = taken.job;
    *core = taken.core;
    return true;
}

bool sim_nodes_take_ended(size_t *job, size_t *core, struct sim_nodes *n, double now_s)
{
    struct entry taken;
    if (!take(&taken, &n->ends, now_s))
        return false;
    n->ended_s += taken.cost_s;
    *job = taken.job;
    *core = taken.core;
    return true;
}

double sim_nodes_used_s(const struct sim_nodes *n, double now_s)
{
    double used_s = n->ended_s;
    for (size_t i = 0; i < n->ends.nb; i++) {
        const struct entry *e = &n->ends.entries[i];
        used_s += fmin(fmax(now_s - (e->at_s - e->cost_s), 0), e->cost_s);
    }
    return used_s;
}
