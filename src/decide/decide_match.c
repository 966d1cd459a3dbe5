#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "each_part.h"
#include "event.h"
#include "programme.h"

static bool has_recording(const struct plan *plan, const char *fingerprint)
{
    for (size_t i = 0; i < plan->nb_recordings; i++)
        if (strcmp(plan->recordings[i].fingerprint, fingerprint) == 0)
            return true;
    return false;
}

static void add_parts(struct decided *out, const struct talk *t, int part)
{
    for (size_t i = 0; i < t->nb_parts; i++)
        if (!part || t->parts[i].number == part)
            decided_add(out, t->number, t->parts[i].number);
}

int decide_match(struct decided *out, const struct plan *plan, const struct match_wish *w,
                 struct err *err)
{
    struct store *store = plan->event->store;
    const struct talk *t = decide_find(plan, w->talk, w->part, err);
    if (!t)
        return err->code;
    if (w->how == MATCH_SET && !has_recording(plan, w->recording))
        return err_set(err, ERR_NOT_FOUND, "talk %d: that recording is not in the event (any more)",
                       w->talk);
    const int ret = w->how == MATCH_AUTO
                        ? store_clear_match(store, w->talk, err)
                        : store_choose_match(store, w->talk, w->part,
                                             w->how == MATCH_SET ? w->recording : NULL, err);
    if (ret == 0)
        add_parts(out, t, w->how == MATCH_AUTO ? 0 : w->part);
    return ret;
}

/* --- exchange --------------------------------------------------------------------------------- */

/* A talk, or a part of it, with its match. */
struct side {
    const struct talk *talk;
    const struct match *match; /* of all parts if its part is 0 */
    char name[32];
};

static int find_side(struct side *out, const struct plan *plan, const struct decided_part *of,
                     struct err *err)
{
    const struct talk *t = out->talk = decide_find(plan, of->talk, of->part, err);
    if (!t)
        return err->code;
    out->match = plan_match(plan, t, of->part ? of->part : 1);
    if (!of->part && out->match && out->match->part && t->nb_parts > 1)
        return err_set(
            err, ERR_USAGE,
            "the parts of talk %d are in recordings of their own: name one, such as %d/1",
            t->number, t->number);
    if (out->match && out->match->part)
        plan_part_name(out->name, t, out->match->part);
    else
        snprintf(out->name, sizeof out->name, "%d", t->number);
    if (!out->match || out->match->recording < 0)
        return err_set(err, ERR_INVALID,
                       "talk %s has no recording: to give it one, use 'talkpress match %s=FILE'",
                       out->name, out->name);
    return 0;
}

/* Gives a the recording of b. */
static int give(struct decided *out, const struct plan *plan, const struct side *a,
                const struct side *b, const struct decided_part *asked, struct err *err)
{
    const int recording = b->match->recording;
    if (store_exchange_match(plan->event->store, a->talk->number, a->match->part,
                             plan->recordings[recording].fingerprint, err) < 0)
        return err->code;
    add_parts(out, a->talk, a->match->part);
    str_addf(&out->said, "%s: '%s'%s\n", a->name, plan->sources[recording].name,
             asked->part && !a->match->part && a->talk->nb_parts > 1
                 ? ", all parts, as one recording held them"
                 : "");
    return 0;
}

int decide_exchange(struct decided *out, const struct plan *plan, const struct exchange_wish *wish,
                    struct err *err)
{
    struct side a = {0}, b = {0};
    if (find_side(&a, plan, &wish->a, err) < 0 || find_side(&b, plan, &wish->b, err) < 0)
        return err->code;
    assert(a.match && b.match);
    if (a.match == b.match)
        return err_set(err, ERR_INVALID, "talk %s cannot be exchanged with itself", a.name);
    if (a.match->recording == b.match->recording)
        return err_set(err, ERR_INVALID, "talks %s and %s are in one recording, '%s'", a.name,
                       b.name, plan->sources[a.match->recording].name);
    return give(out, plan, &a, &b, &wish->a, err) < 0 ? err->code
                                                      : give(out, plan, &b, &a, &wish->b, err);
}
