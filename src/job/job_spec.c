#include "job_spec.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "workdir.h"

void job_spec_finish(struct job_spec *s)
{
    free(s->files);
    free(s->outputs);
    free(s->assembly.segments);
    free(s->assembly.captions);
    free(s->assembly.chapters);
    free(s->thumbs.frames);
    mem_free_strings(s->pool.texts, s->pool.nb_texts);
    json_decref(s->pool.values);
    free(s->pool.drops);
    json_decref(s->document);
    *s = (struct job_spec){0};
}

const char *job_spec_own(struct job_spec *s, char *text)
{
    if (!text)
        return NULL;
    s->pool.texts = mem_grow(s->pool.texts, s->pool.nb_texts, sizeof *s->pool.texts);
    return s->pool.texts[s->pool.nb_texts++] = text;
}

const json_t *job_spec_own_json(struct job_spec *s, json_t *value)
{
    if (!value)
        return NULL;
    if (!s->pool.values)
        s->pool.values = json_array();
    json_array_append_new(s->pool.values, value);
    return value;
}

struct part_clock job_range_clock(const struct job_range *r, const struct frame_grid *grid)
{
    return (struct part_clock){grid, r->begin, r->end, r->drops, r->nb_drops};
}

/* --- results --------------------------------------------------------------------------------- */

size_t job_spec_nb_results(const struct job_spec *s)
{
    return s->nb_outputs ? s->nb_outputs : 1;
}

const char *job_spec_result_key(const struct job_spec *s, size_t i)
{
    return s->nb_outputs ? s->outputs[i].key : s->key;
}

const char *job_spec_ext(const struct job_spec *s)
{
    switch (s->stage) {
    case STAGE_ANALYSE:
        return "bin";
    case STAGE_CARD:
    case STAGE_CELL:
    case STAGE_SOUND:
    case STAGE_PREVIEW:
        return "mp4";
    case STAGE_POSTER:
    case STAGE_STORYBOARD:
    case STAGE_THUMBS:
        return "jpg";
    case STAGE_CAPTIONS:
        return "vtt";
    case STAGE_ASSEMBLE:
        return s->assembly.container;
    case STAGE_PROBE:
    case NB_STAGES:
        break;
    }
    return NULL;
}

/* --- paths ----------------------------------------------------------------------------------- */

struct paths {
    char **list;
    size_t nb;
};

/* Takes over the path. NULL is ignored. */
static void add(struct paths *p, char *path)
{
    if (!path)
        return;
    p->list = mem_grow(p->list, p->nb, sizeof *p->list);
    p->list[p->nb++] = path;
}

static void add_pieces(struct paths *p, const struct job_spec *s)
{
    const struct job_assembly *a = &s->assembly;
    for (size_t i = 0; i < a->nb_segments; i++)
        add(p, workdir_path(s->work, a->segments[i].key, "mp4"));
    add(p, workdir_path(s->work, a->sound_key, "mp4"));
    for (size_t i = 0; i < a->nb_captions; i++)
        add(p, workdir_path(s->work, a->captions[i].key, "vtt"));
}

char **job_spec_paths(size_t *out_nb, const struct job_spec *s)
{
    struct paths p = {0};
    for (size_t i = 0; i < s->nb_files; i++)
        add(&p, mem_strdup(s->files[i].path));
    if (s->has_card) {
        add(&p, mem_strdup(s->card.template_path));
        add(&p, mem_strdup(s->card.logo_path));
        add(&p, mem_strdup(s->card.background_path));
    }
    if (s->stage == STAGE_SOUND)
        add(&p, workdir_path(s->work, s->sound.analysis, "bin"));
    if (s->stage == STAGE_CAPTIONS)
        add(&p, mem_strdup(s->captions.path));
    if (s->stage == STAGE_ASSEMBLE)
        add_pieces(&p, s);
    if (s->stage == STAGE_STORYBOARD)
        add(&p, workdir_path(s->work, s->storyboard.file, s->storyboard.container));
    *out_nb = p.nb;
    return p.list;
}
