#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "event.h"
#include "json.h"
#include "mem.h"
#include "needs.h"
#include "part.h"
#include "plan.h"
#include "report_checks.h"
#include "report_part.h"
#include "report_pictures.h"
#include "report_thumbs.h"
#include "report_waveform.h"

/* --- what the store has ----------------------------------------------------------------------- */

static int note_published(void *opaque, const struct published *f)
{
    json_object_set_new(opaque, f->name, json_text(f->key));
    return 0;
}

/* Of the whole talk or a part, or of a recording: the newest, which comes first. */
static int note_decision(void *opaque, const struct decision *d)
{
    AUTO_FREE char *name = d->talk ? mem_printf("%s %d/%d", d->kind, d->talk, d->part)
                                   : mem_printf("%s %s", d->kind, d->recording);
    if (!json_object_get(opaque, name))
        json_object_set_new(opaque, name, json_text(d->at));
    return 0;
}

/* --- parts ------------------------------------------------------------------------------------ */

/* The pictures that a page is made with, before they are drawn. */
struct pictures {
    struct report_strips strips;
    struct report_thumbs *thumbs;
};

static int add_part(struct report *r, struct pictures *pictures, const struct report_making *m,
                    const struct talk *talk, const struct part *part, struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    AUTO_REPORT_PART measured = {0};
    if (plan_part(&pp, m->plan, talk, part, err) < 0)
        return err->code;
    report_part_read(&measured, &pp, m->plan);
    r->sights = mem_grow(r->sights, r->nb, sizeof *r->sights);
    struct report_sight *sight = &r->sights[r->nb];
    *sight = (struct report_sight){0};
    json_array_append_new(json_object_get(r->document, "parts"),
                          report_part_describe(&measured, &pp, m));
    const size_t at = r->nb++;
    if (!m->wish->pictures)
        return 0;
    sight->waveform = report_waveform(&measured, &pp);
    return report_strips_add(&pictures->strips, at, &pp, m->plan->event)
               ? 0
               : report_thumbs_ask(pictures->thumbs, at, &pp, err);
}

static int add_parts(struct report *r, struct pictures *pictures, const struct report_making *m,
                     struct err *err)
{
    for (size_t i = 0; i < m->wish->nb_talks; i++) {
        const struct talk *talk = programme_find(&m->plan->programme, m->wish->talks[i]);
        for (size_t k = 0; talk && k < talk->nb_parts && !talk->gone; k++)
            if (add_part(r, pictures, m, talk, &talk->parts[k], err) < 0)
                return err->code;
    }
    return 0;
}

/* --- the event -------------------------------------------------------------------------------- */

static json_t *event_of(const struct plan *plan)
{
    const struct programme *p = &plan->programme;
    return json_pack("{s:o, s:o, s:o, s:o}", "name", json_text(p->name), "place",
                     json_text(p->place), "begin", json_text(p->begin), "end", json_text(p->end));
}

static json_t *now(void)
{
    char text[32];
    struct tm tm;
    const time_t t = time(NULL);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
    return json_string(text);
}

static void add(json_t *counts, const char *name, json_int_t nb)
{
    json_object_set_new(counts, name, json_integer(json_get_int(counts, name, 0) + nb));
}

static void count_part(json_t *counts, json_t *verdicts, const json_t *part)
{
    const bool ok = strcmp(json_get_string(part, "verdict", ""), "ok") == 0;
    size_t i;
    json_t *file;
    bool published = false;
    add(counts, "parts", 1);
    add(counts, "ok", ok);
    add(counts, "accepted", !ok && json_is_string(json_object_get(part, "accepted_because")));
    add(counts, "need_person", json_get_bool(part, "needs_person", false));
    add(verdicts, json_get_string(part, "verdict", "ok"), 1);
    json_array_foreach(json_object_get(part, "files"), i, file) {
        const bool there = json_get_bool(file, "published", false);
        published = published || there;
        add(counts, "files_published", there);
        add(counts, "bytes_published", there ? json_get_int(file, "bytes", 0) : 0);
    }
    add(counts, "published", published);
}

static double sum_of(const json_t *parts, const char *member)
{
    double sum = 0;
    size_t i;
    json_t *part;
    json_array_foreach(parts, i, part)
        sum += json_get_number(part, member, 0);
    return sum;
}

static json_t *counts_of(const json_t *parts, const struct plan *plan)
{
    json_t *counts = json_object(), *verdicts = json_object(), *part;
    size_t i;
    add(counts, "parts", 0);
    json_array_foreach(parts, i, part)
        count_part(counts, verdicts, part);
    json_object_set_new(counts, "recordings", json_integer((json_int_t)plan->nb_recordings));
    json_object_set_new(counts, "listed_s", json_real(sum_of(parts, "listed_s")));
    json_object_set_new(counts, "measured_s", json_real(sum_of(parts, "measured_s")));
    json_object_set_new(counts, "verdicts", verdicts);
    return counts;
}

/* Those that no talk uses: in no row of the matches, not divided, and no other format of one. */
static json_t *unused_of(const struct plan *p)
{
    json_t *list = json_array();
    AUTO_FREE bool *used = mem_zalloc(p->nb_recordings + 1, sizeof *used);
    for (size_t i = 0; i < p->nb_recordings; i++)
        used[i] = p->sources[i].sharing.nb_talks || p->matches.format_of[i] >= 0;
    for (size_t i = 0; i < p->matches.nb_rows; i++)
        if (p->matches.rows[i].recording >= 0)
            used[p->matches.rows[i].recording] = true;
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        const int64_t ms = json_get_int(s->probe, "duration_ms", -1);
        if (!used[i])
            json_array_append_new(
                list, json_pack("{s:o, s:o, s:o}", "name", json_text(s->name), "duration_s",
                                ms < 0 ? json_null() : json_real((double)ms / 1000), "error",
                                json_text(json_get_string(s->probe, "error", NULL))));
    }
    return list;
}

static void add_event(json_t *document, const struct plan *plan)
{
    const json_t *parts = json_object_get(document, "parts");
    json_object_set_new(document, "counts", counts_of(parts, plan));
    if (plan->lead_in.ms)
        json_object_set_new(document, "lead_in",
                            json_pack("{s:f, s:I, s:I}", "s", (double)plan->lead_in.ms / 1000, "nb",
                                      (json_int_t)plan->lead_in.nb, "of",
                                      (json_int_t)plan->lead_in.nb_all));
    json_object_set_new(document, "checks", report_checks_sum(parts));
    json_object_set_new(document, "unused", unused_of(plan));
}

/* --- all of it -------------------------------------------------------------------------------- */

static int collect(struct report *r, struct pictures *pictures, const struct report_making *m,
                   struct err *err)
{
    struct store *store = m->plan->event->store;
    int ret = store_begin_reading(store, err);
    if (ret == 0 && (store_each_published(store, note_published, m->published, err) < 0 ||
                     store_each_decision(store, note_decision, m->decided, err) < 0 ||
                     add_parts(r, pictures, m, err) < 0))
        ret = err->code;
    store_end_reading(store);
    return ret;
}

/* Without pictures it is a report all the same. */
static int draw(struct report *r, struct pictures *pictures, const struct report_making *m,
                struct err *err)
{
    struct err why = {0};
    const char *failed = report_thumbs_make(&pictures->strips, pictures->thumbs, m->wish->zygote);
    if (report_strips_make(r->sights, &pictures->strips, m->plan->event, &why) == 0) {
        r->no_strips = mem_strdup(failed);
        return 0;
    }
    if (why.code != ERR_EXTERNAL && why.code != ERR_INVALID)
        return *err = why, why.code;
    r->no_strips = mem_strdup(why.msg);
    return 0;
}

static void pictures_finish(struct pictures *p)
{
    report_strips_finish(&p->strips);
    report_thumbs_destroy_p(&p->thumbs);
}

int report_make(struct report *out, struct plan *plan, const struct report_wish *wish,
                struct err *err)
{
    AUTO_REPORT r = {.document = json_pack("{s:i, s:s, s:o, s:o, s:[]}", "version", REPORT_VERSION,
                                           "kind", wish->checked_only ? "verify" : "report", "made",
                                           now(), "event", event_of(plan), "parts")};
    AUTO_JSON *published = json_object(), *decided = json_object();
    AUTO_PART_FAILURES failures = {0};
    ATTR_CLEANUP(pictures_finish) struct pictures pictures = {.thumbs = report_thumbs_create(plan)};
    const struct report_making m = {plan, wish, &failures, published, decided};
    if (part_failures_read(&failures, plan->event->store, err) < 0)
        return err->code;
    plan_list_work(plan, true);
    const int ret = collect(&r, &pictures, &m, err);
    plan_list_work(plan, false);
    if (ret < 0)
        return err->code;
    add_event(r.document, plan);
    if (draw(&r, &pictures, &m, err) < 0)
        return err->code;
    *out = r;
    r = (struct report){0};
    return 0;
}

void report_finish(struct report *r)
{
    json_decref(r->document);
    for (size_t i = 0; i < r->nb; i++) {
        free(r->sights[i].waveform);
        free(r->sights[i].strip);
    }
    free(r->sights);
    free(r->no_strips);
    *r = (struct report){0};
}

bool report_needs_person(const struct report *r)
{
    return json_get_int(json_object_get(r->document, "counts"), "need_person", 0) > 0;
}
