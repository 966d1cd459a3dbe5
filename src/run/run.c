#include "run.h"
#include "jobs.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "executor.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "part_encoders.h"
#include "plan.h"
#include "pool.h"
#include "progress.h"
#include "schedule.h"
#include "space.h"
#include "workdir.h"
#include "zygote.h"

/* The progress of a part. Its jobs are planned in waves: when all jobs of a wave have ended, the
 * part is planned again, to find the jobs whose inputs are now made. Only open parts have jobs in
 * memory. */
struct part_run {
    const struct talk *talk;
    const struct part *part;
    struct part_plan plan;
    size_t next, in_flight;
    double left[NB_STAGES];  /* estimated core seconds not started yet */
    double cost, done;       /* estimated core seconds of all that was missing, and of ended jobs */
    char (*made)[KEY_BYTES]; /* keys of the jobs that succeeded, in order */
    size_t nb_made;
    int nb_waves;
    bool has_jobs; /* when the run began */
    bool failed;
};

enum {
    /* If what a job made is lost from work/ before the part is complete, it is made again, but not
     * more often: whatever takes it away would take it away again. */
    MOST_TIMES_MADE = 2,
    /* A part needs two, and two more if something was lost; a job that makes only what is missing
     * of a piece has another key each time. */
    MOST_WAVES = 8,
};

struct run {
    struct plan *plan;
    struct pool *pool;
    struct zygote *zygote;
    struct progress *progress;
    struct executor_result *total;
    struct schedule *schedule; /* NULL until all parts are planned */
    struct part_run *parts;
    size_t nb_parts;
    size_t nb_with_jobs, nb_done;          /* of these parts */
    double left[NB_STAGES];                /* of all parts */
    const struct run_attendant *attendant; /* NULL: none */
    bool checked;                          /* whether the renditions' encoders were checked */
};

struct run *run_create(struct plan *plan, struct pool *pool, struct zygote *zygote,
                       struct progress *progress)
{
    struct run *r = mem_zalloc(1, sizeof *r);
    *r = (struct run){.plan = plan, .pool = pool, .zygote = zygote, .progress = progress};
    return r;
}

void run_destroy(struct run *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->nb_parts; i++) {
        part_plan_finish(&r->parts[i].plan);
        free(r->parts[i].made);
    }
    free(r->parts);
    schedule_destroy(r->schedule);
    free(r);
}

static void add_left(struct run *r, struct part_run *pr, int stage, double cost)
{
    pr->left[stage] += cost;
    r->left[stage] += cost;
}

static double sum_left(const struct part_run *pr)
{
    double sum = 0;
    for (int i = 0; i < NB_STAGES; i++)
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
    for (int i = 0; i < NB_STAGES; i++)
        add_left(r, pr, i, -pr->left[i]);
    for (size_t i = 0; i < pr->plan.nb_jobs; i++)
        add_left(r, pr, (int)pr->plan.jobs[i].stage, pr->plan.jobs[i].cost);
    add_left(r, pr, STAGE_ASSEMBLE, pr->plan.cost_later);
    pr->cost = fmax(pr->cost, pr->done + sum_left(pr));
    return 0;
}

void run_attend(struct run *r, const struct run_attendant *attendant)
{
    r->attendant = attendant;
}

double run_left_s(const struct run *r)
{
    double sum = 0;
    for (int i = 0; i < NB_STAGES; i++)
        sum += r->left[i];
    return sum;
}

size_t run_nb_left(const struct run *r)
{
    return r->nb_with_jobs - r->nb_done;
}

/* Updates the part in the schedule after a wave was planned or a job was started. */
static int reschedule(struct run *r, struct part_run *pr, struct err *err)
{
    const bool ready = pr->next < pr->plan.nb_jobs;
    const size_t i = (size_t)(pr - r->parts);
    if (ready || pr->in_flight) {
        schedule_set(r->schedule, i, sum_left(pr), ready);
        return 0;
    }
    char name[32];
    schedule_close(r->schedule, i);
    part_plan_trim(&pr->plan);
    free(pr->made);
    pr->made = NULL;
    pr->nb_made = 0;
    if (!part_plan_made(&pr->plan))
        return 0;
    progress_set_done(r->progress, ++r->nb_done, r->nb_with_jobs);
    progress_note(r->progress, "talk %s is made (%zu of %zu part%s done): %s",
                  plan_part_name(name, pr->talk, pr->part->number), r->nb_done, r->nb_with_jobs,
                  r->nb_with_jobs == 1 ? "" : "s", pr->talk->title);
    const struct run_attendant *a = r->attendant;
    return a ? a->made(a->opaque, &pr->plan, err) : 0;
}

/* Once before the first job, instead of in each job. */
static int check_encoders(const struct run *run, struct err *err)
{
    const struct settings *s = &run->plan->event->settings;
    for (size_t i = 0; i < s->nb_renditions; i++) {
        const struct rendition *r = &s->renditions[i];
        AUTO_FREE char *where = mem_printf("rendition '%s'", r->name);
        const json_t *parts[] = {r->video, r->audio};
        for (int k = 0; k < 2; k++)
            if (parts[k] &&
                zygote_need_encoder(run->zygote, json_get_string(parts[k], "encoder", ""), where,
                                    err) < 0)
                return err->code;
    }
    return 0;
}

/* The captions that the user corrected are in the store; the worker reads them from a file. */
static int write_text(const struct job_spec *spec, struct err *err)
{
    const struct job_captions *c = &spec->captions;
    if (spec->stage != STAGE_CAPTIONS || !c->text)
        return 0;
    AUTO_FREE char *dir = fs_dirname(c->path);
    return fs_mkdirs(dir, err) < 0 ? err->code
                                   : fs_write_atomic(c->path, c->text, strlen(c->text), err);
}

/* Begins the next job of a part. Returns 1, 0 if it cannot begin because a result that it needs is
 * not valid, or a negative code. In the second case the part stays unfinished; the next run makes
 * that result again. */
static int begin_job(struct run *r, size_t i, struct job *out, struct job_spec *spec,
                     struct err *err)
{
    struct part_run *pr = &r->parts[i];
    struct job *job = &pr->plan.jobs[pr->next];
    const int ret = plan_begin_job(spec, job, r->plan, &pr->plan, err);
    if (ret < 0 || write_text(spec, err) < 0)
        return err->code;
    add_left(r, pr, (int)job->stage, -job->cost);
    pr->next++;
    pr->failed = pr->failed || ret > 0;
    pr->in_flight += ret == 0;
    if (ret > 0) {
        job_finish(job);
    } else {
        *out = *job;
        out->owner = i;
        *job = (struct job){0};
    }
    progress_set_left(r->progress, r->left);
    return reschedule(r, pr, err) < 0 ? err->code : ret == 0;
}

static int next_job(void *opaque, struct job *out, struct job_spec *spec, struct err *err)
{
    struct run *r = opaque;
    size_t i;
    if (r->attendant && r->attendant->pauses && r->attendant->pauses(r->attendant->opaque))
        return 0;
    while (schedule_open(&i, r->schedule))
        if (plan_wave(r, &r->parts[i], err) < 0 || reschedule(r, &r->parts[i], err) < 0)
            return err->code;
    if (!r->checked && schedule_most(&i, r->schedule) && check_encoders(r, err) < 0)
        return err->code;
    int begun = 0;
    while (begun == 0 && schedule_most(&i, r->schedule)) {
        r->checked = true;
        begun = begin_job(r, i, out, spec, err);
    }
    return begun;
}

static void part_costs(void *opaque, size_t owner, double *done, double *all)
{
    const struct run *r = opaque;
    *done = r->parts[owner].done;
    *all = r->parts[owner].cost;
}

static int times_made(const struct part_run *pr, const char *key)
{
    int nb = 0;
    for (size_t i = 0; i < pr->nb_made; i++)
        nb += strcmp(pr->made[i], key) == 0;
    return nb;
}

/* The file in work/ that the job is to make and that is not there; a new string. */
static char *missing_file(const struct run *r, const struct part_run *pr, struct job *job)
{
    AUTO_JOB_SPEC spec = {0};
    const char *work = r->plan->event->work;
    struct err ignored = {0};
    if (plan_begin_job(&spec, job, r->plan, &pr->plan, &ignored) < 0)
        return mem_strdup(job->key);
    const char *const ext = job_spec_ext(&spec) ? job_spec_ext(&spec) : "json";
    for (size_t i = 0; i < job_spec_nb_results(&spec); i++) {
        AUTO_FREE char *path = workdir_path(work, job_spec_result_key(&spec, i), ext);
        if (!fs_exists(path))
            return mem_take(&path);
    }
    return workdir_path(work, job_spec_result_key(&spec, 0), ext);
}

/* A part whose wave made nothing that lasts: its next wave would end as this one did. */
static void give_up(struct run *r, struct part_run *pr, struct job *job)
{
    AUTO_FREE char *path = missing_file(r, pr, job);
    char name[32];
    progress_say(
        r->progress,
        "FAILED talk %s\n  '%s' was made twice and is missing again: something else deletes "
        "files in work/, or the disk loses what is written. Stop that, then run "
        "'talkpress run' again",
        plan_part_name(name, pr->talk, pr->part->number), path);
    pr->failed = true;
    pr->next = pr->plan.nb_jobs;
    for (int i = 0; i < NB_STAGES; i++)
        add_left(r, pr, i, -pr->left[i]);
    r->total->nb_failed++;
}

/* Plans the next wave of a part whose jobs have all succeeded. */
static int plan_next_wave(struct run *r, struct part_run *pr, struct err *err)
{
    if (plan_wave(r, pr, err) < 0)
        return err->code;
    const bool too_many = ++pr->nb_waves == MOST_WAVES;
    for (size_t i = 0; i < pr->plan.nb_jobs; i++)
        if (too_many || times_made(pr, pr->plan.jobs[i].key) >= MOST_TIMES_MADE) {
            give_up(r, pr, &pr->plan.jobs[i]);
            break;
        }
    return 0;
}

static int job_ended(void *opaque, const struct job *job, bool ok, struct err *err)
{
    struct run *r = opaque;
    struct part_run *pr = &r->parts[job->owner];
    pr->in_flight--;
    pr->done += job->cost;
    pr->failed = pr->failed || !ok;
    if (ok)
        key_append(&pr->made, &pr->nb_made, job->key);
    if (pr->in_flight || pr->next < pr->plan.nb_jobs)
        return 0;
    /* After a failure the other jobs of the wave continue; the next run repeats the failed one. */
    if (!pr->failed && plan_next_wave(r, pr, err) < 0)
        return err->code;
    return reschedule(r, pr, err);
}

/* Plans every part once, for its cost only; its jobs are planned when it is opened. */
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
            pr->has_jobs = pr->plan.nb_jobs > 0;
            r->nb_with_jobs += pr->has_jobs;
            part_plan_trim(&pr->plan);
        }
    }
    return 0;
}

static int plan_parts(struct run *r, const int *talks, size_t nb_talks, struct err *err)
{
    plan_list_work(r->plan, true);
    const int ret = part_check_architecture(r->plan, err) < 0
                        ? err->code
                        : count_parts(r, talks, nb_talks, err);
    plan_list_work(r->plan, false);
    if (ret < 0)
        return ret;
    r->schedule = schedule_create(r->nb_parts, r->pool->nb_slots);
    if (r->attendant)
        schedule_keep_order(r->schedule);
    progress_set_done(r->progress, 0, r->nb_with_jobs);
    for (size_t i = 0; i < r->nb_parts; i++)
        if (r->parts[i].has_jobs)
            schedule_add(r->schedule, i, sum_left(&r->parts[i]));
    return 0;
}

int run_execute(struct executor_result *total, struct run *r, const int *talks, size_t nb_talks,
                struct err *err)
{
    struct event *event = r->plan->event;
    const struct job_source source = {next_job, job_ended, r};
    progress_set_parts(r->progress, part_costs, r);
    r->total = total;
    if (event_check(event, err) < 0 || workdir_clean(event->work, err) < 0 ||
        plan_parts(r, talks, nb_talks, err) < 0)
        return err->code;
    if (total->stopped || total->no_space)
        return 0;
    const int ret = executor_run(total, event, r->pool, &source, r->progress, err);
    if (total->nb_failed)
        event_encoders_doubt(event->work);
    return ret;
}

/* --- the outcome ------------------------------------------------------------------------------ */

struct run_tally run_count(const struct run *r)
{
    struct run_tally t = {.nb = r->nb_parts};
    for (size_t i = 0; i < r->nb_parts; i++)
        switch (r->parts[i].plan.state) {
        case PART_COMPLETE:
            t.nb_complete++;
            break;
        case PART_GONE:
        case PART_SETTLED:
            t.nb--;
            break;
        case PART_WAITING:
        case PART_HELD:
            t.nb_waiting++;
            break;
        case PART_TO_DO:
            t.nb_unfinished++;
            break;
        }
    return t;
}

size_t run_nb_parts(const struct run *r)
{
    return r->nb_parts;
}

const struct part_plan *run_part(const struct run *r, size_t i)
{
    return &r->parts[i].plan;
}

char *run_space_message(const struct run *r)
{
    AUTO_SPACE needs;
    space_begin(&needs, r->plan->event);
    for (size_t i = 0; i < r->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0}; /* again, as plans are trimmed */
        struct err ignored = {0};
        if (plan_part(&pp, r->plan, r->parts[i].talk, r->parts[i].part, &ignored) == 0)
            space_add(&needs, &pp);
    }
    return space_message(&needs);
}
