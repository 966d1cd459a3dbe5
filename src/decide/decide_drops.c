#include "decide_drops.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "each_part.h"
#include "event.h"
#include "job_spec.h"
#include "mem.h"

/* Breaks of a part in its recording, also outside of the cut: if the cut moves, they are left out
 * again. */
struct drops {
    struct part_drop *list;
    size_t nb;
};

static void add(struct drops *d, int64_t begin, int64_t end)
{
    d->list = mem_grow(d->list, d->nb, sizeof *d->list);
    d->list[d->nb++] = (struct part_drop){begin, end};
}

static int read_drops(struct drops *out, const struct part_plan *pp, struct store *store,
                      struct err *err)
{
    AUTO_FREE struct chosen_drop *list = NULL;
    size_t nb = 0;
    if (store_chosen_drops(&list, &nb, store, pp->talk->number, pp->part->number, err) < 0)
        return err->code;
    for (size_t i = 0; list && i < nb; i++)
        if (strcmp(list[i].recording, pp->source->recording->fingerprint) == 0)
            add(out, list[i].begin, list[i].end);
    return 0;
}

static int write_drops(const struct drops *d, const struct part_plan *pp, struct store *store,
                       struct err *err)
{
    AUTO_FREE struct chosen_drop *list = mem_zalloc(d->nb + 1, sizeof *list);
    const char *recording = pp->source->recording->fingerprint;
    for (size_t i = 0; i < d->nb; i++) {
        list[i] = (struct chosen_drop){.begin = d->list[i].begin, .end = d->list[i].end};
        memcpy(list[i].recording, recording, sizeof list[i].recording);
    }
    return store_choose_drops(store, pp->talk->number, pp->part->number, recording, list, d->nb,
                              err);
}

/* What is in the range is left out no longer. */
static void give_back(struct drops *d, int64_t begin, int64_t end)
{
    struct drops left = {0};
    for (size_t i = 0; i < d->nb; i++) {
        const struct part_drop *old = &d->list[i];
        if (old->begin < begin)
            add(&left, old->begin, old->end < begin ? old->end : begin);
        if (old->end > end)
            add(&left, old->begin > end ? old->begin : end, old->end);
    }
    free(d->list);
    *d = left;
}

static void change(struct drops *d, const struct cut_wish *w)
{
    int64_t least = -1, most = INT64_MAX;
    for (size_t i = 0; i < w->nb_drops; i++)
        if (w->which == CUT_DROPS_KEEP)
            give_back(d, w->drops[i].begin, w->drops[i].end);
        else
            add(d, w->drops[i].begin, w->drops[i].end);
    d->nb = d->list ? part_drops_normalise(d->list, d->nb, &least, &most) : 0;
}

/* --- checks ----------------------------------------------------------------------------------- */

static const char *time_of(char buf[CLOCK_BYTES], const struct part_plan *pp, int64_t frame)
{
    return clock_format_ms(buf, frame_grid_ms_of(&pp->grid, frame), true);
}

/* Those that the user typed. */
static int check_wish(const struct part_plan *pp, const char *name, const struct cut_wish *w,
                      int64_t begin, int64_t end, struct err *err)
{
    char from[CLOCK_BYTES], to[CLOCK_BYTES], in[CLOCK_BYTES], out[CLOCK_BYTES];
    for (size_t i = 0; i < w->nb_drops; i++) {
        const struct part_drop *d = &w->drops[i];
        time_of(from, pp, d->begin);
        time_of(to, pp, d->end);
        if (d->begin >= d->end)
            return err_set(err, ERR_INVALID, "talk %s: a break from %s to %s ends before it begins",
                           name, from, to);
        if (w->which != CUT_DROPS_KEEP && (d->end <= begin || d->begin >= end))
            return err_set(err, ERR_INVALID,
                           "talk %s: the break from %s to %s is not in its cut, %s to %s", name,
                           from, to, time_of(in, pp, begin), time_of(out, pp, end));
    }
    return 0;
}

/* A break at an end of the cut is no break: then the cut is another one. */
static int check_ends(const struct part_plan *pp, const char *name, const struct drops *d,
                      int64_t begin, int64_t end, struct err *err)
{
    AUTO_FREE struct part_drop *list = mem_zalloc(d->nb + 1, sizeof *list);
    char at[CLOCK_BYTES], other[CLOCK_BYTES];
    int64_t new_begin = begin, new_end = end;
    for (size_t i = 0; i < d->nb; i++)
        list[i] = d->list[i];
    part_drops_normalise(list, d->nb, &new_begin, &new_end);
    if (new_begin >= new_end)
        return err_set(err, ERR_INVALID, "talk %s: nothing would be left of it", name);
    time_of(at, pp, new_begin == begin ? end : begin);
    time_of(other, pp, new_begin == begin ? new_end : new_begin);
    if (new_begin != begin)
        return err_set(err, ERR_INVALID,
                       "talk %s: its start, %s, is in a break that ends at %s: begin there with "
                       "'--in %s', or give the break back with --keep",
                       name, at, other, other);
    if (new_end != end)
        return err_set(err, ERR_INVALID,
                       "talk %s: its end, %s, is in a break that begins at %s: end there with "
                       "'--out %s', or give the break back with --keep",
                       name, at, other, other);
    return 0;
}

int decide_drops(const struct part_plan *pp, struct store *store, const struct cut_wish *w,
                 int64_t begin, int64_t end, struct err *err)
{
    struct drops d = {0};
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    if (check_wish(pp, name, w, begin, end, err) == 0 &&
        (w->which == CUT_DROPS_SET || read_drops(&d, pp, store, err) == 0)) {
        change(&d, w);
        if (d.nb > JOB_MAX_DROPS)
            err_set(err, ERR_INVALID, "talk %s: at most %d breaks can be left out", name,
                    JOB_MAX_DROPS);
        else if (check_ends(pp, name, &d, begin, end, err) == 0 && w->which != CUT_DROPS_STAY)
            (void)!write_drops(&d, pp, store, err);
    }
    free(d.list);
    return err->code;
}

/* --- the sound -------------------------------------------------------------------------------- */

static int choose_offset(struct store *store, int talk, int part, const char *recording,
                         int sound_offset_ms, struct err *err)
{
    struct chosen_offset offset = {.sound_ms = sound_offset_ms};
    memcpy(offset.recording, recording, sizeof offset.recording);
    if (abs(sound_offset_ms) > STORE_MAX_OFFSET_MS)
        return err_set(err, ERR_INVALID, "sound can be moved by at most %d s",
                       STORE_MAX_OFFSET_MS / 1000);
    return store_choose_offset(store, talk, part, sound_offset_ms ? &offset : NULL, err);
}

int decide_offset(const struct part_plan *pp, struct store *store, int sound_offset_ms,
                  struct err *err)
{
    return choose_offset(store, pp->talk->number, pp->part->number,
                         pp->source->recording->fingerprint, sound_offset_ms, err);
}

int decide_sound_offset(struct decided *out, const struct plan *plan, int recording,
                        int sound_offset_ms, struct err *err)
{
    const struct source *s = &plan->sources[recording];
    size_t nb = 0;
    for (size_t i = 0; i < plan->programme.nb_talks; i++) {
        const struct talk *t = &plan->programme.talks[i];
        for (size_t k = 0; k < t->nb_parts; k++) {
            const struct match *m = plan_match(plan, t, t->parts[k].number);
            if (!plan_holds_talk(m) || m->recording != recording)
                continue;
            if (choose_offset(plan->event->store, t->number, t->parts[k].number,
                              s->recording->fingerprint, sound_offset_ms, err) < 0)
                return err->code;
            decided_add(out, t->number, t->parts[k].number);
            nb++;
        }
    }
    return nb ? 0
              : err_set(err, ERR_NOT_FOUND, "'%s' holds no talk: see 'talkpress match'", s->name);
}
