#include "cues.h"

#include <stdbool.h>
#include <stdlib.h>

#include "mem.h"

void cues_finish(struct cues *c)
{
    for (size_t i = 0; i < c->nb; i++)
        free(c->cues[i].text);
    free(c->cues);
    *c = (struct cues){0};
}

void cues_add(struct cues *c, int64_t start_ms, int64_t end_ms, char *text)
{
    c->cues = mem_grow(c->cues, c->nb, sizeof *c->cues);
    c->cues[c->nb++] = (struct cue){start_ms, end_ms, text};
}

struct placed {
    struct cue cue;
    size_t place;
};

static int by_start(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->cue.start_ms != y->cue.start_ms)
        return x->cue.start_ms < y->cue.start_ms ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

static bool is_sorted(const struct cues *c)
{
    for (size_t i = 1; i < c->nb; i++)
        if (c->cues[i].start_ms < c->cues[i - 1].start_ms)
            return false;
    return true;
}

void cues_sort(struct cues *c)
{
    if (is_sorted(c))
        return;
    AUTO_FREE struct placed *list = mem_zalloc(c->nb + 1, sizeof *list);
    for (size_t i = 0; i < c->nb; i++)
        list[i] = (struct placed){c->cues[i], i};
    qsort(list, c->nb, sizeof *list, by_start);
    for (size_t i = 0; i < c->nb; i++)
        c->cues[i] = list[i].cue;
}
