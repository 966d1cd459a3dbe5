/* The answer "part": all that the page shows of one part beside its recording. */
#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "event.h"
#include "journal.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "part_chapters.h"
#include "plan.h"
#include "reader.h"
#include "review_link.h"
#include "service.h"
#include "sound_text.h"
#include "store.h"
#include "str.h"
#include "why.h"

enum { MOST_CANDIDATES = 8, OF_PART = 50 /* decisions */ };

/* Returns false after answering that there is no such part. */
static bool find_part(struct part_plan *out, struct answer *answer, const struct service *s,
                      int talk, int part)
{
    struct err err = {0};
    const struct talk *t = programme_find(&s->plan->programme, talk);
    const struct part *p = t ? talk_part(t, part) : NULL;
    if (!p) {
        answer_error(answer, STATUS_NOT_FOUND, "there is no talk %d with a part %d", talk, part);
        return false;
    }
    if (plan_part(out, s->plan, t, p, &err) == 0)
        return true;
    answer_err(answer, &err);
    return false;
}

/* --- members ---------------------------------------------------------------------------------- */

static json_t *grid_json(const struct frame_grid *g)
{
    return g->nb_frames ? json_pack("{s:[i, i], s:I}", "fps", g->fps.num, g->fps.den, "frames",
                                    (json_int_t)g->nb_frames)
                        : json_null();
}

json_t *drops_json(const struct part_plan *pp)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_drops; i++)
        json_array_append_new(list, json_pack("[I, I]", (json_int_t)pp->drops[i].begin,
                                              (json_int_t)pp->drops[i].end));
    return list;
}

static json_t *cut_json(const struct part_plan *pp)
{
    if (!pp->cut_known && !pp->cut_proposed)
        return json_null();
    return json_pack("{s:I, s:I, s:o, s:s, s:i, s:o}", "in", (json_int_t)pp->begin, "out",
                     (json_int_t)pp->end, "drops", drops_json(pp), "by",
                     pp->cut_by_hand    ? "hand"
                     : pp->cut_proposed ? "proposed"
                                        : "talkpress",
                     "sound_offset_ms", pp->sound_offset_ms, "why",
                     json_text(pp->room_cut ? pp->room_cut->why : NULL));
}

static const char *const match_states[] = {
    [MATCH_SURE] = "sure", [MATCH_UNCLEAR] = "unclear", [MATCH_NONE] = "none"};

static json_t *match_json(const struct match *m)
{
    if (!m)
        return json_null();
    return json_pack("{s:s, s:f, s:f, s:o, s:o, s:b}", "state", match_states[m->state], "score",
                     m->score, "margin", m->margin, "reason", json_text(m->reason), "suspicion",
                     json_text(m->suspicion), "by_hand", m->by_hand);
}

static json_t *candidates_json(const struct part_plan *pp, const struct plan *plan)
{
    struct match_candidate list[MOST_CANDIDATES];
    const int part = pp->match ? pp->match->part : pp->part->number;
    const size_t nb = plan_candidates(list, MOST_CANDIDATES, plan, pp->talk, part);
    json_t *all = json_array();
    for (size_t i = 0; i < nb; i++) {
        const struct source *s = &plan->sources[list[i].recording];
        json_array_append_new(all, json_pack("{s:s, s:o, s:f, s:I}", "id",
                                             s->recording->fingerprint, "name", json_text(s->name),
                                             "score", list[i].score, "duration_ms",
                                             (json_int_t)json_get_int(s->probe, "duration_ms", 0)));
    }
    return all;
}

static const json_t *measured_of(const struct source *s, int stream)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(s->analysis, "streams"), i, m) {
        if (json_get_int(m, "stream", -1) == stream)
            return m;
    }
    return stream == s->audio_stream ? s->analysis : NULL;
}

static json_t *streams_json(const struct source *s)
{
    json_t *list = json_array(), *stream;
    size_t i;
    json_array_foreach(json_object_get(s->probe, "streams"), i, stream) {
        const int index = (int)json_get_int(stream, "index", (int64_t)i);
        if (strcmp(json_get_string(stream, "type", ""), "audio") != 0)
            continue;
        const json_t *lufs = json_object_get(measured_of(s, index), "loudness_lufs");
        json_array_append_new(list,
                              json_pack("{s:i, s:s, s:I, s:o, s:O?}", "stream", index, "codec",
                                        json_get_string(stream, "codec", "?"), "channels",
                                        (json_int_t)json_get_int(stream, "channels", 0), "language",
                                        json_text(json_get_string(stream, "language", NULL)),
                                        "loudness_lufs", json_is_number(lufs) ? lufs : NULL));
    }
    return list;
}

/* The ways to use the stream's channels: "both", "left" …; of more than two, also "1", "2", "1+2".
 */
static json_t *choices_json(const struct source *s)
{
    json_t *list = json_array();
    const json_t *stream =
        json_array_get(json_object_get(s->probe, "streams"), (size_t)s->audio_stream);
    const int nb = (int)json_get_int(stream, "channels", 0);
    char text[SOUND_USE_BYTES];
    for (int use = 0; stream && use < SOUND_NB_USES && nb <= 2; use++)
        json_array_append_new(list, json_string(sound_use_format(text, (enum sound_use)use, 0)));
    if (nb > 2)
        json_array_append_new(list, json_string(sound_use_format(text, SOUND_BOTH, 0)));
    for (int pair = 1; nb > 2 && 2 * pair <= nb && 2 * pair <= SOUND_MAX_CHANNELS; pair++)
        for (int use = 0; use < SOUND_NB_USES; use++)
            json_array_append_new(list,
                                  json_string(sound_use_format(text, (enum sound_use)use, pair)));
    return list;
}

static json_t *sound_json(const struct part_plan *pp, const struct plan *plan)
{
    const struct source *s = pp->source;
    if (!s || !s->probe)
        return json_null();
    const double target_lufs = plan->event->settings.target_lufs;
    AUTO_FREE char *fault = sound_fault(s, target_lufs), *remarks = sound_remarks(s, target_lufs);
    return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:b}", "stream",
                     s->audio_stream >= 0 ? json_integer(s->audio_stream) : json_null(), "use",
                     s->use, "streams", streams_json(s), "choices", choices_json(s), "fault",
                     json_text(fault), "remarks", json_text(remarks), "by_hand",
                     s->chosen.stream >= 0 || s->chosen.use[0]);
}

static int add_chapters(json_t *all, const struct part_plan *pp, const struct plan *plan,
                        struct err *err)
{
    AUTO_PART_CHAPTERS chapters = {0};
    json_t *list = json_array();
    if (pp->source && pp->grid.nb_frames && part_chapters_read(&chapters, pp, plan, err) < 0) {
        json_decref(list);
        return err->code;
    }
    for (size_t i = 0; i < chapters.list.nb; i++)
        json_array_append_new(list, json_pack("{s:I, s:o}", "at_ms",
                                              (json_int_t)chapters.list.list[i].at_ms, "title",
                                              json_text(chapters.list.list[i].title)));
    json_object_set_new(all, "chapters", list);
    json_object_set_new(all, "chapters_typed", json_boolean(chapters.typed));
    return 0;
}

static int add_captions(json_t *all, const struct part_plan *pp, const struct plan *plan,
                        struct err *err)
{
    struct caption_source *list = NULL;
    size_t nb = 0;
    json_t *captions = json_array();
    json_object_set_new(all, "captions", captions);
    if (!pp->source || !pp->source->probe)
        return 0;
    if (captions_of_part(&list, &nb, pp->source, plan, pp->talk->number, pp->part->number, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *from = captions_describe(&list[i]);
        json_array_append_new(captions, json_pack("{s:i, s:s, s:o, s:b}", "n", (int)i, "language",
                                                  list[i].language, "from", json_text(from),
                                                  "corrected", list[i].text != NULL));
    }
    captions_list_free(&list, &nb);
    return 0;
}

int add_decisions(json_t *all, const struct plan *plan, int talk, int part, size_t most,
                  struct err *err)
{
    struct journal_entry *list = NULL;
    size_t nb = 0;
    json_t *decisions = json_array();
    json_object_set_new(all, "decisions", decisions);
    if (journal_read(&list, &nb, plan, talk, part, most, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++) {
        const struct journal_entry *e = &list[i];
        json_array_append_new(decisions,
                              json_pack("{s:I, s:s, s:s, s:s, s:i, s:i, s:o, s:b}", "id",
                                        (json_int_t)e->id, "at", e->at, "through", e->through,
                                        "kind", e->kind, "talk", e->talk, "part", e->part, "text",
                                        json_text(e->text), "can_undo", e->can_undo));
    }
    journal_free(list, nb);
    return 0;
}

/* The one that the user set, else the programme's. */
static json_t *language_json(const struct part_plan *pp, const struct plan *plan)
{
    const char *set = plan_language(plan, pp->talk->number);
    return json_text(set ? set : pp->talk->language);
}

static json_t *acceptance_json(const struct part_plan *pp)
{
    return pp->accepted ? json_pack("{s:o, s:s}", "because", json_text(pp->acceptance.because),
                                    "at", pp->acceptance.at)
                        : json_null();
}

static json_t *outputs_json(const struct part_plan *pp)
{
    json_t *list = json_array();
    AUTO_FREE char *base = talk_file_name(pp->talk, pp->part->number);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        AUTO_FREE char *name = mem_printf("%s%s", base, pp->outputs[i].suffix);
        json_array_append_new(list, json_pack("{s:o, s:s}", "file", json_text(name), "state",
                                              pp->outputs[i].result ? "made" : "to do"));
    }
    return list;
}

/* What would be made, as 'talkpress why' prints it. */
static json_t *todo_json(struct part_plan *pp, const struct plan *plan)
{
    AUTO_AGAIN again = {0};
    again_add(&again, pp, plan);
    return lines_json(again.lines.s);
}

json_t *lines_json(const char *text)
{
    json_t *list = json_array();
    for (const char *line = text ? text : ""; *line;) {
        const size_t nb = strcspn(line, "\n");
        json_array_append_new(list, json_stringn(line, nb));
        line += nb + (line[nb] == '\n');
    }
    return list;
}

/* --- all -------------------------------------------------------------------------------------- */

static void add_members(json_t *all, struct part_plan *pp, const struct plan *plan)
{
    json_object_set_new(all, "abstract", json_text(pp->talk->abstract));
    json_object_set_new(all, "grid", grid_json(&pp->grid));
    json_object_set_new(all, "cut", cut_json(pp));
    json_object_set_new(all, "whole",
                        pp->grid.nb_frames ? json_pack("[I, I]", (json_int_t)pp->whole_begin,
                                                       (json_int_t)pp->whole_end)
                                           : json_null());
    json_object_set_new(all, "match", match_json(pp->match));
    json_object_set_new(all, "candidates", candidates_json(pp, plan));
    json_object_set_new(all, "sound", sound_json(pp, plan));
    json_object_set_new(all, "poster",
                        pp->poster_frame >= 0 ? json_integer(pp->poster_frame) : json_null());
    json_object_set_new(all, "language", language_json(pp, plan));
    json_object_set_new(all, "acceptance", acceptance_json(pp));
    json_object_set_new(all, "todo", todo_json(pp, plan));
    json_object_set_new(all, "outputs", outputs_json(pp));
}

void answer_part(struct answer *out, struct service *s, const struct link_request *request)
{
    struct err err = {0};
    AUTO_PART_PLAN pp = {0};
    AUTO_PART_FAILURES failures = {0};
    if (!find_part(&pp, out, s, request->talk, request->part))
        return;
    if (part_failures_read(&failures, s->event->store, &err) < 0) {
        answer_err(out, &err);
        return;
    }
    AUTO_JSON *all = NULL;
    if (row_json(&all, &pp, s->plan, part_failures_find(&failures, &pp), &err) == 0)
        add_members(all, &pp, s->plan);
    if (err.code || add_chapters(all, &pp, s->plan, &err) < 0 ||
        add_captions(all, &pp, s->plan, &err) < 0 ||
        add_decisions(all, s->plan, request->talk, request->part, OF_PART, &err) < 0)
        answer_err(out, &err);
    else
        answer_json(out, json_incref(all));
}
