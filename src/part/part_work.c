#include "part_work.h"

#include <stdio.h>
#include <stdlib.h>

#include "encoder_set.h"
#include "json.h"
#include "mem.h"
#include "probe.h"
#include "results.h"
#include "workdir.h"

bool part_has_picture(const struct part_plan *pp)
{
    return json_is_object(pp->work->video);
}

const char *part_fields(const struct part_plan *pp)
{
    return json_get_string(pp->source->analysis, "fields", "progressive");
}

int64_t part_card_frames(const struct part_plan *pp, const struct plan *plan)
{
    const int64_t nb = frame_grid_frame_at_ms(&pp->grid, plan->event->settings.card_ms);
    return nb > 1 ? nb : 1;
}

struct job_range part_range(const struct part_plan *pp)
{
    return (struct job_range){.begin = pp->begin,
                              .end = pp->end,
                              .card_frames = pp->work->card_frames,
                              .drops = pp->drops,
                              .nb_drops = pp->nb_drops};
}

/* --- cells ----------------------------------------------------------------------------------- */

static void add_cell(struct part_work *w, struct cell cell)
{
    w->cells = mem_grow(w->cells, w->nb_cells, sizeof *w->cells);
    w->cells[w->nb_cells++] = cell;
}

/* Without picture, each cell shows the card. All cells but the last have the same length, so that
 * they are the same piece, encoded once. */
static void list_still_cells(struct part_plan *pp)
{
    const int64_t frames = frame_grid_frame_at_ms(&pp->grid, PROBE_CELL_MS),
                  length = frames > 0 ? frames : 1; /* a frame may be longer than a cell */
    const int64_t end = pp->begin + pp->nb_frames;
    for (int64_t at = pp->begin; at < end; at += length)
        add_cell(pp->work, (struct cell){at, at + length < end ? at + length : end, 0, 0});
}

/* The recording's cells within a stretch of the part. */
static void list_cells(struct part_plan *pp, const json_t *cells, const struct part_stretch *in)
{
    const size_t nb = json_array_size(cells);
    for (size_t i = 0; i < nb; i++) {
        const json_t *cell = json_array_get(cells, i), *next = json_array_get(cells, i + 1);
        const int64_t from = json_integer_value(json_array_get(cell, 0));
        const int64_t to = next ? json_integer_value(json_array_get(next, 0)) : pp->grid.nb_frames;
        const int64_t begin = from > in->begin ? from : in->begin;
        const int64_t end = to < in->end ? to : in->end;
        if (begin < end)
            add_cell(pp->work,
                     (struct cell){begin, end, from, json_integer_value(json_array_get(cell, 1))});
    }
}

int part_list_cells(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    AUTO_JSON *probe = NULL;
    if (pp->work->nb_cells)
        return 0;
    if (!part_has_picture(pp)) {
        list_still_cells(pp);
        return 0;
    }
    if (plan_find_result(&probe, plan->event, STAGE_PROBE, pp->source->probe_key, err) < 0)
        return err->code;
    if (!probe) {
        plan_note_damaged(plan->event, pp->source->probe_key);
        return 1;
    }
    const struct part_clock clock = part_clock_of(pp);
    for (size_t i = 0; i <= pp->nb_drops; i++) {
        const struct part_stretch stretch = part_clock_stretch(&clock, i);
        list_cells(pp, json_object_get(probe, "cells"), &stretch);
    }
    return 0;
}

/* --- jobs and outputs ------------------------------------------------------------------------ */

struct job *part_add_job(struct part_plan *pp, enum stage stage, const char *key, double cost)
{
    struct job *job = job_add(&pp->jobs, &pp->nb_jobs, stage, key);
    job->talk = pp->talk->number;
    job->part = pp->part->number;
    job->cost = cost;
    return job;
}

struct output *part_add_output(struct part_plan *pp, enum output_kind kind, const char *suffix)
{
    pp->outputs = mem_grow(pp->outputs, pp->nb_outputs, sizeof *pp->outputs);
    struct output *o = &pp->outputs[pp->nb_outputs++];
    *o = (struct output){.kind = kind, .suffix = mem_strdup(suffix)};
    return o;
}

int part_look_up_output(struct part_plan *pp, const struct plan *plan, struct output *o,
                        enum stage stage, const char *ext, struct err *err)
{
    const int64_t nb = workdir_size(plan->event->work_dir, o->key, ext);
    if (nb >= 0 && plan_find_brief(&o->result, plan->event, stage, o->key, err) < 0)
        return err->code;
    if (o->result && json_get_int(o->result, "bytes", nb) != nb) { /* it was changed since */
        json_decref(o->result);
        o->result = NULL;
    }
    pp->nb_outputs_done += o->result != NULL;
    return o->result != NULL;
}

void missing_add(struct missing *m, size_t rendition, const char *key, double cost)
{
    if (!m->nb)
        m->key = key_begin("job", 1);
    key_text(&m->key, key);
    m->renditions = mem_grow(m->renditions, m->nb, sizeof *m->renditions);
    m->renditions[m->nb++] = rendition;
    m->cost += cost;
}

struct job *missing_job(struct part_plan *pp, enum stage stage, struct missing *m, double overhead)
{
    char key[KEY_BYTES];
    if (!m->nb)
        return NULL;
    key_end(&m->key, key);
    m->key.hash = NULL;
    struct job *job = part_add_job(pp, stage, key, overhead + m->cost);
    job->renditions = mem_take(&m->renditions);
    job->nb_renditions = m->nb;
    return job;
}

void missing_finish(struct missing *m)
{
    key_drop(&m->key);
    free(m->renditions);
}

/* --- specs ----------------------------------------------------------------------------------- */

int spec_recording(struct job_spec *out, const struct plan *p, const struct source *s,
                   struct err *err)
{
    const struct recording *r = s->recording;
    out->files = mem_zalloc(r->nb_files, sizeof *out->files);
    out->nb_files = r->nb_files;
    for (size_t i = 0; i < r->nb_files; i++)
        out->files[i] = (struct job_file){
            .path = r->files[i].path, .size = r->files[i].size, .mtime_ns = r->files[i].mtime_ns};
    if (!s->probe)
        return 0;
    json_t *probe = NULL; /* the plan's probe lacks the cells */
    if (plan_find_result(&probe, p->event, STAGE_PROBE, s->probe_key, err) < 0)
        return err->code;
    if (!probe) {
        plan_note_damaged(p->event, s->probe_key);
        return 1;
    }
    out->probe = job_spec_own_json(out, probe);
    snprintf(out->probe_key, sizeof out->probe_key, "%s", s->probe_key);
    return 0;
}

const char *spec_made_by(struct job_spec *out, const struct plan *plan, const json_t *settings)
{
    const char *encoder = json_get_string(settings, "encoder", "");
    return job_spec_own(out, encoder_set_other(plan->event->encoders.here, encoder));
}
