#include "removed.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

static const char folder[] = "removed";

/* A folder of its own: removed/2026-11-29-193012, or with "-2" after it. */
static int create(char **out, const char *work, const struct tm *now, struct err *err)
{
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y-%m-%d-%H%M%S", now);
    AUTO_FREE char *path = mem_printf("%s/%s/%s", work, folder, stamp);
    for (int i = 2; fs_exists(path); i++) {
        free(path);
        path = mem_printf("%s/%s/%s-%d", work, folder, stamp, i);
    }
    if (fs_mkdirs(path, err) < 0)
        return err->code;
    *out = mem_take(&path);
    return 0;
}

int removed_begin(char **out_dir, const char *work, json_t *note, struct err *err)
{
    const time_t now = time(NULL);
    struct tm utc;
    char at[32];
    gmtime_r(&now, &utc);
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_object_set_new(note, "at", json_string(at));
    AUTO_FREE char *dir = NULL;
    if (create(&dir, work, &utc, err) < 0)
        return err->code;
    AUTO_FREE char *path = fs_join(dir, REMOVED_NOTE),
                   *text = json_print(note, (struct json_style){.indent = 1});
    if (fs_write_atomic(path, text ? text : "{}", text ? strlen(text) : 2, err) < 0)
        return err->code;
    *out_dir = mem_take(&dir);
    return 0;
}

int removed_take(const char *dir, const char *path, const char *from, struct err *err)
{
    AUTO_FREE char *to = fs_join(dir, fs_basename(path));
    return fs_link_atomic(from, to, err) < 0 ? err->code : fs_remove_all(path, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(char ***out, size_t *nb, const char *dir, struct err *err)
{
    DIR *d = opendir(dir);
    if (!d && errno == ENOENT)
        return 0;
    if (!d)
        return err_errno(err, errno, "cannot open the folder '%s'", dir);
    for (const struct dirent *e; (e = readdir(d));) {
        if (*e->d_name == '.')
            continue;
        *out = mem_grow(*out, *nb, sizeof **out);
        (*out)[(*nb)++] = fs_join(dir, e->d_name);
    }
    closedir(d);
    if (*nb)
        qsort(*out, *nb, sizeof **out, by_name);
    return 0;
}

int removed_each(const char *work,
                 int (*each)(void *opaque, const char *dir, const json_t *note, struct err *err),
                 void *opaque, struct err *err)
{
    AUTO_FREE char *root = fs_join(work, folder);
    char **dirs = NULL;
    size_t nb = 0;
    int ret = list(&dirs, &nb, root, err);
    for (size_t i = 0; i < nb && ret == 0; i++) {
        AUTO_FREE char *path = fs_join(dirs[i], REMOVED_NOTE);
        AUTO_JSON *note = NULL;
        struct err ignored = {0};
        if (json_read_file(&note, path, &ignored) < 0)
            note = json_object();
        ret = each(opaque, dirs[i], note, err);
    }
    mem_free_strings(dirs, nb);
    return ret;
}
