#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "decide.h"
#include "decide_drops.h"
#include "each_part.h"
#include "event.h"

/* Stores the cut and, if only the clock matched the talk to this recording, the match too. */
static int choose(struct store *store, int talk, int part, const struct match *match,
                  const struct chosen_cut *cut, struct err *err)
{
    if (match->shared && !match->by_hand &&
        store_choose_match(store, talk, match->part, cut->recording, err) < 0)
        return err->code;
    return store_choose_cut(store, talk, part, cut, err);
}

static int check_ends(const struct part_plan *pp, const struct chosen_cut *cut, struct err *err)
{
    char name[32], at[CLOCK_BYTES], from[CLOCK_BYTES], to[CLOCK_BYTES];
    plan_part_name(name, pp->talk, pp->part->number);
    clock_format_ms(at, frame_grid_ms_of(&pp->grid, pp->grid.nb_frames), true);
    if (cut->begin > pp->grid.nb_frames || cut->end > pp->grid.nb_frames)
        return err_set(err, ERR_INVALID,
                       "talk %s: the cut is outside its recording, which ends at %s (frame "
                       "%" PRId64 ")",
                       name, at, pp->grid.nb_frames);
    if (cut->begin >= cut->end)
        return err_set(err, ERR_INVALID,
                       "talk %s: it would begin at %s and end at %s: --out must be after --in",
                       name, clock_format_ms(from, frame_grid_ms_of(&pp->grid, cut->begin), true),
                       clock_format_ms(to, frame_grid_ms_of(&pp->grid, cut->end), true));
    return 0;
}

static int set_cut(const struct part_plan *pp, struct store *store, const struct cut_wish *w,
                   struct err *err)
{
    struct chosen_cut cut = {.begin = w->begin < 0 ? pp->begin : w->begin,
                             .end = w->end < 0 ? pp->end : w->end};
    const bool ends_stay = w->begin < 0 && w->end < 0 && (w->which || w->sets_offset);
    memcpy(cut.recording, pp->source->recording->fingerprint, sizeof cut.recording);
    if ((!ends_stay && check_ends(pp, &cut, err) < 0) ||
        decide_drops(pp, store, w, cut.begin, cut.end, err) < 0 ||
        (w->sets_offset && decide_offset(pp, store, w->sound_offset_ms, err) < 0))
        return err->code;
    return ends_stay ? 0 : choose(store, pp->talk->number, pp->part->number, pp->match, &cut, err);
}

/* Removes all that was set. */
static int unset_cut(const struct part_plan *pp, struct store *store, struct err *err)
{
    const int talk = pp->talk->number, part = pp->part->number;
    return store_choose_cut(store, talk, part, NULL, err) < 0 ||
                   store_choose_drops(store, talk, part, NULL, NULL, 0, err) < 0
               ? err->code
               : store_choose_offset(store, talk, part, NULL, err);
}

static int take_cut(const struct part_plan *pp, struct store *store, struct err *err)
{
    struct chosen_cut cut = {.begin = pp->begin, .end = pp->end};
    char name[32];
    memcpy(cut.recording, pp->source->recording->fingerprint, sizeof cut.recording);
    plan_part_name(name, pp->talk, pp->part->number);
    if (!pp->room_cut)
        return err_set(err, ERR_INVALID, "talk %s: %s", name,
                       pp->cut_by_hand ? "its cut is already set by hand"
                                       : "no cut is proposed: it has a recording of its own");
    if (cut.begin >= cut.end)
        return err_set(err, ERR_INVALID, "talk %s: %s: set it with --in and --out", name,
                       pp->room_cut->why);
    return choose(store, pp->talk->number, pp->part->number, pp->match, &cut, err);
}

static int cut_part(struct decided *out, const struct part_plan *pp, const struct plan *plan,
                    const void *wish, struct err *err)
{
    (void)out;
    const struct cut_wish *w = wish;
    struct store *store = plan->event->store;
    char name[32];
    if (!pp->source || !pp->grid.nb_frames)
        return err_set(err, ERR_NOT_FOUND,
                       "talk %s has no recording that can be cut: see 'talkpress match'",
                       plan_part_name(name, pp->talk, pp->part->number));
    switch (w->how) {
    case CUT_AUTO:
        return unset_cut(pp, store, err);
    case CUT_TAKE:
        return take_cut(pp, store, err);
    case CUT_SET:
        break;
    }
    return set_cut(pp, store, w, err);
}

int decide_cut(struct decided *out, const struct plan *plan, const struct cut_wish *wish,
               struct err *err)
{
    return decide_each_part(out, plan, wish->talk, wish->part, cut_part, wish, err);
}

static const struct match *match_of(const struct plan *plan, const struct room_cut *c)
{
    for (size_t i = 0; i < plan->matches.nb_rows; i++) {
        const struct match *m = &plan->matches.rows[i];
        if (m->talk == c->talk->number && (!m->part || m->part == c->part->number))
            return m;
    }
    return NULL;
}

/* Those without a range are skipped. */
int decide_cut_all(struct decided *out, const struct plan *plan, int recording, struct err *err)
{
    const struct source *s = &plan->sources[recording];
    if (!s->nb_cuts)
        return err_set(err, ERR_INVALID, "'%s' does not hold several talks: nothing is proposed",
                       s->name);
    for (size_t i = 0; i < s->nb_cuts; i++) {
        const struct room_cut *c = &s->cuts[i];
        struct chosen_cut cut = {.begin = c->begin, .end = c->end};
        memcpy(cut.recording, s->recording->fingerprint, sizeof cut.recording);
        if (c->by_hand || c->begin >= c->end)
            continue;
        if (choose(plan->event->store, c->talk->number, c->part->number, match_of(plan, c), &cut,
                   err) < 0)
            return err->code;
        decided_add(out, c->talk->number, c->part->number);
    }
    return 0;
}
