/* Jobs that assemble finished files, and jobs that make posters. */
#include <string.h>

#include "captions_source.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part_chapters.h"
#include "part_work.h"
#include "reader.h"
#include "results.h"
#include "store.h"

/* --- tags ------------------------------------------------------------------------------------ */

/* The spoken language: as the user set it for the talk, else from the settings, else from the
 * recording's sound stream, or NULL. */
static const char *language(struct job_spec *spec, const struct part_plan *pp,
                            const struct plan *plan)
{
    char buf[LANGUAGE_BYTES];
    const char *chosen = plan_language(plan, pp->talk->number);
    if (chosen)
        return job_spec_own(spec, mem_strdup(language_long(buf, chosen)));
    if (plan->event->settings.language)
        return plan->event->settings.language;
    const json_t *streams = json_object_get(pp->source->probe, "streams");
    const size_t audio = (size_t)pp->source->audio_stream;
    const char *said = json_get_string(json_array_get(streams, audio), "language", NULL);
    return said && strcmp(said, "und") != 0 ? said : NULL;
}

/* The comment: from the settings, else the talk's abstract, else section, event and place. */
static char *comment(const struct part_plan *pp, const struct plan *plan)
{
    const struct talk *t = pp->talk;
    const struct programme *p = &plan->programme;
    const char *own = plan->event->settings.comment;
    if (own || t->abstract)
        return mem_strdup(own ? own : t->abstract);
    return mem_printf("%s%s%s%s%s", t->section ? t->section : "", t->section ? ", " : "",
                      p->name ? p->name : "", p->place ? ", " : "", p->place ? p->place : "");
}

/* New strings are in the spec's pool. */
static struct job_tags tags_of(struct job_spec *spec, const struct part_plan *pp,
                               const struct plan *plan)
{
    const struct talk *t = pp->talk;
    const char *speakers = job_spec_own(spec, talk_speakers(t));
    char *title = t->nb_parts > 1
                      ? mem_printf("%s (part %d of %zu)", t->title, pp->part->number, t->nb_parts)
                      : mem_strdup(t->title);
    return (struct job_tags){.title = job_spec_own(spec, title),
                             .artist = *speakers ? speakers : NULL,
                             .album = plan->programme.name,
                             .track = job_spec_own(spec, mem_printf("%d", t->number)),
                             .date = plan->programme.begin,
                             .comment = job_spec_own(spec, comment(pp, plan)),
                             .language = language(spec, pp, plan)};
}

/* --- keys ------------------------------------------------------------------------------------ */

/* The language of captions i as an ISO 639-2/T code, in buf, or NULL. */
static const char *track_language(char buf[LANGUAGE_BYTES], const struct part_plan *pp, size_t i)
{
    return language_long(buf, pp->captions[i].language);
}

/* NULL: the file has no captions. */
static json_t *list_captions(const struct part_plan *pp, const struct piecework *work)
{
    if (!part_carries_captions(pp, work))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < pp->work->nb_captions; i++) {
        char buf[LANGUAGE_BYTES];
        json_array_append_new(list, json_pack("{s:s, s:o}", "key", pp->work->captions[i],
                                              "language", json_text(track_language(buf, pp, i))));
    }
    return list;
}

static int key_frame_s(const struct piecework *work)
{
    return (int)json_get_int(work->rendition->video, "key_frame_s", 0);
}

static void assembly_key(char out[KEY_BYTES], const struct part_plan *pp,
                         const struct piecework *work, const char *tags_key)
{
    AUTO_JSON *captions = list_captions(pp, work);
    AUTO_JSON *chapters = pp->chapters.nb ? part_chapters_json(pp, 0) : NULL;
    const struct keys_assembly of = {.container = work->rendition->container,
                                     .card = work->card_key,
                                     .cells = work->cells_key,
                                     .sound = work->sound_key,
                                     .tags = tags_key,
                                     .fps = pp->grid.fps,
                                     .width = work->width,
                                     .height = work->height,
                                     .key_frame_s = key_frame_s(work),
                                     .card_frames = pp->work->card_frames,
                                     .talk_title = pp->talk->title,
                                     .captions = captions,
                                     .chapters = chapters};
    keys_assembly(out, &of);
}

void part_output_key(char out[KEY_BYTES], const struct piecework *work, const struct part_plan *pp,
                     const struct plan *plan)
{
    AUTO_JOB_SPEC spec = {0};
    const struct job_tags tags = tags_of(&spec, pp, plan);
    char tags_key[KEY_BYTES];
    keys_tags(tags_key, &tags, pp->talk->number);
    assembly_key(out, pp, work, tags_key);
}

/* --- planning -------------------------------------------------------------------------------- */

int plan_outputs(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    AUTO_JOB_SPEC spec = {0};
    const struct job_tags tags = tags_of(&spec, pp, plan);
    char tags_key[KEY_BYTES];
    bool all = true;
    keys_tags(tags_key, &tags, pp->talk->number);
    for (size_t i = 0; i < pp->work->nb_works; i++) {
        const struct piecework *work = &pp->work->works[i];
        struct output *o = part_add_output(pp, OUTPUT_RENDITION, work->rendition->suffix);
        o->rendition = work->rendition;
        o->width = work->width;
        o->height = work->height;
        assembly_key(o->key, pp, work, tags_key);
        const int there =
            part_look_up_output(pp, plan, o, STAGE_ASSEMBLE, work->rendition->container, err);
        if (there < 0)
            return there;
        all = all && there;
    }
    return all;
}

/* The first outputs of a part are those of its renditions, in the renditions' order. */
void plan_assemblies(struct part_plan *pp)
{
    const double cost = 0.2 + 0.0005 * (double)pp->nb_frames;
    for (size_t i = 0; i < pp->work->nb_works; i++) {
        if (pp->outputs[i].result)
            continue;
        if (!pp->work->works[i].ready) {
            pp->cost_later += cost;
            continue;
        }
        struct job *job = part_add_job(pp, STAGE_ASSEMBLE, pp->outputs[i].key, cost);
        job->renditions = mem_zalloc(1, sizeof *job->renditions);
        job->renditions[0] = i;
        job->nb_renditions = 1;
    }
}

/* It is valid only for the recording that the user chose it in, and within the part. */
static int look_up_poster(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    struct chosen_poster chosen;
    bool found;
    if (store_chosen_poster(&chosen, &found, plan->event->store, pp->talk->number, pp->part->number,
                            err) < 0)
        return err->code;
    const struct part_clock clock = part_clock_of(pp);
    const bool valid = found && part_clock_has(&clock, chosen.frame) &&
                       strcmp(chosen.recording, pp->source->recording->fingerprint) == 0;
    pp->poster_frame = valid ? chosen.frame : -1;
    return 0;
}

/* The frames that the poster is chosen from. */
static struct job_range poster_range(const struct part_plan *pp)
{
    if (pp->poster_frame < 0)
        return part_range(pp);
    return (struct job_range){.begin = pp->poster_frame,
                              .end = pp->poster_frame + 1,
                              .card_frames = pp->work->card_frames};
}

int plan_poster(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    struct output *o = part_add_output(pp, OUTPUT_POSTER, ".jpg");
    const bool of_card = !part_has_picture(pp);
    if (!of_card && look_up_poster(pp, plan, err) < 0)
        return err->code;
    if (of_card) {
        char drawn[KEY_BYTES];
        part_still_key(drawn, pp, plan, 1);
        keys_poster_of_card(o->key, drawn);
    } else {
        const struct job_range range = poster_range(pp);
        keys_poster(o->key, json_get_string(pp->source->probe, "hash", ""), &range,
                    part_fields(pp));
    }
    const int there = part_look_up_output(pp, plan, o, STAGE_POSTER, "jpg", err);
    if (there != 0)
        return there < 0 ? there : 0;
    part_add_job(pp, STAGE_POSTER, o->key, 0.5)->reads = !of_card;
    return 0;
}

int spec_poster(struct job_spec *out, const struct part_plan *pp, const struct plan *plan,
                struct err *err)
{
    if (!part_has_picture(pp)) {
        spec_still_card(out, pp, plan, 1);
        return 0;
    }
    out->range = poster_range(pp);
    out->cell.fields = part_fields(pp);
    return spec_recording(out, plan, pp->source, err);
}

/* --- the spec of an assembly ----------------------------------------------------------------- */

/* The sum of the pieces' results, so that the worker does not need the store. */
struct pieces {
    int64_t nb_damaged, first_ms;
    const char *what;
    const json_t *remark;
};

static void add_damage(struct pieces *sum, const json_t *d)
{
    const int64_t nb = json_get_int(d, "nb", 0), first_ms = json_get_int(d, "first_ms", 0);
    if (nb && (!sum->nb_damaged || first_ms < sum->first_ms)) {
        sum->first_ms = first_ms;
        sum->what = json_get_string(d, "what", "damaged");
    }
    sum->nb_damaged += nb;
}

/* Returns 0, 1 if there is no valid result, or a negative code. */
static int read_piece(const json_t **out, struct job_spec *spec, struct pieces *sum,
                      enum stage stage, const char *key, const struct plan *plan, struct err *err)
{
    json_t *result = NULL;
    if (plan_find_result(&result, plan->event, stage, key, err) < 0)
        return err->code;
    if (!result) {
        plan_note_damaged(plan->event, key);
        return 1;
    }
    *out = job_spec_own_json(spec, result);
    add_damage(sum, json_object_get(result, "damage"));
    const json_t *remark = json_object_get(result, "remark");
    sum->remark = remark ? remark : sum->remark;
    return 0;
}

/* A seam that an earlier job decoded is not decoded again; the file is the same. The hashes of both
 * segments must be those of that job, because a segment may have been made again since. */
static int look_up_seam(struct job_segment *before, const struct job_segment *after,
                        struct job_spec *spec, const struct plan *plan, struct err *err)
{
    json_t *known = NULL;
    keys_seam(before->seam_key, before->key, after->key);
    before->seam_before = json_get_string(before->result, "hash", "");
    before->seam_after = json_get_string(after->result, "hash", "");
    if (store_result(&known, plan->event->store, before->seam_key, err) < 0)
        return err->code;
    job_spec_own_json(spec, known);
    before->seam_known = strcmp(json_get_string(known, "before", ""), before->seam_before) == 0 &&
                         strcmp(json_get_string(known, "after", ""), before->seam_after) == 0 &&
                         known;
    return 0;
}

static int fill_segments(struct job_spec *out, struct pieces *sum, const struct piecework *work,
                         const struct part_plan *pp, const struct plan *plan, struct err *err)
{
    struct job_assembly *a = &out->assembly;
    a->nb_segments = pp->work->nb_cells + 1;
    a->segments = mem_zalloc(a->nb_segments, sizeof *a->segments);
    memcpy(a->segments[0].key, work->card_key, KEY_BYTES);
    for (size_t c = 0; c < pp->work->nb_cells; c++)
        part_cell_key(a->segments[c + 1].key, work, pp, plan, &pp->work->cells[c]);
    for (size_t i = 0; i < a->nb_segments; i++) {
        const enum stage stage = i && part_has_picture(pp) ? STAGE_CELL : STAGE_CARD;
        struct job_segment *g = &a->segments[i];
        const int ret = read_piece(&g->result, out, sum, stage, g->key, plan, err);
        if (ret != 0)
            return ret;
    }
    for (size_t i = 0; i + 1 < a->nb_segments; i++)
        if (look_up_seam(&a->segments[i], &a->segments[i + 1], out, plan, err) < 0)
            return err->code;
    return 0;
}

static int fill_captions(struct job_spec *out, struct pieces *sum, const struct piecework *work,
                         const struct part_plan *pp, const struct plan *plan, struct err *err)
{
    struct job_assembly *a = &out->assembly;
    if (!part_carries_captions(pp, work))
        return 0;
    a->nb_captions = pp->work->nb_captions;
    a->captions = mem_zalloc(a->nb_captions, sizeof *a->captions);
    for (size_t i = 0; i < a->nb_captions; i++) {
        struct job_captions_track *t = &a->captions[i];
        char buf[LANGUAGE_BYTES];
        memcpy(t->key, pp->work->captions[i], KEY_BYTES);
        t->language = job_spec_own(out, mem_strdup(track_language(buf, pp, i)));
        const int ret = read_piece(&t->result, out, sum, STAGE_CAPTIONS, t->key, plan, err);
        if (ret != 0)
            return ret;
    }
    return 0;
}

static void fill_chapters(struct job_assembly *a, const struct part_plan *pp)
{
    a->nb_chapters = pp->chapters.nb;
    a->chapters = mem_zalloc(a->nb_chapters + 1, sizeof *a->chapters);
    for (size_t i = 0; i < a->nb_chapters; i++)
        a->chapters[i] =
            (struct job_chapter){pp->chapters.list[i].at_ms, pp->chapters.list[i].title};
}

int spec_assembly(struct job_spec *out, const struct job *job, const struct part_plan *pp,
                  const struct plan *plan, struct err *err)
{
    const struct piecework *work = &pp->work->works[job->renditions[0]];
    struct pieces sum = {0};
    out->assembly = (struct job_assembly){.container = work->rendition->container,
                                          .tags = tags_of(out, pp, plan),
                                          .fps = pp->grid.fps,
                                          .width = work->width,
                                          .height = work->height,
                                          .key_frame_s = key_frame_s(work),
                                          .card_frames = pp->work->card_frames,
                                          .talk_title = pp->talk->title};
    struct job_assembly *a = &out->assembly;
    memcpy(a->sound_key, work->sound_key, KEY_BYTES);
    fill_chapters(a, pp);
    int ret = work->rendition->video ? fill_segments(out, &sum, work, pp, plan, err) : 0;
    if (ret == 0)
        ret = read_piece(&a->sound, out, &sum, STAGE_SOUND, a->sound_key, plan, err);
    if (ret == 0)
        ret = fill_captions(out, &sum, work, pp, plan, err);
    if (ret != 0)
        return ret;
    a->remark = sum.remark;
    if (sum.nb_damaged)
        a->damage = job_spec_own_json(out, json_pack("{s:I, s:I, s:s}", "nb",
                                                     (json_int_t)sum.nb_damaged, "first_ms",
                                                     (json_int_t)sum.first_ms, "what", sum.what));
    return 0;
}
