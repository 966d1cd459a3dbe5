#include "plan_work.h"

#include <stdio.h>
#include <string.h>

#include "card.h"
#include "check.h"
#include "clock.h"
#include "datetime.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "probe.h"
#include "segment.h"
#include "sound.h"
#include "str.h"

static void add_cell(struct part_work *w, struct piece_range cell)
{
    w->cells = mem_grow(w->cells, w->nb_cells, sizeof *w->cells);
    w->cells[w->nb_cells++] = cell;
}

/* Of sound alone: cells that show the card standing still. All but the last are as long, so that
 * they are one piece, encoded once. */
static void list_still_cells(struct part_work *w)
{
    const struct part_plan *pp = w->pp;
    const int64_t frames = frame_grid_frame_at_ms(&pp->grid, PROBE_CELL_MS),
                  length = frames > 0 ? frames : 1; /* a frame may take longer than a cell */
    for (int64_t at = pp->begin; at < pp->end; at += length)
        add_cell(w, (struct piece_range){at, at + length < pp->end ? at + length : pp->end, 0, 0});
}

static void list_cells(struct part_work *w, const json_t *cells)
{
    const struct part_plan *pp = w->pp;
    const size_t nb = json_array_size(cells);
    for (size_t i = 0; i < nb; i++) {
        const json_t *cell = json_array_get(cells, i), *next = json_array_get(cells, i + 1);
        const int64_t from = json_integer_value(json_array_get(cell, 0));
        const int64_t to = next ? json_integer_value(json_array_get(next, 0)) : pp->grid.nb_frames;
        const int64_t begin = from > pp->begin ? from : pp->begin;
        const int64_t end = to < pp->end ? to : pp->end;
        if (begin >= end)
            continue;
        add_cell(
            w, (struct piece_range){begin, end, from, json_integer_value(json_array_get(cell, 1))});
    }
}

int work_list_cells(struct part_work *w)
{
    AUTO_JSON *probe = NULL;
    if (w->nb_cells)
        return 0;
    if (!json_is_object(w->video)) {
        list_still_cells(w);
        return 0;
    }
    if (work_find_result(&probe, w, w->pp->source->probe_key) < 0)
        return w->err->code;
    list_cells(w, json_object_get(probe, "cells"));
    return 0;
}

static void segment_base(char out[33], const struct piecework *work, const struct part_work *w,
                         const char *settings)
{
    struct key k = key_begin("segment", SEGMENT_VERSION);
    key_text(&k, settings);
    key_int(&k, work->width);
    key_int(&k, work->height);
    key_int(&k, w->pp->grid.fps.num);
    key_int(&k, w->pp->grid.fps.den);
    key_end(&k, out);
}

void work_segment_bases(struct piecework *work, const struct part_work *w)
{
    segment_base(work->base, work, w, work->rendition->video_text);
    segment_base(work->card_base, work, w, work->rendition->card_text);
}

/* "2010-04-28" and "2010-04-29" as "28–29 April 2010". */
static char *event_date(const struct programme *p)
{
    int y, m, d, y2, m2, d2;
    if (!p->begin || sscanf(p->begin, "%d-%d-%d", &y, &m, &d) != 3 || !datetime_month_name(m))
        return mem_strdup(p->begin);
    if (!p->end || sscanf(p->end, "%d-%d-%d", &y2, &m2, &d2) != 3 || !datetime_month_name(m2))
        y2 = y, m2 = m, d2 = d;
    const char *month = datetime_month_name(m), *month2 = datetime_month_name(m2);
    if (y != y2)
        return mem_printf("%d %s %d – %d %s %d", d, month, y, d2, month2, y2);
    if (m != m2)
        return mem_printf("%d %s – %d %s %d", d, month, d2, month2, y);
    return d == d2 ? mem_printf("%d %s %d", d, month, y)
                   : mem_printf("%d–%d %s %d", d, d2, month, y);
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

/* The part's card, for so many frames. */
struct shown_card {
    int64_t nb_frames;
    int fade_in_ms, fade_out_ms;
};

static json_t *card_spec(const struct part_work *w, const struct shown_card *c)
{
    struct card_text t;
    AUTO_FREE char *speakers = NULL, *date = NULL, *label = NULL;
    plan_card_text(&t, &speakers, &date, &label, w->plan, w->pp->talk, w->pp->part);
    return json_pack("{s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o}, s:s, s:I, s:i, s:i, s:[i, i]}",
                     "text", "event", json_text(t.event), "section", json_text(t.section), "title",
                     json_text(t.title), "speakers", json_text(t.speakers), "part",
                     json_text(t.part), "date", json_text(t.date), "place", json_text(t.place),
                     "look", w->plan->look, "frames", (json_int_t)c->nb_frames, "fade_in_ms",
                     c->fade_in_ms, "fade_out_ms", c->fade_out_ms, "fps", w->pp->grid.fps.num,
                     w->pp->grid.fps.den);
}

/* Of all that card_spec says, in whatever encoding. */
static void drawn_key(char out[33], const struct part_work *w, const struct shown_card *c)
{
    struct card_text t;
    AUTO_FREE char *speakers = NULL, *date = NULL, *label = NULL;
    plan_card_text(&t, &speakers, &date, &label, w->plan, w->pp->talk, w->pp->part);
    const char *const texts[] = {t.event, t.section, t.title, t.speakers,
                                 t.part,  t.date,    t.place, w->plan->look};
    struct key k = key_begin("drawn card", 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        key_maybe(&k, texts[i]);
    key_int(&k, c->nb_frames);
    key_int(&k, c->fade_in_ms);
    key_int(&k, c->fade_out_ms);
    key_int(&k, w->pp->grid.fps.num);
    key_int(&k, w->pp->grid.fps.den);
    key_end(&k, out);
}

json_t *work_still_spec(const struct part_work *w, int64_t nb_frames)
{
    return card_spec(w, &(struct shown_card){.nb_frames = nb_frames});
}

void work_still_key(char out[33], const struct part_work *w, int64_t nb_frames)
{
    drawn_key(out, w, &(struct shown_card){.nb_frames = nb_frames});
}

static void card_key(char out[33], const struct piecework *work, const char *drawn)
{
    struct key k = key_begin("card", 3);
    key_text(&k, work->card_base);
    key_text(&k, drawn);
    key_end(&k, out);
}

const char *work_fields(const struct part_work *w)
{
    return json_get_string(w->pp->source->analysis, "fields", "progressive");
}

void work_cell_key(char out[33], const struct piecework *work, const struct part_work *w,
                   const struct piece_range *cell)
{
    if (!json_is_object(w->video)) {
        char drawn[33];
        work_still_key(drawn, w, cell->end - cell->begin);
        card_key(out, work, drawn);
        return;
    }
    struct key k = key_begin("cell", PROBE_VERSION);
    key_text(&k, work->base);
    key_text(&k, json_get_string(w->pp->source->probe, "hash", ""));
    key_int(&k, json_get_int(w->video, "stream", -1));
    key_text(&k, work_fields(w));
    key_int(&k, cell->begin);
    key_int(&k, cell->end);
    key_end(&k, out);
}

void work_seam_key(char out[33], const char *before, const char *after)
{
    struct key k = key_begin("seam", CHECK_VERSION);
    key_text(&k, before);
    key_text(&k, after);
    key_end(&k, out);
}

static void sound_key(char out[33], const struct part_work *w, const struct rendition *r)
{
    const struct settings *s = &w->plan->event->settings;
    struct key k = key_begin("sound", SOUND_VERSION);
    key_int(&k, PROBE_VERSION); /* the grid */
    key_text(&k, r->audio_text);
    key_text(&k, w->pp->source->analysis_key);
    key_int(&k, w->pp->source->audio_stream);
    key_text(&k, w->pp->source->use);
    key_int(&k, w->pp->begin);
    key_int(&k, w->pp->end);
    key_int(&k, w->card_frames);
    key_int(&k, (int64_t)(s->target_lufs * 1000));
    key_int(&k, (int64_t)(s->ceiling_dbtp * 1000));
    key_end(&k, out);
}

/* --- cards ----------------------------------------------------------------------------------- */

/* The renditions of a piece that are missing. */
struct missing {
    size_t nb;
    double cost;
    struct key key;  /* of the job that makes them: it follows from theirs */
    json_t *outputs; /* as its spec names them; NULL where jobs are only counted */
};

/* Returns the output as the job's spec has it, to be filled; NULL where jobs are only counted. */
static json_t *add_missing(struct missing *m, const struct part_work *w,
                           const struct piecework *work, const char *key)
{
    if (!m->nb++)
        m->key = key_begin("job", 1);
    key_text(&m->key, key);
    if (w->plan->listing)
        return NULL;
    if (!m->outputs)
        m->outputs = json_array();
    json_t *output = json_pack("{s:s, s:s}", "key", key, "rendition", work->rendition->name);
    json_array_append_new(m->outputs, output);
    return output;
}

static void missing_finish(struct missing *m)
{
    hash_destroy(m->key.hash);
    json_decref(m->outputs);
}

/* A job for all that is missing. Its spec, if it has one, is to be filled. */
static struct job *add_missing_job(struct part_work *w, const char *stage, struct missing *m,
                                   double overhead)
{
    char key[33];
    key_end(&m->key, key);
    m->key.hash = NULL;
    struct job *job = work_add_job(w, stage, key, overhead + m->cost);
    if (job->spec)
        job_set(job, "outputs", mem_take(&m->outputs));
    return job;
}

/* Core seconds that a frame of 1280x720 costs by encoder; measured on slides with a camera inset,
 * see ../docs/renditions.md. Only the estimate of the time left hangs on it. */
static double frame_cost(const struct piecework *work)
{
    const char *encoder = json_get_string(work->rendition->video, "encoder", "");
    const double base = strcmp(encoder, "libvpx-vp9") == 0  ? 0.065
                        : strcmp(encoder, "libsvtav1") == 0 ? 0.009
                                                            : 0.013;
    return 0.0005 + base * work->width * work->height / (1280.0 * 720);
}

void work_set_card(struct job *job, const struct part_work *w, json_t *spec)
{
    const struct settings *s = &w->plan->event->settings;
    job_set(job, "work", json_text(w->plan->event->work));
    job_set(job, "card", json_incref(spec));
    job_set(job, "files",
            json_pack("{s:o, s:o, s:o}", "template", json_text(s->card_template), "logo",
                      json_text(s->card_logo), "background", json_text(s->card_background)));
}

static void add_card_job(struct part_work *w, json_t *spec, const char *what, struct missing *m)
{
    char name[32];
    struct job *job = add_missing_job(w, "card", m, 0.2);
    if (!job->spec)
        return;
    job->what =
        mem_printf("talk %s: %s", plan_part_name(name, w->pp->talk, w->pp->part->number), what);
    work_set_card(job, w, spec);
}

/* Adds the rendition of a cell (NULL: of the card) where it is missing, and what it costs. */
static int find_missing(struct missing *out, struct part_work *w, struct piecework *work,
                        const struct piece_range *cell)
{
    const int64_t nb_frames = cell ? cell->end - cell->begin : w->card_frames;
    char key[33];
    if (!work->rendition->video)
        return 0;
    if (cell)
        work_cell_key(key, work, w, cell);
    else
        memcpy(key, work->card_key, sizeof key);
    const int there = work_has(w, key, "mp4");
    if (there < 0)
        return there;
    w->pp->nb_cells += cell != NULL;
    w->pp->nb_cells_done += cell && there;
    if (there)
        return 0;
    work->ready = false;
    out->cost += frame_cost(work) * (double)nb_frames;
    json_t *output = add_missing(out, w, work, key);
    if (output) {
        const bool is_card = !cell || !json_is_object(w->video);
        json_object_set(output, "video", is_card ? work->rendition->card : work->rendition->video);
        json_object_set_new(output, "width", json_integer(work->width));
        json_object_set_new(output, "height", json_integer(work->height));
    }
    return 0;
}

static struct shown_card leading_card(const struct part_work *w)
{
    const int fade_ms = w->plan->event->settings.card_fade_ms;
    return (struct shown_card){w->card_frames, fade_ms, json_is_object(w->video) ? fade_ms : 0};
}

/* All that decides which cells the part has of a rendition, and what is in them: as good as their
 * keys one by one, at a hundredth of the time. */
static void cells_key(struct piecework *work, const struct part_work *w)
{
    struct key k = key_begin("cells", PROBE_VERSION);
    key_text(&k, work->base);
    key_text(&k, json_get_string(w->pp->source->probe, "hash", ""));
    key_int(&k, json_get_int(w->video, "stream", -1));
    key_text(&k, json_is_object(w->video) ? work_fields(w) : work->card_key);
    key_int(&k, w->pp->begin);
    key_int(&k, w->pp->end);
    key_end(&k, work->cells_key);
}

void work_name_pieces(struct part_work *w)
{
    const struct shown_card card = leading_card(w);
    char drawn[33]; /* once: they differ by the rendition alone */
    drawn_key(drawn, w, &card);
    for (size_t i = 0; i < w->nb_works; i++) {
        struct piecework *work = &w->works[i];
        sound_key(work->sound_key, w, work->rendition);
        if (!work->rendition->video)
            continue;
        card_key(work->card_key, work, drawn);
        cells_key(work, w);
    }
}

static int plan_card_of(struct part_work *w, struct piecework *work, json_t *spec)
{
    struct missing missing = {0};
    const int ret = find_missing(&missing, w, work, NULL);
    if (ret == 0 && missing.nb) {
        AUTO_FREE char *what = mem_printf("card, %s", work->rendition->name);
        add_card_job(w, spec, what, &missing);
    }
    missing_finish(&missing);
    return ret;
}

/* One job for each rendition: with a corrected title there is nothing else for the other cores. */
int work_plan_card(struct part_work *w)
{
    const struct shown_card card = leading_card(w);
    AUTO_JSON *spec = w->plan->listing ? NULL : card_spec(w, &card);
    for (size_t i = 0; i < w->nb_works; i++)
        if (plan_card_of(w, &w->works[i], spec) < 0)
            return w->err->code;
    return 0;
}

/* --- cells and sound ------------------------------------------------------------------------- */

static void add_cell_job(struct part_work *w, const struct piece_range *cell, struct missing *m)
{
    char name[32], from[CLOCK_BYTES], to[CLOCK_BYTES];
    struct job *job = add_missing_job(w, "cell", m, 0.1);
    job->reads = true;
    if (!job->spec)
        return;
    job->what =
        mem_printf("talk %s: %s-%s of the recording, %zu rendition%s",
                   plan_part_name(name, w->pp->talk, w->pp->part->number),
                   clock_format_ms(from, frame_grid_ms_of(&w->pp->grid, cell->begin), false),
                   clock_format_ms(to, frame_grid_ms_of(&w->pp->grid, cell->end), false), m->nb,
                   m->nb == 1 ? "" : "s");
    work_set_recording(job, w->plan, w->pp->source);
    job_set(job, "begin", json_integer(cell->begin));
    job_set(job, "end", json_integer(cell->end));
    job_set(job, "key_frame", json_integer(cell->key_frame));
    job_set(job, "key_pts", json_integer(cell->key_pts));
    job_set(job, "fields", json_string(work_fields(w)));
}

static void add_still_job(struct part_work *w, const struct piece_range *cell, struct missing *m)
{
    AUTO_JSON *spec = w->plan->listing ? NULL : work_still_spec(w, cell->end - cell->begin);
    add_card_job(w, spec, "still card", m);
}

/* Whether an earlier cell is the same piece: of cells that show a still card, one of as many
 * frames. */
static bool planned_before(const struct part_work *w, size_t cell)
{
    const int64_t length = w->cells[cell].end - w->cells[cell].begin;
    for (size_t i = 0; !json_is_object(w->video) && i < cell; i++)
        if (w->cells[i].end - w->cells[i].begin == length)
            return true;
    return false;
}

static int plan_cell(struct part_work *w, const struct piece_range *cell)
{
    struct missing missing = {0};
    int ret = 0;
    for (size_t i = 0; i < w->nb_works && ret == 0; i++)
        ret = find_missing(&missing, w, &w->works[i], cell);
    if (ret == 0 && missing.nb && json_is_object(w->video))
        add_cell_job(w, cell, &missing);
    else if (ret == 0 && missing.nb)
        add_still_job(w, cell, &missing);
    missing_finish(&missing);
    return ret;
}

int work_plan_cells(struct part_work *w)
{
    for (size_t c = 0; c < w->nb_cells; c++)
        if (!planned_before(w, c) && plan_cell(w, &w->cells[c]) < 0)
            return w->err->code;
    return 0;
}

static void add_sound_job(struct part_work *w, struct missing *m)
{
    const struct settings *s = &w->plan->event->settings;
    const struct part_plan *pp = w->pp;
    AUTO_STR encoders = {0};
    char name[32];
    size_t i;
    json_t *output;
    json_array_foreach(m->outputs, i, output)
        str_addf(&encoders, "%s%s", i ? ", " : "",
                 json_get_string(json_object_get(output, "audio"), "encoder", ""));
    struct job *job = add_missing_job(w, "sound", m, 0.1);
    job->reads = true;
    if (!job->spec)
        return;
    job->what = mem_printf("talk %s: sound (%s)", plan_part_name(name, pp->talk, pp->part->number),
                           encoders.s);
    work_set_recording(job, w->plan, pp->source);
    job_set(job, "begin", json_integer(pp->begin));
    job_set(job, "end", json_integer(pp->end));
    job_set(job, "card_frames", json_integer(w->card_frames));
    job_set(job, "analysis", json_string(pp->source->analysis_key));
    job_set(job, "audio_stream", json_integer(pp->source->audio_stream));
    job_set(job, "use", json_string(pp->source->use));
    job_set(job, "target_lufs", json_real(s->target_lufs));
    job_set(job, "ceiling_dbtp", json_real(s->ceiling_dbtp));
}

static int find_missing_sound(struct missing *out, struct part_work *w, size_t rendition)
{
    struct piecework *work = &w->works[rendition];
    const int there = work_has(w, work->sound_key, "mp4");
    if (there != 0)
        return there < 0 ? there : 0;
    work->ready = false;
    for (size_t i = 0; i < rendition; i++)
        if (strcmp(w->works[i].sound_key, work->sound_key) == 0)
            return 0; /* renditions with equal settings share their sound */
    out->cost += (double)frame_grid_ms_of(&w->pp->grid, w->pp->end - w->pp->begin) / 1000 / 80;
    json_t *output = add_missing(out, w, work, work->sound_key);
    if (output)
        json_object_set(output, "audio", work->rendition->audio);
    return 0;
}

/* One job for all sounds: what they come from is decoded and limited once. */
int work_plan_sounds(struct part_work *w)
{
    struct missing missing = {0};
    int ret = 0;
    for (size_t i = 0; i < w->nb_works && ret == 0; i++)
        ret = find_missing_sound(&missing, w, i);
    if (ret == 0 && missing.nb)
        add_sound_job(w, &missing);
    missing_finish(&missing);
    return ret;
}
