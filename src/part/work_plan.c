/* Plans the work of a part: names its pieces, then plans the jobs of each kind. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part_work.h"

/* The size of the card in recordings without picture. */
enum { STILL_WIDTH = 1280, STILL_HEIGHT = 720 };

static void begin_rendition(struct piecework *work, const struct part_plan *pp)
{
    const json_t *video = pp->work->video, *sar = json_object_get(video, "sar");
    const struct rendition *r = work->rendition;
    if (part_has_picture(pp))
        rendition_size(&work->width, &work->height, r->video, (int)json_get_int(video, "width", 0),
                       (int)json_get_int(video, "height", 0),
                       (int)json_integer_value(json_array_get(sar, 0)),
                       (int)json_integer_value(json_array_get(sar, 1)),
                       (int)json_get_int(video, "rotation", 0));
    else
        rendition_size(&work->width, &work->height, r->video, STILL_WIDTH, STILL_HEIGHT, 1, 1, 0);
    keys_segment_base(work->base, r->video_text, work->width, work->height, pp->grid.fps);
    keys_segment_base(work->card_base, r->card_text, work->width, work->height, pp->grid.fps);
}

static void begin(struct part_plan *pp, const struct plan *plan)
{
    const struct settings *s = &plan->event->settings;
    struct part_work *w = pp->work = mem_zalloc(1, sizeof *pp->work);
    w->video = json_object_get(pp->source->probe, "video");
    w->card_frames = part_card_frames(pp, plan);
    w->works = mem_zalloc(s->nb_renditions, sizeof *w->works);
    w->nb_works = s->nb_renditions;
    for (size_t i = 0; i < w->nb_works; i++) {
        w->works[i].rendition = &s->renditions[i];
        w->works[i].ready = true;
        if (s->renditions[i].video)
            begin_rendition(&w->works[i], pp);
    }
    part_name_pictures(w->works, w->nb_works, pp, plan);
    part_name_sounds(w->works, w->nb_works, pp, plan);
}

void part_work_finish(struct part_plan *pp)
{
    struct part_work *w = pp->work;
    if (!w)
        return;
    free(w->works);
    free(w->cells);
    free(w->captions);
    free(w);
    pp->work = NULL;
}

int part_work_plan(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    begin(pp, plan);
    if (part_name_captions(pp, plan, err) < 0)
        return err->code;
    const int done = plan_outputs(pp, plan, err);
    const int listed = done == 0 ? part_list_cells(pp, plan, err) : 0;
    if (listed > 0)
        return 1;
    if (done < 0 || listed < 0 ||
        (!done && (plan_cards(pp, plan, err) < 0 || plan_sounds(pp, plan, err) < 0 ||
                   plan_cells(pp, plan, err) < 0 || part_find_made_again(pp, plan, err) < 0)))
        return err->code;
    plan_assemblies(pp);
    if (plan_poster(pp, plan, err) < 0 || plan_captions(pp, plan, err) < 0 ||
        plan_storyboard(pp, plan, err) < 0)
        return err->code;
    for (size_t i = 0; i < pp->nb_jobs; i++)
        pp->cost_left += pp->jobs[i].cost;
    return 0;
}

/* The card, the cells and the seams between them. */
static void append_pictures(char (**out)[KEY_BYTES], size_t *nb, const struct piecework *work,
                            const struct part_plan *pp, const struct plan *plan)
{
    char before[KEY_BYTES], key[KEY_BYTES], seam[KEY_BYTES];
    key_append(out, nb, work->card_key);
    memcpy(before, work->card_key, sizeof before);
    for (size_t c = 0; c < pp->work->nb_cells; c++) {
        part_cell_key(key, work, pp, plan, &pp->work->cells[c]);
        keys_seam(seam, before, key);
        key_append(out, nb, key);
        key_append(out, nb, seam);
        memcpy(before, key, sizeof before);
    }
}

static void append_pieces(char (**out)[KEY_BYTES], size_t *nb, const struct piecework *work,
                          const struct part_plan *pp, const struct plan *plan)
{
    key_append(out, nb, work->sound_key);
    if (work->rendition->video)
        append_pictures(out, nb, work, pp, plan);
}

/* What other encoders made, until it is made again here: who only looks at the event on another
 * machine does not lose it. */
static void append_former(char (**out)[KEY_BYTES], size_t *nb, const struct part_plan *pp,
                          const struct plan *plan)
{
    for (size_t k = 0; k < plan->event->settings.nb_former; k++) {
        struct piecework work;
        char key[KEY_BYTES];
        if (!part_former_work(&work, pp, plan, k))
            continue;
        append_pieces(out, nb, &work, pp, plan);
        part_output_key(key, &work, pp, plan);
        key_append(out, nb, key);
    }
}

int part_work_keys(char (**out)[KEY_BYTES], size_t *out_nb, struct part_plan *pp,
                   const struct plan *plan, struct err *err)
{
    int ret = part_work_plan(pp, plan, err);
    if (ret == 0)
        ret = part_list_cells(pp, plan, err);
    if (ret != 0)
        return ret < 0 ? ret : 0;
    for (size_t i = 0; i < pp->work->nb_works; i++)
        append_pieces(out, out_nb, &pp->work->works[i], pp, plan);
    append_former(out, out_nb, pp, plan);
    for (size_t i = 0; i < pp->nb_outputs; i++)
        key_append(out, out_nb, pp->outputs[i].key);
    return 0;
}
