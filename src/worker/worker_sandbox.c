#include "worker_sandbox.h"

#include <string.h>

#include "card.h"
#include "fs.h"
#include "mem.h"
#include "sandbox.h"
#include "workdir.h"
#include "worker_limits.h"
#include "worker_stage.h"

struct paths {
    char **list;
    size_t nb;
};

/* Takes over the path. NULL is ignored. */
static void add(struct paths *p, char *path)
{
    if (!path)
        return;
    p->list = mem_grow(p->list, p->nb, sizeof *p->list);
    p->list[p->nb++] = path;
}

/* Takes over the list. */
static void add_list(struct paths *p, char **list, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        add(p, mem_take(&list[i]));
    mem_free_strings(list, nb);
}

/* The files that encoders and the C library read to count processors and to seed random numbers. */
static void add_machine(struct paths *p)
{
    static const char *const of_all[] = {"/proc/cpuinfo", "/proc/meminfo",
                                         "/sys/devices/system/cpu", "/dev/urandom", "/dev/null"};
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all; i++)
        add(p, mem_strdup(of_all[i]));
}

/* Makes an empty file, which the stage can then write. Takes over the path. */
static int add_empty(struct paths *p, char *path, struct err *err)
{
    add(p, path);
    return fs_write(path, "", 0, err);
}

static int add_check_results(struct paths *p, const struct worker *w, struct err *err)
{
    if (add_empty(p, worker_tmp_file(w, CHECK_KEY ".json"), err) < 0)
        return err->code;
    return w->spec->stage == STAGE_CAPTIONS ? add_empty(p, worker_tmp_file(w, CHECK_CAPTIONS), err)
                                            : 0;
}

/* The files that the process may write. */
static int add_results(struct paths *p, const struct worker *w, struct err *err)
{
    if (w->file)
        return add_check_results(p, w, err);
    for (size_t i = 0; i < job_spec_nb_results(w->spec); i++) {
        const char *key = job_spec_result_key(w->spec, i);
        AUTO_FREE char *json = mem_printf("%s.json", key);
        if (add_empty(p, worker_tmp_file(w, json), err) < 0 ||
            (job_spec_ext(w->spec) && add_empty(p, worker_made_file(w, key), err) < 0))
            return err->code;
    }
    return 0;
}

/* The process that checks a file reads this file, and the captions that should be in it. */
static void add_checked(struct paths *p, const struct worker *w)
{
    const struct job_assembly *a = &w->spec->assembly;
    add(p, mem_strdup(w->file));
    for (size_t i = 0; i < a->nb_captions; i++)
        add(p, workdir_path(w->spec->work, a->captions[i].key, "vtt"));
}

char **worker_readable(size_t *out_nb, bool with_fonts)
{
    struct paths paths = {0};
    if (with_fonts) {
        char **fonts = card_font_paths(out_nb);
        add_list(&paths, fonts, *out_nb);
    }
    add_machine(&paths);
    *out_nb = paths.nb;
    return paths.list;
}

int worker_enter_sandbox(const struct worker *w, pid_t parent, struct err *err)
{
    struct paths paths = {0}, results = {0};
    const struct worker_limits limits = worker_limits(w->spec);
    struct sandbox_spec spec = {
        .mode = w->spec->sandbox,
        .max_memory_bytes = limits.memory_bytes,
        .max_file_bytes = limits.file_bytes,
        .max_cpu_s = limits.cpu_s,
    };
    size_t nb = 0;
    if (w->file) {
        add_checked(&paths, w);
    } else {
        char **of_job = job_spec_paths(&nb, w->spec);
        add_list(&paths, of_job, nb);
    }
    char **of_libraries = worker_readable(&nb, w->spec->has_card && !w->file);
    add_list(&paths, of_libraries, nb);
    spec.readable = paths.list;
    spec.nb_readable = paths.nb;
    struct sandbox_report report;
    if (add_results(&results, w, err) == 0) {
        spec.writable = results.list;
        spec.nb_writable = results.nb;
        (void)!sandbox_enter(&report, &spec, parent, err);
    }
    mem_free_strings(paths.list, paths.nb);
    mem_free_strings(results.list, results.nb);
    return err->code;
}
