#include "plan_jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan_work.h"
#include "probe.h"
#include "work_listing.h"
#include "workdir.h"

void plan_file_probe_key(char key[33], const char *fingerprint)
{
    struct key k = key_begin("probe", PROBE_VERSION);
    key_text(&k, fingerprint);
    key_end(&k, key);
}

void plan_probe_key(char key[33], const struct recording *recording)
{
    plan_file_probe_key(key, recording->fingerprint);
}

void plan_matches_key(char key[33])
{
    struct key k = key_begin("match", 1);
    key_end(&k, key);
}

void plan_analysis_key(char key[33], const struct source *s)
{
    struct key k = key_begin("analyse", ANALYSE_VERSION);
    key_int(&k, PROBE_VERSION); /* the grid and the streams */
    key_text(&k, json_get_string(s->probe, "hash", ""));
    key_int(&k, s->chosen.stream);
    key_end(&k, key);
}

/* --- jobs of recordings ---------------------------------------------------------------------- */

static json_t *describe_file(const struct recording_file *f)
{
    return json_pack("{s:o, s:I, s:I}", "path", json_text(f->path), "size", (json_int_t)f->size,
                     "mtime_ns", (json_int_t)f->mtime_ns);
}

void work_set_recording(struct job *job, const struct plan *p, const struct source *s)
{
    job_set(job, "work", json_text(p->event->work));
    json_t *recording = describe_file(&s->recording->files[0]);
    for (size_t i = 1; i < s->recording->nb_files; i++) {
        if (i == 1)
            json_object_set_new(recording, "more", json_array());
        json_array_append_new(json_object_get(recording, "more"),
                              describe_file(&s->recording->files[i]));
    }
    job_set(job, "recording", recording);
    if (s->probe)
        job_set(job, "probe", json_string(s->probe_key));
}

void plan_add_probe(struct job **jobs, size_t *nb, const struct plan *p, const struct source *s)
{
    struct job *job = job_add(jobs, nb, "probe", s->probe_key);
    job->cost = 0.1 + (double)s->recording->size / 8e8;
    job_begin_spec(job);
    job->what = mem_printf("probe of '%s'", fs_basename(s->recording->path));
    work_set_recording(job, p, s);
}

void plan_add_analysis(struct job **jobs, size_t *nb, const struct plan *p, const struct source *s)
{
    struct job *job = job_add(jobs, nb, "analyse", s->analysis_key);
    job->cost = 0.1 + (double)json_get_int(s->probe, "duration_ms", 0) / 1000 / 100;
    job_begin_spec(job);
    job->what = mem_printf("analysis of '%s'", fs_basename(s->recording->path));
    job_set(job, "audio_stream", json_integer(s->chosen.stream));
    work_set_recording(job, p, s);
}

/* --- results that are there ------------------------------------------------------------------ */

/* Whether a result is in the store (or lies finished in work/, from a run that was killed before
 * it could write it down) and its file is there. Negative: an error. */
int work_has(struct part_work *w, const char *key, const char *ext)
{
    bool known;
    const struct event *event = w->plan->event;
    struct work_listing *listing = w->plan->listing;
    if (listing ? !work_listing_has(listing, key, ext) : !workdir_has(event->work_dir, key, ext))
        return 0;
    if (store_has_result(&known, event->store, key, w->err) < 0)
        return w->err->code;
    return known || workdir_has(event->work_dir, key, "json");
}

/* Whether no number in it is so great that a sum of several could overflow. */
static bool bounded(json_t *value)
{
    const char *key;
    json_t *child;
    size_t i;
    json_object_foreach(value, key, child) if (!bounded(child)) return false;
    json_array_foreach(value, i, child) if (!bounded(child)) return false;
    const int64_t v = json_integer_value(value), most = INT64_MAX / 16;
    return -most <= v && v <= most;
}

static int refuse_unbounded(json_t *result, const struct event *event, const char *key,
                            struct err *err)
{
    return bounded(result)
               ? 0
               : err_set(err, ERR_INVALID,
                         "the result '%s/%.2s/%s.json' is damaged: a number in it is too great",
                         event->work, key, key);
}

int plan_find_result(json_t **out, const struct event *event, const char *key, struct err *err)
{
    AUTO_JSON *result = NULL;
    if (store_result(&result, event->store, key, err) < 0)
        return err->code;
    if (!result && workdir_has(event->work_dir, key, "json")) {
        AUTO_FREE char *path = workdir_path(event->work, key, "json");
        if (json_read_file(&result, path, err) < 0)
            return err->code;
    }
    if (refuse_unbounded(result, event, key, err) < 0)
        return err->code;
    *out = mem_take(&result);
    return 0;
}

int work_find_result(json_t **out, struct part_work *w, const char *key)
{
    return plan_find_result(out, w->plan->event, key, w->err);
}

/* --- jobs of a part -------------------------------------------------------------------------- */

struct job *work_add_job(struct part_work *w, const char *stage, const char *key, double cost)
{
    struct job *job = job_add(&w->pp->jobs, &w->pp->nb_jobs, stage, key);
    job->talk = w->pp->talk->number;
    job->part = w->pp->part->number;
    job->cost = cost;
    if (!w->plan->listing)
        job_begin_spec(job);
    return job;
}

static void begin_works(struct part_work *w)
{
    const struct settings *s = &w->plan->event->settings;
    const json_t *sar = json_object_get(w->video, "sar");
    w->works = mem_zalloc(s->nb_renditions, sizeof *w->works);
    w->nb_works = s->nb_renditions;
    for (size_t i = 0; i < w->nb_works; i++) {
        struct piecework *work = &w->works[i];
        work->rendition = &s->renditions[i];
        work->ready = true;
        if (!work->rendition->video)
            continue;
        if (json_is_object(w->video))
            rendition_size(&work->width, &work->height, work->rendition->video,
                           (int)json_get_int(w->video, "width", 0),
                           (int)json_get_int(w->video, "height", 0),
                           (int)json_integer_value(json_array_get(sar, 0)),
                           (int)json_integer_value(json_array_get(sar, 1)),
                           (int)json_get_int(w->video, "rotation", 0));
        else
            rendition_size(&work->width, &work->height, work->rendition->video, STILL_WIDTH,
                           STILL_HEIGHT, 1, 1, 0);
        work_segment_bases(work, w);
    }
}

static int plan_pieces(struct part_work *w)
{
    if (!w->plan->look[0]) { /* the card's template or a picture cannot be read */
        w->pp->waiting = w->plan->look_err.msg;
        return 0;
    }
    work_name_pieces(w);
    if (work_plan_captions(w) < 0)
        return w->err->code;
    const int done = work_plan_outputs(w);
    if (done < 0 || (!done && (work_list_cells(w) < 0 || work_plan_card(w) < 0 ||
                               work_plan_sounds(w) < 0 || work_plan_cells(w) < 0)))
        return w->err->code;
    for (size_t i = 0; i < w->nb_works; i++) {
        if (w->pp->outputs[i].result)
            continue;
        if (!w->works[i].ready)
            w->pp->cost_later += work_assembly_cost(w);
        else if (work_add_assembly(w, &w->works[i], w->pp->outputs[i].key) < 0)
            return w->err->code;
    }
    return work_plan_poster(w) < 0 ? w->err->code : work_add_captions(w);
}

static void begin_work(struct part_work *w, struct part_plan *pp, struct plan *plan,
                       struct err *err)
{
    *w = (struct part_work){
        .pp = pp,
        .plan = plan,
        .err = err,
        .video = json_object_get(pp->source->probe, "video"),
        .card_frames = frame_grid_frame_at_ms(&pp->grid, plan->event->settings.card_ms),
    };
    if (w->card_frames < 1)
        w->card_frames = 1;
    begin_works(w);
}

static void end_work(struct part_work *w)
{
    free(w->works);
    free(w->cells);
    free(w->captions);
}

int plan_jobs_of_part(struct part_plan *pp, struct plan *plan, struct err *err)
{
    struct part_work w;
    begin_work(&w, pp, plan, err);
    const int ret = plan_pieces(&w);
    end_work(&w);
    for (size_t i = 0; ret == 0 && i < pp->nb_jobs; i++)
        pp->cost_left += pp->jobs[i].cost;
    return ret;
}

static void add_key(char (**list)[33], size_t *nb, const char *key)
{
    *list = mem_grow(*list, *nb, sizeof **list);
    snprintf((*list)[(*nb)++], sizeof **list, "%s", key);
}

int plan_jobs_keys(char (**out)[33], size_t *out_nb, struct part_plan *pp, struct plan *plan,
                   struct err *err)
{
    struct part_work w;
    begin_work(&w, pp, plan, err);
    const int ret = plan_pieces(&w) < 0 ? err->code : work_list_cells(&w);
    for (size_t i = 0; ret == 0 && i < w.nb_works; i++) {
        const struct piecework *work = &w.works[i];
        add_key(out, out_nb, work->sound_key);
        if (!work->rendition->video)
            continue;
        add_key(out, out_nb, work->card_key);
        char before[33], key[33], seam[33];
        memcpy(before, work->card_key, sizeof before);
        for (size_t c = 0; c < w.nb_cells; c++) {
            work_cell_key(key, work, &w, &w.cells[c]);
            work_seam_key(seam, before, key);
            add_key(out, out_nb, key);
            add_key(out, out_nb, seam);
            memcpy(before, key, sizeof before);
        }
    }
    for (size_t i = 0; ret == 0 && i < pp->nb_outputs; i++)
        add_key(out, out_nb, pp->outputs[i].key);
    end_work(&w);
    return ret;
}
