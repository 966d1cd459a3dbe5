#include <math.h>
#include <stdio.h>

#include "analyse_recordings.h"
#include "captions_source.h"
#include "chapters_source.h"
#include "command_pool.h"
#include "commands.h"
#include "event.h"
#include "executor.h"
#include "hook_events.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "pool.h"
#include "progress.h"
#include "publish.h"
#include "publish_report.h"
#include "run.h"
#include "selector.h"
#include "str.h"
#include "table.h"
#include "unused.h"
#include "waiting_text.h"

/* More parts that only lack a recording are counted, not listed: during a conference most do. */
enum { MAX_MISSING = 10 };

static bool is_missing(const struct part_plan *pp)
{
    return pp->state == PART_WAITING && pp->verdict == VERDICT_MISSING;
}

static void print_waiting(const struct run *r, const struct plan *plan)
{
    struct unused_summary unused;
    size_t nb_missing = 0;
    for (size_t i = 0; i < run_nb_parts(r); i++)
        nb_missing += is_missing(run_part(r, i));
    unused_begin(&unused, plan);
    for (size_t i = 0; i < run_nb_parts(r); i++) {
        const struct part_plan *pp = run_part(r, i);
        char name[32];
        unused_note(&unused, pp);
        if ((pp->state != PART_WAITING && pp->state != PART_HELD) ||
            (nb_missing > MAX_MISSING && is_missing(pp)))
            continue;
        AUTO_FREE char *why = waiting_text(pp);
        table_text("  ", "talk %s waits: %s", plan_part_name(name, pp->talk, pp->part->number),
                   why);
    }
    unused_print(&unused);
    if (nb_missing > MAX_MISSING)
        puts("'talkpress status --waiting' lists them");
}

static void print_json(const struct run_tally *t, const struct executor_result *e,
                       const struct publish_result *p)
{
    json_t *nb = json_object(), *cpu = json_object(), *peak = json_object();
    for (int i = 0; i < NB_STAGES; i++) {
        const char *stage = stage_name((enum stage)i);
        json_object_set_new(nb, stage, json_integer((json_int_t)e->nb_run[i]));
        if (!e->peak_kb[i])
            continue;
        json_object_set_new(cpu, stage, json_real(round(e->cpu_s[i] * 100) / 100));
        json_object_set_new(peak, stage, json_integer(e->peak_kb[i] / 1024));
    }
    AUTO_JSON *o = json_pack(
        "{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o}", "jobs", nb, "worker_cpu_s", cpu,
        "worker_peak_mb", peak, "jobs_failed", (json_int_t)e->nb_failed, "parts", (json_int_t)t->nb,
        "complete", (json_int_t)t->nb_complete, "waiting", (json_int_t)t->nb_waiting, "published",
        (json_int_t)p->nb_parts, "stopped", e->stopped, "removed_files", publish_removed_json(p),
        "not_removed", publish_kept_json(p));
    cli_print_json(o);
}

static void print_summary(const struct run_tally *t, const struct executor_result *e,
                          const struct publish_result *p)
{
    AUTO_FREE char *jobs = executor_summary(e);
    table_text("  ", "jobs run: %s%s", jobs, e->nb_failed ? "; some failed, see above" : "");
    AUTO_STR s = {0};
    str_addf(&s, "%zu of %zu part%s complete", t->nb_complete, t->nb, t->nb == 1 ? " is" : "s are");
    if (t->nb_waiting)
        str_addf(&s, ", %zu wait%s", t->nb_waiting, t->nb_waiting == 1 ? "s" : "");
    if (t->nb_unfinished)
        str_addf(&s, ", %zu %s not finished", t->nb_unfinished,
                 t->nb_unfinished == 1 ? "is" : "are");
    table_text("", "%s; out/ holds %zu part%s, %zu file%s%s", s.s, p->nb_parts, cli_s(p->nb_parts),
               p->nb_files, cli_s(p->nb_files),
               p->nb_written || p->nb_removed ? "" : " (unchanged)");
    if (e->stopped)
        puts("stopped: 'talkpress run' continues from here");
}

static int exit_status(const struct run_tally *t, const struct executor_result *e,
                       const struct publish_result *p)
{
    if (e->no_space)
        return EXIT_TRY_AGAIN;
    if (e->nb_failed || e->stopped || t->nb_unfinished)
        return EXIT_FAILED;
    return t->nb_waiting || p->kept ? EXIT_NEEDS_USER : EXIT_OK;
}

static void tell_hooks(struct command *c, const struct run *r, const struct executor_result *result)
{
    hooks_tell_run(c->hooks, r, result);
    if (!command_has(c, "no-publish"))
        hooks_tell_publish(c->hooks, -1);
    hooks_tell_needs(c->hooks, c->plan);
}

/* Runs, publishes and prints the outcome. Returns the exit status. */
static int run(struct run *r, struct executor_result *result, struct command *c, const int *talks,
               size_t nb_talks, struct err *err)
{
    AUTO_PUBLISH_RESULT published = {0};
    if (run_execute(result, r, talks, nb_talks, err) < 0 ||
        (!command_has(c, "no-publish") &&
         publish(&published, c->plan, command_has(c, "prune"), err) < 0))
        return err->code;
    const struct run_tally tally = run_count(r);
    if (command_has(c, "json")) {
        print_json(&tally, result, &published);
    } else {
        print_waiting(r, c->plan);
        if (!c->plan->programme.nb_talks)
            puts(CLI_NO_TALKS);
        print_summary(&tally, result, &published);
        if (publish_report(&published, c, !result->stopped, err) < 0)
            return err->code;
    }
    tell_hooks(c, r, result);
    return exit_status(&tally, result, &published);
}

int check_run(struct command *c, struct err *err)
{
    (void)err;
    return command_has(c, "prune") && command_has(c, "no-publish")
               ? command_usage(c, "'--prune' removes files from out/, and '--no-publish' does not")
               : command_pool_check(c);
}

int cmd_run(struct command *c, struct err *err)
{
    const bool quiet = command_has(c, "json") || command_has(c, "quiet");
    AUTO_FREE int *talks = NULL;
    size_t nb_talks = 0;
    struct executor_result result = {0};
    if (captions_note(c->plan, err) < 0 || chapters_note(c->plan, err) < 0 ||
        selector_talks(&talks, &nb_talks, &c->plan->programme, c->operands, c->nb_operands, err) <
            0 ||
        analyse_recordings(&result, c->plan, c->pool, talks, c->nb_operands ? nb_talks : 0, quiet,
                           err) < 0)
        return err->code;
    struct progress *progress = progress_create("encoding", c->pool->nb_slots, quiet);
    progress_share(progress, c->event->work);
    struct run *r = run_create(c->plan, c->pool, c->zygote, progress);
    const int status = run(r, &result, c, talks, nb_talks, err);
    if (result.no_space || err->code == ERR_NO_SPACE) {
        AUTO_FREE char *message = run_space_message(r);
        fprintf(stderr, "talkpress: the disk is full: %s\n", message);
    }
    if (status == EXIT_TRY_AGAIN)
        fputs("talkpress: " EXIT_NO_SPACE_ADVICE "\n", stderr);
    run_destroy(r);
    progress_destroy(progress);
    return status;
}
