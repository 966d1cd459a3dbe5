#include "executor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "failure_text.h"
#include "fs.h"
#include "job.h"
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
#include "zygote.h"

enum { TICK_MS = 250, LOG_LINES = 12, LOG_MAX = 1 << 20 };

struct slot {
    bool busy;
    struct job job;
    struct job_spec spec;
    pid_t pid;
    int out; /* reading end of the worker's stdout */
    char *spec_path, *log_path;
    struct str line;              /* the bytes after the last newline */
    char *last_line;              /* the last complete line */
    struct timespec begin, heard; /* when it started; when it last reported */
    bool stalled;                 /* was killed because it made no progress */
    double done;                  /* as it last reported, 0 to 1 */
};

struct executor {
    struct event *event;
    struct zygote *zygote;
    const struct job_source *source;
    struct progress *progress;
    struct slot *slots;
    int nb_slots;
    struct executor_result *result;
    struct timespec listened; /* when the loop last checked the workers */
};

/* --- signals --------------------------------------------------------------------------------- */

/* The only global variable: a signal handler cannot reach anything else. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
    stop_signal = sig;
}

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { NB_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

static void catch_signals(struct sigaction *old)
{
    const struct sigaction catching = {.sa_handler = on_signal};
    for (int i = 0; i < NB_SIGNALS; i++)
        sigaction(stop_signals[i], &catching, &old[i]);
}

static void restore_signals(const struct sigaction *old)
{
    for (int i = 0; i < NB_SIGNALS; i++)
        sigaction(stop_signals[i], &old[i], NULL);
}

/* --- starting a worker ----------------------------------------------------------------------- */

static int spawn(struct slot *s, struct zygote *zygote, struct err *err)
{
    int out[2];
    if (pipe2(out, O_CLOEXEC) < 0)
        return err_errno(err, errno, "cannot create a pipe");
    const int log = open(s->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (log < 0)
        err_errno(err, errno, "cannot write '%s'", s->log_path);
    else
        (void)!zygote_fork(&s->pid, zygote, s->spec_path, out[1], log, err);
    close(out[1]);
    if (log >= 0)
        close(log);
    s->out = out[0];
    fcntl(s->out, F_SETFL, O_NONBLOCK);
    return err->code;
}

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
    *s = (struct slot){.busy = true, .job = *job, .spec = *job_spec, .out = -1, .pid = -1};
    *job = (struct job){0};
    *job_spec = (struct job_spec){0};
    /* The slot is in the name: two talks with the same card or cell may have the same job. */
    AUTO_FREE char *spec = mem_printf("%s-%d.json", s->job.key, i),
                   *log = mem_printf("%s-%d.log", s->job.key, i);
    s->spec_path = workdir_tmp(e->event->work, spec);
    s->log_path = workdir_tmp(e->event->work, log);
    if (write_spec(s, err) < 0 || spawn(s, e->zygote, err) < 0)
        return err->code;
    clock_gettime(CLOCK_MONOTONIC, &s->begin);
    s->heard = s->begin;
    progress_job(e->progress, i, &s->job);
    return 0;
}

static void free_slot(struct slot *s)
{
    if (s->out >= 0)
        close(s->out);
    job_finish(&s->job);
    job_spec_finish(&s->spec);
    free(s->spec_path);
    free(s->log_path);
    free(s->last_line);
    str_finish(&s->line);
    *s = (struct slot){.out = -1};
}

/* --- listening ------------------------------------------------------------------------------- */

static void take_line(struct executor *e, int i)
{
    struct slot *s = &e->slots[i];
    struct err ignored = {0};
    AUTO_JSON *line = NULL;
    if (s->line.s && json_read_text(&line, s->line.s, "worker", &ignored) == 0 &&
        json_object_get(line, "done")) {
        s->done = json_get_number(line, "done", 0);
        progress_at(e->progress, i, s->done);
    }
    free(s->last_line);
    s->last_line = str_take(&s->line);
    clock_gettime(CLOCK_MONOTONIC, &s->heard);
}

/* Returns false when the worker has closed its end of the pipe. */
static bool listen_to(struct executor *e, int i)
{
    char buf[4096];
    ssize_t n;
    while ((n = read(e->slots[i].out, buf, sizeof buf)) > 0)
        for (ssize_t k = 0; k < n; k++) {
            if (buf[k] == '\n')
                take_line(e, i);
            else if (e->slots[i].line.len < LOG_MAX)
                str_add_bytes(&e->slots[i].line, &buf[k], 1);
        }
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* --- ending ---------------------------------------------------------------------------------- */

/* Writes one result from work/ into the store. */
static int take_result(struct executor *e, enum stage stage, const char *key, struct err *err)
{
    AUTO_FREE char *path = workdir_path(e->event->work, key, "json");
    AUTO_JSON *result = NULL;
    if (json_read_file(&result, path, err) < 0)
        return err->code;
    json_clean(result); /* its texts may come from the recording, which is not trusted */
    return store_set_result(e->event->store, key, stage_name(stage), result, err);
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

static int take_results(struct executor *e, const struct job_spec *spec, struct err *err)
{
    for (size_t i = 0; i < job_spec_nb_results(spec); i++)
        if (take_result(e, spec->stage, job_spec_result_key(spec, i), err) < 0)
            return err->code;
    return take_seams(e, &spec->assembly, err);
}

/* Writes all results, and removes an earlier failure from the store and from failed/. */
static int write_results(struct executor *e, const struct job_spec *spec, struct err *err)
{
    struct store *store = e->event->store;
    AUTO_FREE char *name = mem_printf("%s.json", spec->key),
                   *failed = workdir_failed(e->event->work, name);
    if (store_begin(store, err) < 0)
        return err->code;
    if (take_results(e, spec, err) < 0 || store_clear_failure(store, spec->key, err) < 0 ||
        store_commit(store, err) < 0)
        store_rollback(store);
    else
        unlink(failed);
    return err->code;
}

/* The last lines of a worker's log. */
static char *log_tail(const char *path)
{
    struct err ignored = {0};
    char *text = NULL;
    if (fs_read(&text, NULL, path, LOG_MAX, &ignored) < 0)
        return mem_strdup("");
    const char *p = text + strlen(text);
    for (int lines = 0; p > text && lines <= LOG_LINES; p--)
        lines += p[-1] == '\n' && p[0];
    if (p > text)
        p++;
    char *tail = str_clean(p);
    free(text);
    return tail;
}

static void describe_stall(struct err *out, const struct slot *s, int stall_s)
{
    AUTO_FREE char *place = failure_place(&s->spec, s->done);
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
    AUTO_FREE char *place = failure_place(&s->spec, s->done);
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

static void describe_status(struct err *out, const struct slot *s, int status)
{
    AUTO_FREE char *place = failure_place(&s->spec, s->done);
    err_set(out, ERR_EXTERNAL, "the worker exited with status %d and no error message while %s",
            status, place);
}

/* Describes a failure, from the worker's last line or its exit status. */
static void describe_end(struct err *out, const struct slot *s, int status, int stall_s)
{
    struct err ignored = {0};
    AUTO_JSON *line = NULL;
    if (s->last_line && json_read_text(&line, s->last_line, "worker", &ignored) < 0)
        line = NULL; /* not JSON, if the worker crashed */
    const char *message = json_get_string(line, "message", NULL);
    if (s->stalled)
        describe_stall(out, s, stall_s);
    else if (WIFSIGNALED(status))
        describe_signal(out, s, WTERMSIG(status));
    else if (message)
        describe_message(out, s, err_code_by_name(json_get_string(line, "code", "bug")), message);
    else
        describe_status(out, s, WEXITSTATUS(status));
}

/* Keeps the spec, writes the failure to the store and reports it. */
static int note_failure(struct executor *e, const struct slot *s, int status, struct err *err)
{
    struct err why = {0};
    describe_end(&why, s, status, e->event->settings.stall_s);
    AUTO_FREE char *spec = mem_printf("%s.json", s->job.key);
    AUTO_FREE char *kept = workdir_failed(e->event->work, spec), *log = log_tail(s->log_path);
    struct err unkept = {0};
    const bool is_kept = fs_commit(s->spec_path, kept, &unkept) == 0;
    const struct failure f = {
        .key = s->job.key,
        .stage = stage_name(s->job.stage),
        .code = err_code_name(why.code),
        .message = why.msg,
        .log = log,
        .talk = s->job.talk,
        .part = s->job.part,
    };
    progress_say(e->progress, "FAILED %s\n  %s", s->job.what, why.msg);
    if (why.code != ERR_INVALID) {
        if (*log)
            progress_say(e->progress, "  the last lines of its log:\n%s", log);
        AUTO_FREE char *word = str_shell(kept);
        if (is_kept)
            progress_say(e->progress, "  to run it again: talkpress worker %s", word);
    }
    e->result->nb_failed++;
    e->result->no_space = e->result->no_space || why.code == ERR_NO_SPACE;
    return store_set_failure(e->event->store, &f, err);
}

static double seconds_since(const struct timespec *t)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

/* Whether all results of the job are in place. Then it succeeded, even if its worker was killed
 * just afterwards. */
static bool all_made(const struct executor *e, const struct job_spec *spec)
{
    for (size_t i = 0; i < job_spec_nb_results(spec); i++) {
        AUTO_FREE char *path = workdir_path(e->event->work, job_spec_result_key(spec, i), "json");
        if (!fs_exists(path))
            return false;
    }
    return true;
}

/* Removes the folder that a killed worker has left. */
static void remove_left(const struct executor *e, const struct slot *s)
{
    struct err err = {0};
    AUTO_FREE char *left = workdir_own(e->event->work, s->job.key, s->pid);
    if (fs_remove_all(left, &err) < 0) /* the next run empties tmp/ */
        progress_say(e->progress, "  %s", err.msg);
}

static int end(struct executor *e, int i, struct err *err)
{
    struct slot *s = &e->slots[i];
    int status = 0;
    struct rusage used = {0};
    zygote_wait(&status, &used, e->zygote, s->pid);
    const enum stage stage = s->job.stage;
    long *peak = &e->result->peak_kb[stage];
    *peak = used.ru_maxrss > *peak ? used.ru_maxrss : *peak;
    e->result->cpu_s[stage] += (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    const bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const bool ok = well || all_made(e, &s->spec);
    progress_job_end(e->progress, i, seconds_since(&s->begin), ok);
    if (!well)
        remove_left(e, s);
    int ret = ok ? write_results(e, &s->spec, err) : note_failure(e, s, status, err);
    if (ret == 0) {
        e->result->nb_run[stage] += ok;
        ret = e->source->ended(e->source->opaque, &s->job, ok, err);
    }
    unlink(s->spec_path);
    unlink(s->log_path);
    free_slot(s);
    return ret;
}

/* Waits until the pipe is closed too: a worker's child process ends a moment after the worker. */
static void wait_for_end(struct executor *e, struct slot *s)
{
    char buf[4096];
    ssize_t n;
    int status;
    struct rusage used;
    fcntl(s->out, F_SETFL, 0);
    while ((n = read(s->out, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR))
        ;
    zygote_wait(&status, &used, e->zygote, s->pid);
}

static void kill_all(struct executor *e)
{
    for (int i = 0; i < e->nb_slots; i++)
        if (e->slots[i].busy && e->slots[i].pid > 0)
            kill(e->slots[i].pid, SIGKILL);
    for (int i = 0; i < e->nb_slots; i++) {
        if (e->slots[i].busy && e->slots[i].pid > 0)
            wait_for_end(e, &e->slots[i]);
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

/* Kills workers that made no progress for stall_s seconds. If this process was itself stopped for a
 * while (Ctrl-Z), their times start again. */
static void stop_stalled(struct executor *e)
{
    const bool was_stopped = seconds_since(&e->listened) > 4 * TICK_MS / 1000.0;
    clock_gettime(CLOCK_MONOTONIC, &e->listened);
    for (int i = 0; i < e->nb_slots; i++) {
        struct slot *s = &e->slots[i];
        if (was_stopped)
            s->heard = e->listened;
        if (!s->busy || s->stalled || seconds_since(&s->heard) < e->event->settings.stall_s)
            continue;
        s->stalled = true;
        kill(s->pid, SIGKILL);
    }
}

static int wait_for_workers(struct executor *e, struct err *err)
{
    AUTO_FREE struct pollfd *fds = mem_zalloc((size_t)e->nb_slots, sizeof *fds);
    for (int i = 0; i < e->nb_slots; i++)
        fds[i] = (struct pollfd){.fd = e->slots[i].busy ? e->slots[i].out : -1, .events = POLLIN};
    if (poll(fds, (nfds_t)e->nb_slots, TICK_MS) < 0 && errno != EINTR)
        return err_errno(err, errno, "cannot wait for the workers");
    for (int i = 0; i < e->nb_slots; i++)
        if (e->slots[i].busy && fds[i].revents && !listen_to(e, i) && end(e, i, err) < 0)
            return err->code;
    return 0;
}

static int loop(struct executor *e, struct err *err)
{
    for (;;) {
        int busy;
        if (fill_slots(e, &busy, err) < 0)
            return err->code;
        if (!busy)
            return 0;
        if (wait_for_workers(e, err) < 0)
            return err->code;
        stop_stalled(e);
        progress_draw(e->progress);
        if (stop_signal) {
            e->result->stopped = true;
            return 0;
        }
    }
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
    e.slots = mem_zalloc((size_t)e.nb_slots, sizeof *e.slots);
    for (int i = 0; i < e.nb_slots; i++)
        e.slots[i].out = -1;
    clock_gettime(CLOCK_MONOTONIC, &e.listened);
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
    if (l->next == l->nb)
        return 0;
    if (plan_begin_job(spec, &l->jobs[l->next], l->plan, NULL, err) < 0)
        return err->code;
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
