#include "why.h"

#include "job.h"
#include "jobs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "part_encoders.h"
#include "plan.h"

enum { MAX_LISTED = 12 };

static const char *plural(size_t nb)
{
    return nb == 1 ? "" : "s";
}

/* Counts jobs and the pieces that they make by stage: a cell job makes one piece per rendition. */
static char *summary(const struct part_plan *pp)
{
    AUTO_STR s = {0};
    for (enum stage stage = 0; stage < NB_STAGES; stage++) {
        size_t nb = 0, pieces = 0;
        for (size_t i = 0; i < pp->nb_jobs; i++) {
            if (pp->jobs[i].stage != stage)
                continue;
            nb++;
            pieces += pp->jobs[i].nb_renditions;
        }
        if (nb)
            str_addf(&s, "%s%s %zu", s.len ? ", " : "", stage_name(stage), nb);
        if (nb && pieces > nb)
            str_addf(&s, " (%zu pieces)", pieces);
    }
    return str_take(&s);
}

size_t why_nb_missing(const struct part_plan *pp)
{
    return pp->nb_outputs - pp->nb_outputs_done;
}

static void add_made_again(struct str *out, const struct part_plan *pp)
{
    AUTO_JSON *list = part_made_again(pp);
    size_t i, k;
    const json_t *one, *suffix;
    json_array_foreach(list, i, one) {
        str_addf(out, "  made again: %s (", json_get_string(one, "reason", ""));
        json_array_foreach(json_object_get(one, "outputs"), k, suffix) {
            str_addf(out, "%s%s", k ? ", " : "", json_string_value(suffix));
        }
        str_add(out, ")\n");
    }
}

static void add_waiting(struct str *out, const char *name, const struct part_plan *pp,
                        const char *advice)
{
    str_addf(out, "%s: nothing can run: %s\n", name, pp->waiting);
    add_made_again(out, pp);
    if (pp->verdict != VERDICT_OK)
        str_addf(out, "  verdict %s%s%s\n", verdict_name(pp->verdict), *pp->cause ? ": " : "",
                 pp->cause);
    if (advice)
        str_addf(out, "  %s\n", advice);
}

static bool makes_output(enum stage stage)
{
    return stage == STAGE_ASSEMBLE || stage == STAGE_POSTER || stage == STAGE_CAPTIONS ||
           stage == STAGE_STORYBOARD;
}

/* Whether all that is missing of the renditions was made by other versions of the encoders. */
static bool only_encoders(const struct part_plan *pp)
{
    bool any = false;
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        if (o->kind == OUTPUT_RENDITION && !o->result && !o->nb_made_again)
            return false;
        any = any || o->nb_made_again;
    }
    return any;
}

static void add_to_do(struct str *out, const char *name, const struct part_plan *pp)
{
    AUTO_FREE char *jobs = summary(pp);
    const size_t missing = why_nb_missing(pp);
    str_addf(out, "%s: %zu of %zu output%s missing, because ", name, missing, pp->nb_outputs,
             pp->nb_outputs == 1 ? " is" : "s are");
    if (only_encoders(pp))
        str_add(out, "an encoder is another one now\n");
    else
        str_addf(out, "%s inputs are new or have changed\n", missing == 1 ? "its" : "their");
    add_made_again(out, pp);
    if (pp->nb_cells)
        str_addf(out, "  %zu of %zu cell%s made and kept\n", pp->nb_cells_done, pp->nb_cells,
                 pp->nb_cells == 1 ? " is" : "s are");
    str_addf(out, "  would run now: %s\n", jobs);
    for (size_t i = 0; i < pp->nb_jobs && i < MAX_LISTED; i++)
        str_addf(out, "    %s\n", pp->jobs[i].what);
    if (pp->nb_jobs > MAX_LISTED)
        str_addf(out, "    and %zu more\n", pp->nb_jobs - MAX_LISTED);
    size_t assembling = 0;
    for (size_t i = 0; i < pp->nb_jobs; i++)
        assembling += makes_output(pp->jobs[i].stage);
    if (missing > assembling)
        str_addf(out, "  then: %zu output%s made and checked\n", missing - assembling,
                 plural(missing - assembling));
    const double cost = pp->cost_left + pp->cost_later;
    str_addf(out, "  about %.0f s of one core\n", cost < 1 ? 1 : cost);
}

void why_text(struct str *out, const struct part_plan *pp, const char *advice)
{
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    switch (pp->state) {
    case PART_COMPLETE:
        str_addf(out, "%s: nothing would run: %s%zu output%s made\n", name,
                 pp->nb_outputs == 1 ? "its " : "all ", pp->nb_outputs,
                 pp->nb_outputs == 1 ? " is" : "s are");
        break;
    case PART_HELD:
        str_addf(out, "%s: nothing would run: all outputs are made, but it must be accepted\n",
                 name);
        str_addf(out, "  verdict %s: %s\n", verdict_name(pp->verdict), pp->cause);
        break;
    case PART_GONE:
    case PART_SETTLED:
    case PART_WAITING:
        add_waiting(out, name, pp, advice);
        break;
    case PART_TO_DO:
        add_to_do(out, name, pp);
        break;
    }
}

static enum stage stage_of(enum output_kind kind)
{
    switch (kind) {
    case OUTPUT_POSTER:
        return STAGE_POSTER;
    case OUTPUT_CAPTIONS:
        return STAGE_CAPTIONS;
    case OUTPUT_STORYBOARD:
        return STAGE_STORYBOARD;
    case OUTPUT_RENDITION:
        break;
    }
    return STAGE_ASSEMBLE;
}

void again_add(struct again *out, struct part_plan *pp, const struct plan *plan)
{
    for (size_t i = 0; i < pp->nb_jobs; i++) {
        plan_describe_job(&pp->jobs[i], plan, pp);
        if (!makes_output(pp->jobs[i].stage))
            out->nb_jobs[pp->jobs[i].stage]++;
    }
    for (size_t i = 0; i < pp->nb_outputs; i++)
        if (!pp->outputs[i].result)
            out->nb_jobs[stage_of(pp->outputs[i].kind)]++;
    out->nb_jobs[STAGE_PROBE] += pp->obstacle == OBSTACLE_NOT_PROBED;
    out->nb_jobs[STAGE_ANALYSE] += pp->obstacle == OBSTACLE_NOT_ANALYSED;
    out->core_s += pp->cost_left + pp->cost_later;
    why_text(&out->lines, pp, NULL);
}

void again_finish(struct again *a)
{
    str_finish(&a->lines);
    *a = (struct again){0};
}
