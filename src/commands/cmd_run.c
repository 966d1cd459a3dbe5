#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse_recordings.h"
#include "captions_source.h"
#include "commands.h"
#include "event.h"
#include "executor.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "progress.h"
#include "publish.h"
#include "schedule.h"
#include "selector.h"
#include "space.h"
#include "workdir.h"
#include "zygote.h"

/* A part on its way. Its jobs are planned in waves: when all of one have ended, it is planned anew,
 * which finds what can be made from what is there now. Jobs are in memory of open parts alone. */
struct part_run {
    const struct talk *talk;
    const struct part *part;
    struct part_plan plan;
    size_t next, in_flight;
    double left[EXECUTOR_NB_STAGES]; /* estimated core seconds that are to be started */
    double cost, done; /* the same: of all that was missing, and of what has ended of it */
    bool failed;
};

struct run {
    struct plan *plan;
    struct progress *progress;
    struct schedule *schedule;
    struct part_run *parts;
    size_t nb_parts;
    double left[EXECUTOR_NB_STAGES]; /* of all parts */
    bool quiet;
    bool checked; /* the renditions' encoders */
};

static void finish_run(struct run *r)
{
    for (size_t i = 0; i < r->nb_parts; i++)
        part_plan_finish(&r->parts[i].plan);
    free(r->parts);
    schedule_destroy(r->schedule);
}

static void add_left(struct run *r, struct part_run *pr, int stage, double cost)
{
    pr->left[stage] += cost;
    r->left[stage] += cost;
}

static double sum_left(const struct part_run *pr)
{
    double sum = 0;
    for (int i = 0; i < EXECUTOR_NB_STAGES; i++)
        sum += pr->left[i];
    return sum;
}

static int plan_wave(struct run *r, struct part_run *pr, struct err *err)
{
    part_plan_finish(&pr->plan);
    pr->next = 0;
    if (plan_part(&pr->plan, r->plan, pr->talk, pr->part, err) < 0)
        return err->code;
    job_sort(pr->plan.jobs, pr->plan.nb_jobs);
    for (int i = 0; i < EXECUTOR_NB_STAGES; i++)
        add_left(r, pr, i, -pr->left[i]);
    for (size_t i = 0; i < pr->plan.nb_jobs; i++)
        add_left(r, pr, executor_stage_index(pr->plan.jobs[i].stage), pr->plan.jobs[i].cost);
    add_left(r, pr, executor_stage_index("assemble"), pr->plan.cost_later);
    pr->cost = fmax(pr->cost, pr->done + sum_left(pr));
    return 0;
}

/* The part's place in the schedule after a wave was planned or a job started. */
static void reschedule(struct run *r, struct part_run *pr)
{
    const bool ready = pr->next < pr->plan.nb_jobs;
    const size_t i = (size_t)(pr - r->parts);
    if (ready || pr->in_flight) {
        schedule_set(r->schedule, i, sum_left(pr), ready);
        return;
    }
    char name[32];
    schedule_close(r->schedule, i);
    part_plan_trim(&pr->plan);
    if (!r->quiet && part_plan_made(&pr->plan))
        progress_say(r->progress, "talk %s is made: %s",
                     plan_part_name(name, pr->talk, pr->part->number), pr->talk->title);
}

/* Before the first job, not in each of them. */
static int check_encoders(struct event *event, struct err *err)
{
    const struct settings *s = &event->settings;
    for (size_t i = 0; i < s->nb_renditions; i++) {
        const struct rendition *r = &s->renditions[i];
        AUTO_FREE char *where = mem_printf("rendition '%s'", r->name);
        const json_t *parts[] = {r->video, r->audio};
        for (int k = 0; k < 2; k++)
            if (parts[k] &&
                zygote_need_encoder(event->zygote, json_get_string(parts[k], "encoder", ""), where,
                                    err) < 0)
                return err->code;
    }
    return 0;
}

static int next_job(void *opaque, struct job *out, struct err *err)
{
    struct run *r = opaque;
    size_t i;
    while (schedule_open(&i, r->schedule)) {
        if (plan_wave(r, &r->parts[i], err) < 0)
            return err->code;
        reschedule(r, &r->parts[i]);
    }
    if (!schedule_most(&i, r->schedule))
        return 0;
    if (!r->checked && check_encoders(r->plan->event, err) < 0)
        return err->code;
    r->checked = true;
    struct part_run *pr = &r->parts[i];
    *out = pr->plan.jobs[pr->next];
    out->owner = i;
    pr->plan.jobs[pr->next++] = (struct job){0};
    pr->in_flight++;
    add_left(r, pr, executor_stage_index(out->stage), -out->cost);
    reschedule(r, pr);
    progress_set_left(r->progress, r->left);
    return 1;
}

static void part_costs(void *opaque, size_t owner, double *done, double *all)
{
    const struct run *r = opaque;
    *done = r->parts[owner].done;
    *all = r->parts[owner].cost;
}

static int job_ended(void *opaque, const struct job *job, bool ok, struct err *err)
{
    struct run *r = opaque;
    struct part_run *pr = &r->parts[job->owner];
    pr->in_flight--;
    pr->done += job->cost;
    pr->failed = pr->failed || !ok;
    if (pr->in_flight || pr->next < pr->plan.nb_jobs)
        return 0;
    /* Where a job failed its others went on; what failed is for the next run. */
    if (!pr->failed && plan_wave(r, pr, err) < 0)
        return err->code;
    reschedule(r, pr);
    return 0;
}

/* Plans every part once, for its cost; its jobs when its turn comes. */
static int count_parts(struct run *r, const int *talks, size_t nb_talks, struct err *err)
{
    for (size_t i = 0; i < nb_talks; i++) {
        const struct talk *t = programme_find(&r->plan->programme, talks[i]);
        for (size_t k = 0; k < t->nb_parts && !t->gone; k++) {
            r->parts = mem_grow(r->parts, r->nb_parts, sizeof *r->parts);
            struct part_run *pr = &r->parts[r->nb_parts++];
            *pr = (struct part_run){.talk = t, .part = &t->parts[k]};
            if (plan_wave(r, pr, err) < 0)
                return err->code;
        }
    }
    return 0;
}

static int begin_run(struct run *r, const int *talks, size_t nb_talks, struct err *err)
{
    plan_count_only(r->plan, true);
    const int ret = count_parts(r, talks, nb_talks, err);
    plan_count_only(r->plan, false);
    if (ret < 0)
        return ret;
    r->schedule = schedule_create(r->nb_parts, r->plan->event->settings.workers);
    for (size_t i = 0; i < r->nb_parts; i++) {
        struct part_plan *plan = &r->parts[i].plan;
        if (plan->nb_jobs)
            schedule_add(r->schedule, i, sum_left(&r->parts[i]));
        part_plan_trim(plan);
    }
    return 0;
}

/* --- telling --------------------------------------------------------------------------------- */

struct tally {
    size_t nb, nb_complete, nb_waiting, nb_failed;
};

static struct tally count(const struct run *r)
{
    struct tally t = {.nb = r->nb_parts};
    for (size_t i = 0; i < r->nb_parts; i++) {
        const struct part_run *pr = &r->parts[i];
        if (part_plan_complete(&pr->plan))
            t.nb_complete++;
        else if (pr->plan.settled)
            t.nb--;
        else if (pr->plan.waiting || part_plan_made(&pr->plan))
            t.nb_waiting++;
        else
            t.nb_failed++;
    }
    return t;
}

static void print_waiting(const struct run *r)
{
    for (size_t i = 0; i < r->nb_parts; i++) {
        const struct part_plan *pp = &r->parts[i].plan;
        char name[32];
        if (pp->settled || (!pp->waiting && !(pp->held && part_plan_made(pp))))
            continue;
        printf("talk %s waits: %s",
               plan_part_name(name, r->parts[i].talk, r->parts[i].part->number),
               pp->waiting ? pp->waiting : "a person, to accept it or to mend it");
        if (pp->verdict != VERDICT_OK)
            printf(" (%s%s%s%s%s)", pp->source ? fs_basename(pp->source->recording->path) : "",
                   pp->source ? ": " : "", verdict_name(pp->verdict), *pp->cause ? ": " : "",
                   pp->cause);
        putchar('\n');
    }
}

static void tell(const struct run *r, const struct executor_result *e,
                 const struct publish_result *p, bool json)
{
    const struct tally t = count(r);
    AUTO_FREE char *jobs = executor_summary(e);
    if (json) {
        json_t *nb = json_object(), *cpu = json_object(), *peak = json_object();
        for (int i = 0; i < EXECUTOR_NB_STAGES; i++) {
            const char *stage = executor_stage_name(i);
            json_object_set_new(nb, stage, json_integer((json_int_t)e->nb_run[i]));
            if (!e->peak_kb[i])
                continue;
            json_object_set_new(cpu, stage, json_real(round(e->cpu_s[i] * 100) / 100));
            json_object_set_new(peak, stage, json_integer(e->peak_kb[i] / 1024));
        }
        AUTO_JSON *o = json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:b}", "jobs", nb,
                                 "worker_cpu_s", cpu, "worker_peak_mb", peak, "jobs_failed",
                                 (json_int_t)e->nb_failed, "parts", (json_int_t)t.nb, "complete",
                                 (json_int_t)t.nb_complete, "waiting", (json_int_t)t.nb_waiting,
                                 "published", (json_int_t)p->nb_parts, "stopped", e->stopped);
        cli_print_json(o);
        return;
    }
    print_waiting(r);
    if (!r->plan->programme.nb_talks)
        puts(CLI_NO_TALKS);
    printf("jobs run: %s%s\n", jobs, e->nb_failed ? "; some failed, see above" : "");
    printf("%zu of %zu parts are complete", t.nb_complete, t.nb);
    if (t.nb_waiting)
        printf(", %zu wait", t.nb_waiting);
    if (t.nb_failed)
        printf(", %zu are not finished", t.nb_failed);
    printf("; out/ holds %zu parts, %zu files%s\n", p->nb_parts, p->nb_files,
           p->nb_written || p->nb_removed ? "" : " (unchanged)");
    if (e->stopped)
        puts("stopped: 'talkpress run' goes on from here");
}

static void tell_space(const struct run *r)
{
    const struct event *event = r->plan->event;
    AUTO_FREE struct space *space = mem_zalloc(event->settings.nb_renditions, sizeof *space);
    for (size_t i = 0; i < r->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0}; /* anew: a run does not keep all that it has planned */
        struct err ignored = {0};
        if (plan_part(&pp, r->plan, r->parts[i].talk, r->parts[i].part, &ignored) == 0)
            space_add(space, &pp, event);
    }
    AUTO_FREE char *message = space_message(space, event);
    fprintf(stderr, "talkpress: the disk is full: %s\n", message);
}

static int exit_status(const struct run *r, const struct executor_result *e)
{
    const struct tally t = count(r);
    if (e->no_space)
        return EXIT_TRY_AGAIN;
    if (e->nb_failed || e->stopped || t.nb_failed)
        return EXIT_FAILED;
    return t.nb_waiting ? EXIT_NEEDS_PERSON : EXIT_OK;
}

/* --- the command ------------------------------------------------------------------------------ */

int cmd_run(struct command *c, struct err *err)
{
    struct plan *plan = c->plan;
    const bool json = command_has(c, "json"), quiet = json || command_has(c, "quiet");
    AUTO_FREE int *talks = NULL;
    size_t nb_talks = 0;
    struct executor_result result = {0};
    struct publish_result published = {0};
    if (workdir_clean(c->event->work, err) < 0 || captions_note(plan, err) < 0 ||
        selector_talks(&talks, &nb_talks, &plan->programme, c->operands, c->nb_operands, err) < 0 ||
        analyse_recordings(&result, plan, talks, c->nb_operands ? nb_talks : 0, quiet, err) < 0)
        return err->code;
    struct run r = {.plan = plan,
                    .quiet = quiet,
                    .progress = progress_create("encoding", c->event->settings.workers, quiet)};
    const struct job_source source = {next_job, job_ended, &r};
    progress_set_parts(r.progress, part_costs, &r);
    int ret = begin_run(&r, talks, nb_talks, err);
    if (ret == 0 && !result.stopped && !result.no_space)
        ret = executor_run(&result, c->event, &source, r.progress, err);
    if (ret == 0 && !command_has(c, "no-publish"))
        ret = publish(&published, plan, err);
    progress_destroy(r.progress);
    if (ret == 0) {
        tell(&r, &result, &published, json);
        ret = exit_status(&r, &result);
    }
    if (result.no_space || err->code == ERR_NO_SPACE)
        tell_space(&r);
    finish_run(&r);
    if (ret == EXIT_TRY_AGAIN)
        fputs("talkpress: make room, then the same command goes on from here\n", stderr);
    return ret;
}
