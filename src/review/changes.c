/* What others change: commands, a run, another page. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "event.h"
#include "json.h"
#include "plan.h"
#include "programme.h"
#include "progress_file.h"
#include "service.h"
#include "store.h"

/* Planning takes at most this share of a core's time, however often the store changes: a run writes
 * to it after each job. */
static const double most_share = 0.1;

/* Takes over the rows of now, and tells the pages what differs. Of rows that were not complete, the
 * shape was another one. */
static void take_rows(struct service *s, struct rows *now)
{
    const struct rows before = s->rows;
    s->rows = *now;
    *now = before;
    if (strcmp(before.shape, s->rows.shape) != 0) {
        service_tell(s, "reload", json_object());
        return;
    }
    json_t *changed = rows_changed(&before, &s->rows);
    if (changed)
        service_tell(s, "parts", changed);
}

/* The plan of before is freed first, because two would take twice the memory: without a new one,
 * the service ends. */
static int load_again(struct service *s, struct err *err)
{
    plan_finish(s->plan);
    s->plan->event = s->event;
    return plan_load(s->plan, s->event, err);
}

/* load: the store is not the one that the plan was loaded from. */
static int plan_again(struct service *s, bool load, struct err *err)
{
    AUTO_ROWS now = {0};
    const double begin_s = clock_cpu_s();
    showing_forget(s->showing);
    if ((load && load_again(s, err) < 0) ||
        (!load && s->own_results && plan_refresh(s->plan, err) < 0) ||
        rows_add(&now, s->plan, INFINITY, err) < 0)
        return err->code;
    s->own_change = s->own_results = false;
    service_planned(s, begin_s);
    take_rows(s, &now);
    return 0;
}

/* With the names of parts that the rows have: "15" where a talk has only one. */
static json_t *named(const struct service *s, const json_t *parts)
{
    json_t *all = json_object();
    for (size_t i = 0; i < s->rows.nb; i++) {
        const struct row *r = &s->rows.list[i];
        char numbers[32], name[32];
        snprintf(numbers, sizeof numbers, "%d/%d", r->talk, r->part);
        json_t *done = json_object_get(parts, numbers);
        const struct talk *t = done ? programme_find(&s->plan->programme, r->talk) : NULL;
        if (t)
            json_object_set(all, plan_part_name(name, t, r->part), done);
    }
    return all;
}

void changes_progress(struct service *s)
{
    json_t *now = progress_file_read(s->event->work);
    if (now) {
        json_object_set_new(now, "parts", named(s, json_object_get(now, "parts")));
        json_object_set_new(now, "running", json_true());
    }
    if (now ? !json_equal(now, s->progress) : s->progress != NULL)
        service_tell(s, "progress", now ? json_incref(now) : json_pack("{s:b}", "running", 0));
    json_decref(s->progress);
    s->progress = now;
}

void changes_look(struct service *s)
{
    struct err err = {0};
    int64_t version = 0;
    if (!s->own_change && clock_now_s() - s->planned_s < s->planning_s / most_share)
        return;
    if (store_version(&version, s->event->store, &err) == 0) {
        const bool load = version != s->plan->version;
        if (load || s->own_change)
            (void)!plan_again(s, load, &err);
    }
    if (err.code)
        s->failed = err;
}
