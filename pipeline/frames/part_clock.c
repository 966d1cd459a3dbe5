#include "part_clock.h"

#include <stdlib.h>

static int by_begin(const void *a, const void *b)
{
    const struct part_drop *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

size_t part_drops_normalise(struct part_drop *drops, size_t nb, int64_t *begin, int64_t *end)
{
    size_t kept = 0;
    if (nb)
        qsort(drops, nb, sizeof *drops, by_begin);
    for (size_t i = 0; i < nb; i++) {
        const struct part_drop d = drops[i];
        if (d.end <= d.begin || d.end <= *begin || d.begin >= *end)
            continue;
        if (d.begin <= *begin)
            *begin = d.end < *end ? d.end : *end;
        else if (kept && d.begin <= drops[kept - 1].end)
            drops[kept - 1].end = d.end > drops[kept - 1].end ? d.end : drops[kept - 1].end;
        else
            drops[kept++] = d;
    }
    if (kept && drops[kept - 1].end >= *end)
        *end = drops[--kept].begin;
    return kept;
}

struct part_stretch part_clock_stretch(const struct part_clock *c, size_t i)
{
    struct part_stretch r = {.begin = i ? c->drops[i - 1].end : c->begin,
                             .end = i < c->nb_drops ? c->drops[i].begin : c->end};
    r.at = r.begin - c->begin;
    for (size_t k = 0; k < i; k++)
        r.at -= c->drops[k].end - c->drops[k].begin;
    return r;
}

int64_t part_clock_frames(const struct part_clock *c)
{
    const struct part_stretch last = part_clock_stretch(c, c->nb_drops);
    return last.at + last.end - last.begin;
}

bool part_clock_has(const struct part_clock *c, int64_t frame)
{
    for (size_t i = 0; i < c->nb_drops; i++)
        if (frame >= c->drops[i].begin && frame < c->drops[i].end)
            return false;
    return frame >= c->begin && frame < c->end;
}

int64_t part_clock_recording_frame(const struct part_clock *c, int64_t frame)
{
    int64_t at = c->begin + frame;
    for (size_t i = 0; i < c->nb_drops && at >= c->drops[i].begin; i++)
        at += c->drops[i].end - c->drops[i].begin;
    return at;
}

/* --- milliseconds ----------------------------------------------------------------------------- */

/* When stretch i begins: in the recording, and in the part. */
static void stretch_ms(int64_t *recording_ms, int64_t *part_ms, const struct part_clock *c,
                       size_t i)
{
    const struct part_stretch r = part_clock_stretch(c, i);
    *recording_ms = frame_grid_ms_of(c->grid, r.begin);
    *part_ms = frame_grid_ms_of(c->grid, r.at);
}

void part_clock_drop_ms(int64_t *begin_ms, int64_t *end_ms, const struct part_clock *c, size_t i)
{
    int64_t from_ms, at_ms, joint_ms;
    stretch_ms(&from_ms, &at_ms, c, i);
    stretch_ms(end_ms, &joint_ms, c, i + 1);
    *begin_ms = from_ms + joint_ms - at_ms;
}

int64_t part_clock_ms(const struct part_clock *c, int64_t recording_ms)
{
    int64_t dropped_ms = 0, begin_ms, end_ms;
    for (size_t i = 0; i < c->nb_drops; i++) {
        part_clock_drop_ms(&begin_ms, &end_ms, c, i);
        if (recording_ms >= end_ms)
            dropped_ms += end_ms - begin_ms;
        else if (recording_ms > begin_ms)
            dropped_ms += recording_ms - begin_ms;
    }
    return recording_ms - dropped_ms - frame_grid_ms_of(c->grid, c->begin);
}

int64_t part_clock_recording_ms(const struct part_clock *c, int64_t part_ms)
{
    int64_t at_ms = frame_grid_ms_of(c->grid, c->begin) + part_ms, begin_ms, end_ms;
    for (size_t i = 0; i < c->nb_drops; i++) {
        part_clock_drop_ms(&begin_ms, &end_ms, c, i);
        if (at_ms < begin_ms)
            break;
        at_ms += end_ms - begin_ms;
    }
    return at_ms;
}

int64_t part_clock_length_ms(const struct part_clock *c)
{
    return part_clock_ms(c, frame_grid_ms_of(c->grid, c->end));
}
