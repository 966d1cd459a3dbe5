#include <string.h>

#include "commands.h"
#include "job.h"
#include "jobs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "part_encoders.h"
#include "plan.h"
#include "selector.h"
#include "str.h"
#include "table.h"
#include "unused.h"
#include "why.h"

/* Lines are wrapped two columns to the right of where they begin. */
static void print_lines(char *lines)
{
    char *next = lines;
    for (char *line; (line = strsep(&next, "\n")) && next;) {
        AUTO_FREE char *indent = mem_printf("%*s", (int)strspn(line, " ") + 2, "");
        table_text(indent, "%s", line);
    }
}

static void print_why(const struct part_plan *pp, const struct plan *plan)
{
    AUTO_STR text = {0};
    AUTO_FREE char *advice = unused_advice(plan, pp);
    why_text(&text, pp, advice);
    print_lines(text.s);
}

/* What run says where it refuses to start; NULL: it does not. A new string. */
static int find_refusal(char **out, const struct plan *plan, struct err *err)
{
    struct err refusal = {0};
    if (part_check_architecture(plan, &refusal) == 0)
        return 0;
    if (refusal.code != ERR_INVALID)
        return err_set(err, refusal.code, "%s", refusal.msg);
    *out = mem_strdup(refusal.msg);
    return 0;
}

static json_t *why_json(const struct part_plan *pp, const char *refusal)
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
    return json_pack("{s:i, s:i, s:b, s:o, s:o, s:s, s:o, s:I, s:o, s:I, s:I, s:o}", "talk",
                     pp->talk->number, "part", pp->part->number, "complete",
                     pp->state == PART_COMPLETE, "waiting", json_text(pp->waiting), "refused",
                     json_text(refusal), "verdict", verdict_name(pp->verdict), "cause",
                     json_text(pp->cause), "outputs_missing", (json_int_t)why_nb_missing(pp),
                     "made_again", part_made_again(pp), "cells", (json_int_t)pp->nb_cells,
                     "cells_made", (json_int_t)pp->nb_cells_done, "jobs", jobs);
}

int cmd_why(struct command *c, struct err *err)
{
    const bool json = command_has(c, "json");
    AUTO_JSON *list = json_array();
    AUTO_FREE char *refusal = NULL;
    int number, only;
    if (selector_part(&number, &only, &c->plan->programme, c->operands[0], err) < 0 ||
        find_refusal(&refusal, c->plan, err) < 0)
        return err->code;
    if (refusal && !json)
        table_text("  ", "nothing can run here: %s", refusal);
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
            json_array_append_new(list, why_json(&pp, refusal));
        else
            print_why(&pp, c->plan);
    }
    if (json)
        cli_print_json(list);
    return EXIT_OK;
}
