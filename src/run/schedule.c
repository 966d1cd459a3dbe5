#include "schedule.h"

#include <stdlib.h>

#include "mem.h"

struct entry {
    size_t part;
    double cost;
    bool ready;
};

struct schedule {
    struct entry *waiting; /* from index next; the longest first once sorted */
    size_t nb_waiting, next;
    bool sorted;
    bool in_order;      /* of the numbers */
    struct entry *open; /* those that are ready, and at most one for each running job */
    size_t nb_open, most_ready;
};

struct schedule *schedule_create(size_t nb_parts, int workers)
{
    struct schedule *s = mem_zalloc(1, sizeof *s);
    s->waiting = mem_zalloc(nb_parts, sizeof *s->waiting);
    s->open = mem_zalloc(nb_parts, sizeof *s->open);
    s->most_ready = SCHEDULE_OPEN_PER_WORKER * (size_t)workers;
    if (s->most_ready > SCHEDULE_MOST_OPEN)
        s->most_ready = SCHEDULE_MOST_OPEN;
    return s;
}

void schedule_destroy(struct schedule *s)
{
    if (!s)
        return;
    free(s->waiting);
    free(s->open);
    free(s);
}

void schedule_add(struct schedule *s, size_t part, double cost)
{
    s->waiting[s->nb_waiting++] = (struct entry){part, cost, false};
}

/* Equal parts in the order of the programme. */
static int longest_first(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? 1 : -1;
    return (x->part > y->part) - (x->part < y->part);
}

/* For parts in the order of their numbers. */
static int first_first(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return (x->part > y->part) - (x->part < y->part);
}

void schedule_keep_order(struct schedule *s)
{
    s->in_order = true;
}

bool schedule_open(size_t *out, struct schedule *s)
{
    size_t nb_ready = 0;
    for (size_t i = 0; i < s->nb_open; i++)
        nb_ready += s->open[i].ready;
    if (nb_ready >= s->most_ready || s->next == s->nb_waiting)
        return false;
    if (!s->sorted)
        qsort(s->waiting, s->nb_waiting, sizeof *s->waiting,
              s->in_order ? first_first : longest_first);
    s->sorted = true;
    s->open[s->nb_open++] = s->waiting[s->next];
    *out = s->waiting[s->next++].part;
    return true;
}

static size_t find(const struct schedule *s, size_t part)
{
    size_t i = 0;
    while (s->open[i].part != part)
        i++;
    return i;
}

void schedule_set(struct schedule *s, size_t part, double cost, bool ready)
{
    s->open[find(s, part)] = (struct entry){part, cost, ready};
}

void schedule_close(struct schedule *s, size_t part)
{
    s->open[find(s, part)] = s->open[--s->nb_open];
}

bool schedule_most(size_t *out, const struct schedule *s)
{
    const struct entry *most = NULL;
    int (*const order)(const void *, const void *) = s->in_order ? first_first : longest_first;
    for (size_t i = 0; i < s->nb_open; i++)
        if (s->open[i].ready && (!most || order(&s->open[i], most) < 0))
            most = &s->open[i];
    if (most)
        *out = most->part;
    return most != NULL;
}
