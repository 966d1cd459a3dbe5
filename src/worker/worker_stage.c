#include "worker_stage.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "err.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "reader.h"

/* --- progress -------------------------------------------------------------------------------- */

/* Only what rises counts as progress, in steps of 1/1000, up to 1 (docs/jobs.md). A worker also
 * notices here that the coordinator has ended: writing fails. */
int worker_report(double done)
{
    static int last = -1;
    const int steps = (int)lround(1000 * fmin(fmax(done, 0), 1));
    if (steps <= last)
        return 0;
    last = steps;
    printf("{\"done\": %d.%03d}\n", steps / 1000, steps % 1000);
    return fflush(stdout) != 0;
}

int worker_report_fraction(void *opaque, double fraction)
{
    (void)opaque;
    return worker_report(fraction);
}

/* --- reports --------------------------------------------------------------------------------- */

char *worker_tmp_file(const struct worker *w, const char *name)
{
    return fs_join(w->tmp, name);
}

void worker_add_damage(json_t *result, const struct damage *d)
{
    if (d->nb)
        json_object_set_new(result, "damage",
                            json_pack("{s:I, s:I, s:s}", "nb", (json_int_t)d->nb, "first_ms",
                                      (json_int_t)d->first_ms, "what", d->what));
}

char *worker_made_file(const struct worker *w, const char *key)
{
    AUTO_FREE char *name = mem_printf("%s.%s", key, job_spec_ext(w->spec));
    return worker_tmp_file(w, name);
}

int worker_deliver(const struct worker *w, const char *key, const json_t *report, struct err *err)
{
    AUTO_FREE char *json_name = mem_printf("%s.json", key), *json = worker_tmp_file(w, json_name);
    return json_print_file(json, report, JSON_RESULT_STYLE, err);
}

/* --- the recording --------------------------------------------------------------------------- */

int worker_check_file(const struct job_file *file, int fd, struct err *err)
{
    struct stat st;
    if ((fd < 0 ? stat(file->path, &st) : fstat(fd, &st)) < 0)
        return err_errno(err, errno, "cannot find the recording '%s' (is its disk connected?)",
                         file->path);
    const int64_t mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return st.st_size == file->size && mtime_ns == file->mtime_ns
               ? 0
               : err_set(err, ERR_INVALID, "'%s' changed while talkpress was running: run it again",
                         file->path);
}

int worker_check_recording(const struct job_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->nb_files; i++)
        if (worker_check_file(&spec->files[i], -1, err) < 0)
            return err->code;
    return 0;
}

int worker_recording_path(const char **out, struct worker *w, struct err *err)
{
    const struct job_spec *s = w->spec;
    if (worker_check_recording(s, err) < 0)
        return err->code;
    free(w->more);
    w->more = mem_zalloc(s->nb_files, sizeof *w->more);
    for (size_t i = 1; i < s->nb_files; i++)
        w->more[i - 1] = s->files[i].path;
    w->files = (struct media_params){
        .more = w->more,
        .nb_more = s->nb_files - 1,
        .join = json_object_get(s->probe, "join"),
    };
    *out = s->files[0].path;
    return 0;
}
