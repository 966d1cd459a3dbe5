#include "plan_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "poster.h"
#include "probe.h"
#include "reader.h"
#include "workdir.h"

/* The spoken language: the settings', else what the recording says of its sound, or NULL. */
static const char *language(const struct part_work *w)
{
    if (w->plan->event->settings.language)
        return w->plan->event->settings.language;
    const json_t *streams = json_object_get(w->pp->source->probe, "streams");
    const size_t audio = (size_t)w->pp->source->audio_stream;
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

/* What players are told. */
struct tags {
    const char *artist, *album, *date, *language; /* or NULL */
    char *title, *speakers, *comment;
    int track;
};

static struct tags tags_of(const struct part_work *w)
{
    const struct talk *t = w->pp->talk;
    const struct programme *p = &w->plan->programme;
    struct tags tags = {.album = p->name,
                        .date = p->begin,
                        .language = language(w),
                        .speakers = talk_speakers(t),
                        .comment = comment(w),
                        .track = t->number};
    tags.artist = *tags.speakers ? tags.speakers : NULL;
    tags.title = t->nb_parts > 1
                     ? mem_printf("%s (part %d of %zu)", t->title, w->pp->part->number, t->nb_parts)
                     : mem_strdup(t->title);
    return tags;
}

static void tags_finish(struct tags *t)
{
    free(t->title);
    free(t->speakers);
    free(t->comment);
}
#define AUTO_TAGS ATTR_CLEANUP(tags_finish) struct tags

static json_t *tags_spec(const struct part_work *w)
{
    AUTO_TAGS t = tags_of(w);
    AUTO_FREE char *track = mem_printf("%d", t.track);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "title", json_text(t.title), "artist",
                     json_text(t.artist), "album", json_text(t.album), "track", json_text(track),
                     "date", json_text(t.date), "comment", json_text(t.comment), "language",
                     json_text(t.language));
}

/* Of all that tags_spec says. */
static void tags_key(char out[33], const struct part_work *w)
{
    AUTO_TAGS t = tags_of(w);
    const char *const texts[] = {t.title, t.artist, t.album, t.date, t.comment, t.language};
    struct key k = key_begin("tags", 2);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        key_maybe(&k, texts[i]);
    key_int(&k, t.track);
    key_end(&k, out);
}

static json_t *list_segments(const struct part_work *w, const struct piecework *work)
{
    json_t *list = json_array();
    if (!work->rendition->video)
        return list;
    json_array_append_new(list, json_string(work->card_key));
    for (size_t c = 0; c < w->nb_cells; c++) {
        char key[33];
        work_cell_key(key, work, w, &w->cells[c]);
        json_array_append_new(list, json_string(key));
    }
    return list;
}

/* What an assembly is made from, without looking for it. */
static void assembly_key(char out[33], const struct part_work *w, const struct piecework *work)
{
    const bool video = work->rendition->video != NULL;
    struct key k = key_begin("assemble", ASSEMBLE_VERSION);
    key_text(&k, work->rendition->container);
    key_text(&k, work->card_key);
    key_text(&k, work->cells_key);
    key_text(&k, work->sound_key);
    key_text(&k, w->tags_key);
    key_int(&k, w->pp->grid.fps.num);
    key_int(&k, w->pp->grid.fps.den);
    key_int(&k, video ? work->width : 0);
    key_int(&k, video ? work->height : 0);
    key_int(&k, json_get_int(work->rendition->video, "key_frame_s", 0));
    key_int(&k, w->card_frames);
    key_text(&k, w->pp->talk->title);
    AUTO_JSON *captions = work_list_captions(w, work);
    if (captions)
        key_json(&k, captions);
    key_end(&k, out);
}

static void set_assembly(struct job *job, const struct part_work *w, const struct piecework *work)
{
    const bool video = work->rendition->video != NULL;
    AUTO_JSON *spec =
        json_pack("{s:o, s:s, s:o, s:s, s:o, s:[i, i], s:i, s:i, s:i, s:I, s:o, s:o*}", "work",
                  json_text(w->plan->event->work), "container", work->rendition->container,
                  "segments", list_segments(w, work), "sound", work->sound_key, "tags",
                  tags_spec(w), "fps", w->pp->grid.fps.num, w->pp->grid.fps.den, "width",
                  video ? work->width : 0, "height", video ? work->height : 0, "key_frame_s",
                  (int)json_get_int(work->rendition->video, "key_frame_s", 0), "card_frames",
                  (json_int_t)w->card_frames, "talk_title", json_text(w->pp->talk->title),
                  "captions", work_list_captions(w, work));
    json_object_update(job->spec, spec);
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
    job_set(job, "pieces", pieces);
    AUTO_JSON *keys = json_copy(json_object_get(job->spec, "segments"));
    json_array_append(keys, json_object_get(job->spec, "sound"));
    size_t i;
    json_t *key;
    json_array_foreach(json_object_get(job->spec, "captions"), i, key)
        json_array_append(keys, json_object_get(key, "key"));
    json_array_foreach(keys, i, key)
    {
        AUTO_JSON *result = NULL;
        if (work_find_result(&result, w, json_string_value(key)) < 0)
            return w->err->code;
        json_object_set(pieces, json_string_value(key), result);
        add_damage(&damage, json_object_get(result, "damage"));
        if (json_object_get(result, "remark"))
            job_set(job, "remark", json_incref(json_object_get(result, "remark")));
    }
    if (damage.nb)
        job_set(job, "damage",
                json_pack("{s:I, s:I, s:s}", "nb", (json_int_t)damage.nb, "first_ms",
                          (json_int_t)damage.first_ms, "what", damage.what));
    return 0;
}

/* Adds, of the seam behind each segment but the last, null where the same two were joined before,
 * else the result that says so once this job has ended well. Not part of the key: a seam that is
 * known is not decoded again, which changes nothing in the file. */
static int add_seams(struct job *job, struct part_work *w)
{
    const json_t *segments = json_object_get(job->spec, "segments"),
                 *pieces = json_object_get(job->spec, "pieces");
    json_t *seams = json_array();
    job_set(job, "seams", seams);
    for (size_t i = 0; i + 1 < json_array_size(segments); i++) {
        const char *before = json_string_value(json_array_get(segments, i));
        const char *after = json_string_value(json_array_get(segments, i + 1));
        AUTO_JSON *known = NULL;
        char key[33];
        work_seam_key(key, before, after);
        if (store_result(&known, w->plan->event->store, key, w->err) < 0)
            return w->err->code;
        /* The contents that were joined, for a segment may have been made anew since. */
        AUTO_JSON *joined = json_pack(
            "{s:O, s:O}", "before", json_object_get(json_object_get(pieces, before), "hash"),
            "after", json_object_get(json_object_get(pieces, after), "hash"));
        json_array_append_new(seams, json_equal(known, joined)
                                         ? json_null()
                                         : json_pack("{s:s, s:O}", "key", key, "joined", joined));
    }
    return 0;
}

double work_assembly_cost(const struct part_work *w)
{
    return 0.2 + 0.0005 * (double)(w->pp->end - w->pp->begin);
}

int work_add_assembly(struct part_work *w, const struct piecework *work, const char *key)
{
    char name[32];
    struct job *job = work_add_job(w, "assemble", key, work_assembly_cost(w));
    if (!job->spec)
        return 0;
    job->what =
        mem_printf("talk %s: %s put together and checked",
                   plan_part_name(name, w->pp->talk, w->pp->part->number), work->rendition->name);
    set_assembly(job, w, work);
    return add_pieces(job, w) < 0 ? w->err->code : add_seams(job, w);
}

struct output *work_add_output(struct part_plan *pp, const char *suffix,
                               const struct rendition *rendition)
{
    pp->outputs = mem_grow(pp->outputs, pp->nb_outputs, sizeof *pp->outputs);
    struct output *o = &pp->outputs[pp->nb_outputs++];
    *o = (struct output){.suffix = suffix, .rendition = rendition};
    return o;
}

int work_look_up_output(struct part_work *w, struct output *o, const char *ext)
{
    if (workdir_has(w->plan->event->work_dir, o->key, ext) &&
        work_find_result(&o->result, w, o->key) < 0)
        return w->err->code;
    w->pp->nb_outputs_done += o->result != NULL;
    return o->result != NULL;
}

/* The outputs' keys follow from what decides their pieces, so that a finished part is known without
 * looking for its cells. Returns whether all are there. */
int work_plan_outputs(struct part_work *w)
{
    bool all = true;
    tags_key(w->tags_key, w);
    for (size_t i = 0; i < w->nb_works; i++) {
        const struct piecework *work = &w->works[i];
        struct output *o = work_add_output(w->pp, work->rendition->suffix, work->rendition);
        assembly_key(o->key, w, work);
        const int there = work_look_up_output(w, o, work->rendition->container);
        if (there < 0)
            return there;
        all = all && there;
    }
    return all;
}

int work_plan_poster(struct part_work *w)
{
    const struct part_plan *pp = w->pp;
    struct output *o = work_add_output(w->pp, ".jpg", NULL);
    struct key k = key_begin("poster", POSTER_VERSION);
    key_int(&k, PROBE_VERSION); /* the grid and which way is up */
    const bool of_card = !json_is_object(w->video);
    if (of_card) {
        char drawn[33];
        work_still_key(drawn, w, 1);
        key_text(&k, drawn);
    } else {
        key_text(&k, json_get_string(pp->source->probe, "hash", ""));
        key_int(&k, pp->begin);
        key_int(&k, pp->end);
        key_text(&k, work_fields(w));
    }
    key_end(&k, o->key);
    const int there = work_look_up_output(w, o, "jpg");
    if (there != 0)
        return there < 0 ? there : 0;
    char name[32];
    struct job *job = work_add_job(w, "poster", o->key, 0.5);
    job->reads = !of_card;
    if (!job->spec)
        return 0;
    job->what = mem_printf("talk %s: poster", plan_part_name(name, pp->talk, pp->part->number));
    if (of_card) {
        AUTO_JSON *card = work_still_spec(w, 1);
        work_set_card(job, w, card);
        return 0;
    }
    work_set_recording(job, w->plan, pp->source);
    job_set(job, "begin", json_integer(pp->begin));
    job_set(job, "end", json_integer(pp->end));
    job_set(job, "fields", json_string(work_fields(w)));
    return 0;
}
