#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chapters.h"
#include "mem.h"

enum { APART_MS = 60000, BEFORE_END_MS = 10000 };

/* The strongest first; of equal ones the earliest. */
static int by_strength(const void *a, const void *b)
{
    const struct slide_change *x = a, *y = b;
    return x->strength != y->strength ? y->strength - x->strength
                                      : (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static bool is_apart(const struct chapters *c, int64_t at_ms)
{
    for (size_t i = 0; i < c->nb; i++)
        if (llabs(c->list[i].at_ms - at_ms) < APART_MS)
            return false;
    return true;
}

void chapters_propose(struct chapters *out, const struct slide_change *changes, size_t nb,
                      const struct chapters *there, int64_t length_ms)
{
    AUTO_FREE struct slide_change *list = mem_zalloc(nb + 1, sizeof *list);
    if (nb)
        memcpy(list, changes, nb * sizeof *list);
    qsort(list, nb, sizeof *list, by_strength);
    for (size_t i = 0; i < nb && out->nb + there->nb < CHAPTERS_MAX; i++) {
        const int64_t at_ms = list[i].at_ms;
        if (at_ms >= APART_MS && at_ms <= length_ms - BEFORE_END_MS && is_apart(there, at_ms) &&
            is_apart(out, at_ms))
            chapters_add(out, at_ms, "");
    }
    for (size_t i = 0; i < out->nb; i++) {
        free(out->list[i].title);
        out->list[i].title = mem_printf("Slide %zu", i + 1);
    }
}
