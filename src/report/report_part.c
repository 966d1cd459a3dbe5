#include "report_part.h"

#include <math.h>
#include <string.h>

#include "captions_source.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "reader.h"
#include "report_checks.h"
#include "report_work.h"
#include "sound_text.h"
#include "workdir.h"

enum { BLOCK_MS = 100 };

/* Seconds, or null for what is not known. */
static json_t *seconds(int64_t ms)
{
    return ms < 0 ? json_null() : json_real((double)ms / 1000);
}

static json_t *decibels(double db)
{
    return isfinite(db) ? json_real(round(db * 10) / 10) : json_null();
}

/* --- the sound, measured ---------------------------------------------------------------------- */

static void read_blocks(struct loudness *out, const struct source *s, const struct plan *plan)
{
    enum sound_use use = SOUND_BOTH;
    int pair;
    struct err damaged = {0}; /* a file that is damaged counts as one that is not there */
    AUTO_FREE char *path = workdir_path(plan->event->work, s->analysis_key, "bin");
    if (fs_exists(path))
        (void)!loudness_read(out, path, &damaged);
    if (sound_use_parse(&use, &pair, s->use))
        loudness_use(out, use);
}

static size_t block_at(const struct part_plan *pp, int64_t frame, size_t most)
{
    const int64_t at = frame_grid_ms_of(&pp->grid, frame) / BLOCK_MS;
    return at < 0 ? 0 : (size_t)at > most ? most : (size_t)at;
}

static void add_stretch(struct loudness *heard, const struct loudness *l,
                        const struct part_plan *pp, struct part_stretch stretch)
{
    const size_t begin = block_at(pp, stretch.begin, l->nb), end = block_at(pp, stretch.end, l->nb);
    for (size_t i = begin; i < end && heard->nb < l->nb; i++)
        heard->blocks[heard->nb++] = l->blocks[i];
}

void report_part_read(struct report_part *out, const struct part_plan *pp, const struct plan *plan)
{
    *out = (struct report_part){.lufs = -HUGE_VAL, .peak_dbtp = -HUGE_VAL};
    if (!pp->source || !pp->source->analysis || !pp->source->whole)
        return;
    read_blocks(&out->blocks, pp->source, plan);
    const struct loudness *l = &out->blocks;
    if (!l->nb || !pp->cut_known)
        return;
    struct loudness heard = {.blocks = mem_zalloc(l->nb, sizeof *l->blocks)};
    const struct part_clock clock = part_clock_of(pp);
    for (size_t i = 0; i <= clock.nb_drops; i++)
        add_stretch(&heard, l, pp, part_clock_stretch(&clock, i));
    out->lufs = loudness_integrated(&heard, 0, heard.nb);
    out->peak_dbtp = loudness_peak_db(&heard, 0, heard.nb);
    loudness_finish(&heard);
}

void report_part_finish(struct report_part *part)
{
    loudness_finish(&part->blocks);
}

/* --- what it is made from --------------------------------------------------------------------- */

static json_t *recording_of(const struct source *s)
{
    const json_t *video = json_object_get(s->probe, "video"),
                 *sums = json_object_get(s->probe, "sums");
    json_t *files = json_array();
    for (size_t i = 0; i < s->recording->nb_files; i++) {
        const char *sum = s->recording->nb_files == 1 ? json_get_string(s->probe, "hash", NULL)
                                                      : json_string_value(json_array_get(sums, i));
        json_array_append_new(files, json_pack("{s:o, s:o}", "file",
                                               json_text(s->recording->files[i].path), "sha256",
                                               json_text(sum && strlen(sum) == 64 ? sum : NULL)));
    }
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:I}", "name", json_text(s->name), "files",
                     files, "duration_s", seconds(json_get_int(s->probe, "duration_ms", -1)),
                     "width", (json_int_t)json_get_int(video, "width", 0), "height",
                     (json_int_t)json_get_int(video, "height", 0), "codec",
                     json_text(json_get_string(video, "codec", NULL)), "bytes",
                     (json_int_t)s->recording->size);
}

static json_t *match_of(const struct match *m)
{
    static const char *const states[] = {
        [MATCH_SURE] = "sure", [MATCH_UNCLEAR] = "unclear", [MATCH_NONE] = "none"};
    return json_pack("{s:s, s:f, s:f, s:b, s:o, s:o}", "state", states[m->state], "score", m->score,
                     "margin", m->margin, "by_hand", m->by_hand, "reason", json_text(m->reason),
                     "suspicion", json_text(m->suspicion));
}

static json_t *drops_of(const struct part_plan *pp)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_drops; i++)
        json_array_append_new(
            list, json_pack("[o, o]", seconds(frame_grid_ms_of(&pp->grid, pp->drops[i].begin)),
                            seconds(frame_grid_ms_of(&pp->grid, pp->drops[i].end))));
    return list;
}

static json_t *cut_of(const struct part_plan *pp)
{
    const struct frame_grid *g = &pp->grid;
    return json_pack("{s:o, s:i, s:o, s:o, s:o, s:I, s:I, s:s, s:b}", "drops_s", drops_of(pp),
                     "sound_offset_ms", pp->sound_offset_ms, "in_s",
                     seconds(frame_grid_ms_of(g, pp->begin)), "out_s",
                     seconds(frame_grid_ms_of(g, pp->end)), "fps", json_real(av_q2d(g->fps)),
                     "in_frame", (json_int_t)pp->begin, "out_frame", (json_int_t)pp->end, "by",
                     pp->cut_by_hand    ? "hand"
                     : pp->cut_proposed ? "proposed"
                                        : "talkpress",
                     "whole", pp->begin == pp->whole_begin && pp->end == pp->whole_end);
}

/* --- what is heard ---------------------------------------------------------------------------- */

/* The result of a published file with sound; NULL: none is made. */
static const json_t *heard(const struct part_plan *pp)
{
    for (size_t i = 0; i < pp->nb_outputs; i++)
        if (pp->outputs[i].kind == OUTPUT_RENDITION && pp->outputs[i].result)
            return pp->outputs[i].result;
    return NULL;
}

static json_t *number_of(const json_t *result, const char *name)
{
    const json_t *value = json_object_get(result, name);
    return json_is_number(value) ? decibels(json_number_value(value)) : json_null();
}

static json_t *sound_of(const struct report_part *part, const struct part_plan *pp,
                        const struct report_making *m)
{
    const struct source *s = pp->source;
    const double target_lufs = m->plan->event->settings.target_lufs;
    const json_t *after = m->wish->checked_only ? NULL : heard(pp);
    AUTO_FREE char *remarks = sound_remarks(s, target_lufs), *fault = sound_fault(s, target_lufs),
                   *channels = sound_channels(s);
    return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "stream",
                     s->audio_stream >= 0 ? json_integer(s->audio_stream) : json_null(), "use",
                     s->use, "before_lufs", decibels(part->lufs), "before_dbtp",
                     decibels(part->peak_dbtp), "loudness_lufs", number_of(after, "loudness_lufs"),
                     "peak_dbtp", number_of(after, "peak_dbtp"), "gain_db",
                     number_of(after, "gain_db"), "channels", json_text(channels), "remarks",
                     json_text(remarks), "fault", json_text(fault));
}

/* --- what it becomes -------------------------------------------------------------------------- */

char *report_file_name(const struct part_plan *pp, const struct output *o)
{
    AUTO_FREE char *base = talk_file_name(pp->talk, pp->part->number);
    return mem_printf("%s%s", base, o->suffix);
}

bool report_is_published(const struct report_making *m, const char *name, const char *key)
{
    return strcmp(json_get_string(m->published, name, ""), key) == 0;
}

static json_t *file_of(const struct part_plan *pp, const struct output *o,
                       const struct report_making *m)
{
    static const char *const kinds[] = {[OUTPUT_RENDITION] = "video",
                                        [OUTPUT_POSTER] = "poster",
                                        [OUTPUT_CAPTIONS] = "captions",
                                        [OUTPUT_STORYBOARD] = "storyboard"};
    AUTO_FREE char *name = report_file_name(pp, o);
    const int64_t bytes = json_get_int(o->result, "bytes", 0),
                  ms = json_get_int(o->result, "duration_ms", 0);
    json_t *f =
        json_pack("{s:s, s:s, s:b, s:b}", "file", name, "kind",
                  o->kind == OUTPUT_RENDITION && !o->width ? "sound" : kinds[o->kind], "made",
                  o->result != NULL, "published", report_is_published(m, name, o->key));
    static const char *const same[] = {"bytes", "codecs", "sha256"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        json_object_set(f, same[i], json_object_get(o->result, same[i]));
    if (ms) {
        json_object_set_new(f, "duration_s", seconds(ms));
        json_object_set_new(f, "bits_per_s", json_integer(bytes * 8000 / ms));
    }
    if (o->rendition)
        json_object_set_new(f, "rendition", json_text(o->rendition->name));
    if (o->width) {
        json_object_set_new(f, "width", json_integer(o->width));
        json_object_set_new(f, "height", json_integer(o->height));
    }
    return f;
}

static json_t *files_of(const struct part_plan *pp, const struct report_making *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_outputs; i++)
        json_array_append_new(list, file_of(pp, &pp->outputs[i], m));
    return list;
}

/* --- all of it -------------------------------------------------------------------------------- */

static char *cause_of(const struct part_plan *pp)
{
    AUTO_FREE char *left_out = part_captions_left_out(pp);
    if (!left_out)
        return mem_strdup(pp->cause);
    return mem_printf("%s%s%s", pp->cause, *pp->cause ? "; " : "", left_out);
}

static json_t *names(char **texts, size_t nb)
{
    json_t *list = json_array();
    for (size_t i = 0; i < nb; i++)
        json_array_append_new(list, json_text(texts[i]));
    return list;
}

static json_t *head_of(const struct part_plan *pp)
{
    const struct talk *t = pp->talk;
    char name[32];
    return json_pack("{s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "talk", t->number, "part",
                     pp->part->number, "name", plan_part_name(name, t, pp->part->number), "title",
                     json_text(t->title), "speakers", names(t->speakers, t->nb_speakers), "section",
                     json_text(t->section), "room", json_text(t->room), "start",
                     json_text(t->start), "language", json_text(t->language));
}

static void add_lengths(json_t *out, const struct part_plan *pp)
{
    const int64_t listed_ms = (int64_t)pp->part->listed_s * 1000;
    const bool off = listed_ms && pp->measured_ms >= 0;
    json_object_set_new(out, "listed_s", listed_ms ? seconds(listed_ms) : json_null());
    json_object_set_new(out, "slot_s",
                        pp->part->slot_s ? json_integer(pp->part->slot_s) : json_null());
    json_object_set_new(out, "measured_s", seconds(pp->measured_ms));
    json_object_set_new(
        out, "difference_s",
        off ? json_real((double)(pp->measured_ms - pp->lead_in_ms - listed_ms) / 1000)
            : json_null());
    if (pp->lead_in_ms)
        json_object_set_new(out, "lead_in_s", seconds(pp->lead_in_ms));
}

static void add_checks(json_t *out, const struct report_part *part, const struct part_plan *pp,
                       const struct report_making *m)
{
    struct verify_facts facts = {.silence_head_ms = -1};
    const bool probed = pp->source && pp->source->probe && pp->source->whole;
    if (probed)
        part_media_facts(&facts, pp);
    const struct report_look look = {.part = part,
                                     .pp = pp,
                                     .plan = m->plan,
                                     .making = m,
                                     .facts = probed ? &facts : NULL,
                                     .checked_only = m->wish->checked_only};
    json_object_set_new(out, "checks", report_checks_run(&look));
}

json_t *report_part_describe(const struct report_part *part, const struct part_plan *pp,
                             const struct report_making *m)
{
    AUTO_FREE char *cause = cause_of(pp);
    json_t *out = head_of(pp);
    add_lengths(out, pp);
    json_object_set_new(out, "verdict", json_string(verdict_name(pp->verdict)));
    json_object_set_new(out, "cause", json_text(*cause ? cause : NULL));
    json_object_set_new(out, "accepted_because",
                        json_text(pp->accepted ? pp->acceptance.because : NULL));
    if (!m->wish->checked_only)
        json_object_set_new(out, "state", json_string(part_state_name(pp->state)));
    json_object_set_new(out, "needs_person", json_boolean(report_part_needs_person(pp, m)));
    json_object_set_new(out, "failure", json_text(report_failure(pp, m)));
    json_object_set_new(out, "recording", pp->source ? recording_of(pp->source) : json_null());
    json_object_set_new(out, "match", pp->match ? match_of(pp->match) : json_null());
    json_object_set_new(out, "cut", pp->cut_known ? cut_of(pp) : json_null());
    json_object_set_new(out, "sound",
                        pp->source && pp->source->analysis ? sound_of(part, pp, m) : json_null());
    json_object_set_new(out, "files", m->wish->checked_only ? json_array() : files_of(pp, m));
    json_object_set_new(out, "decisions", report_decisions(pp, m));
    json_object_set_new(out, "to_do", report_to_do(pp, m));
    add_checks(out, part, pp, m);
    return out;
}
