#include "part_work.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "keys.h"
#include "mem.h"
#include "probe.h"
#include "results.h"
#include "workdir.h"

/* The picture of sound alone. */
enum { STILL_WIDTH = 1280, STILL_HEIGHT = 720 };

bool part_has_picture(const struct part_plan *pp)
{
    return json_is_object(pp->work->video);
}

const char *part_fields(const struct part_plan *pp)
{
    return json_get_string(pp->source->analysis, "fields", "progressive");
}

struct job_range part_range(const struct part_plan *pp)
{
    return (struct job_range){pp->begin, pp->end, pp->work->card_frames};
}

/* --- cells ----------------------------------------------------------------------------------- */

static void add_cell(struct part_work *w, struct cell cell)
{
    w->cells = mem_grow(w->cells, w->nb_cells, sizeof *w->cells);
    w->cells[w->nb_cells++] = cell;
}

/* Of sound alone: cells that show the card standing still. All but the last are as long, so that
 * they are one piece, encoded once. */
static void list_still_cells(struct part_plan *pp)
{
    const int64_t frames = frame_grid_frame_at_ms(&pp->grid, PROBE_CELL_MS),
                  length = frames > 0 ? frames : 1; /* a frame may take longer than a cell */
    for (int64_t at = pp->begin; at < pp->end; at += length)
        add_cell(pp->work, (struct cell){at, at + length < pp->end ? at + length : pp->end, 0, 0});
}

static void list_cells(struct part_plan *pp, const json_t *cells)
{
    const size_t nb = json_array_size(cells);
    for (size_t i = 0; i < nb; i++) {
        const json_t *cell = json_array_get(cells, i), *next = json_array_get(cells, i + 1);
        const int64_t from = json_integer_value(json_array_get(cell, 0));
        const int64_t to = next ? json_integer_value(json_array_get(next, 0)) : pp->grid.nb_frames;
        const int64_t begin = from > pp->begin ? from : pp->begin;
        const int64_t end = to < pp->end ? to : pp->end;
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
    if (plan_find_result(&probe, plan->event, pp->source->probe_key, err) < 0)
        return err->code;
    list_cells(pp, json_object_get(probe, "cells"));
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

struct output *part_add_output(struct part_plan *pp, const char *suffix,
                               const struct rendition *rendition)
{
    pp->outputs = mem_grow(pp->outputs, pp->nb_outputs, sizeof *pp->outputs);
    struct output *o = &pp->outputs[pp->nb_outputs++];
    *o = (struct output){.suffix = suffix, .rendition = rendition};
    return o;
}

int part_look_up_output(struct part_plan *pp, const struct plan *plan, struct output *o,
                        const char *ext, struct err *err)
{
    if (workdir_has(plan->event->work_dir, o->key, ext) &&
        plan_find_result(&o->result, plan->event, o->key, err) < 0)
        return err->code;
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

/* --- all of a part --------------------------------------------------------------------------- */

static void begin_rendition(struct piecework *work, const struct part_plan *pp)
{
    const json_t *video = pp->work->video, *sar = json_object_get(video, "sar");
    const struct rendition *r = work->rendition;
    if (part_has_picture(pp))
        rendition_size(&work->width, &work->height, r->video, (int)json_get_int(video, "width", 0),
                       (int)json_get_int(video, "height", 0),
                       (int)json_integer_value(json_array_get(sar, 0)),
                       (int)json_integer_value(json_array_get(sar, 1)),
                       (int)json_get_int(video, "rotation", 0));
    else
        rendition_size(&work->width, &work->height, r->video, STILL_WIDTH, STILL_HEIGHT, 1, 1, 0);
    keys_segment_base(work->base, r->video_text, work->width, work->height, pp->grid.fps);
    keys_segment_base(work->card_base, r->card_text, work->width, work->height, pp->grid.fps);
}

static void begin(struct part_plan *pp, const struct plan *plan)
{
    const struct settings *s = &plan->event->settings;
    struct part_work *w = pp->work = mem_zalloc(1, sizeof *pp->work);
    w->video = json_object_get(pp->source->probe, "video");
    w->card_frames = frame_grid_frame_at_ms(&pp->grid, s->card_ms);
    if (w->card_frames < 1)
        w->card_frames = 1;
    w->works = mem_zalloc(s->nb_renditions, sizeof *w->works);
    w->nb_works = s->nb_renditions;
    for (size_t i = 0; i < w->nb_works; i++) {
        w->works[i].rendition = &s->renditions[i];
        w->works[i].ready = true;
        if (s->renditions[i].video)
            begin_rendition(&w->works[i], pp);
    }
    part_name_pictures(pp, plan);
    part_name_sounds(pp, plan);
}

void part_work_finish(struct part_plan *pp)
{
    struct part_work *w = pp->work;
    if (!w)
        return;
    free(w->works);
    free(w->cells);
    free(w->captions);
    free(w);
    pp->work = NULL;
}

int part_work_plan(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    begin(pp, plan);
    if (part_name_captions(pp, plan, err) < 0)
        return err->code;
    const int done = plan_outputs(pp, plan, err);
    if (done < 0 ||
        (!done && (part_list_cells(pp, plan, err) < 0 || plan_cards(pp, plan, err) < 0 ||
                   plan_sounds(pp, plan, err) < 0 || plan_cells(pp, plan, err) < 0)))
        return err->code;
    plan_assemblies(pp);
    if (plan_poster(pp, plan, err) < 0 || plan_captions(pp, plan, err) < 0)
        return err->code;
    for (size_t i = 0; i < pp->nb_jobs; i++)
        pp->cost_left += pp->jobs[i].cost;
    return 0;
}

/* The card, the cells and the seams between them. */
static void append_pictures(char (**out)[KEY_BYTES], size_t *nb, const struct piecework *work,
                            const struct part_plan *pp, const struct plan *plan)
{
    char before[KEY_BYTES], key[KEY_BYTES], seam[KEY_BYTES];
    key_append(out, nb, work->card_key);
    memcpy(before, work->card_key, sizeof before);
    for (size_t c = 0; c < pp->work->nb_cells; c++) {
        part_cell_key(key, work, pp, plan, &pp->work->cells[c]);
        keys_seam(seam, before, key);
        key_append(out, nb, key);
        key_append(out, nb, seam);
        memcpy(before, key, sizeof before);
    }
}

int part_work_keys(char (**out)[KEY_BYTES], size_t *out_nb, struct part_plan *pp,
                   const struct plan *plan, struct err *err)
{
    if (part_work_plan(pp, plan, err) < 0 || part_list_cells(pp, plan, err) < 0)
        return err->code;
    for (size_t i = 0; i < pp->work->nb_works; i++) {
        const struct piecework *work = &pp->work->works[i];
        key_append(out, out_nb, work->sound_key);
        if (work->rendition->video)
            append_pictures(out, out_nb, work, pp, plan);
    }
    for (size_t i = 0; i < pp->nb_outputs; i++)
        key_append(out, out_nb, pp->outputs[i].key);
    return 0;
}
