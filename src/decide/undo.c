#include <string.h>

#include "each_part.h"
#include "event.h"
#include "journal.h"
#include "journal_rows.h"
#include "mem.h"
#include "programme.h"

/* --- what belongs to it ----------------------------------------------------------------------- */

static bool is_exchange(const struct decision *d)
{
    return strcmp(d->kind, "exchange") == 0;
}

/* Whether b is taken back with a: of the same transaction, and about the same. */
static bool belongs(const struct decision *a, const struct decision *b)
{
    if (strcmp(a->at, b->at) != 0)
        return false;
    return (is_exchange(a) && is_exchange(b)) ||
           (a->talk == b->talk && (a->talk || strcmp(a->recording, b->recording) == 0));
}

/* A look for the wanted decision. */
struct search {
    const struct plan *plan;
    const struct undo_wish *wish;
    struct journal_rows found; /* at most one */
};

static bool is_wanted(const struct search *s, const struct decision *d)
{
    const struct undo_wish *w = s->wish;
    return w->id ? d->id == w->id : journal_is_about(d, s->plan, w->talk, w->part);
}

static int note_wanted(void *opaque, const struct decision *d)
{
    struct search *s = opaque;
    if (is_wanted(s, d))
        journal_rows_add(&s->found, d);
    return s->found.nb > 0;
}

/* That decision, and those that belong to it. */
struct group {
    const struct decision *of;
    struct journal_rows rows;
};

static int note_group(void *opaque, const struct decision *d)
{
    struct group *g = opaque;
    if (belongs(g->of, d))
        journal_rows_add(&g->rows, d);
    return d->id < g->of->id && strcmp(d->at, g->of->at) != 0;
}

static int nothing(const struct undo_wish *w, struct err *err)
{
    if (w->id)
        return err_set(err, ERR_NOT_FOUND, "there is no decision %lld: see 'talkpress undo'",
                       (long long)w->id);
    return err_set(err, ERR_NOT_FOUND, "talk %d: nothing was decided that could be taken back",
                   w->talk);
}

/* --- what was decided since ------------------------------------------------------------------- */

struct newer {
    const struct decision *than;
    struct journal_rows last; /* about the same */
};

static bool same_kind(const struct decision *a, const struct decision *b)
{
    const bool match[] = {is_exchange(a) || strcmp(a->kind, "match") == 0,
                          is_exchange(b) || strcmp(b->kind, "match") == 0};
    return (match[0] && match[1]) || strcmp(a->kind, b->kind) == 0;
}

static int note_newer(void *opaque, const struct decision *d)
{
    struct newer *n = opaque;
    if (d->id <= n->than->id)
        return 1;
    if (same_kind(d, n->than) && d->talk == n->than->talk && d->part == n->than->part &&
        strcmp(d->recording, n->than->recording) == 0)
        journal_rows_add(&n->last, d);
    return n->last.nb > 0;
}

static char *about(const struct decision *d, const struct plan *plan)
{
    char name[32];
    const struct talk *t = programme_find(&plan->programme, d->talk);
    if (!d->talk)
        return mem_strdup("a recording");
    return d->part && t ? mem_strdup(plan_part_name(name, t, d->part)) : mem_printf("%d", d->talk);
}

static int changed_since(const struct plan *plan, const struct decision *d, struct err *err)
{
    struct newer n = {.than = d};
    AUTO_FREE char *what = journal_text(d, plan), *of = about(d, plan);
    int ret = store_each_decision(plan->event->store, note_newer, &n, err);
    if (ret == 0 && n.last.nb)
        ret = err_set(
            err, ERR_INVALID,
            "talk %s: '%s' was changed again since by '%s' at %.10s %.5s UTC: take that back "
            "first (talkpress undo --decision %lld)",
            of, what, n.last.list[0].through, n.last.list[0].at, n.last.list[0].at + 11,
            (long long)n.last.list[0].id);
    else if (ret == 0)
        ret = err_set(err, ERR_INVALID, "talk %s: '%s' is not what is decided now", of, what);
    journal_rows_finish(&n.last);
    return ret;
}

/* --- taking back ------------------------------------------------------------------------------ */

static void note_parts(struct decided *out, const struct plan *plan, const struct decision *d)
{
    for (size_t i = 0; i < plan->programme.nb_talks; i++) {
        const struct talk *t = &plan->programme.talks[i];
        for (size_t k = 0; k < t->nb_parts; k++)
            if (journal_is_about(d, plan, t->number, t->parts[k].number))
                decided_add(out, t->number, t->parts[k].number);
    }
}

static int take_back(struct decided *out, const struct plan *plan, const struct journal_rows *rows,
                     struct err *err)
{
    struct store *store = plan->event->store;
    for (size_t i = 0; i < rows->nb; i++) {
        bool unchanged;
        if (store_decision_unchanged(&unchanged, store, &rows->list[i], err) < 0)
            return err->code;
        if (!unchanged)
            return changed_since(plan, &rows->list[i], err);
    }
    for (size_t i = 0; i < rows->nb; i++) {
        const struct decision *d = &rows->list[i];
        AUTO_FREE char *what = journal_text(d, plan), *of = about(d, plan);
        if (store_undo_decision(store, d, err) < 0)
            return err->code;
        note_parts(out, plan, d);
        str_addf(&out->said, "%s: taken back: %s\n", of, what);
    }
    return 0;
}

int decide_undo(struct decided *out, const struct plan *plan, const struct undo_wish *wish,
                struct err *err)
{
    struct store *store = plan->event->store;
    struct search search = {.plan = plan, .wish = wish};
    if (!wish->id && !decide_find(plan, wish->talk, wish->part, err))
        return err->code;
    int ret = store_each_decision(store, note_wanted, &search, err);
    if (ret == 0 && !search.found.nb)
        ret = nothing(wish, err);
    if (ret == 0) {
        struct group group = {.of = &search.found.list[0]};
        ret = store_each_decision(store, note_group, &group, err);
        if (ret == 0)
            ret = take_back(out, plan, &group.rows, err);
        journal_rows_finish(&group.rows);
    }
    journal_rows_finish(&search.found);
    return ret;
}
