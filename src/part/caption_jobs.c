/* Jobs that make a part's captions, one for each language. */
#include <string.h>

#include "captions_source.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part_work.h"
#include "probe.h"
#include "results.h"
#include "str.h"
#include "whole_captions.h"

static struct job_captions captions_of(const struct caption_source *c)
{
    return (struct job_captions){.path = c->path,
                                 .hash = c->hash,
                                 .stream = c->stream,
                                 .corrected = c->text,
                                 .text = c->text};
}

/* Sound alone has no card. */
static struct job_range range_of(const struct part_plan *pp, const struct plan *plan)
{
    struct job_range range = part_range(pp);
    if (!settings_have_picture(&plan->event->settings))
        range.card_frames = 0;
    return range;
}

/* Browsers do not show captions in WebM. */
static bool can_carry(const struct piecework *work)
{
    return work->rendition->video && strcmp(work->rendition->container, "mp4") == 0;
}

bool part_carries_captions(const struct part_plan *pp, const struct piecework *work)
{
    return pp->work->nb_captions && can_carry(work);
}

int part_name_captions(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    const struct source *s = pp->source;
    struct part_work *w = pp->work;
    const struct job_range range = range_of(pp, plan);
    w->captions = mem_zalloc(pp->nb_captions + 1, sizeof *w->captions);
    w->nb_captions = pp->nb_captions;
    for (size_t i = 0; i < w->nb_captions; i++) {
        const struct caption_source *c = &pp->captions[i];
        const struct job_captions captions = captions_of(c);
        keys_captions(w->captions[i], json_get_string(s->probe, "hash", ""), &captions,
                      c->text   ? "corrected"
                      : c->path ? strrchr(c->path, '.')
                                : "",
                      c->language, &range);
        const int there = plan_has(plan, STAGE_CAPTIONS, w->captions[i], "vtt", err);
        if (there < 0)
            return there;
        for (size_t k = 0; k < w->nb_works && !there; k++)
            if (can_carry(&w->works[k]))
                w->works[k].ready = false;
    }
    return 0;
}

int plan_captions(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    for (size_t i = 0; i < pp->work->nb_captions; i++) {
        const struct caption_source *c = &pp->captions[i];
        struct output *o = part_add_output(pp, OUTPUT_CAPTIONS, c->suffix);
        o->captions = c;
        memcpy(o->key, pp->work->captions[i], sizeof o->key);
        const int there = part_look_up_output(pp, plan, o, STAGE_CAPTIONS, "vtt", err);
        if (there < 0)
            return there;
        if (there)
            continue;
        struct job *job = part_add_job(pp, STAGE_CAPTIONS, o->key, 0.2);
        job->reads = true;
        job->captions = (int)i;
    }
    return 0;
}

int spec_captions(struct job_spec *out, const struct job *job, const struct part_plan *pp,
                  const struct plan *plan, struct err *err)
{
    out->captions = captions_of(&pp->captions[job->captions]);
    out->range = range_of(pp, plan);
    return spec_recording(out, plan, pp->source, err);
}

char *part_captions_left_out(const struct part_plan *pp)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        const int nb = (int)json_get_int(o->result, "left_out", 0);
        if (o->kind == OUTPUT_CAPTIONS && o->captions->path && nb > 0)
            str_addf(&s, "%s%d block%s of '%s' left out, no cue%s: line %d%s", s.len ? "; " : "",
                     nb, nb == 1 ? "" : "s", fs_basename(o->captions->path), nb == 1 ? "" : "s",
                     (int)json_get_int(o->result, "left_out_line", 0), nb == 1 ? "" : " …");
    }
    return s.len ? str_take(&s) : NULL;
}

/* --- of a whole recording --------------------------------------------------------------------- */

static int whole_range(struct job_range *out, const struct source *s, size_t n, struct err *err)
{
    struct frame_grid grid;
    if (n >= s->nb_captions)
        return err_set(err, ERR_NOT_FOUND, "'%s' has no captions %zu", s->name, n);
    if (probe_grid(&grid, s->probe, err) < 0)
        return err->code;
    *out = (struct job_range){.end = grid.nb_frames};
    return 0;
}

int whole_captions_key(char out[KEY_BYTES], const struct source *s, size_t n, struct err *err)
{
    struct job_range range;
    if (whole_range(&range, s, n, err) < 0)
        return err->code;
    const struct caption_source *c = &s->captions[n];
    const struct job_captions captions = captions_of(c);
    keys_captions(out, json_get_string(s->probe, "hash", ""), &captions,
                  c->path ? strrchr(c->path, '.') : "", c->language, &range);
    return 0;
}

int whole_captions_spec(struct job_spec *out, const struct plan *plan, const struct source *s,
                        size_t n, struct err *err)
{
    out->stage = STAGE_CAPTIONS;
    if (whole_range(&out->range, s, n, err) < 0 || whole_captions_key(out->key, s, n, err) < 0)
        return err->code;
    out->captions = captions_of(&s->captions[n]);
    const int ret = spec_recording(out, plan, s, err);
    return ret > 0 ? err_set(err, ERR_EXTERNAL, "what was read of '%s' is damaged", s->name) : ret;
}
