#include "hook_outcome.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

enum { MOST_BYTES = 64 << 20, MOST_VALUES = 1 << 21 };

char *hook_outcome_path(const char *work, const char *name, const char *ext)
{
    return mem_printf("%s/hooks/%s.%s", work, name, ext);
}

void hook_outcome_make_folder(const char *work)
{
    struct err ignored = {0};
    AUTO_FREE char *folder = fs_join(work, "hooks");
    if (fs_is_dir(work))
        (void)!fs_mkdirs(folder, &ignored);
}

void hook_outcome_write(const char *work, const char *name, const char *at,
                        const struct hook_outcome *o)
{
    struct err ignored = {0};
    AUTO_FREE char *path = hook_outcome_path(work, name, "json");
    AUTO_JSON *all = json_pack("{s:i, s:s, s:s, s:s, s:o, s:f, s:o, s:I}", "version", 1, "hook",
                               name, "state", o->state, "at", at, "status",
                               o->status < 0 ? json_null() : json_integer(o->status), "seconds",
                               (double)(int64_t)(o->seconds * 1000) / 1000, "message",
                               json_text(o->message), "output_bytes", (json_int_t)o->output_bytes);
    AUTO_FREE char *text = json_file_text(all);
    (void)!fs_write_atomic(path, text, strlen(text), &ignored);
}

void hook_outcome_keep_told(const char *work, const char *name, const json_t *told)
{
    struct err ignored = {0};
    AUTO_FREE char *path = hook_outcome_path(work, name, "told"), *text = json_compact(told);
    (void)!fs_write_atomic(path, text, strlen(text), &ignored);
}

json_t *hook_outcome_read(const char *work, const char *name, const char *ext)
{
    struct err ignored = {0};
    AUTO_FREE char *path = hook_outcome_path(work, name, ext), *text = NULL;
    json_t *out = NULL;
    size_t nb = 0;
    if (fs_read(&text, &nb, path, MOST_BYTES, &ignored) < 0 ||
        json_read_limited(&out, text, nb, MOST_VALUES, path, &ignored) < 0)
        return NULL;
    return out;
}

char *hook_outcome_now(void)
{
    char stamp[32];
    struct tm now;
    const time_t t = time(NULL);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &now));
    return mem_strdup(stamp);
}
