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
#include <time.h>
#include <unistd.h>

#include "av.h"
#include "fs.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "reader.h"
#include "str.h"
#include "workdir.h"
#include "worker_sandbox.h"
#include "worker_stage.h"

/* --- progress -------------------------------------------------------------------------------- */

/* Also how a worker notices that the coordinator has gone: writing fails then. */
int worker_tell(double done)
{
    static double last = -1;
    if (done < last + 0.005 && done < 1 && done >= last)
        return 0;
    last = done;
    printf("{\"done\": %.3f}\n", done);
    return fflush(stdout) != 0;
}

int worker_tell_fraction(void *opaque, double fraction)
{
    (void)opaque;
    return worker_tell(fraction);
}

/* --- results --------------------------------------------------------------------------------- */

char *worker_tmp_file(const struct worker *w, const char *name)
{
    return fs_join(w->tmp, name);
}

const char *worker_output_key(const struct worker *w, size_t i)
{
    return json_get_string(json_array_get(json_object_get(w->spec, "outputs"), i), "key", "");
}

void worker_add_damage(json_t *result, const struct damage *d)
{
    if (d->nb)
        json_object_set_new(result, "damage",
                            json_pack("{s:I, s:I, s:s}", "nb", (json_int_t)d->nb, "first_ms",
                                      (json_int_t)d->first_ms, "what", d->what));
}

int worker_deliver(const struct worker *w, const char *key, const char *tmp, const char *ext,
                   const json_t *result, struct err *err)
{
    AUTO_FREE char *json_name = mem_printf("%s.json", key), *json = worker_tmp_file(w, json_name);
    if (tmp) {
        AUTO_FREE char *name = mem_printf("%s.%s", key, ext), *to = worker_tmp_file(w, name);
        if (rename(tmp, to) < 0)
            return err_errno(err, errno, "cannot rename '%s' to '%s'", tmp, to);
    }
    return json_dump_file(result, json, JSON_INDENT(2) | JSON_SORT_KEYS) < 0
               ? err_errno(err, errno, "cannot write '%s'", json)
               : 0;
}

/* --- the spec -------------------------------------------------------------------------------- */

int worker_need_key(const char **out, const json_t *obj, const char *name, struct err *err)
{
    if (json_need_string(out, obj, name, "the job", err) < 0)
        return err->code;
    return workdir_key_valid(*out)
               ? 0
               : err_set(err, ERR_INVALID, "the job: '%s' is no key of a result", name);
}

int worker_need_range(struct worker_range *out, const struct worker *w,
                      const struct frame_grid *grid, struct err *err)
{
    *out = (struct worker_range){0};
    if (json_need_number(&out->begin, w->spec, "begin", 0, grid->nb_frames - 1, "the job", err) <
            0 ||
        json_need_number(&out->end, w->spec, "end", out->begin + 1, grid->nb_frames, "the job",
                         err) < 0)
        return err->code;
    return json_object_get(w->spec, "card_frames")
               ? json_need_number(&out->card_frames, w->spec, "card_frames", 0,
                                  WORKER_MAX_CARD_FRAMES, "the job", err)
               : 0;
}

int worker_need_fps(AVRational *out, const json_t *obj, struct err *err)
{
    const json_t *fps = json_object_get(obj, "fps");
    const struct frame_grid grid = {.fps = {(int)json_integer_value(json_array_get(fps, 0)),
                                            (int)json_integer_value(json_array_get(fps, 1))},
                                    .time_base = {1, 1},
                                    .nb_frames = 1};
    *out = grid.fps;
    return frame_grid_valid(&grid)
               ? 0
               : err_set(err, ERR_INVALID, "the job: 'fps' is no rate of frames");
}

/* --- the recording --------------------------------------------------------------------------- */

static int look_at_file(const char **out, const json_t *file, struct err *err)
{
    struct stat st;
    if (json_need_string(out, file, "path", "the job", err) < 0)
        return err->code;
    if (stat(*out, &st) < 0)
        return err_errno(err, errno, "cannot find the recording '%s' (is its disk connected?)",
                         *out);
    const int64_t mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    if (st.st_size != json_get_int(file, "size", -1) ||
        mtime_ns != json_get_int(file, "mtime_ns", -1))
        return err_set(err, ERR_INVALID,
                       "'%s' has changed while talkpress was at work: run it again", *out);
    return 0;
}

static int look_at_recording(const json_t *recording, struct err *err)
{
    const char *path;
    size_t i;
    json_t *file;
    if (look_at_file(&path, recording, err) < 0)
        return err->code;
    json_array_foreach(json_object_get(recording, "more"), i,
                       file) if (look_at_file(&path, file, err) < 0) return err->code;
    return 0;
}

static void forget_files(struct worker *w)
{
    free(w->files);
    free(w->more);
    w->files = NULL;
    w->more = NULL;
}

/* The path, and w->files, after a look that the files are still those that the spec was made for.
 */
int worker_recording_path(const char **out, struct worker *w, struct err *err)
{
    json_t *r;
    if (json_need_object(&r, w->spec, "recording", "the job", err) < 0 ||
        look_at_recording(r, err) < 0)
        return err->code;
    *out = json_get_string(r, "path", NULL);
    const json_t *more = json_object_get(r, "more");
    const size_t nb = json_array_size(more);
    forget_files(w);
    w->more = mem_zalloc(nb + 1, sizeof *w->more);
    w->files = mem_zalloc(1, sizeof *w->files);
    *w->files = (struct media_params){
        .more = w->more,
        .nb_more = nb,
        .join = json_object_get(json_object_get(w->spec, "probe"), "join"),
    };
    for (size_t i = 0; i < nb; i++)
        w->more[i] = json_get_string(json_array_get(more, i), "path", NULL);
    return 0;
}

/* Whether the files that the job has read are what they were before it: what was replaced, cut or
 * went on growing meanwhile may have been read half and half. */
static int look_again(const struct worker *w, struct err *err)
{
    const json_t *recording = json_object_get(w->spec, "recording");
    return recording ? look_at_recording(recording, err) : 0;
}

/* --- in the sandbox -------------------------------------------------------------------------- */

struct stage {
    const char *name;
    int (*run)(struct worker *w, struct err *err);
    const char *ext; /* of what it makes beside the result; NULL: nothing */
};

static const struct stage stages[] = {
    {"probe", worker_probe, NULL},
    {"analyse", worker_analyse, "bin"},
    {"card", worker_card, "mp4"},
    {"cell", worker_cell, "mp4"},
    {"sound", worker_sound, "mp4"},
    {"poster", worker_poster, "jpg"},
    {"captions", worker_captions, "vtt"},
    {"assemble", worker_assemble, ""}, /* as the spec's container says */
};

static int say_failure(const struct err *err)
{
    AUTO_JSON *line =
        json_pack("{s:s, s:o}", "code", err_code_name(err->code), "message", json_text(err->msg));
    AUTO_FREE char *text = json_canonical(line);
    printf("%s\n", text);
    return 1;
}

static int run_in_sandbox(struct worker *w, const struct stage *stage, pid_t parent)
{
    struct err err = {0};
    if (worker_enter_sandbox(w, parent, &err) == 0)
        (void)stage->run(w, &err);
    forget_files(w);
    return err.code == ERR_OK ? 0 : say_failure(&err);
}

/* --- outside of it --------------------------------------------------------------------------- */

/* What a process that may have been taken over left in its folder: a plain file, and no second name
 * of another one. */
static int look_at_made(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return err_errno(err, errno, "the worker did not leave '%s'", path);
    return S_ISREG(st.st_mode) && st.st_nlink == 1
               ? 0
               : err_set(err, ERR_EXTERNAL, "the worker left '%s', which is no plain file", path);
}

/* Both lie in one folder, which is synced once; a file without its result does not count. */
static int take_made(const struct worker *w, const char *key, const char *ext, struct err *err)
{
    AUTO_FREE char *result = workdir_path(w->work, key, "json");
    AUTO_FREE char *json_name = mem_printf("%s.json", key), *json = worker_tmp_file(w, json_name);
    if (look_at_made(json, err) < 0 || workdir_prepare(w->work, key, err) < 0)
        return err->code;
    if (ext) {
        AUTO_FREE char *name = mem_printf("%s.%s", key, ext), *made = worker_tmp_file(w, name);
        AUTO_FREE char *to = workdir_path(w->work, key, ext);
        if (look_at_made(made, err) < 0 || fs_place(made, to, err) < 0)
            return err->code;
    }
    return fs_commit(json, result, err);
}

static int take_all_made(const struct worker *w, const struct stage *stage, struct err *err)
{
    const json_t *outputs = json_object_get(w->spec, "outputs");
    const char *ext =
        stage->ext && !*stage->ext ? json_get_string(w->spec, "container", NULL) : stage->ext;
    if (!outputs)
        return take_made(w, w->key, ext, err);
    for (size_t i = 0; i < json_array_size(outputs); i++) {
        const char *key = json_get_string(json_array_get(outputs, i), "key", "");
        if (take_made(w, key, ext, err) < 0)
            return err->code;
    }
    return 0;
}

static int find_stage(const struct stage **out, struct worker *w, struct err *err)
{
    const json_t *outputs = json_object_get(w->spec, "outputs");
    const char *name;
    if (json_need_string(&name, w->spec, "stage", "the job", err) < 0 ||
        worker_need_key(&w->key, w->spec, "key", err) < 0 ||
        json_need_string(&w->work, w->spec, "work", "the job", err) < 0)
        return err->code;
    const char *key;
    for (size_t i = 0; i < json_array_size(outputs); i++)
        if (worker_need_key(&key, json_array_get(outputs, i), "key", err) < 0)
            return err->code;
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (strcmp(stages[i].name, name) == 0) {
            AUTO_FREE char *title = mem_printf("talkpress %s", name);
            prctl(PR_SET_NAME, title); /* as 'top' shows it, cut to 15 letters */
            *out = &stages[i];
            return 0;
        }
    return err_set(err, ERR_INVALID, "the job: there is no stage '%s'", name);
}

/* Ends as the process in the sandbox did, so that who waits for us learns of it. */
static void end_like(int status)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(WTERMSIG(status), SIG_DFL);
    kill(getpid(), WTERMSIG(status));
}

/* Runs the stage in a process of its own, which is shut in with its folder, and puts what that made
 * into place: from here, where no byte of a recording was looked at. With the sandbox off, for
 * debuggers and fuzzing, all is one process. */
static int run_stage(struct worker *w, const struct stage *stage)
{
    struct err err = {0}, cleaning = {0};
    int status = 0;
    AUTO_FREE char *tmp = workdir_own(w->work, w->key, getpid());
    w->tmp = tmp;
    if (fs_mkdirs(tmp, &err) < 0)
        return say_failure(&err);
    const bool apart = strcmp(json_get_string(w->spec, "sandbox", ""), "off") != 0;
    const pid_t parent = apart ? getpid() : getppid(), child = apart ? fork() : 0;
    if (child == 0) {
        const int ended = run_in_sandbox(w, stage, parent);
        if (apart)
            return ended; /* to main, and its end */
        status = W_EXITCODE(ended, 0);
    }
    if (child < 0)
        err_errno(&err, errno, "cannot start a process");
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child >= 0 && look_again(w, &err) == 0 && status == 0)
        (void)take_all_made(w, stage, &err);
    if (fs_remove_all(tmp, &cleaning) < 0)
        fprintf(stderr, "%s\n", cleaning.msg); /* the next run empties tmp/ */
    if (WIFSIGNALED(status) && err.code == ERR_OK)
        end_like(status);
    return err.code == ERR_OK ? WEXITSTATUS(status) : say_failure(&err);
}

int worker_main(const char *spec_path)
{
    struct err err = {0};
    AUTO_JSON *spec = NULL;
    const struct stage *stage = NULL;
    /* Gone with the coordinator, however it ends. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    av_log_to_stderr();
    if (json_read_file(&spec, spec_path, &err) < 0)
        return say_failure(&err);
    struct worker w = {.spec = spec};
    return find_stage(&stage, &w, &err) < 0 ? say_failure(&err) : run_stage(&w, stage);
}
