#include <string.h>

#include "decide.h"
#include "each_part.h"
#include "event.h"
#include "mem.h"
#include "str.h"
#include "verify.h"

/* The reason is one line: tables show it, and it may come from a speaker's mail. */
static int accept(const struct part_plan *pp, struct store *store, const char *name,
                  const char *because, struct err *err)
{
    if (pp->verdict == VERDICT_UNCLEAR || pp->obstacle == OBSTACLE_REFUSED)
        return err_set(err, ERR_INVALID, "talk %s cannot be accepted: %s (%s)", name,
                       pp->cut_proposed ? "take or set its cut with 'talkpress cut' first"
                       : pp->verdict == VERDICT_UNCLEAR
                           ? "name its recording with 'talkpress match' first"
                           : pp->waiting,
                       pp->cause);
    AUTO_FREE char *reason = str_clean_line(because), *drops = part_drops_text(pp), *verdict = NULL;
    verdict = mem_strdup(verdict_name(pp->verdict));
    struct acceptance a = {
        .begin = pp->begin, .end = pp->end, .drops = drops, .verdict = verdict, .because = reason};
    if (pp->source)
        memcpy(a.recording, pp->source->recording->fingerprint, sizeof a.recording);
    /* What the user accepted stays with the talk, whatever it is called later. */
    if (pp->source && !pp->match->by_hand &&
        store_choose_match(store, pp->talk->number, pp->match->part, a.recording, err) < 0)
        return err->code;
    return store_accept(store, pp->talk->number, pp->part->number, &a, err);
}

static int accept_part(struct decided *out, const struct part_plan *pp, const struct plan *plan,
                       const void *wish, struct err *err)
{
    const struct accept_wish *w = wish;
    struct store *store = plan->event->store;
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    if (w->because && pp->verdict == VERDICT_OK) {
        str_addf(&out->said, "%s is ok: nothing to accept\n", name);
        return 0;
    }
    if ((w->because ? accept(pp, store, name, w->because, err)
                    : store_clear_acceptance(store, pp->talk->number, pp->part->number, err)) < 0)
        return err->code;
    str_addf(&out->said, "%s: %s\n", name, w->because ? "accepted" : "no longer accepted");
    return 0;
}

int decide_accept(struct decided *out, const struct plan *plan, const struct accept_wish *wish,
                  struct err *err)
{
    enum { MOST_BYTES = 16 << 10 };
    AUTO_FREE char *shown = wish->because ? str_clean_line(wish->because) : NULL;
    if (shown && !*shown)
        return err_set(err, ERR_USAGE, "an acceptance needs a reason, which is kept and shown");
    if (shown && strlen(shown) > MOST_BYTES)
        return err_set(err, ERR_USAGE, "the reason has %zu bytes: at most %d are kept",
                       strlen(shown), MOST_BYTES);
    return decide_each_part(out, plan, wish->talk, wish->part, accept_part, wish, err);
}
