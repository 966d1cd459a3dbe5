#include "worker_sandbox.h"

#include <string.h>

#include "card.h"
#include "mem.h"
#include "sandbox.h"
#include "workdir.h"
#include "worker_stage.h"

/* Limits far above what any stage was measured to need (docs/sandbox.md), and low enough to protect
 * the machine. */
static const int64_t max_memory_bytes = 8LL << 30, max_file_bytes = 64LL << 30,
                     max_cpu_s = 12L * 3600;

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

/* The process that checks a file reads this file, and the captions that should be in it. */
static void add_checked(struct paths *p, const struct worker *w)
{
    const struct job_assembly *a = &w->spec->assembly;
    add(p, mem_strdup(w->file));
    for (size_t i = 0; i < a->nb_captions; i++)
        add(p, workdir_path(w->spec->work, a->captions[i].key, "vtt"));
}

static void add_of_job(struct paths *p, const struct worker *w)
{
    size_t nb;
    char **of_job = job_spec_paths(&nb, w->spec);
    add_list(p, of_job, nb);
    if (!w->spec->has_card)
        return;
    char **fonts = card_font_paths(&nb);
    add_list(p, fonts, nb);
}

int worker_enter_sandbox(const struct worker *w, pid_t parent, struct err *err)
{
    struct paths paths = {0};
    struct sandbox_spec spec = {
        .mode = w->spec->sandbox,
        .writable = w->tmp,
        .max_memory_bytes = max_memory_bytes,
        .max_file_bytes = max_file_bytes,
        .max_cpu_s = max_cpu_s,
    };
    if (w->file)
        add_checked(&paths, w);
    else
        add_of_job(&paths, w);
    add_machine(&paths);
    spec.readable = paths.list;
    spec.nb_readable = paths.nb;
    struct sandbox_report report;
    const int ret = sandbox_enter(&report, &spec, parent, err);
    mem_free_strings(paths.list, paths.nb);
    return ret;
}
