#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "store.h"
#include "str.h"
#include "version.h"

/* --- one row ---------------------------------------------------------------------------------- */

static json_t *speakers_json(const struct talk *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->nb_speakers; i++)
        json_array_append_new(list, json_text(t->speakers[i]));
    return list;
}

static json_t *needs_json(const struct part_needs *n)
{
    return json_pack("{s:o, s:s, s:s}", "why", json_text(n->why), "what", n->what, "kind",
                     need_kind_name(n->kind));
}

int row_json(json_t **out, const struct part_plan *pp, const struct plan *plan, const char *failed,
             struct err *err)
{
    char name[32], version[HASH_BYTES];
    AUTO_PART_NEEDS needs = {0};
    const struct talk *t = pp->talk;
    if (part_version(version, pp, plan, err) < 0)
        return err->code;
    const bool found = part_needs_find(&needs, pp, plan, failed);
    const int at = pp->match ? pp->match->recording : -1;
    *out = json_pack(
        "{s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "talk",
        t->number, "part", pp->part->number, "name", plan_part_name(name, t, pp->part->number),
        "title", json_text(t->title), "speakers", speakers_json(t), "section",
        json_text(t->section), "room", json_text(t->room), "state", part_state_name(pp->state),
        "verdict", verdict_name(pp->verdict), "cause", json_text(pp->cause), "needs",
        found ? needs_json(&needs) : json_null(), "recording",
        json_text(at >= 0 ? plan->recordings[at].fingerprint : NULL), "listed_ms",
        pp->part->listed_s ? json_integer(1000LL * pp->part->listed_s) : json_null(), "measured_ms",
        pp->measured_ms >= 0 ? json_integer(pp->measured_ms) : json_null(), "version", version);
    return 0;
}

/* Complete, settled and gone parts are done; of the others those that need nobody are fine. */
static enum row_kind kind_of(const struct part_plan *pp, const json_t *row)
{
    if (!json_is_null(json_object_get(row, "needs")))
        return ROW_NEEDS;
    return pp->state == PART_TO_DO ? ROW_FINE : ROW_DONE;
}

/* --- recordings ------------------------------------------------------------------------------- */

/* The parts in each recording: "15/1", a list for each that holds some. */
static json_t **parts_by_recording(const struct plan *plan)
{
    json_t **lists = mem_zalloc(plan->nb_recordings + 1, sizeof *lists);
    for (size_t i = 0; i < plan->programme.nb_talks; i++) {
        const struct talk *t = &plan->programme.talks[i];
        for (size_t k = 0; k < t->nb_parts && !t->gone; k++) {
            char name[32];
            const struct match *m = plan_match(plan, t, t->parts[k].number);
            if (!m || m->recording < 0)
                continue;
            json_t **list = &lists[m->recording];
            *list = *list ? *list : json_array();
            json_array_append_new(*list, json_string(plan_part_name(name, t, t->parts[k].number)));
        }
    }
    return lists;
}

static json_t *recording_json(const struct source *s, json_t *parts)
{
    const int64_t ms = json_get_int(s->probe, "duration_ms", -1);
    const char *refused = s->probe ? plan_refusal(s->probe) : NULL;
    AUTO_FREE char *absent = plan_absence(s);
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "id", s->recording->fingerprint, "name",
                     json_text(s->name), "duration_ms", ms >= 0 ? json_integer(ms) : json_null(),
                     "parts", parts ? parts : json_array(), "fault",
                     json_text(refused ? refused : absent));
}

static char *recordings_text(const struct plan *plan)
{
    AUTO_JSON *list = json_array();
    AUTO_FREE json_t **parts = parts_by_recording(plan);
    for (size_t i = 0; i < plan->nb_recordings; i++)
        json_array_append_new(list, recording_json(&plan->sources[i], parts[i]));
    return json_compact(list);
}

/* --- all -------------------------------------------------------------------------------------- */

static int add_row(struct rows *rows, const struct plan *plan, const struct part_failures *failures,
                   const struct talk *talk, const struct part *part, struct err *err)
{
    AUTO_PART_PLAN pp = {0};
    if (plan_part(&pp, plan, talk, part, err) < 0)
        return err->code;
    AUTO_JSON *json = NULL;
    if (row_json(&json, &pp, plan, part_failures_find(failures, &pp), err) < 0)
        return err->code;
    rows->list = mem_grow(rows->list, rows->nb, sizeof *rows->list);
    rows->list[rows->nb++] = (struct row){.talk = talk->number,
                                          .part = part->number,
                                          .kind = kind_of(&pp, json),
                                          .text = json_compact(json)};
    return 0;
}

/* Adds the rows of the talks that are missing, until that time. */
static int add_rows(struct rows *rows, const struct plan *plan, double until_s, struct err *err)
{
    AUTO_PART_FAILURES failures = {0};
    if (part_failures_read(&failures, plan->event->store, err) < 0)
        return err->code;
    for (; rows->nb_talks < plan->programme.nb_talks && clock_now_s() < until_s; rows->nb_talks++) {
        const struct talk *t = &plan->programme.talks[rows->nb_talks];
        for (size_t k = 0; k < t->nb_parts; k++)
            if (add_row(rows, plan, &failures, t, &t->parts[k], err) < 0)
                return err->code;
    }
    return 0;
}

static void take_shape(char out[HASH_BYTES], const struct rows *rows, const struct plan *plan)
{
    struct hash *h = hash_create();
    for (size_t i = 0; i < rows->nb; i++) {
        hash_add_int(h, rows->list[i].talk);
        hash_add_int(h, rows->list[i].part);
    }
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        hash_add_str(h, plan->recordings[i].fingerprint);
        hash_add_int(h, plan->sources[i].probe != NULL);
    }
    hash_hex(h, out);
    hash_destroy(h);
}

int rows_add(struct rows *rows, struct plan *plan, double until_s, struct err *err)
{
    if (store_begin_reading(plan->event->store, err) < 0)
        return err->code;
    plan_list_work(plan, true);
    const int ret = add_rows(rows, plan, until_s, err);
    plan_list_work(plan, false);
    store_end_reading(plan->event->store);
    if (ret < 0)
        return ret;
    if (!rows->recordings)
        rows->recordings = recordings_text(plan);
    rows->complete = rows->nb_talks == plan->programme.nb_talks;
    if (rows->complete)
        take_shape(rows->shape, rows, plan);
    return 0;
}

void rows_finish(struct rows *rows)
{
    for (size_t i = 0; i < rows->nb; i++)
        free(rows->list[i].text);
    free(rows->list);
    free(rows->recordings);
    *rows = (struct rows){0};
}

void rows_queue(struct str *out, const struct rows *rows, const struct plan *plan)
{
    size_t nb[NB_ROW_KINDS] = {0};
    for (size_t i = 0; i < rows->nb; i++)
        nb[rows->list[i].kind]++;
    AUTO_JSON *event = json_pack("{s:o}", "title", json_text(plan->programme.name));
    AUTO_FREE char *head = json_compact(event);
    str_addf(out, "{\"event\":%s,\"counts\":{\"needs\":%zu,\"fine\":%zu,\"done\":%zu},\"parts\":[",
             head, nb[ROW_NEEDS], nb[ROW_FINE], nb[ROW_DONE]);
    for (size_t i = 0; i < rows->nb; i++) {
        str_add(out, i ? "," : "");
        str_add(out, rows->list[i].text);
    }
    str_add(out, "],");
    if (!rows->complete)
        str_addf(out, "\"planned\":{\"talks\":%zu,\"of\":%zu},", rows->nb_talks,
                 plan->programme.nb_talks);
    str_add(out, "\"recordings\":");
    str_add(out, rows->recordings);
    str_add(out, "}");
}

json_t *rows_changed(const struct rows *before, const struct rows *now)
{
    json_t *parts = json_array();
    for (size_t i = 0; i < now->nb; i++)
        if (strcmp(before->list[i].text, now->list[i].text) != 0)
            json_array_append_new(parts, json_loads(now->list[i].text, 0, NULL));
    if (json_array_size(parts))
        return json_pack("{s:o}", "parts", parts);
    json_decref(parts);
    return NULL;
}
