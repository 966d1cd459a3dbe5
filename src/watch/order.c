#include "order.h"

#include <stdint.h>
#include <stdlib.h>

#include "datetime.h"
#include "mem.h"
#include "programme.h"

struct entry {
    int64_t end_s; /* INT64_MAX: not known */
    size_t place;
    int talk;
};

int64_t order_end_s(const struct talk *t)
{
    struct datetime start;
    int64_t length_s = 0;
    if (!t->start || !datetime_parse_iso(&start, t->start) || !start.has_time)
        return INT64_MAX;
    for (size_t i = 0; i < t->nb_parts; i++)
        length_s += t->parts[i].slot_s ? t->parts[i].slot_s : t->parts[i].listed_s;
    return datetime_unix_s(&start) + length_s;
}

static int by_end(const void *pa, const void *pb)
{
    const struct entry *a = pa, *b = pb;
    if (a->end_s != b->end_s)
        return a->end_s < b->end_s ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

int *order_by_end(size_t *out_nb, const struct programme *p)
{
    AUTO_FREE struct entry *entries = mem_zalloc(p->nb_talks + 1, sizeof *entries);
    int *talks = mem_zalloc(p->nb_talks + 1, sizeof *talks);
    size_t nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++)
        if (!p->talks[i].gone)
            entries[nb++] = (struct entry){order_end_s(&p->talks[i]), i, p->talks[i].number};
    if (nb)
        qsort(entries, nb, sizeof *entries, by_end);
    for (size_t i = 0; i < nb; i++)
        talks[i] = entries[i].talk;
    *out_nb = nb;
    return talks;
}
