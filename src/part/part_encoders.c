#include "part_encoders.h"

#include <string.h>

#include "encoder_set.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part_work.h"
#include "results.h"

static const char *encoder_of(const json_t *settings)
{
    return json_get_string(settings, "encoder", "");
}

/* --- pieces under earlier keys ---------------------------------------------------------------- */

/* Whether a piece is there under the key before, and not under the key now. Returns 1, 0, or a
 * negative code. */
static int was_made(const struct plan *plan, enum stage stage, const char *before, const char *now,
                    struct err *err)
{
    const int there = plan_has(plan, stage, before, "mp4", err);
    if (there <= 0)
        return there;
    const int done = plan_has(plan, stage, now, "mp4", err);
    return done < 0 ? done : !done;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool part_former_work(struct piecework *out, const struct part_plan *pp, const struct plan *plan,
                      size_t k)
{
    const struct settings *s = &plan->event->settings;
    const struct rendition *former = &s->former[k], *now = &s->renditions[k % s->nb_renditions];
    if (!former->name || pp->outputs[k % s->nb_renditions].result ||
        (same_text(former->video_text, now->video_text) &&
         same_text(former->audio_text, now->audio_text)))
        return false;
    *out = pp->work->works[k % s->nb_renditions];
    out->rendition = former;
    if (former->video) {
        keys_segment_base(out->base, former->video_text, out->width, out->height, pp->grid.fps);
        keys_segment_base(out->card_base, former->card_text, out->width, out->height, pp->grid.fps);
    }
    part_name_pictures(out, 1, pp, plan);
    part_name_sounds(out, 1, pp, plan);
    return true;
}

/* Of the first, the middle and the last cell: a corrected title or a moved cut leaves at least one
 * of them as it was. */
static int picture_was_made(const struct piecework *before, const struct piecework *now,
                            const struct part_plan *pp, const struct plan *plan, struct err *err)
{
    const enum stage stage = part_has_picture(pp) ? STAGE_CELL : STAGE_CARD;
    const size_t nb = pp->work->nb_cells, some[] = {0, nb / 2, nb - 1};
    int made = 0;
    for (size_t i = 0; nb && made == 0 && i < sizeof some / sizeof *some; i++) {
        char old[KEY_BYTES], new[KEY_BYTES];
        const struct cell *cell = &pp->work->cells[some[i]];
        part_cell_key(old, before, pp, plan, cell);
        part_cell_key(new, now, pp, plan, cell);
        made = was_made(plan, stage, old, new, err);
    }
    return made;
}

/* --- reasons ---------------------------------------------------------------------------------- */

static void add_reason(struct output *o, struct part_plan *pp, const json_t *here,
                       const json_t *then, const char *encoder)
{
    AUTO_FREE char *reason = encoder_set_difference(here, then, encoder);
    if (strcmp(encoder_set_architecture(here), encoder_set_architecture(then)) != 0)
        pp->on_other = true;
    for (size_t i = 0; i < o->nb_made_again; i++)
        if (strcmp(o->made_again[i], reason) == 0)
            return;
    mem_add_string(&o->made_again, &o->nb_made_again, reason);
}

/* Compares an output with what it would be with the encoders of one earlier machine. */
static int compare(struct output *o, struct part_plan *pp, const struct piecework *now,
                   const struct piecework *before, const struct plan *plan, const json_t *then,
                   struct err *err)
{
    const json_t *here = plan->event->encoders.here;
    const char *video = encoder_of(now->rendition->video),
               *audio = encoder_of(now->rendition->audio);
    int made = 0;
    if (now->rendition->video && !encoder_set_equal(here, then, video))
        made = picture_was_made(before, now, pp, plan, err);
    if (made > 0)
        add_reason(o, pp, here, then, video);
    if (made >= 0 && !encoder_set_equal(here, then, audio)) {
        made = was_made(plan, STAGE_SOUND, before->sound_key, now->sound_key, err);
        if (made > 0)
            add_reason(o, pp, here, then, audio);
    }
    return made < 0 ? made : 0;
}

int part_find_made_again(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    const struct settings *s = &plan->event->settings;
    for (size_t k = 0; k < s->nb_former; k++) {
        const size_t i = k % s->nb_renditions;
        const json_t *then = json_array_get(plan->event->encoders.earlier, k / s->nb_renditions);
        struct piecework before;
        if (part_former_work(&before, pp, plan, k) &&
            compare(&pp->outputs[i], pp, &pp->work->works[i], &before, plan, then, err) < 0)
            return err->code;
    }
    return 0;
}

/* The list of outputs with that reason, which is added if it is not there. */
static json_t *outputs_of(json_t *list, const char *reason)
{
    size_t i;
    json_t *one, *outputs = json_array();
    json_array_foreach(list, i, one) {
        if (strcmp(json_get_string(one, "reason", ""), reason) == 0) {
            json_decref(outputs);
            return json_object_get(one, "outputs");
        }
    }
    json_array_append_new(list, json_pack("{s:s, s:o}", "reason", reason, "outputs", outputs));
    return outputs;
}

json_t *part_made_again(const struct part_plan *pp)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        for (size_t k = 0; k < o->nb_made_again; k++)
            json_array_append_new(outputs_of(list, o->made_again[k]), json_string(o->suffix));
    }
    return list;
}

/* --- other architectures ---------------------------------------------------------------------- */

/* The architecture of an earlier machine that is not this one's, or NULL. */
static const char *other_architecture(const struct event_encoders *e)
{
    size_t i;
    json_t *then;
    json_array_foreach(e->earlier, i, then) {
        if (strcmp(encoder_set_architecture(then), encoder_set_architecture(e->here)) != 0)
            return encoder_set_architecture(then);
    }
    return NULL;
}

static int refuse(const struct plan *plan, const char *name, struct err *err)
{
    const struct event *e = plan->event;
    return err_set(err, ERR_INVALID,
                   "talk %s was made on a machine of another architecture than this one (%s): the "
                   "files of one event must be made on machines of one architecture. Go on there, "
                   "or rename the folder '%s': then everything is made again here",
                   name, encoder_set_architecture(e->encoders.here), e->work);
}

int part_check_architecture(const struct plan *plan, struct err *err)
{
    const struct programme *p = &plan->programme;
    if (!other_architecture(&plan->event->encoders))
        return 0;
    for (size_t i = 0; i < p->nb_talks; i++)
        for (size_t k = 0; k < p->talks[i].nb_parts; k++) {
            AUTO_PART_PLAN pp = {0};
            char name[32];
            if (plan_part(&pp, plan, &p->talks[i], &p->talks[i].parts[k], err) < 0)
                return err->code;
            if (pp.on_other)
                return refuse(plan, plan_part_name(name, &p->talks[i], p->talks[i].parts[k].number),
                              err);
        }
    return 0;
}
