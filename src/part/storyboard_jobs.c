/* Jobs that make the sheets of a part's storyboard. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part_work.h"
#include "results.h"
#include "storyboard_grid.h"

/* The rendition with the smallest picture, which costs least to decode: the index of its work and
 * of its output; nb_works: none has a picture. */
static size_t smallest(const struct part_work *w)
{
    size_t best = w->nb_works;
    for (size_t i = 0; i < w->nb_works; i++) {
        const struct piecework *work = &w->works[i];
        if (work->rendition->video &&
            (best == w->nb_works ||
             work->width * work->height < w->works[best].width * w->works[best].height))
            best = i;
    }
    return best;
}

static struct job_storyboard storyboard_of(const struct part_plan *pp, int64_t sheet)
{
    const size_t from = smallest(pp->work);
    struct job_storyboard b = {.container = pp->work->works[from].rendition->container,
                               .duration_ms = pp->storyboard_ms,
                               .sheet = sheet};
    memcpy(b.file, pp->outputs[from].key, sizeof b.file);
    return b;
}

static void add_job(struct part_plan *pp, const char *key, int64_t sheet)
{
    const int64_t pictures_ms = storyboard_interval_ms(pp->storyboard_ms) *
                                storyboard_nb_on_sheet(pp->storyboard_ms, sheet);
    const double cost = 0.1 + 0.0002 * (double)pictures_ms / 1000;
    if (pp->outputs[smallest(pp->work)].result)
        part_add_job(pp, STAGE_STORYBOARD, key, cost)->sheet = (int)sheet;
    else
        pp->cost_later += cost;
}

static int plan_sheet(struct part_plan *pp, const struct plan *plan, int64_t sheet, struct err *err)
{
    const struct job_storyboard of = storyboard_of(pp, sheet);
    const struct piecework *work = &pp->work->works[smallest(pp->work)];
    char suffix[40];
    snprintf(suffix, sizeof suffix, ".storyboard-%lld.jpg", (long long)sheet + 1);
    struct output *o = part_add_output(pp, OUTPUT_STORYBOARD, suffix);
    keys_storyboard(o->key, of.container, work->card_key, work->cells_key, &of);
    const int there = part_look_up_output(pp, plan, o, STAGE_STORYBOARD, "jpg", err);
    if (there == 0)
        add_job(pp, o->key, sheet);
    return there < 0 ? there : 0;
}

int plan_storyboard(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    const int64_t nb_frames = pp->work->card_frames + pp->nb_frames;
    if (!plan->event->settings.storyboards || !part_has_picture(pp) ||
        smallest(pp->work) == pp->work->nb_works)
        return 0;
    pp->storyboard_ms = frame_grid_ms_of(&pp->grid, nb_frames);
    for (int64_t sheet = 0; sheet < storyboard_nb_sheets(pp->storyboard_ms); sheet++)
        if (plan_sheet(pp, plan, sheet, err) < 0)
            return err->code;
    return 0;
}

void spec_storyboard(struct job_spec *out, const struct job *job, const struct part_plan *pp)
{
    out->storyboard = storyboard_of(pp, job->sheet);
}

int part_slide_changes(json_t **out, const struct part_plan *pp, const struct plan *plan,
                       struct err *err)
{
    AUTO_JSON *all = json_array();
    size_t nb_sheets = 0;
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        AUTO_JSON *result = NULL;
        const struct output *o = &pp->outputs[i];
        if (o->kind != OUTPUT_STORYBOARD)
            continue;
        if (o->result && plan_find_result(&result, plan->event, STAGE_STORYBOARD, o->key, err) < 0)
            return err->code;
        if (!result)
            return 0;
        json_array_extend(all, json_object_get(result, "changes"));
        nb_sheets++;
    }
    *out = nb_sheets ? mem_take(&all) : NULL;
    return 0;
}
