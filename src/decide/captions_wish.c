#include "captions_wish.h"

#include <string.h>

#include "captions.h"
#include "captions_source.h"
#include "event.h"
#include "mem.h"
#include "part.h"
#include "part_chapters.h"
#include "plan.h"
#include "sandboxed_call.h"
#include "str.h"
#include "workdir.h"

enum { MAX_BYTES = 1 << 20, MAX_CPU_S = 10, MAX_WALL_S = 60 };
static const int64_t max_memory_bytes = INT64_C(1) << 30;

/* --- checking --------------------------------------------------------------------------------- */

struct input {
    const char *bytes;
    size_t nb;
};

static int check(struct str *out, const void *input, struct err *err)
{
    const struct input *in = input;
    AUTO_CUES cues = {0};
    if (captions_read_text(&cues, "captions.vtt", in->bytes, in->nb, err) < 0)
        return err->code;
    if (cues.nb_left_out)
        return err_set(err, ERR_INVALID, "line %zu begins no cue, so browsers would leave it out",
                       cues.left_out_line);
    AUTO_FREE char *text = captions_webvtt(&cues);
    str_add(out, text);
    return 0;
}

int captions_check(char **out, const struct event *event, const char *name, const char *bytes,
                   size_t nb, struct err *err)
{
    const struct input input = {bytes, nb};
    AUTO_STR text = {0};
    const struct sandboxed_call call = {
        .file = name,
        .advice = "write it again",
        .mode = event->settings.sandbox,
        .max_memory_bytes = max_memory_bytes,
        .max_cpu_s = MAX_CPU_S,
        .max_wall_s = MAX_WALL_S,
        .max_answer_bytes = 2 * MAX_BYTES,
        .run = check,
        .input = &input,
    };
    if (nb > MAX_BYTES)
        return err_set(err, ERR_INVALID, "'%s' is larger than 1 MiB", name);
    if (sandboxed_call(&text, &call, err) < 0)
        return err_prefix(err, "'%s': ", name);
    if (!text.s || !str_starts(text.s, "WEBVTT\n") || strlen(text.s) != text.len ||
        !str_is_utf8(text.s))
        return err_set(err, ERR_INVALID, "'%s' is no WebVTT", name);
    *out = str_take(&text);
    return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static const struct output *find_output(const struct part_plan *pp, const struct caption_source *c)
{
    for (size_t i = 0; i < pp->nb_outputs; i++)
        if (pp->outputs[i].kind == OUTPUT_CAPTIONS && pp->outputs[i].captions == c)
            return &pp->outputs[i];
    return NULL;
}

int captions_read_made(char **out, const struct part_plan *pp, const struct plan *plan, size_t n,
                       struct err *err)
{
    char name[32];
    AUTO_CUES cues = {0};
    plan_part_name(name, pp->talk, pp->part->number);
    if (pp->source && pp->source->probe && n >= pp->nb_captions)
        return err_set(err, ERR_NOT_FOUND, "talk %s has no captions", name);
    if (n < pp->nb_captions && pp->captions[n].text) {
        *out = mem_strdup(pp->captions[n].text);
        return 0;
    }
    const struct output *o = n < pp->nb_captions ? find_output(pp, &pp->captions[n]) : NULL;
    if (!o || !o->result)
        return err_set(err, ERR_NOT_FOUND,
                       "the captions of talk %s are not made yet: 'talkpress run %s' makes them",
                       name, name);
    AUTO_FREE char *path = workdir_path(plan->event->work, o->key, "vtt");
    if (captions_read_file(&cues, path, err) < 0)
        return err->code;
    const int64_t card_ms = part_card_ms(pp, plan) - pp->card_left_out_ms;
    for (size_t i = 0; i < cues.nb; i++) {
        cues.cues[i].start_ms = part_recording_ms(pp, cues.cues[i].start_ms - card_ms);
        /* A cue that ends at a joint ends before the break. */
        cues.cues[i].end_ms = part_recording_ms(pp, cues.cues[i].end_ms - card_ms - 1) + 1;
    }
    *out = captions_webvtt(&cues);
    return 0;
}
