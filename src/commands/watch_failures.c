#include "watch_failures.h"

#include <stdlib.h>

#include "add.h"
#include "err.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "order.h"
#include "pauses.h"
#include "plan.h"
#include "store.h"
#include "watch.h"
#include "watch_round.h"

void watch_open_pauses(struct watching *w, const char *work)
{
    AUTO_FREE char *path = fs_join(work, "watch.json");
    if (!w->pauses)
        w->pauses = pauses_open(path);
}

/* --- failures --------------------------------------------------------------------------------- */

struct failures {
    struct watching *w;
    bool tried;
    GHashTable *talks; /* those that were said */
};

static int note_failure(void *opaque, const struct failure *f)
{
    const struct failures *all = opaque;
    struct watching *w = all->w;
    if (err_code_by_name(f->code) == ERR_NO_SPACE)
        return 0;
    const double pause_s = pauses_note(w->pauses, f->key, f->at, all->tried, watch_unix_s());
    char text[WATCH_TIME_BYTES];
    if (pause_s > 0 && (!f->talk || g_hash_table_add(all->talks, GINT_TO_POINTER(f->talk))))
        watch_line(&w->lines, "failed",
                   json_pack("{s:o, s:s, s:o, s:f}", "talk",
                             f->talk ? json_integer(f->talk) : json_null(), "stage", f->stage,
                             "message", json_text(f->message), "again_s", pause_s),
                   "FAILED: %s (tried again in %s)", f->message, watch_time(text, pause_s));
    return 0;
}

int watch_note_failures(struct watching *w, struct store *store, bool tried, struct err *err)
{
    struct failures all = {w, tried, g_hash_table_new(NULL, NULL)};
    (void)!store_each_failure(store, note_failure, &all, err);
    g_hash_table_destroy(all.talks);
    if (err->code < 0)
        return err->code;
    pauses_keep(w->pauses);
    w->next_try = pauses_next(w->pauses, watch_unix_s());
    return 0;
}

struct renewed {
    const struct watching *w;
    const struct plan *plan;
    const struct adding *adding;
};

/* Whether a file of the talk's recording was taken in this round. */
static bool talk_is_renewed(const struct renewed *n, int talk)
{
    const struct plan *p = n->plan;
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        if (m->talk == talk && m->recording >= 0 &&
            adding_news_of(n->adding, &p->recordings[m->recording]) != ADDING_NOTHING)
            return true;
    }
    return false;
}

static int end_pause(void *opaque, const struct failure *f)
{
    const struct renewed *n = opaque;
    const bool was_gone = n->w->back && err_code_by_name(f->code) == ERR_NOT_FOUND;
    if (was_gone || (f->talk && talk_is_renewed(n, f->talk)))
        pauses_end(n->w->pauses, f->key);
    return 0;
}

int watch_end_pauses(const struct watching *w, const struct plan *p, const struct adding *a,
                     struct err *err)
{
    struct renewed n = {w, p, a};
    for (size_t i = 0; i < p->nb_recordings; i++)
        if (adding_news_of(a, &p->recordings[i]) != ADDING_NOTHING)
            pauses_end(w->pauses, p->sources[i].analysis_key);
    return store_each_failure(p->event->store, end_pause, &n, err);
}

/* --- which talks are made now ----------------------------------------------------------------- */

struct held {
    const struct watching *w;
    const struct plan *plan;
    GHashTable *talks; /* set of their numbers */
    bool failed;       /* one of them, because a job failed */
};

static int hold_failed(void *opaque, const struct failure *f)
{
    struct held *h = opaque;
    if (!pauses_hold(h->w->pauses, f->key, watch_unix_s()))
        return 0;
    h->failed = true;
    if (f->talk)
        g_hash_table_add(h->talks, GINT_TO_POINTER(f->talk));
    return 0;
}

/* Whether nothing can be made of a recording now: it is being replaced, or a job of it that failed
 * waits. */
static bool source_is_held(const struct held *h, size_t i)
{
    const struct source *s = &h->plan->sources[i];
    const struct recording *recording = &h->plan->recordings[i];
    for (size_t k = 0; k < recording->nb_files; k++)
        if (watch_is_unfinished(h->w->watch, recording->files[k].path))
            return true;
    return pauses_hold(h->w->pauses, s->probe_key, watch_unix_s()) ||
           pauses_hold(h->w->pauses, s->analysis_key, watch_unix_s());
}

static int list_held(struct held *h, struct err *err)
{
    const struct plan *p = h->plan;
    AUTO_FREE bool *held = mem_zalloc(p->nb_recordings + 1, sizeof *held);
    for (size_t i = 0; i < p->nb_recordings; i++)
        held[i] = source_is_held(h, i);
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        if (m->recording >= 0 && held[m->recording])
            g_hash_table_add(h->talks, GINT_TO_POINTER(m->talk));
    }
    return store_each_failure(p->event->store, hold_failed, h, err);
}

int watch_list_talks(int **out, size_t *out_nb, bool *any_failed, const struct watching *w,
                     const struct plan *plan, struct err *err)
{
    struct held held = {.w = w, .plan = plan, .talks = g_hash_table_new(NULL, NULL)};
    const int ret = list_held(&held, err);
    size_t nb = 0;
    *out = order_by_end(out_nb, &plan->programme);
    for (size_t i = 0; i < *out_nb; i++)
        if (!g_hash_table_contains(held.talks, GINT_TO_POINTER((*out)[i])))
            (*out)[nb++] = (*out)[i];
    *any_failed = held.failed;
    *out_nb = nb;
    g_hash_table_destroy(held.talks);
    return ret;
}
