#include "worker.h"

#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "av.h"
#include "content_hash.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "workdir.h"
#include "worker_encoders.h"
#include "worker_sandbox.h"
#include "worker_stage.h"
#include "worker_take.h"

/* --- in the sandbox -------------------------------------------------------------------------- */

static int (*const stages[NB_STAGES])(struct worker *w, struct err *err) = {
    [STAGE_PROBE] = worker_probe,
    [STAGE_ANALYSE] = worker_analyse,
    [STAGE_CARD] = worker_card,
    [STAGE_CELL] = worker_cell,
    [STAGE_SOUND] = worker_sound,
    [STAGE_POSTER] = worker_poster,
    [STAGE_CAPTIONS] = worker_captions,
    [STAGE_ASSEMBLE] = worker_assemble,
    [STAGE_STORYBOARD] = worker_storyboard,
    [STAGE_PREVIEW] = worker_preview,
    [STAGE_THUMBS] = worker_thumbs,
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
        made[i] = worker_made_file(w, w->spec->outputs[i].key);
    return made;
}

static int run_in_sandbox(struct worker *w, pid_t parent, int (*act)(struct worker *, struct err *))
{
    struct err err = {0};
    w->made = name_outputs(w);
    if (worker_enter_sandbox(w, parent, &err) == 0)
        (void)act(w, &err);
    mem_free_strings(w->made, w->spec->nb_outputs);
    free(mem_take(&w->more)); /* without the sandbox, the check of a file comes here again */
    return err.code == ERR_OK ? 0 : report_failure(&err);
}

/* --- outside the sandbox --------------------------------------------------------------------- */

/* A process that has read, or reads, what an attacker may have made. */
struct inner {
    pid_t pid; /* 0: it was this process */
    int status;
    char *tmp;
};

/* Runs act in a process in the sandbox, which writes only in that folder. With the sandbox off, for
 * debuggers and fuzzing, there is only one process. */
static int inner_begin(struct inner *out, struct worker *w, const char *folder,
                       int (*act)(struct worker *, struct err *), struct err *err)
{
    *out = (struct inner){.tmp = fs_join(w->dir, folder)};
    w->tmp = out->tmp;
    if (fs_mkdir(out->tmp, err) < 0)
        return err->code;
    const bool apart = w->spec->sandbox != SANDBOX_OFF;
    const pid_t parent = apart ? getpid() : getppid();
    fflush(NULL); /* nothing is printed twice */
    out->pid = apart ? fork() : 0;
    if (out->pid < 0)
        return err_errno(err, errno, "cannot start a process");
    if (out->pid > 0)
        return 0;
    const int ended = run_in_sandbox(w, parent, act);
    if (apart) {
        FcFini(); /* frees the memory of fontconfig, for leak checkers */
        exit(ended);
    }
    out->status = W_EXITCODE(ended, 0);
    return 0;
}

/* Returns its status, as of waitpid. hash: is computed meanwhile. */
static int inner_end(struct inner *p, struct content_hash *hash)
{
    if (p->pid > 0)
        content_hash_wait(hash, p->pid, &p->status);
    p->pid = 0;
    return p->status;
}

static void inner_finish(struct inner *p)
{
    free(p->tmp);
}
#define AUTO_INNER ATTR_CLEANUP(inner_finish) struct inner

/* Has a finished file checked in a new process: the verdict on what an attacker may have made must
 * not come from the process that made it. The new one is forked from this process, which has not
 * parsed a byte of the recording, and sees nothing but this file and what it should be. Meanwhile
 * this process takes the file's sum. */
static int check_file(int *status, struct taken *t, struct worker *w, struct err *err)
{
    AUTO_INNER checker = {0};
    w->file = t->file;
    w->report = t->report;
    if (inner_begin(&checker, w, "check", worker_check, err) < 0)
        return err->code;
    const int summed = sha256_file(t->sha256, t->file, err);
    *status = inner_end(&checker, w->hash);
    return summed < 0 || *status ? summed : worker_take_check(t, w, err);
}

/* Whether the job is still this worker's: on several machines, it may have been given to another.
 * If the disk does not say so, the results are placed: another worker's are the same. */
static bool is_claimed(const struct worker *w)
{
    return !w->spec->claim || !fs_is_gone(w->spec->claim);
}

static int take_result(int *status, struct worker *w, const char *made, size_t i, struct err *err)
{
    AUTO_TAKEN taken = {0};
    w->tmp = made;
    if (worker_take(&taken, w, i, err) < 0 ||
        (worker_checks(w->spec->stage) && check_file(status, &taken, w, err) < 0))
        return err->code;
    return *status || !is_claimed(w) ? 0 : worker_place(&taken, w, err);
}

static int take_all_made(int *status, struct worker *w, const char *made, struct err *err)
{
    for (size_t i = 0; *status == 0 && i < job_spec_nb_results(w->spec); i++)
        if (take_result(status, w, made, i, err) < 0)
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

/* The name that 'top' shows; the kernel cuts it to 15 bytes. Without a space: Slurm (linuxproc)
 * reads the parent of a process from /proc/PID/stat, and would not find and end it. */
static void name_process(enum stage stage)
{
    AUTO_FREE char *title = mem_printf("talkpress-%s", stage_name(stage));
    prctl(PR_SET_NAME, title);
}

/* Runs the stage in an inner process, then takes its results. *status: of the inner process that
 * failed, which has reported why. */
static int run_and_take(int *status, struct worker *w, struct err *err)
{
    AUTO_INNER maker = {0};
    if (worker_find_encoders(w, err) < 0)
        return err->code;
    if (inner_begin(&maker, w, "made", stages[w->spec->stage], err) < 0)
        return err->code;
    *status = inner_end(&maker, w->hash);
    if (worker_check_recording(w->spec, err) < 0)
        return err->code;
    return *status ? 0 : take_all_made(status, w, maker.tmp, err);
}

static int run_stage(struct worker *w)
{
    struct err err = {0}, cleaning = {0};
    AUTO_CONTENT_HASH *hash = content_hash_open(w->spec);
    int status = 0;
    AUTO_FREE char *tmp = w->spec->tmp ? mem_strdup(w->spec->tmp) : fs_join(w->spec->work, "tmp");
    AUTO_FREE char *dir = workdir_own(tmp, w->spec->key, getpid());
    w->dir = dir;
    w->hash = hash;
    if (workdir_make_tmp(w->spec->work, &err) == 0 && fs_mkdir(dir, &err) == 0)
        (void)run_and_take(&status, w, &err);
    worker_forget_encoders(w);
    if (fs_remove_all(dir, &cleaning) < 0)
        fprintf(stderr, "%s\n", cleaning.msg); /* not an error: the next run empties tmp/ */
    if (WIFSIGNALED(status) && err.code == ERR_OK)
        end_like(status);
    return err.code == ERR_OK ? WEXITSTATUS(status) : report_failure(&err);
}

/* The spec may be on a network disk. One that fails for a moment, or has another file under that
 * name now (ESTALE), does not make the job fail. */
static int read_document(json_t **out, const char *path, struct err *err)
{
    enum { MOST_TRIES = 4, REST_US = 300000 };
    for (int i = 1;; i++) {
        struct err failed = {0};
        if (json_read_file(out, path, &failed) == 0)
            return 0;
        if (failed.code != ERR_IO || i == MOST_TRIES) {
            *err = failed;
            return err->code;
        }
        usleep(REST_US);
    }
}

int worker_main(const char *spec_path)
{
    struct err err = {0};
    json_t *document = NULL;
    AUTO_JOB_SPEC spec = {0};
    /* Killed when its parent ends; the zygote in turn is killed when the coordinator ends. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    av_log_to_stderr();
    if (read_document(&document, spec_path, &err) < 0 || job_spec_read(&spec, document, &err) < 0)
        return report_failure(&err);
    name_process(spec.stage);
    return run_stage(&(struct worker){.spec = &spec});
}
