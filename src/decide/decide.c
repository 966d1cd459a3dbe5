#include "decide.h"

#include <stdlib.h>

#include "each_part.h"
#include "event.h"
#include "mem.h"
#include "programme.h"

void decided_finish(struct decided *d)
{
    free(d->parts);
    str_finish(&d->said);
    again_finish(&d->again);
    *d = (struct decided){0};
}

void decided_add(struct decided *d, int talk, int part)
{
    for (size_t i = 0; i < d->nb_parts; i++)
        if (d->parts[i].talk == talk && d->parts[i].part == part)
            return;
    d->parts = mem_grow(d->parts, d->nb_parts, sizeof *d->parts);
    d->parts[d->nb_parts++] = (struct decided_part){talk, part};
}

const struct talk *decide_find(const struct plan *plan, int talk, int part, struct err *err)
{
    const struct talk *t = programme_find(&plan->programme, talk);
    if (!t)
        err_set(err, ERR_NOT_FOUND, "the programme has no talk %d", talk);
    else if (part < 0 || (size_t)part > t->nb_parts)
        err_set(err, ERR_NOT_FOUND, "talk %d has no part %d", talk, part);
    else
        return t;
    return NULL;
}

int decide_each_part(struct decided *out, const struct plan *plan, int talk, int part,
                     decide_part_call *each, const void *wish, struct err *err)
{
    const struct talk *t = decide_find(plan, talk, part, err);
    if (!t)
        return err->code;
    for (size_t i = 0; i < t->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0};
        const int number = t->parts[i].number;
        if (part && part != number)
            continue;
        if (plan_part(&pp, plan, t, &t->parts[i], err) < 0 || each(out, &pp, plan, wish, err) < 0)
            return err->code;
        decided_add(out, talk, number);
    }
    return 0;
}

static int find_again(struct decided *d, const struct plan *plan, struct err *err)
{
    for (size_t i = 0; i < d->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0};
        const struct talk *t = programme_find(&plan->programme, d->parts[i].talk);
        if (plan_part(&pp, plan, t, talk_part(t, d->parts[i].part), err) < 0)
            return err->code;
        again_add(&d->again, &pp, plan);
    }
    return 0;
}

/* If nothing was written, the plan is again what it was before. */
int decide_end(struct decided *d, struct plan *plan, int ret, bool try, struct err *err)
{
    struct err later = {0};
    if (ret == 0)
        ret = plan_refresh(plan, err);
    if (ret == 0)
        ret = find_again(d, plan, err);
    if (ret == 0 && !try)
        ret = store_commit(plan->event->store, err);
    if (ret == 0 && !try) {
        d->decision = store_last_decision(plan->event->store);
        return 0;
    }
    store_rollback(plan->event->store);
    if (plan_refresh(plan, &later) < 0 && ret == 0)
        ret = err_set(err, later.code, "%s", later.msg);
    return ret;
}
