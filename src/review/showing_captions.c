/* The captions of a part, on the clock of its recording. */
#include <string.h>

#include "captions_source.h"
#include "cues_answer.h"
#include "event.h"
#include "mem.h"
#include "plan.h"
#include "service.h"
#include "showing.h"
#include "whole_captions.h"
#include "workdir.h"

void showing_answer_captions(struct answer *out, const struct showing *m, const struct asked *a,
                             const char *key)
{
    struct err err = {0};
    json_t *cues = NULL;
    const struct event *event = m->service->event;
    const struct source *s = showing_find_source(m, a->of.recording);
    AUTO_FREE char *path = workdir_path(event->work, key, "vtt");
    if (cues_read(&cues, path, event->settings.sandbox, &err) < 0) {
        answer_err(out, &err);
        return;
    }
    const size_t n = (size_t)a->of.number;
    answer_json(out,
                json_pack("{s:s, s:o}", "language",
                          s && n < s->nb_captions ? s->captions[n].language : "", "cues", cues));
}

static void answer_corrected(struct showing *m, int64_t id, const struct caption_source *c)
{
    struct err err = {0};
    json_t *cues = NULL;
    AUTO_ANSWER answer = ANSWER_NONE;
    if (cues_parse(&cues, "the corrected captions.vtt", c->text, strlen(c->text),
                   m->service->event->settings.sandbox, &err) < 0)
        answer_err(&answer, &err);
    else
        answer_json(&answer, json_pack("{s:s, s:o}", "language", c->language, "cues", cues));
    service_answer(m->service, id, &answer);
}

/* Which of the recording's captions these are; their number if they are none of it. */
static size_t number_of(const struct source *s, const struct caption_source *c)
{
    size_t i = 0;
    while (i < s->nb_captions &&
           (s->captions[i].stream != c->stream ||
            strcmp(s->captions[i].path ? s->captions[i].path : "", c->path ? c->path : "") != 0))
        i++;
    return i;
}

/* Of a part: they are shown on the clock of its recording, and all of it; as corrected, if they
 * were. */
static int ask_captions_of(struct showing *m, const struct link_request *r, const struct source *s,
                           struct err *err)
{
    struct caption_source *list = NULL;
    size_t nb = 0;
    struct asked a = {.id = r->id, .wish = r->wish, .of = {.stage = STAGE_CAPTIONS, .stream = -1}};
    memcpy(a.of.recording, s->recording->fingerprint, sizeof a.of.recording);
    if (captions_of_part(&list, &nb, s, m->service->plan, r->talk, r->part, err) < 0)
        return err->code;
    const struct caption_source *c = (size_t)r->number < nb ? &list[r->number] : NULL;
    if (!c)
        err_set(err, ERR_NOT_FOUND, "the part has no captions %d", r->number);
    else if (c->text)
        answer_corrected(m, r->id, c);
    else if (whole_captions_key(a.key, s, number_of(s, c), err) == 0) {
        a.of.number = (int64_t)number_of(s, c);
        showing_ask(m, &a);
    }
    captions_list_free(&list, &nb);
    return err->code;
}

void showing_ask_for_captions(struct showing *m, const struct link_request *r)
{
    struct err err = {0};
    const struct plan *plan = m->service->plan;
    const struct talk *t = programme_find(&plan->programme, r->talk);
    const struct match *match = t ? plan_match(plan, t, r->part) : NULL;
    const struct source *s =
        match && plan_holds_talk(match) ? &plan->sources[match->recording] : NULL;
    if (s && s->probe)
        (void)!ask_captions_of(m, r, s, &err);
    else
        err_set(&err, ERR_NOT_FOUND, "talk %d, part %d, has no captions", r->talk, r->part);
    if (err.code)
        showing_answer_failure(m, r->id, &err);
}

int showing_begin_captions(struct job_spec *out, const struct showing *m,
                           const struct showing_wish *w, struct err *err)
{
    const struct source *s = showing_find_source(m, w->recording);
    return s && s->probe ? whole_captions_spec(out, m->service->plan, s, (size_t)w->number, err)
                         : err_set(err, ERR_NOT_FOUND, "there is no such recording in the event");
}
