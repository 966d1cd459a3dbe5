/* The answers "queue" and "recording". */
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "preview.h"
#include "review_link.h"
#include "service.h"
#include "str.h"
#include "timeline.h"
#include "waveform.h"

/* Its index, or -1 after answering that there is none. */
static int find_recording(struct answer *answer, const struct service *s, const char *fingerprint)
{
    for (size_t i = 0; i < s->plan->nb_recordings; i++)
        if (strcmp(s->plan->recordings[i].fingerprint, fingerprint) == 0)
            return (int)i;
    answer_error(answer, STATUS_NOT_FOUND, "there is no such recording in the event");
    return -1;
}

void answer_queue(struct answer *out, struct service *s)
{
    struct str text = {0};
    rows_queue(&text, &s->rows, s->plan);
    answer_text(out, &text, "application/json");
}

/* --- a recording -------------------------------------------------------------------------------
 */

/* The parts that are in the recording, or may be. */
static int add_parts(json_t *all, const struct service *s, int recording, struct err *err)
{
    json_t *list = json_array();
    json_object_set_new(all, "parts", list);
    const struct plan *plan = s->plan;
    for (size_t i = 0; i < plan->programme.nb_talks; i++) {
        const struct talk *t = &plan->programme.talks[i];
        for (size_t k = 0; k < t->nb_parts && !t->gone; k++) {
            char name[32];
            AUTO_PART_PLAN pp = {0};
            const struct match *m = plan_match(plan, t, t->parts[k].number);
            if (!m || m->recording != recording)
                continue;
            if (plan_part(&pp, plan, t, &t->parts[k], err) < 0)
                return err->code;
            const bool cut = pp.cut_known || pp.cut_proposed;
            json_array_append_new(
                list, json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o}", "name",
                                plan_part_name(name, t, t->parts[k].number), "talk", t->number,
                                "part", t->parts[k].number, "title", json_text(t->title), "in",
                                cut ? json_integer(pp.begin) : json_null(), "out",
                                cut ? json_integer(pp.end) : json_null(), "drops", drops_json(&pp),
                                "listed_ms",
                                t->parts[k].listed_s ? json_integer(1000LL * t->parts[k].listed_s)
                                                     : json_null()));
        }
    }
    return 0;
}

static json_t *slots_json(const struct service *s, const struct source *source)
{
    json_t *list = json_array();
    for (size_t i = 0; i < source->sharing.nb_talks; i++) {
        char name[32];
        const struct shared_talk *in = &source->sharing.talks[i];
        const struct match *m = &s->plan->matches.rows[in->row];
        const struct talk *t = programme_find(&s->plan->programme, m->talk);
        const int slot_s = t ? (t->parts[0].slot_s ? t->parts[0].slot_s : talk_listed_s(t)) : 0;
        if (!t || source->sharing.clock == SHARED_NO_CLOCK || !slot_s)
            continue;
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:I, s:I}", "name",
                                        plan_part_name(name, t, m->part ? m->part : 1), "title",
                                        json_text(t->title), "begin_ms", (json_int_t)in->start_ms,
                                        "end_ms", (json_int_t)in->start_ms + 1000LL * slot_s));
    }
    return list;
}

static json_t *files_json(const struct source *source)
{
    json_t *list = json_array();
    const json_t *begins = json_object_get(json_object_get(source->probe, "join"), "begin_ms");
    for (size_t i = 0; i < source->recording->nb_files; i++) {
        const char *path = source->recording->files[i].path, *slash = strrchr(path, '/');
        json_array_append_new(
            list, json_pack("{s:o, s:I}", "name", json_text(slash ? slash + 1 : path), "begin_ms",
                            (json_int_t)json_integer_value(json_array_get(begins, i))));
    }
    return list;
}

/* "2010-04-28 09:02:00" with a T. */
static json_t *start_json(const struct source *source)
{
    AUTO_FREE char *text = mem_strdup(source->sharing.began);
    char *space = text ? strchr(text, ' ') : NULL;
    if (space)
        *space = 'T';
    return json_text(text);
}

static json_t *facts_json(const struct service *s, const struct source *source)
{
    const json_t *probe = source->probe, *grid = json_object_get(probe, "grid");
    const char *refused = probe ? plan_refusal(probe) : "it is not read yet";
    AUTO_FREE char *absent = plan_absence(source);
    return json_pack("{s:s, s:o, s:I, s:I, s:O?, s:b, s:b, s:o, s:o, s:o, s:o}", "id",
                     source->recording->fingerprint, "name", json_text(source->name), "duration_ms",
                     (json_int_t)json_get_int(probe, "duration_ms", 0), "frames",
                     (json_int_t)json_get_int(grid, "frames", 0), "fps",
                     json_object_get(grid, "fps"), "has_picture",
                     json_is_object(json_object_get(probe, "video")), "has_sound",
                     json_is_object(json_object_get(probe, "audio")), "files", files_json(source),
                     "start", start_json(source), "slots", slots_json(s, source), "fault",
                     json_text(refused ? refused : absent));
}

static int add_timeline(json_t *all, const struct service *s, const struct source *source,
                        struct err *err)
{
    AUTO_PREVIEW *preview = NULL;
    AUTO_LOUDNESS blocks = {0};
    const int ret = preview_open(&preview, s->plan, source, PREVIEW_PLAY, err);
    const int got = ret > 0 ? timeline_blocks(&blocks, preview, err) : ret;
    if (got < 0)
        return got;
    AUTO_JSON *times = timeline_json(preview, got ? &blocks : NULL);
    json_object_update_missing(all, times);
    return 0;
}

void answer_waveform(struct answer *out, struct service *s, const struct link_request *request)
{
    struct err err = {0};
    AUTO_PREVIEW *preview = NULL;
    AUTO_LOUDNESS blocks = {0};
    struct str dat = {0};
    const int at = find_recording(out, s, request->recording);
    if (at < 0)
        return;
    const int ret = preview_open(&preview, s->plan, &s->plan->sources[at], PREVIEW_PLAY, &err);
    if (ret < 0 || (ret > 0 && timeline_blocks(&blocks, preview, &err) < 0)) {
        answer_err(out, &err);
        return;
    }
    waveform_of_blocks(&dat, &blocks);
    answer_text(out, &dat, "application/octet-stream");
}

void answer_recording(struct answer *out, struct service *s, const struct link_request *request)
{
    struct err err = {0};
    const int at = find_recording(out, s, request->recording);
    if (at < 0)
        return;
    AUTO_JSON *all = facts_json(s, &s->plan->sources[at]);
    if (add_timeline(all, s, &s->plan->sources[at], &err) < 0 || add_parts(all, s, at, &err) < 0) {
        answer_err(out, &err);
        return;
    }
    json_object_set_new(all, "reading", showing_read(s->showing, request->recording));
    answer_json(out, json_incref(all));
}
