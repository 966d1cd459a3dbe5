#include "job_outcome.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event.h"
#include "failure_text.h"
#include "fs.h"
#include "job_files.h"
#include "job_result.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "pool.h"
#include "store.h"
#include "workdir.h"

int job_outcome_read(json_t **out, const char *work, const struct job_spec *spec, struct err *err)
{
    AUTO_JSON *list = json_array();
    for (size_t i = 0; i < job_spec_nb_results(spec); i++) {
        AUTO_FREE char *path = workdir_path(work, job_spec_result_key(spec, i), "json");
        json_t *result = NULL;
        if (job_result_read(&result, spec->stage, path, err) < 0)
            return err->code;
        json_array_append_new(list, result);
    }
    *out = mem_take(&list);
    return 0;
}

/* Writes to the store that the seams of a checked assembly are good. */
static int take_seams(struct store *store, const struct job_assembly *a, struct err *err)
{
    for (size_t i = 0; i + 1 < a->nb_segments; i++) {
        const struct job_segment *g = &a->segments[i];
        if (g->seam_known)
            continue;
        AUTO_JSON *joined =
            json_pack("{s:s, s:s}", "before", g->seam_before, "after", g->seam_after);
        if (store_set_result(store, g->seam_key, "seam", joined, err) < 0)
            return err->code;
    }
    return 0;
}

static int take_results(struct store *store, const struct job_spec *spec, const json_t *results,
                        struct err *err)
{
    for (size_t i = 0; i < job_spec_nb_results(spec); i++)
        if (store_set_result(store, job_spec_result_key(spec, i), stage_name(spec->stage),
                             json_array_get(results, i), err) < 0)
            return err->code;
    return take_seams(store, &spec->assembly, err);
}

static void forget_failure(const char *work, const struct job_spec *spec)
{
    static const char *const kept[] = {"json", "log"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        AUTO_FREE char *name = mem_printf("%s.%s", spec->key, kept[i]),
                       *path = workdir_failed(work, name);
        unlink(path);
    }
    for (size_t i = 0; i < job_spec_nb_results(spec); i++) {
        AUTO_FREE char *path = workdir_failed_report(work, job_spec_result_key(spec, i));
        unlink(path);
    }
}

static int take_all(struct store *store, const struct job_outcome *outcomes, size_t nb,
                    struct err *err)
{
    for (size_t i = 0; i < nb; i++)
        if (take_results(store, outcomes[i].spec, outcomes[i].results, err) < 0 ||
            store_clear_failure(store, outcomes[i].spec->key, err) < 0)
            return err->code;
    return 0;
}

int job_outcome_store(const struct event *event, const struct job_outcome *outcomes, size_t nb,
                      struct err *err)
{
    struct store *store = event->store;
    if (store_begin(store, err) < 0)
        return err->code;
    if (take_all(store, outcomes, nb, err) < 0 || store_commit(store, err) < 0) {
        store_rollback(store);
        return err->code;
    }
    for (size_t i = 0; i < nb; i++)
        forget_failure(event->work, outcomes[i].spec);
    return 0;
}

static void describe_stall(struct err *out, const struct job_spec *spec,
                           const struct worker_end *end, int stall_s)
{
    AUTO_FREE char *place = failure_place(spec, end->done);
    err_set(
        out, ERR_EXTERNAL,
        "the worker made no progress for %d s and was stopped while %s. %s'talkpress run' tries "
        "again; if the disk or the machine is slow, raise 'stall_s' in the settings",
        stall_s, place,
        spec->nb_files ? "Play the file there: if it hangs, copy it from the camera again. " : "");
}

static void describe_signal(struct err *out, const struct job_spec *spec,
                            const struct worker_end *end, int signal)
{
    AUTO_FREE char *place = failure_place(spec, end->done);
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

static void describe_message(struct err *out, const struct job_spec *spec, enum err_code code,
                             const char *message)
{
    AUTO_FREE char *text = failure_with_place(message, spec);
    err_set(out, code, "%s", text);
}

static void describe_absent(struct err *out, const struct job_spec *spec, const char *work)
{
    AUTO_FREE char *path = job_absent_file(work, spec);
    err_set(out, ERR_IO,
            "the worker made '%s', but it is not there: something else deletes files in work/, or "
            "the disk loses what is written. 'talkpress run' makes it again",
            path ? path : work);
}

static void describe_status(struct err *out, const struct job_spec *spec,
                            const struct worker_end *end, int status)
{
    AUTO_FREE char *place = failure_place(spec, end->done);
    err_set(out, ERR_EXTERNAL, "the worker exited with status %d and no error message while %s",
            status, place);
}

void job_outcome_describe(struct err *out, const struct job_spec *spec,
                          const struct worker_end *end, const struct event *event)
{
    struct err ignored = {0};
    AUTO_JSON *line = NULL;
    if (end->last_line && json_read_text(&line, end->last_line, "worker", &ignored) < 0)
        line = NULL; /* not JSON, if the worker crashed */
    const char *message = json_get_string(line, "message", NULL);
    if (end->failed)
        *out = *end->failed;
    else if (end->stalled)
        describe_stall(out, spec, end, event->settings.stall_s);
    else if (WIFSIGNALED(end->status))
        describe_signal(out, spec, end, WTERMSIG(end->status));
    else if (end->status == 0)
        describe_absent(out, spec, event->work);
    else if (message)
        describe_message(out, spec, err_code_by_name(json_get_string(line, "code", "bug")),
                         message);
    else
        describe_status(out, spec, end, WEXITSTATUS(end->status));
}

bool job_outcome_is_made(const char *work, const struct job_spec *spec)
{
    AUTO_FREE char *absent = job_absent_file(work, spec);
    return !absent;
}
