#include "plan_jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse.h"
#include "assemble.h"
#include "card.h"
#include "clock.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "poster.h"
#include "probe.h"
#include "reader.h"
#include "segment.h"
#include "sound.h"
#include "str.h"
#include "workdir.h"

/* --- keys ------------------------------------------------------------------------------------ */

/* A key from a stage, its version, and parts. */
struct key {
    struct hash *hash;
};

static struct key key_begin(const char *stage, int version)
{
    struct key k = {hash_create()};
    hash_add_str(k.hash, stage);
    hash_add_int(k.hash, version);
    return k;
}

static void key_json(struct key *k, const json_t *value)
{
    AUTO_FREE char *text = json_canonical(value);
    hash_add_str(k->hash, text);
}

static void key_text(struct key *k, const char *text)
{
    hash_add_str(k->hash, text ? text : "");
}

static void key_end(struct key *k, char out[33])
{
    hash_hex(k->hash, out);
    hash_destroy(k->hash);
}

void plan_probe_key(char key[33], const struct recording *recording)
{
    struct key k = key_begin("probe", PROBE_VERSION);
    key_text(&k, recording->fingerprint);
    key_end(&k, key);
}

void plan_analysis_key(char key[33], const json_t *probe)
{
    struct key k = key_begin("analyse", ANALYSE_VERSION);
    hash_add_int(k.hash, PROBE_VERSION); /* the grid and the streams */
    key_text(&k, json_get_string(probe, "hash", ""));
    key_end(&k, key);
}

/* --- jobs ------------------------------------------------------------------------------------ */

static struct job *add_job(struct job **jobs, size_t *nb, const char *stage, const char *key)
{
    *jobs = mem_grow(*jobs, *nb, sizeof **jobs);
    struct job *job = &(*jobs)[(*nb)++];
    *job = (struct job){.stage = stage, .spec = json_object()};
    snprintf(job->key, sizeof job->key, "%s", key);
    json_object_set_new(job->spec, "stage", json_string(stage));
    json_object_set_new(job->spec, "key", json_string(key));
    return job;
}

static void set(struct job *job, const char *name, json_t *value)
{
    json_object_set_new(job->spec, name, value);
}

static void set_recording(struct job *job, const struct plan *p, const struct source *s)
{
    set(job, "work", json_text(p->event->work));
    set(job, "recording",
        json_pack("{s:o, s:I, s:I}", "path", json_text(s->recording->path), "size",
                  (json_int_t)s->recording->size, "mtime_ns", (json_int_t)s->recording->mtime_ns));
    if (s->probe)
        set(job, "probe", json_incref(s->probe));
}

void plan_add_probe(struct job **jobs, size_t *nb, const struct plan *p, const struct source *s)
{
    struct job *job = add_job(jobs, nb, "probe", s->probe_key);
    job->what = mem_printf("probe of '%s'", fs_basename(s->recording->path));
    job->cost = 0.1 + (double)s->recording->size / 8e8;
    set_recording(job, p, s);
}

void plan_add_analysis(struct job **jobs, size_t *nb, const struct plan *p, const struct source *s)
{
    struct job *job = add_job(jobs, nb, "analyse", s->analysis_key);
    job->what = mem_printf("analysis of '%s'", fs_basename(s->recording->path));
    job->cost = 0.1 + (double)json_get_int(s->probe, "duration_ms", 0) / 1000 / 100;
    set_recording(job, p, s);
}

/* --- a part's pieces ------------------------------------------------------------------------- */

struct piece_range {
    int64_t begin, end, key_frame, key_pts;
};

/* One rendition of the part in planning. */
struct piecework {
    const struct rendition *rendition;
    int width, height;
    char base[33]; /* hash of what all its segments share */
    char card_key[33];
    char sound_key[33];
    bool ready; /* card, cells and sound are there */
};

struct part_work {
    struct part_plan *pp;
    struct plan *plan;
    struct err *err;
    const json_t *video, *audio;
    int64_t card_frames;
    struct piece_range *cells;
    size_t nb_cells;
    struct piecework *works;
    json_t **specs; /* of the assemblies, as far as their keys hang on them */
    size_t nb_works;
};

/* Whether a result is in the store (or lies finished in work/, from a run that was killed before
 * it could write it down) and its file is there. Negative: an error. */
static int have(struct part_work *w, const char *key, const char *ext)
{
    bool known;
    AUTO_FREE char *path = workdir_path(w->plan->event->work, key, ext);
    if (!fs_exists(path))
        return 0;
    if (store_has_result(&known, w->plan->event->store, key, w->err) < 0)
        return w->err->code;
    if (known)
        return 1;
    AUTO_FREE char *json = workdir_path(w->plan->event->work, key, "json");
    return fs_exists(json);
}

int plan_find_result(json_t **out, const struct event *event, const char *key, struct err *err)
{
    if (store_result(out, event->store, key, err) < 0)
        return err->code;
    if (*out)
        return 0;
    AUTO_FREE char *json = workdir_path(event->work, key, "json");
    return fs_exists(json) ? json_read_file(out, json, err) : 0;
}

static int find_result(json_t **out, struct part_work *w, const char *key)
{
    return plan_find_result(out, w->plan->event, key, w->err);
}

static void list_cells(struct part_work *w)
{
    const struct part_plan *pp = w->pp;
    const json_t *cells = json_object_get(pp->source->probe, "cells");
    const size_t nb = json_array_size(cells);
    for (size_t i = 0; i < nb; i++) {
        const json_t *cell = json_array_get(cells, i), *next = json_array_get(cells, i + 1);
        const int64_t from = json_integer_value(json_array_get(cell, 0));
        const int64_t to = next ? json_integer_value(json_array_get(next, 0)) : pp->grid.nb_frames;
        const int64_t begin = from > pp->begin ? from : pp->begin;
        const int64_t end = to < pp->end ? to : pp->end;
        if (begin >= end)
            continue;
        w->cells = mem_grow(w->cells, w->nb_cells, sizeof *w->cells);
        w->cells[w->nb_cells++] =
            (struct piece_range){begin, end, from, json_integer_value(json_array_get(cell, 1))};
    }
}

/* What every segment of a rendition hangs on besides its pictures. */
static void segment_base(struct piecework *work, const struct part_work *w)
{
    struct key k = key_begin("segment", SEGMENT_VERSION);
    key_json(&k, work->rendition->video);
    hash_add_int(k.hash, work->width);
    hash_add_int(k.hash, work->height);
    hash_add_int(k.hash, w->pp->grid.fps.num);
    hash_add_int(k.hash, w->pp->grid.fps.den);
    key_end(&k, work->base);
}

static void cell_key(char out[33], const struct piecework *work, const struct part_work *w,
                     const struct piece_range *cell)
{
    struct key k = key_begin("cell", PROBE_VERSION);
    key_text(&k, work->base);
    key_text(&k, json_get_string(w->pp->source->probe, "hash", ""));
    hash_add_int(k.hash, json_get_int(w->video, "stream", -1));
    hash_add_int(k.hash, cell->begin);
    hash_add_int(k.hash, cell->end);
    key_end(&k, out);
}

static void sound_key(char out[33], const struct part_work *w, const struct rendition *r)
{
    const struct settings *s = &w->plan->event->settings;
    struct key k = key_begin("sound", SOUND_VERSION);
    hash_add_int(k.hash, PROBE_VERSION); /* the grid */
    key_json(&k, r->audio);
    key_text(&k, w->pp->source->analysis_key);
    hash_add_int(k.hash, json_get_int(w->audio, "stream", -1));
    hash_add_int(k.hash, w->pp->begin);
    hash_add_int(k.hash, w->pp->end);
    hash_add_int(k.hash, w->card_frames);
    hash_add_int(k.hash, (int64_t)(s->target_lufs * 1000));
    hash_add_int(k.hash, (int64_t)(s->ceiling_dbtp * 1000));
    key_end(&k, out);
}

/* --- the card -------------------------------------------------------------------------------- */

/* "2010-04-28" and "2010-04-29" as "28–29 April 2010". */
static char *event_date(const struct programme *p)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    int y, m, d, y2, m2, d2;
    if (!p->begin || sscanf(p->begin, "%d-%d-%d", &y, &m, &d) != 3 || m < 1 || m > 12)
        return mem_strdup(p->begin);
    if (!p->end || sscanf(p->end, "%d-%d-%d", &y2, &m2, &d2) != 3 || m2 < 1 || m2 > 12)
        y2 = y, m2 = m, d2 = d;
    if (y != y2)
        return mem_printf("%d %s %d – %d %s %d", d, months[m - 1], y, d2, months[m2 - 1], y2);
    if (m != m2)
        return mem_printf("%d %s – %d %s %d", d, months[m - 1], d2, months[m2 - 1], y);
    return d == d2 ? mem_printf("%d %s %d", d, months[m - 1], y)
                   : mem_printf("%d–%d %s %d", d, d2, months[m - 1], y);
}

void plan_card_text(struct card_text *out, char **speakers, char **date, char **label,
                    const struct plan *plan, const struct talk *talk, const struct part *part)
{
    *speakers = talk_speakers(talk);
    *date = event_date(&plan->programme);
    *label = talk->nb_parts > 1 ? mem_printf("Part %d of %zu", part->number, talk->nb_parts) : NULL;
    *out = (struct card_text){.event = plan->programme.name,
                              .section = talk->section,
                              .title = talk->title,
                              .speakers = *speakers,
                              .part = *label,
                              .date = *date,
                              .place = plan->programme.place};
}

static json_t *card_spec(const struct part_work *w)
{
    const struct settings *s = &w->plan->event->settings;
    struct card_text t;
    AUTO_FREE char *speakers = NULL, *date = NULL, *label = NULL;
    plan_card_text(&t, &speakers, &date, &label, w->plan, w->pp->talk, w->pp->part);
    return json_pack("{s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o}, s:s, s:I, s:i, s:[i, i]}", "text",
                     "event", json_text(t.event), "section", json_text(t.section), "title",
                     json_text(t.title), "speakers", json_text(t.speakers), "part",
                     json_text(t.part), "date", json_text(t.date), "place", json_text(t.place),
                     "look", w->plan->look, "frames", (json_int_t)w->card_frames, "fade_ms",
                     s->card_fade_ms, "fps", w->pp->grid.fps.num, w->pp->grid.fps.den);
}

static json_t *output_spec(const struct piecework *work, const char *key)
{
    return json_pack("{s:s, s:s, s:O, s:i, s:i}", "key", key, "rendition", work->rendition->name,
                     "video", work->rendition->video, "width", work->width, "height", work->height);
}

/* A job for one or several outputs: its key follows from theirs. */
static struct job *add_segment_job(struct part_work *w, const char *stage, json_t *outputs)
{
    char key[33];
    struct key k = key_begin("job", 1);
    size_t i;
    json_t *o;
    json_array_foreach(outputs, i, o) key_text(&k, json_get_string(o, "key", ""));
    key_end(&k, key);
    struct job *job = add_job(&w->pp->jobs, &w->pp->nb_jobs, stage, key);
    job->talk = w->pp->talk->number;
    job->part = w->pp->part->number;
    set(job, "outputs", outputs);
    return job;
}

/* Core seconds that a frame of 1280x720 costs by encoder; measured on slides with a camera inset,
 * see ../docs/renditions.md. Only the estimate of the time left hangs on it. */
static double frame_cost(const struct piecework *work)
{
    const char *encoder = json_get_string(work->rendition->video, "encoder", "");
    const double base = strcmp(encoder, "libvpx-vp9") == 0  ? 0.065
                        : strcmp(encoder, "libsvtav1") == 0 ? 0.02
                                                            : 0.013;
    return 0.0005 + base * work->width * work->height / (1280.0 * 720);
}

static int plan_card(struct part_work *w)
{
    AUTO_JSON *spec = card_spec(w);
    AUTO_JSON *outputs = json_array();
    double cost = 0;
    for (size_t i = 0; i < w->nb_works; i++) {
        struct piecework *work = &w->works[i];
        if (!work->rendition->video)
            continue;
        struct key k = key_begin("card", 1);
        key_text(&k, work->base);
        key_json(&k, spec);
        key_end(&k, work->card_key);
        const int there = have(w, work->card_key, "mp4");
        if (there < 0)
            return there;
        if (there)
            continue;
        work->ready = false;
        cost += frame_cost(work) * (double)w->card_frames;
        json_array_append_new(outputs, output_spec(work, work->card_key));
    }
    if (json_array_size(outputs) == 0)
        return 0;
    const struct settings *s = &w->plan->event->settings;
    char name[32];
    struct job *job = add_segment_job(w, "card", mem_take(&outputs));
    job->what = mem_printf("talk %s: card", plan_part_name(name, w->pp->talk, w->pp->part->number));
    job->cost = 0.2 + cost;
    set(job, "work", json_text(w->plan->event->work));
    set(job, "card", mem_take(&spec));
    set(job, "files",
        json_pack("{s:o, s:o, s:o}", "template", json_text(s->card_template), "logo",
                  json_text(s->card_logo), "background", json_text(s->card_background)));
    return 0;
}

/* --- cells and sound ------------------------------------------------------------------------- */

static void add_cell_job(struct part_work *w, const struct piece_range *cell, json_t *outputs,
                         double cost)
{
    char name[32], from[CLOCK_BYTES], to[CLOCK_BYTES];
    const size_t nb = json_array_size(outputs);
    struct job *job = add_segment_job(w, "cell", outputs);
    job->what = mem_printf("talk %s: %s-%s of the recording, %zu rendition%s",
                           plan_part_name(name, w->pp->talk, w->pp->part->number),
                           clock_format_ms(from, grid_ms_of(&w->pp->grid, cell->begin), false),
                           clock_format_ms(to, grid_ms_of(&w->pp->grid, cell->end), false), nb,
                           nb == 1 ? "" : "s");
    job->cost = 0.1 + cost;
    set_recording(job, w->plan, w->pp->source);
    set(job, "begin", json_integer(cell->begin));
    set(job, "end", json_integer(cell->end));
    set(job, "key_frame", json_integer(cell->key_frame));
    set(job, "key_pts", json_integer(cell->key_pts));
}

static int plan_cells(struct part_work *w)
{
    for (size_t c = 0; c < w->nb_cells; c++) {
        const struct piece_range *cell = &w->cells[c];
        AUTO_JSON *outputs = json_array();
        double cost = 0;
        for (size_t i = 0; i < w->nb_works; i++) {
            struct piecework *work = &w->works[i];
            char key[33];
            if (!work->rendition->video)
                continue;
            cell_key(key, work, w, cell);
            const int there = have(w, key, "mp4");
            if (there < 0)
                return there;
            w->pp->nb_cells++;
            w->pp->nb_cells_done += there > 0;
            if (there)
                continue;
            work->ready = false;
            cost += frame_cost(work) * (double)(cell->end - cell->begin);
            json_array_append_new(outputs, output_spec(work, key));
        }
        if (json_array_size(outputs))
            add_cell_job(w, cell, mem_take(&outputs), cost);
    }
    return 0;
}

static void add_sound_job(struct part_work *w, const struct piecework *work)
{
    const struct settings *s = &w->plan->event->settings;
    const struct part_plan *pp = w->pp;
    char name[32];
    struct job *job = add_job(&w->pp->jobs, &w->pp->nb_jobs, "sound", work->sound_key);
    job->talk = pp->talk->number;
    job->part = pp->part->number;
    job->what = mem_printf("talk %s: sound (%s)", plan_part_name(name, pp->talk, pp->part->number),
                           json_get_string(work->rendition->audio, "encoder", ""));
    job->cost = 0.2 + (double)grid_ms_of(&pp->grid, pp->end - pp->begin) / 1000 / 20;
    set_recording(job, w->plan, pp->source);
    set(job, "begin", json_integer(pp->begin));
    set(job, "end", json_integer(pp->end));
    set(job, "card_frames", json_integer(w->card_frames));
    set(job, "analysis", json_string(pp->source->analysis_key));
    set(job, "target_lufs", json_real(s->target_lufs));
    set(job, "ceiling_dbtp", json_real(s->ceiling_dbtp));
    set(job, "audio", json_incref(work->rendition->audio));
}

static int plan_sounds(struct part_work *w)
{
    for (size_t i = 0; i < w->nb_works; i++) {
        struct piecework *work = &w->works[i];
        sound_key(work->sound_key, w, work->rendition);
        const int there = have(w, work->sound_key, "mp4");
        if (there < 0)
            return there;
        if (there)
            continue;
        work->ready = false;
        size_t same = 0;
        while (strcmp(w->works[same].sound_key, work->sound_key) != 0)
            same++;
        if (same == i) /* renditions with equal settings share their sound */
            add_sound_job(w, work);
    }
    return 0;
}

/* --- outputs --------------------------------------------------------------------------------- */

/* The spoken language: the settings', else what the recording says of its sound, or NULL. */
static const char *language(const struct part_work *w)
{
    if (w->plan->event->settings.language)
        return w->plan->event->settings.language;
    const json_t *streams = json_object_get(w->pp->source->probe, "streams");
    const size_t audio = (size_t)json_get_int(w->audio, "stream", -1);
    const char *said = json_get_string(json_array_get(streams, audio), "language", NULL);
    return said && strcmp(said, "und") != 0 ? said : NULL;
}

/* The settings' comment, else what the talk is about, else where it was held. */
static char *comment(const struct part_work *w)
{
    const struct talk *t = w->pp->talk;
    const struct programme *p = &w->plan->programme;
    const char *own = w->plan->event->settings.comment;
    if (own || t->abstract)
        return mem_strdup(own ? own : t->abstract);
    return mem_printf("%s%s%s%s%s", t->section ? t->section : "", t->section ? ", " : "",
                      p->name ? p->name : "", p->place ? ", " : "", p->place ? p->place : "");
}

static json_t *tags(const struct part_work *w)
{
    const struct talk *t = w->pp->talk;
    const struct programme *p = &w->plan->programme;
    AUTO_FREE char *speakers = talk_speakers(t), *track = mem_printf("%d", t->number);
    AUTO_FREE char *about = comment(w), *title = NULL;
    title = t->nb_parts > 1
                ? mem_printf("%s (part %d of %zu)", t->title, w->pp->part->number, t->nb_parts)
                : mem_strdup(t->title);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "title", json_text(title), "artist",
                     json_text(*speakers ? speakers : NULL), "album", json_text(p->name), "track",
                     json_text(track), "date", json_text(p->begin), "comment", json_text(about),
                     "language", json_text(language(w)));
}

static void list_segments(json_t *list, const struct part_work *w, const struct piecework *work)
{
    if (!work->rendition->video)
        return;
    json_array_append_new(list, json_string(work->card_key));
    for (size_t c = 0; c < w->nb_cells; c++) {
        char key[33];
        cell_key(key, work, w, &w->cells[c]);
        json_array_append_new(list, json_string(key));
    }
}

/* The spec of an assembly, as far as its key hangs on it. */
static json_t *assembly_spec(const struct part_work *w, const struct piecework *work)
{
    json_t *segments = json_array();
    list_segments(segments, w, work);
    return json_pack("{s:s, s:o, s:s, s:o, s:[i, i], s:i, s:i, s:i, s:I, s:o}", "container",
                     work->rendition->container, "segments", segments, "sound", work->sound_key,
                     "tags", tags(w), "fps", w->pp->grid.fps.num, w->pp->grid.fps.den, "width",
                     work->rendition->video ? work->width : 0, "height",
                     work->rendition->video ? work->height : 0, "key_frame_s",
                     (int)json_get_int(work->rendition->video, "key_frame_s", 0), "card_frames",
                     (json_int_t)w->card_frames, "talk_title", json_text(w->pp->talk->title));
}

static void add_damage(struct damage *sum, const json_t *d)
{
    const int64_t nb = json_get_int(d, "nb", 0), first_ms = json_get_int(d, "first_ms", 0);
    if (nb && (!sum->nb || first_ms < sum->first_ms)) {
        sum->first_ms = first_ms;
        snprintf(sum->what, sizeof sum->what, "%s", json_get_string(d, "what", "damaged"));
    }
    sum->nb += nb;
}

/* Adds what the pieces' results say, so that the worker needs no store: not part of the key. */
static int add_pieces(struct job *job, struct part_work *w)
{
    json_t *pieces = json_object();
    struct damage damage = {0};
    set(job, "pieces", pieces);
    AUTO_JSON *keys = json_copy(json_object_get(job->spec, "segments"));
    json_array_append(keys, json_object_get(job->spec, "sound"));
    size_t i;
    json_t *key;
    json_array_foreach(keys, i, key)
    {
        AUTO_JSON *result = NULL;
        if (find_result(&result, w, json_string_value(key)) < 0)
            return w->err->code;
        json_object_set(pieces, json_string_value(key), result);
        add_damage(&damage, json_object_get(result, "damage"));
        if (json_object_get(result, "remark"))
            set(job, "remark", json_incref(json_object_get(result, "remark")));
    }
    if (damage.nb)
        set(job, "damage",
            json_pack("{s:I, s:I, s:s}", "nb", (json_int_t)damage.nb, "first_ms",
                      (json_int_t)damage.first_ms, "what", damage.what));
    return 0;
}

static int add_assembly_job(struct part_work *w, const struct piecework *work, const char *key,
                            const json_t *spec)
{
    char name[32];
    struct job *job = add_job(&w->pp->jobs, &w->pp->nb_jobs, "assemble", key);
    job->talk = w->pp->talk->number;
    job->part = w->pp->part->number;
    job->what =
        mem_printf("talk %s: %s put together and checked",
                   plan_part_name(name, w->pp->talk, w->pp->part->number), work->rendition->name);
    job->cost = 0.2 + 0.0005 * (double)(w->pp->end - w->pp->begin);
    json_object_update(job->spec, (json_t *)(uintptr_t)spec);
    set(job, "work", json_text(w->plan->event->work));
    return add_pieces(job, w);
}

static struct output *add_output(struct part_plan *pp, const char *suffix,
                                 const struct rendition *rendition)
{
    pp->outputs = mem_grow(pp->outputs, pp->nb_outputs, sizeof *pp->outputs);
    struct output *o = &pp->outputs[pp->nb_outputs++];
    *o = (struct output){.suffix = suffix, .rendition = rendition};
    return o;
}

static int look_up_output(struct part_work *w, struct output *o, const char *ext)
{
    const int there = have(w, o->key, ext);
    if (there <= 0)
        return there;
    if (find_result(&o->result, w, o->key) < 0)
        return w->err->code;
    w->pp->nb_outputs_done += o->result != NULL;
    return o->result != NULL;
}

/* The outputs' keys follow from the keys of their pieces, so that a finished part is known without
 * looking for its cells. Returns whether all are there. */
static int plan_outputs(struct part_work *w)
{
    bool all = true;
    for (size_t i = 0; i < w->nb_works; i++) {
        struct piecework *work = &w->works[i];
        struct output *o = add_output(w->pp, work->rendition->suffix, work->rendition);
        struct key k = key_begin("assemble", ASSEMBLE_VERSION);
        w->specs[i] = assembly_spec(w, work);
        key_json(&k, w->specs[i]);
        key_end(&k, o->key);
        const int there = look_up_output(w, o, work->rendition->container);
        if (there < 0)
            return there;
        all = all && there;
    }
    return all;
}

static int plan_poster(struct part_work *w)
{
    const struct part_plan *pp = w->pp;
    struct output *o = add_output(w->pp, ".jpg", NULL);
    struct key k = key_begin("poster", POSTER_VERSION);
    hash_add_int(k.hash, PROBE_VERSION); /* the grid and which way is up */
    key_text(&k, json_get_string(pp->source->probe, "hash", ""));
    hash_add_int(k.hash, pp->begin);
    hash_add_int(k.hash, pp->end);
    key_end(&k, o->key);
    const int there = look_up_output(w, o, "jpg");
    if (there != 0)
        return there < 0 ? there : 0;
    char name[32];
    struct job *job = add_job(&w->pp->jobs, &w->pp->nb_jobs, "poster", o->key);
    job->talk = pp->talk->number;
    job->part = pp->part->number;
    job->what = mem_printf("talk %s: poster", plan_part_name(name, pp->talk, pp->part->number));
    job->cost = 0.5;
    set_recording(job, w->plan, pp->source);
    set(job, "begin", json_integer(pp->begin));
    set(job, "end", json_integer(pp->end));
    return 0;
}

/* --- all of it ------------------------------------------------------------------------------- */

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
        rendition_size(&work->width, &work->height, work->rendition->video,
                       (int)json_get_int(w->video, "width", 0),
                       (int)json_get_int(w->video, "height", 0),
                       (int)json_integer_value(json_array_get(sar, 0)),
                       (int)json_integer_value(json_array_get(sar, 1)),
                       (int)json_get_int(w->video, "rotation", 0));
        segment_base(work, w);
    }
}

static int plan_pieces(struct part_work *w)
{
    if (!w->plan->look[0]) { /* the card's template or a picture cannot be read */
        w->pp->waiting = w->plan->look_err.msg;
        return 0;
    }
    if (plan_card(w) < 0 || plan_sounds(w) < 0)
        return w->err->code;
    const int done = plan_outputs(w);
    if (done < 0)
        return done;
    if (done) {
        for (size_t i = 0; i < w->pp->nb_jobs; i++)
            job_finish(&w->pp->jobs[i]);
        w->pp->nb_jobs = 0;
        w->pp->nb_cells = w->pp->nb_cells_done = 0;
    } else if (plan_cells(w) < 0) {
        return w->err->code;
    }
    for (size_t i = 0; i < w->nb_works; i++)
        if (!w->pp->outputs[i].result && w->works[i].ready &&
            add_assembly_job(w, &w->works[i], w->pp->outputs[i].key, w->specs[i]) < 0)
            return w->err->code;
    return plan_poster(w);
}

static void begin_work(struct part_work *w, struct part_plan *pp, struct plan *plan,
                       struct err *err)
{
    *w = (struct part_work){
        .pp = pp,
        .plan = plan,
        .err = err,
        .video = json_object_get(pp->source->probe, "video"),
        .audio = json_object_get(pp->source->probe, "audio"),
        .card_frames = grid_frame_at_ms(&pp->grid, plan->event->settings.card_ms),
    };
    if (w->card_frames < 1)
        w->card_frames = 1;
    begin_works(w);
    list_cells(w);
    w->specs = mem_zalloc(w->nb_works, sizeof *w->specs);
}

static void end_work(struct part_work *w)
{
    for (size_t i = 0; i < w->nb_works; i++)
        json_decref(w->specs[i]);
    free(w->specs);
    free(w->works);
    free(w->cells);
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
    const int ret = plan_pieces(&w);
    for (size_t i = 0; ret == 0 && i < w.nb_works; i++) {
        const struct piecework *work = &w.works[i];
        add_key(out, out_nb, work->sound_key);
        if (!work->rendition->video)
            continue;
        add_key(out, out_nb, work->card_key);
        for (size_t c = 0; c < w.nb_cells; c++) {
            char key[33];
            cell_key(key, work, &w, &w.cells[c]);
            add_key(out, out_nb, key);
        }
    }
    for (size_t i = 0; ret == 0 && i < pp->nb_outputs; i++)
        add_key(out, out_nb, pp->outputs[i].key);
    end_work(&w);
    return ret;
}
