/*
 * Makes segments and sheets of a recording's preview as the review does, in workers that a zygote
 * forks. For tests and bench/preview.sh.
 *
 *     preview_job EVENT RECORDING layout                      what is known along its time, as JSON
 *     preview_job EVENT RECORDING play|mail picture N...      segments of the picture
 *     preview_job EVENT RECORDING play|mail sound N...        segments of the sound
 *     preview_job EVENT RECORDING play thumbs N...            sheets
 *     preview_job EVENT RECORDING play strip FRAME...         one sheet
 *     preview_job EVENT RECORDING play spec picture|sound|thumbs N    the job's spec
 *
 * RECORDING: part of its path; N: "all" for all of them. Prints a line for each: how many
 * milliseconds from the start of the job to its end, how many of processor time, and the path of
 * the file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "plan.h"
#include "preview.h"
#include "timeline.h"
#include "workdir.h"
#include "zygote.h"

static void stop(const char *what)
{
    fprintf(stderr, "preview_job: %s\n", what);
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static const struct source *find_source(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->nb_recordings; i++)
        if (strstr(plan->recordings[i].path, name))
            return &plan->sources[i];
    stop("there is no such recording");
    return NULL;
}

static void print_json(json_t *value)
{
    AUTO_JSON *owned = value;
    AUTO_FREE char *text = json_file_text(owned);
    fputs(text, stdout);
}

/* Makes a segment or a sheet; n: its number. */
static void fill_spec(struct job_spec *out, const struct preview *p, const char *what, int64_t n)
{
    struct err err = {0};
    const struct preview_piece piece = {.sound = strcmp(what, "sound") == 0, .segment = n};
    if ((strcmp(what, "thumbs") == 0 ? thumbs_spec(out, p, n, &err)
                                     : preview_spec(out, p, &piece, &err)) < 0)
        stop(err.msg);
}

static void make(struct zygote *zygote, struct job_spec *spec)
{
    struct err err = {0};
    int status;
    struct rusage used;
    pid_t pid = -1;
    AUTO_FREE char *path = workdir_tmp(spec->work, "preview.json");
    const double begin = now_ms();
    const int out = open(getenv("PREVIEW_OUT") ? "/dev/stderr" : "/dev/null", O_WRONLY);
    AUTO_JSON *json = job_spec_write(spec);
    AUTO_FREE char *text = json_canonical(json);
    if (workdir_make_tmp(spec->work, &err) < 0 || fs_write(path, text, strlen(text), &err) < 0 ||
        zygote_fork(&pid, zygote, path, out, STDERR_FILENO, &err) < 0)
        stop(err.msg);
    zygote_wait(&status, &used, zygote, pid);
    close(out);
    if (status)
        stop("the job failed: with PREVIEW_OUT=1 it says why");
    AUTO_FREE char *made =
        workdir_path(spec->work, job_spec_result_key(spec, 0), job_spec_ext(spec));
    printf("%.0f %.0f %s\n", now_ms() - begin,
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3,
           made);
}

static int64_t how_many(const struct preview *p, const char *what)
{
    return strcmp(what, "thumbs") == 0  ? p->thumbs.nb_sheets
           : strcmp(what, "sound") == 0 ? p->layout.nb_sounds
                                        : p->layout.nb_pictures;
}

static void make_all(const struct preview *p, const char *what, char **numbers, int nb)
{
    struct err err = {0};
    struct zygote *zygote = zygote_create(p->plan->event->work);
    const bool all = nb == 1 && strcmp(numbers[0], "all") == 0;
    const int64_t last = all ? how_many(p, what) : nb;
    if (zygote_start(zygote, &err) < 0 || usleep(300000) < 0)
        stop(err.msg);
    if (strcmp(what, "strip") == 0) {
        AUTO_JOB_SPEC spec = {0};
        AUTO_FREE int64_t *frames = mem_zalloc((size_t)nb, sizeof *frames);
        for (int i = 0; i < nb; i++)
            frames[i] = atoll(numbers[i]);
        if (strip_spec(&spec, p, frames, (size_t)nb, &err) < 0)
            stop(err.msg);
        make(zygote, &spec);
    } else {
        for (int64_t i = 0; i < last; i++) {
            AUTO_JOB_SPEC spec = {0};
            fill_spec(&spec, p, what, all ? i : atoll(numbers[i]));
            make(zygote, &spec);
        }
    }
    zygote_destroy_p(&zygote);
}

static void print_layout(const struct preview *p)
{
    struct err err = {0};
    AUTO_LOUDNESS blocks = {0};
    const int got = p ? timeline_blocks(&blocks, p, &err) : 0;
    if (got < 0)
        stop(err.msg);
    print_json(timeline_json(p, got ? &blocks : NULL));
}

int main(int argc, char **argv)
{
    struct err err = {0};
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_PLAN plan = {0};
    AUTO_PREVIEW *preview = NULL;
    if (argc < 4)
        stop("EVENT RECORDING layout, or play|mail WHAT N...");
    if (event_open(&event, argv[1], &err) < 0 || plan_load(&plan, &event, &err) < 0)
        stop(err.msg);
    const struct source *source = find_source(&plan, argv[2]);
    const enum preview_kind kind = strcmp(argv[3], "mail") ? PREVIEW_PLAY : PREVIEW_MAIL;
    const int got = preview_open(&preview, &plan, source, kind, &err);
    if (got < 0)
        stop(err.msg);
    if (strcmp(argv[3], "layout") == 0) {
        print_layout(preview);
        return 0;
    }
    if (!got || argc < 6)
        stop("it cannot be shown");
    if (strcmp(argv[4], "spec") == 0) {
        AUTO_JOB_SPEC spec = {0};
        fill_spec(&spec, preview, argv[5], atoll(argv[6]));
        print_json(job_spec_write(&spec));
        return 0;
    }
    make_all(preview, argv[4], argv + 5, argc - 5);
    return 0;
}
