#include "executor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "failure_text.h"
#include "fs.h"
#include "job.h"
#include "job_result.h"
#include "job_spec.h"
#include "jobs.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "progress.h"
#include "sandbox.h"
#include "store.h"
#include "str.h"
#include "workdir.h"
#include "worker_process.h"
#include "zygote.h"

enum { TICK_MS = 250, DRAW_MS = 100, LOG_LINES = 12 };

struct slot {
    bool busy;
    struct job job;
    struct job_spec spec;
    char *spec_path;
    struct worker_process worker;
    bool stalled; /* was killed because it made no progress */
};

struct executor {
    struct event *event;
    struct zygote *zygote;
    const struct job_source *source;
    struct progress *progress;
    struct slot *slots;
    int nb_slots;
    struct executor_result *result;
    double listened_s, drawn_s; /* when the loop last checked the workers; drew progress */
};

/* --- signals --------------------------------------------------------------------------------- */

/* The only global variable: a signal handler cannot reach anything else. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
    stop_signal = sig;
}

/* SIGXCPU: the limit of 'ulimit -t' is reached, and some time is left to end well. */
static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
enum { NB_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

static void catch_signals(struct sigaction *old)
{
    const struct sigaction catching = {.sa_handler = on_signal};
    for (int i = 0; i < NB_SIGNALS; i++) {
        sigaction(stop_signals[i], NULL, &old[i]);
        /* 'nohup talkpress run &': the run goes on without its terminal. */
        if (stop_signals[i] != SIGHUP || old[i].sa_handler != SIG_IGN)
            sigaction(stop_signals[i], &catching, NULL);
    }
}

static void restore_signals(const struct sigaction *old)
{
    for (int i = 0; i < NB_SIGNALS; i++)
        sigaction(stop_signals[i], &old[i], NULL);
}

/* --- starting a worker ----------------------------------------------------------------------- */

static int write_spec(const struct slot *s, struct err *err)
{
    AUTO_JSON *spec = job_spec_write(&s->spec);
    return json_dump_file(spec, s->spec_path, JSON_COMPACT) < 0
               ? err_errno(err, errno, "cannot write '%s'", s->spec_path)
               : 0;
}

/* Takes over job and spec. */
static int start(struct executor *e, int i, struct job *job, struct job_spec *job_spec,
                 struct err *err)
{
    struct slot *s = &e->slots[i];
    *s = (struct slot){.busy = true, .job = *job, .spec = *job_spec, .worker = worker_process_none};
    *job = (struct job){0};
    *job_spec = (struct job_spec){0};
    /* The slot is in the name: two talks with the same card or cell may have the same job. */
    AUTO_FREE char *spec = mem_printf("%s-%d.json", s->job.key, i);
    s->spec_path = workdir_tmp(e->event->work, spec);
    if (workdir_make_tmp(e->event->work, err) < 0 || write_spec(s, err) < 0 ||
        worker_process_start(&s->worker, e->zygote, s->spec_path, err) < 0) {
        struct err gone = {0};
        if (event_check(e->event, &gone) < 0) /* since it was checked: that is why */
            *err = gone;
        return err->code;
    }
    progress_job(e->progress, i, &s->job);
    return 0;
}

static void free_slot(struct slot *s)
{
    job_finish(&s->job);
    job_spec_finish(&s->spec);
    free(s->spec_path);
    worker_process_finish(&s->worker);
    s->spec_path = NULL;
    s->busy = false;
}

/* --- ending ---------------------------------------------------------------------------------- */

/* Reads and validates all results of a job that ended well: a new list. */
static int read_results(json_t **out, const struct executor *e, const struct job_spec *spec,
                        struct err *err)
{
    AUTO_JSON *list = json_array();
    for (size_t i = 0; i < job_spec_nb_results(spec); i++) {
        AUTO_FREE char *path = workdir_path(e->event->work, job_spec_result_key(spec, i), "json");
        json_t *result = NULL;
        if (job_result_read(&result, spec->stage, path, err) < 0)
            return err->code;
        json_array_append_new(list, result);
    }
    *out = mem_take(&list);
    return 0;
}

/* Writes to the store that the seams of a checked assembly are good. */
static int take_seams(struct executor *e, const struct job_assembly *a, struct err *err)
{
    for (size_t i = 0; i + 1 < a->nb_segments; i++) {
        const struct job_segment *g = &a->segments[i];
        if (g->seam_known)
            continue;
        AUTO_JSON *joined =
            json_pack("{s:s, s:s}", "before", g->seam_before, "after", g->seam_after);
        if (store_set_result(e->event->store, g->seam_key, "seam", joined, err) < 0)
            return err->code;
    }
    return 0;
}

static int take_results(struct executor *e, const struct job_spec *spec, const json_t *results,
                        struct err *err)
{
    for (size_t i = 0; i < job_spec_nb_results(spec); i++)
        if (store_set_result(e->event->store, job_spec_result_key(spec, i), stage_name(spec->stage),
                             json_array_get(results, i), err) < 0)
            return err->code;
    return take_seams(e, &spec->assembly, err);
}

static void forget_failure(const struct executor *e, const struct job_spec *spec)
{
    static const char *const kept[] = {"json", "log"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        AUTO_FREE char *name = mem_printf("%s.%s", spec->key, kept[i]),
                       *path = workdir_failed(e->event->work, name);
        unlink(path);
    }
    for (size_t i = 0; i < job_spec_nb_results(spec); i++) {
        AUTO_FREE char *path = workdir_failed_report(e->event->work, job_spec_result_key(spec, i));
        unlink(path);
    }
}

/* Writes all results, and removes an earlier failure from the store and from failed/. */
static int write_results(struct executor *e, const struct job_spec *spec, const json_t *results,
                         struct err *err)
{
    struct store *store = e->event->store;
    if (store_begin(store, err) < 0)
        return err->code;
    if (take_results(e, spec, results, err) < 0 || store_clear_failure(store, spec->key, err) < 0 ||
        store_commit(store, err) < 0)
        store_rollback(store);
    else
        forget_failure(e, spec);
    return err->code;
}

static void describe_stall(struct err *out, const struct slot *s, int stall_s)
{
    AUTO_FREE char *place = failure_place(&s->spec, worker_output_done(&s->worker.output));
    err_set(
        out, ERR_EXTERNAL,
        "the worker made no progress for %d s and was stopped while %s. %s'talkpress run' tries "
        "again; if the disk or the machine is slow, raise 'stall_s' in the settings",
        stall_s, place,
        s->spec.nb_files ? "Play the file there: if it hangs, copy it from the camera again. "
                         : "");
}

static void describe_signal(struct err *out, const struct slot *s, int signal)
{
    AUTO_FREE char *place = failure_place(&s->spec, worker_output_done(&s->worker.output));
    if (signal == SIGKILL)
        err_set(out, ERR_EXTERNAL,
                "the worker was killed (signal 9), by a user or because memory ran out, while %s: "
                "if memory is short, set fewer 'workers' in the settings",
                place);
    else if (signal == SIGSYS)
        err_set(
            out, ERR_EXTERNAL,
            "the worker made a system call that its sandbox forbids, and was stopped (signal 31): "
            "the recording contains an attack, or a library needs more than the sandbox allows "
            "(while %s)",
            place);
    else if (signal == SIGXCPU)
        err_set(out, ERR_EXTERNAL,
                "the worker exceeded its limit of processor time and was stopped while %s: the "
                "file may be damaged or made to exhaust the machine",
                place);
    else
        err_set(out, ERR_EXTERNAL, "the worker crashed (signal %d, %s) while %s", signal,
                strsignal(signal), place);
}

static void describe_message(struct err *out, const struct slot *s, enum err_code code,
                             const char *message)
{
    AUTO_FREE char *text = failure_with_place(message, &s->spec);
    err_set(out, code, "%s", text);
}

/* The path of the first file in work/ that the job should have made and that is not there, or NULL.
 * A new string. */
static char *absent_result(const char *work, const struct job_spec *spec)
{
    const char *const exts[] = {job_spec_ext(spec), "json"};
    for (size_t i = 0; i < job_spec_nb_results(spec); i++)
        for (size_t k = 0; k < sizeof exts / sizeof *exts; k++) {
            AUTO_FREE char *path =
                exts[k] ? workdir_path(work, job_spec_result_key(spec, i), exts[k]) : NULL;
            if (path && !fs_exists(path))
                return mem_take(&path);
        }
    return NULL;
}

static void describe_absent(struct err *out, const struct slot *s, const char *work)
{
    AUTO_FREE char *path = absent_result(work, &s->spec);
    err_set(out, ERR_IO,
            "the worker made '%s', but it is not there: something else deletes files in work/, or "
            "the disk loses what is written. 'talkpress run' makes it again",
            path ? path : work);
}

static void describe_status(struct err *out, const struct slot *s, int status)
{
    AUTO_FREE char *place = failure_place(&s->spec, worker_output_done(&s->worker.output));
    err_set(out, ERR_EXTERNAL, "the worker exited with status %d and no error message while %s",
            status, place);
}

/* Describes a failure, from the worker's last line or its exit status. */
static void describe_end(struct err *out, const struct slot *s, int status,
                         const struct event *event)
{
    struct err ignored = {0};
    AUTO_JSON *line = NULL;
    const char *last_line = s->worker.output.last_line;
    if (last_line && json_read_text(&line, last_line, "worker", &ignored) < 0)
        line = NULL; /* not JSON, if the worker crashed */
    const char *message = json_get_string(line, "message", NULL);
    if (s->stalled)
        describe_stall(out, s, event->settings.stall_s);
    else if (WIFSIGNALED(status))
        describe_signal(out, s, WTERMSIG(status));
    else if (status == 0)
        describe_absent(out, s, event->work);
    else if (message)
        describe_message(out, s, err_code_by_name(json_get_string(line, "code", "bug")), message);
    else
        describe_status(out, s, WEXITSTATUS(status));
}

/* Keeps the log beside the spec, unless it is empty. Returns its path, a new string, or NULL. */
static char *keep_log(const struct executor *e, const struct slot *s)
{
    struct err unkept = {0};
    AUTO_FREE char *name = mem_printf("%s.log", s->job.key),
                   *path = workdir_failed(e->event->work, name),
                   *text = worker_log_text(&s->worker.log);
    if (!*text || fs_write_atomic(path, text, strlen(text), &unkept) < 0)
        return NULL;
    return mem_take(&path);
}

/* Keeps the spec and the log, writes the failure to the store and reports it. known: why it failed,
 * if the worker did not say it. */
static int note_failure(struct executor *e, const struct slot *s, int status,
                        const struct err *known, struct err *err)
{
    struct err why = *known, unkept = {0};
    if (why.code == ERR_OK)
        describe_end(&why, s, status, e->event);
    AUTO_FREE char *spec = mem_printf("%s.json", s->job.key);
    AUTO_FREE char *kept = workdir_failed(e->event->work, spec), *kept_log = keep_log(e, s),
                   *lines = worker_log_last_lines(&s->worker.log, LOG_LINES);
    const bool is_kept = fs_commit(s->spec_path, kept, &unkept) == 0;
    const struct failure f = {
        .key = s->job.key,
        .stage = stage_name(s->job.stage),
        .code = err_code_name(why.code),
        .message = why.msg,
        .log = lines,
        .talk = s->job.talk,
        .part = s->job.part,
    };
    progress_say(e->progress, "FAILED %s\n  %s", s->job.what, why.msg);
    if (why.code != ERR_INVALID) {
        AUTO_FREE char *word = str_shell(kept);
        if (*lines)
            progress_say(e->progress, "  the last lines of its log%s%s:\n%s",
                         kept_log ? ", kept in " : "", kept_log ? kept_log : "", lines);
        if (is_kept)
            progress_say(e->progress, "  to run it again: talkpress worker %s", word);
    }
    e->result->nb_failed++;
    e->result->no_space = e->result->no_space || why.code == ERR_NO_SPACE;
    return store_set_failure(e->event->store, &f, err);
}

/* Whether all results of the job are in place. Then it succeeded, even if its worker was killed
 * just afterwards; and without them it did not, whatever its worker says. */
static bool all_made(const struct executor *e, const struct job_spec *spec)
{
    AUTO_FREE char *absent = absent_result(e->event->work, spec);
    return !absent;
}

/* Removes the folder that a killed worker has left. */
static void remove_left(const struct executor *e, const struct slot *s)
{
    struct err err = {0};
    AUTO_FREE char *left = workdir_own(e->event->work, s->job.key, s->worker.pid);
    if (fs_remove_all(left, &err) < 0) /* the next run empties tmp/ */
        progress_say(e->progress, "  %s", err.msg);
}

static int end(struct executor *e, int i, struct err *err)
{
    struct slot *s = &e->slots[i];
    int status = 0;
    struct rusage used = {0};
    worker_process_wait(&status, &used, &s->worker, e->zygote);
    const enum stage stage = s->job.stage;
    long *peak = &e->result->peak_kb[stage];
    *peak = used.ru_maxrss > *peak ? used.ru_maxrss : *peak;
    e->result->cpu_s[stage] += (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    const bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    struct err why = {0};
    AUTO_JSON *results = NULL;
    const bool ok = all_made(e, &s->spec) && read_results(&results, e, &s->spec, &why) == 0;
    progress_job_end(e->progress, i, clock_now_s() - s->worker.begin_s, ok);
    if (!well)
        remove_left(e, s);
    int ret = event_check(e->event, err) < 0 ? err->code
              : ok                           ? write_results(e, &s->spec, results, err)
                                             : note_failure(e, s, status, &why, err);
    if (ret == 0) {
        e->result->nb_run[stage] += ok;
        ret = e->source->ended(e->source->opaque, &s->job, ok, err);
    }
    unlink(s->spec_path);
    free_slot(s);
    return ret;
}

static void kill_all(struct executor *e)
{
    for (int i = 0; i < e->nb_slots; i++)
        worker_process_kill(&e->slots[i].worker);
    for (int i = 0; i < e->nb_slots; i++) {
        worker_process_reap(&e->slots[i].worker, e->zygote);
        free_slot(&e->slots[i]);
    }
}

/* --- the loop -------------------------------------------------------------------------------- */

static int fill_slots(struct executor *e, int *busy, struct err *err)
{
    *busy = 0;
    for (int i = 0; i < e->nb_slots; i++) {
        if (!e->slots[i].busy && !e->result->no_space) {
            struct job job = {0};
            struct job_spec spec = {0};
            const int got = e->source->next(e->source->opaque, &job, &spec, err);
            if (got < 0)
                return got;
            if (got && start(e, i, &job, &spec, err) < 0)
                return err->code;
        }
        *busy += e->slots[i].busy;
    }
    return 0;
}

/* Kills workers that made no progress for stall_s seconds. A time in which this process was itself
 * stopped (Ctrl-Z) does not count. */
static void stop_stalled(struct executor *e)
{
    const double now_s = clock_now_s(), passed_s = now_s - e->listened_s,
                 stopped_s = passed_s > 4 * TICK_MS / 1000.0 ? passed_s : 0;
    e->listened_s = now_s;
    for (int i = 0; i < e->nb_slots; i++) {
        struct slot *s = &e->slots[i];
        if (!s->busy || s->stalled)
            continue;
        s->worker.heard_s += stopped_s;
        if (now_s - s->worker.heard_s < e->event->settings.stall_s)
            continue;
        s->stalled = true;
        worker_process_kill(&s->worker);
    }
}

/* Waits for at most TICK_MS. */
static int poll_workers(struct pollfd *fds, const struct executor *e, struct err *err)
{
    int most_ms = TICK_MS;
    for (int i = 0; i < e->nb_slots; i++) {
        const int ms = worker_process_expect(&fds[WORKER_PROCESS_FDS * i], &e->slots[i].worker);
        most_ms = ms >= 0 && ms < most_ms ? ms : most_ms;
    }
    const nfds_t nb = (nfds_t)e->nb_slots * WORKER_PROCESS_FDS;
    return poll(fds, nb, most_ms) < 0 && errno != EINTR
               ? err_errno(err, errno, "cannot wait for the workers")
               : 0;
}

static int wait_for_workers(struct executor *e, struct err *err)
{
    AUTO_FREE struct pollfd *fds =
        mem_zalloc((size_t)e->nb_slots * WORKER_PROCESS_FDS, sizeof *fds);
    if (poll_workers(fds, e, err) < 0)
        return err->code;
    for (int i = 0; i < e->nb_slots; i++) {
        struct slot *s = &e->slots[i];
        if (!s->busy)
            continue;
        const bool runs = worker_process_listen(&s->worker, &fds[WORKER_PROCESS_FDS * i]);
        progress_at(e->progress, i, worker_output_done(&s->worker.output));
        if (!runs && end(e, i, err) < 0)
            return err->code;
    }
    return 0;
}

static void draw(struct executor *e)
{
    if (clock_now_s() - e->drawn_s < DRAW_MS / 1000.0)
        return;
    e->drawn_s = clock_now_s();
    progress_draw(e->progress);
}

static int loop(struct executor *e, struct err *err)
{
    for (;;) {
        int busy;
        if (event_check(e->event, err) < 0 || fill_slots(e, &busy, err) < 0)
            return err->code;
        if (!busy)
            return 0;
        if (wait_for_workers(e, err) < 0)
            return err->code;
        stop_stalled(e);
        draw(e);
        if (stop_signal) {
            e->result->stopped = true;
            return 0;
        }
    }
}

/* The usual limit of open files, 1024, is too low for hundreds of workers. */
static void allow_files(int nb_workers)
{
    enum { OTHERS = 256 };
    struct rlimit now;
    const rlim_t needed = (rlim_t)nb_workers * WORKER_PROCESS_FDS + OTHERS;
    if (getrlimit(RLIMIT_NOFILE, &now) < 0 || now.rlim_cur >= needed)
        return;
    now.rlim_cur = needed < now.rlim_max ? needed : now.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &now); /* else starting a worker says what is short */
}

int executor_run(struct executor_result *out, struct event *event, struct zygote *zygote,
                 const struct job_source *source, struct progress *progress, struct err *err)
{
    struct executor e = {
        .event = event,
        .zygote = zygote,
        .source = source,
        .progress = progress,
        .nb_slots = event->settings.workers,
        .result = out,
    };
    struct sigaction old[NB_SIGNALS];
    if (event->settings.sandbox == SANDBOX_REQUIRE && sandbox_require(err) < 0)
        return err->code;
    allow_files(e.nb_slots);
    e.slots = mem_zalloc((size_t)e.nb_slots, sizeof *e.slots);
    for (int i = 0; i < e.nb_slots; i++)
        e.slots[i].worker = worker_process_none;
    e.listened_s = clock_now_s();
    catch_signals(old);
    store_set_stop(event->store, &stop_signal);
    (void)loop(&e, err);
    kill_all(&e);
    restore_signals(old);
    store_set_stop(event->store, NULL);
    progress_clear(progress);
    free(e.slots);
    return err->code;
}

char *executor_summary(const struct executor_result *r)
{
    AUTO_STR s = {0};
    for (int i = 0; i < NB_STAGES; i++)
        if (r->nb_run[i])
            str_addf(&s, "%s%s %zu", s.len ? ", " : "", stage_name((enum stage)i), r->nb_run[i]);
    if (!s.len)
        str_add(&s, "none");
    return str_take(&s);
}

/* --- a plain list ---------------------------------------------------------------------------- */

struct list {
    const struct plan *plan;
    struct job *jobs;
    size_t nb, next;
    double left[NB_STAGES];
    struct progress *progress;
};

static int next_of_list(void *opaque, struct job *out, struct job_spec *spec, struct err *err)
{
    struct list *l = opaque;
    int ret = 1;
    while (ret > 0 && l->next < l->nb) {
        ret = plan_begin_job(spec, &l->jobs[l->next], l->plan, NULL, err);
        l->next += ret > 0; /* a result that it needs is not valid: the next run makes it again */
    }
    if (ret != 0)
        return ret < 0 ? ret : 0;
    *out = l->jobs[l->next];
    l->jobs[l->next++] = (struct job){0};
    l->left[out->stage] -= out->cost;
    progress_set_left(l->progress, l->left);
    return 1;
}

static int ended_of_list(void *opaque, const struct job *job, bool ok, struct err *err)
{
    (void)opaque, (void)job, (void)ok, (void)err;
    return 0;
}

/* So that no long job is left to run alone. Jobs of equal cost are in order of their names. */
static int longest_first(const void *a, const void *b)
{
    const struct job *x = a, *y = b;
    return x->cost != y->cost ? (x->cost < y->cost ? 1 : -1) : strcmp(x->what, y->what);
}

int executor_run_list(struct executor_result *total, const struct plan *plan, struct zygote *zygote,
                      struct job *jobs, size_t nb_jobs, struct progress *progress, struct err *err)
{
    struct list l = {.plan = plan, .jobs = jobs, .nb = nb_jobs, .progress = progress};
    if (nb_jobs)
        qsort(jobs, nb_jobs, sizeof *jobs, longest_first);
    for (size_t i = 0; i < nb_jobs; i++)
        l.left[jobs[i].stage] += jobs[i].cost;
    const struct job_source source = {next_of_list, ended_of_list, &l};
    return executor_run(total, plan->event, zygote, &source, progress, err);
}
