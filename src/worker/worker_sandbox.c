#include "worker_sandbox.h"

#include <string.h>

#include "card.h"
#include "json.h"
#include "mem.h"
#include "sandbox.h"
#include "workdir.h"
#include "worker_stage.h"

/* Far above what was measured of any stage (docs/sandbox.md), and below what brings a machine down
 * or fills a disk unseen. */
static const int64_t max_memory_bytes = 8LL << 30, max_file_bytes = 64LL << 30,
                     max_cpu_s = 12L * 3600;

struct paths {
    char **list;
    size_t nb;
};

/* Takes the path over; NULL is none. */
static void add(struct paths *p, char *path)
{
    if (!path)
        return;
    p->list = mem_grow(p->list, p->nb, sizeof *p->list);
    p->list[p->nb++] = path;
}

static void add_text(struct paths *p, const json_t *object, const char *name)
{
    add(p, mem_strdup(json_get_string(object, name, NULL)));
}

/* A file that another job made; keys are hexadecimal, so they lead nowhere else. */
static void add_made(struct paths *p, const struct worker *w, const char *key, const char *ext)
{
    if (key && workdir_key_valid(key))
        add(p, workdir_path(w->work, key, ext));
}

static void add_recording(struct paths *p, const json_t *recording)
{
    const json_t *more = json_object_get(recording, "more");
    add_text(p, recording, "path");
    for (size_t i = 0; i < json_array_size(more); i++)
        add_text(p, json_array_get(more, i), "path");
}

static void add_pieces(struct paths *p, const struct worker *w)
{
    const json_t *segments = json_object_get(w->spec, "segments"),
                 *captions = json_object_get(w->spec, "captions");
    add_made(p, w, json_get_string(w->spec, "analysis", NULL), "bin");
    add_made(p, w, json_get_string(w->spec, "sound", NULL), "mp4");
    for (size_t i = 0; i < json_array_size(segments); i++)
        add_made(p, w, json_string_value(json_array_get(segments, i)), "mp4");
    for (size_t i = 0; i < json_array_size(captions); i++)
        add_made(p, w, json_get_string(json_array_get(captions, i), "key", NULL), "vtt");
}

static void add_card(struct paths *p, const struct worker *w)
{
    const json_t *files = json_object_get(w->spec, "files");
    if (!json_object_get(w->spec, "card"))
        return;
    add_text(p, files, "template");
    add_text(p, files, "logo");
    add_text(p, files, "background");
    size_t nb;
    char **fonts = card_font_paths(&nb);
    for (size_t i = 0; i < nb; i++)
        add(p, mem_take(&fonts[i]));
    mem_free_strings(fonts, nb);
}

/* What encoders and the C library look at to count processors and to seed. */
static void add_machine(struct paths *p)
{
    static const char *const of_all[] = {"/proc/cpuinfo", "/proc/meminfo",
                                         "/sys/devices/system/cpu", "/dev/urandom", "/dev/null"};
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all; i++)
        add(p, mem_strdup(of_all[i]));
}

int worker_enter_sandbox(const struct worker *w, pid_t parent, struct err *err)
{
    struct paths paths = {0};
    struct sandbox_spec spec = {
        .writable = w->tmp,
        .max_memory_bytes = max_memory_bytes,
        .max_file_bytes = max_file_bytes,
        .max_cpu_s = max_cpu_s,
    };
    const char *mode = json_get_string(w->spec, "sandbox", sandbox_mode_name(SANDBOX_BEST_EFFORT));
    if (!sandbox_mode_parse(&spec.mode, mode))
        return err_set(err, ERR_INVALID, "the job: 'sandbox' is none of require, best-effort, off");
    add_recording(&paths, json_object_get(w->spec, "recording"));
    add_text(&paths, json_object_get(w->spec, "captions"), "path");
    add_pieces(&paths, w);
    add_card(&paths, w);
    add_machine(&paths);
    spec.readable = paths.list;
    spec.nb_readable = paths.nb;
    struct sandbox_report report;
    const int ret = sandbox_enter(&report, &spec, parent, err);
    mem_free_strings(paths.list, paths.nb);
    return ret;
}
