#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "av.h"
#include "content_hash.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "workdir.h"
#include "worker_sandbox.h"
#include "worker_stage.h"

/* --- in the sandbox -------------------------------------------------------------------------- */

static int (*const stages[NB_STAGES])(struct worker *w, struct err *err) = {
    [STAGE_PROBE] = worker_probe,       [STAGE_ANALYSE] = worker_analyse,
    [STAGE_CARD] = worker_card,         [STAGE_CELL] = worker_cell,
    [STAGE_SOUND] = worker_sound,       [STAGE_POSTER] = worker_poster,
    [STAGE_CAPTIONS] = worker_captions, [STAGE_ASSEMBLE] = worker_assemble,
};

static int report_failure(const struct err *err)
{
    AUTO_JSON *line =
        json_pack("{s:s, s:o}", "code", err_code_name(err->code), "message", json_text(err->msg));
    AUTO_FREE char *text = json_canonical(line);
    printf("%s\n", text);
    return 1;
}

static char **name_outputs(const struct worker *w)
{
    char **made = mem_zalloc(w->spec->nb_outputs, sizeof *made);
    for (size_t i = 0; i < w->spec->nb_outputs; i++)
        made[i] = mem_printf("%s/%zu.mp4", w->tmp, i);
    return made;
}

static int run_in_sandbox(struct worker *w, pid_t parent)
{
    struct err err = {0};
    w->made = name_outputs(w);
    if (worker_enter_sandbox(w, parent, &err) == 0)
        (void)stages[w->spec->stage](w, &err);
    mem_free_strings(w->made, w->spec->nb_outputs);
    free(w->more);
    return err.code == ERR_OK ? 0 : report_failure(&err);
}

/* --- outside the sandbox --------------------------------------------------------------------- */

/* Checks a file of the child process, which an attacker may control: it must be a regular file, and
 * not a hard link to another file. */
static int check_made(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return err_errno(err, errno, "the worker did not write '%s'", path);
    return S_ISREG(st.st_mode) && st.st_nlink == 1
               ? 0
               : err_set(err, ERR_EXTERNAL, "the worker wrote '%s', which is not a regular file",
                         path);
}

/* Moves a result and its file into place. They are in the same folder, which fs_commit flushes; a
 * file without its result is ignored. */
static int take_made(const struct worker *w, const char *key, struct err *err)
{
    const char *work = w->spec->work, *ext = job_spec_ext(w->spec);
    AUTO_FREE char *result = workdir_path(work, key, "json");
    AUTO_FREE char *json_name = mem_printf("%s.json", key), *json = worker_tmp_file(w, json_name);
    if (check_made(json, err) < 0 || workdir_prepare(work, key, err) < 0)
        return err->code;
    if (ext) {
        AUTO_FREE char *name = mem_printf("%s.%s", key, ext), *made = worker_tmp_file(w, name);
        AUTO_FREE char *to = workdir_path(work, key, ext);
        if (check_made(made, err) < 0 || fs_place(made, to, err) < 0)
            return err->code;
    }
    return fs_commit(json, result, err);
}

static int take_all_made(const struct worker *w, struct err *err)
{
    for (size_t i = 0; i < job_spec_nb_results(w->spec); i++)
        if (take_made(w, job_spec_result_key(w->spec, i), err) < 0)
            return err->code;
    return 0;
}

/* Ends with the same signal as the child process, so that the coordinator sees it. */
static void end_like(int status)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(WTERMSIG(status), SIG_DFL);
    kill(getpid(), WTERMSIG(status));
}

/* The name that 'top' shows; the kernel cuts it to 15 bytes. */
static void name_process(enum stage stage)
{
    AUTO_FREE char *title = mem_printf("talkpress %s", stage_name(stage));
    prctl(PR_SET_NAME, title);
}

/* What the stage says of the recording's identity is not believed. */
static int identify(const struct worker *w, struct content_hash *hash, struct err *err)
{
    AUTO_FREE char *name = mem_printf("%s.json", w->spec->key), *json = worker_tmp_file(w, name);
    return w->spec->stage == STAGE_PROBE && check_made(json, err) < 0
               ? err->code
               : content_hash_add_to_file(hash, json, err);
}

/* Runs the stage in a child process in the sandbox, then moves its results into place. This process
 * parses no byte of the recording: it only hashes those of one that is probed. With the sandbox
 * off, for debuggers and fuzzing, there is only one process. */
static int run_stage(struct worker *w)
{
    struct err err = {0}, cleaning = {0};
    AUTO_CONTENT_HASH *hash = content_hash_open(w->spec);
    int status = 0;
    AUTO_FREE char *tmp = workdir_own(w->spec->work, w->spec->key, getpid());
    w->tmp = tmp;
    if (workdir_make_tmp(w->spec->work, &err) < 0 || fs_mkdirs(tmp, &err) < 0)
        return report_failure(&err);
    const bool apart = w->spec->sandbox != SANDBOX_OFF;
    const pid_t parent = apart ? getpid() : getppid(), child = apart ? fork() : 0;
    if (child == 0) {
        const int ended = run_in_sandbox(w, parent);
        if (apart)
            return ended; /* the exit status of the child */
        status = W_EXITCODE(ended, 0);
    }
    if (child < 0)
        err_errno(&err, errno, "cannot start a process");
    if (child > 0)
        content_hash_wait(hash, child, &status);
    if (child >= 0 && (status != 0 || identify(w, hash, &err) == 0) &&
        worker_check_recording(w->spec, &err) == 0 && status == 0)
        (void)take_all_made(w, &err);
    if (fs_remove_all(tmp, &cleaning) < 0)
        fprintf(stderr, "%s\n", cleaning.msg); /* not an error: the next run empties tmp/ */
    if (WIFSIGNALED(status) && err.code == ERR_OK)
        end_like(status);
    return err.code == ERR_OK ? WEXITSTATUS(status) : report_failure(&err);
}

int worker_main(const char *spec_path)
{
    struct err err = {0};
    json_t *document = NULL;
    AUTO_JOB_SPEC spec = {0};
    /* Killed when its parent ends; the zygote in turn is killed when the coordinator ends. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    av_log_to_stderr();
    if (json_read_file(&document, spec_path, &err) < 0 || job_spec_read(&spec, document, &err) < 0)
        return report_failure(&err);
    name_process(spec.stage);
    return run_stage(&(struct worker){.spec = &spec});
}
