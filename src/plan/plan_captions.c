#include "captions.h"

#include <stdio.h>
#include <string.h>

#include "captions_source.h"
#include "json.h"
#include "mem.h"
#include "plan_work.h"
#include "probe.h"

static void captions_key(char out[33], const struct part_work *w, const struct caption_source *c)
{
    struct key k = key_begin("captions", CAPTIONS_VERSION);
    key_int(&k, PROBE_VERSION); /* the grid */
    key_text(&k, json_get_string(w->pp->source->probe, "hash", ""));
    key_text(&k, c->hash);
    key_text(&k, c->path ? strrchr(c->path, '.') : "");
    key_int(&k, c->stream);
    key_text(&k, c->language);
    key_int(&k, w->pp->begin);
    key_int(&k, w->pp->end);
    key_int(&k, w->card_frames);
    key_end(&k, out);
}

/* WebM has no track of captions that browsers show. */
static bool carries_captions(const struct piecework *work)
{
    return work->rendition->video && strcmp(work->rendition->container, "mp4") == 0;
}

int work_plan_captions(struct part_work *w)
{
    const struct source *s = w->pp->source;
    w->captions = mem_zalloc(s->nb_captions + 1, sizeof *w->captions);
    w->nb_captions = s->nb_captions;
    for (size_t i = 0; i < w->nb_captions; i++) {
        captions_key(w->captions[i].key, w, &s->captions[i]);
        const int there = work_has(w, w->captions[i].key, "vtt");
        if (there < 0)
            return there;
        for (size_t k = 0; k < w->nb_works && !there; k++)
            if (carries_captions(&w->works[k]))
                w->works[k].ready = false;
    }
    return 0;
}

json_t *work_list_captions(const struct part_work *w, const struct piecework *work)
{
    if (w->nb_captions == 0 || !carries_captions(work))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < w->nb_captions; i++) {
        char language[LANGUAGE_BYTES];
        json_array_append_new(
            list,
            json_pack("{s:s, s:o}", "key", w->captions[i].key, "language",
                      json_text(language_long(language, w->pp->source->captions[i].language))));
    }
    return list;
}

static void add_job(struct part_work *w, const struct caption_source *c, const char *key)
{
    const struct part_plan *pp = w->pp;
    char name[32];
    struct job *job = work_add_job(w, "captions", key, 0.2);
    job->reads = true;
    if (!job->spec)
        return;
    AUTO_FREE char *from = captions_describe(c);
    job->what = mem_printf("talk %s: captions from %s",
                           plan_part_name(name, pp->talk, pp->part->number), from);
    work_set_recording(job, w->plan, pp->source);
    job_set(job, "captions",
            json_pack("{s:o, s:s, s:i}", "path", json_text(c->path), "hash", c->hash, "stream",
                      c->stream));
    job_set(job, "begin", json_integer(pp->begin));
    job_set(job, "end", json_integer(pp->end));
    job_set(job, "card_frames", json_integer(w->card_frames));
}

int work_add_captions(struct part_work *w)
{
    for (size_t i = 0; i < w->nb_captions; i++) {
        const struct caption_source *c = &w->pp->source->captions[i];
        struct output *o = work_add_output(w->pp, c->suffix, NULL);
        o->captions = c;
        memcpy(o->key, w->captions[i].key, sizeof o->key);
        const int there = work_look_up_output(w, o, "vtt");
        if (there < 0)
            return there;
        if (!there)
            add_job(w, c, o->key);
    }
    return 0;
}
