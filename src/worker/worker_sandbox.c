#include "worker_sandbox.h"

#include <string.h>

#include "card.h"
#include "mem.h"
#include "sandbox.h"
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
    struct paths paths = {0};
    struct sandbox_spec spec = {
        .mode = w->spec->sandbox,
        .writable = w->tmp,
        .max_memory_bytes = max_memory_bytes,
        .max_file_bytes = max_file_bytes,
        .max_cpu_s = max_cpu_s,
    };
    size_t nb;
    char **of_job = job_spec_paths(&nb, w->spec);
    add_list(&paths, of_job, nb);
    char **of_libraries = worker_readable(&nb, w->spec->has_card);
    add_list(&paths, of_libraries, nb);
    spec.readable = paths.list;
    spec.nb_readable = paths.nb;
    struct sandbox_report report;
    const int ret = sandbox_enter(&report, &spec, parent, err);
    mem_free_strings(paths.list, paths.nb);
    return ret;
}
