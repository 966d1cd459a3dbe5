#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "job.h"
#include "jobs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "selector.h"
#include "str.h"
#include "table.h"
#include "unused.h"

enum { MAX_LISTED = 12 };

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

static size_t nb_missing(const struct part_plan *pp)
{
    return pp->nb_outputs - pp->nb_outputs_done;
}

static void print_waiting(const char *name, const struct part_plan *pp, const struct plan *plan)
{
    table_text("  ", "%s: nothing can run: %s", name, pp->waiting);
    if (pp->verdict != VERDICT_OK)
        table_text("    ", "  verdict %s%s%s", verdict_name(pp->verdict), *pp->cause ? ": " : "",
                   pp->cause);
    AUTO_FREE char *advice = unused_advice(plan, pp);
    if (advice)
        table_text("  ", "  %s", advice);
}

static bool makes_output(enum stage stage)
{
    return stage == STAGE_ASSEMBLE || stage == STAGE_POSTER || stage == STAGE_CAPTIONS ||
           stage == STAGE_STORYBOARD;
}

static void print_to_do(const char *name, const struct part_plan *pp)
{
    AUTO_FREE char *jobs = summary(pp);
    table_text("  ", "%s: %zu of %zu output%s missing, because %s inputs are new or have changed",
               name, nb_missing(pp), pp->nb_outputs, pp->nb_outputs == 1 ? " is" : "s are",
               nb_missing(pp) == 1 ? "its" : "their");
    if (pp->nb_cells)
        printf("  %zu of %zu cell%s made and kept\n", pp->nb_cells_done, pp->nb_cells,
               pp->nb_cells == 1 ? " is" : "s are");
    table_text("    ", "  would run now: %s", jobs);
    for (size_t i = 0; i < pp->nb_jobs && i < MAX_LISTED; i++)
        table_text("      ", "    %s", pp->jobs[i].what);
    if (pp->nb_jobs > MAX_LISTED)
        printf("    and %zu more\n", pp->nb_jobs - MAX_LISTED);
    size_t assembling = 0;
    for (size_t i = 0; i < pp->nb_jobs; i++)
        assembling += makes_output(pp->jobs[i].stage);
    if (nb_missing(pp) > assembling)
        printf("  then: %zu output%s made and checked\n", nb_missing(pp) - assembling,
               cli_s(nb_missing(pp) - assembling));
    printf("  about %.0f s of one core\n", pp->cost_left);
}

static void print_why(const struct part_plan *pp, const struct plan *plan)
{
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    switch (pp->state) {
    case PART_COMPLETE:
        printf("%s: nothing would run: %s%zu output%s made\n", name,
               pp->nb_outputs == 1 ? "its " : "all ", pp->nb_outputs,
               pp->nb_outputs == 1 ? " is" : "s are");
        break;
    case PART_HELD:
        table_text("  ", "%s: nothing would run: all outputs are made, but it must be accepted",
                   name);
        table_text("    ", "  verdict %s: %s", verdict_name(pp->verdict), pp->cause);
        break;
    case PART_GONE:
    case PART_SETTLED:
    case PART_WAITING:
        print_waiting(name, pp, plan);
        break;
    case PART_TO_DO:
        print_to_do(name, pp);
        break;
    }
}

static json_t *why_json(const struct part_plan *pp)
{
    json_t *jobs = json_array();
    for (size_t i = 0; i < pp->nb_jobs; i++) {
        const struct job *job = &pp->jobs[i];
        json_t *renditions = json_array();
        for (size_t k = 0; k < job->nb_renditions && job->stage != STAGE_ASSEMBLE; k++)
            json_array_append_new(renditions, json_string(part_job_rendition(pp, job, k)));
        json_array_append_new(jobs, json_pack("{s:s, s:o, s:f, s:s, s:o}", "stage",
                                              stage_name(job->stage), "what", json_text(job->what),
                                              "core_seconds", job->cost, "key", job->key,
                                              "renditions", renditions));
    }
    return json_pack("{s:i, s:i, s:b, s:o, s:s, s:o, s:I, s:I, s:I, s:o}", "talk", pp->talk->number,
                     "part", pp->part->number, "complete", pp->state == PART_COMPLETE, "waiting",
                     json_text(pp->waiting), "verdict", verdict_name(pp->verdict), "cause",
                     json_text(pp->cause), "outputs_missing", (json_int_t)nb_missing(pp), "cells",
                     (json_int_t)pp->nb_cells, "cells_made", (json_int_t)pp->nb_cells_done, "jobs",
                     jobs);
}

int cmd_why(struct command *c, struct err *err)
{
    const bool json = command_has(c, "json");
    AUTO_JSON *list = json_array();
    int number, only;
    if (selector_part(&number, &only, &c->plan->programme, c->operands[0], err) < 0)
        return err->code;
    const struct talk *t = programme_find(&c->plan->programme, number);
    for (size_t i = 0; i < t->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0};
        if (only && t->parts[i].number != only)
            continue;
        if (plan_part(&pp, c->plan, t, &t->parts[i], err) < 0)
            return err->code;
        for (size_t k = 0; k < pp.nb_jobs; k++)
            plan_describe_job(&pp.jobs[k], c->plan, &pp);
        if (json)
            json_array_append_new(list, why_json(&pp));
        else
            print_why(&pp, c->plan);
    }
    if (json)
        cli_print_json(list);
    return EXIT_OK;
}
