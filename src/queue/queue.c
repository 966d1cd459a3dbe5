#include "queue.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

/* A spec may have thousands of segments; beats and reports are much smaller. */
enum { MAX_SPEC_BYTES = 64 << 20, MAX_BYTES = 4 << 20, MAX_VALUES = 1 << 20 };

char *queue_in(const char *work)
{
    return fs_join(work, "queue");
}

int queue_make(const char *queue, struct err *err)
{
    static const char *const folders[] = {"new", "pilots", "done", "log"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        AUTO_FREE char *path = fs_join(queue, folders[i]);
        if (fs_mkdirs(path, err) < 0)
            return err->code;
    }
    return 0;
}

int queue_write(const char *path, const json_t *document, struct err *err)
{
    AUTO_FREE char *text = json_compact(document);
    AUTO_FREE char *dir = fs_dirname(path);
    AUTO_FREE char *tmp = mem_printf("%s/.%s.%d", dir, fs_basename(path), (int)getpid());
    if (fs_write(tmp, text, strlen(text), err) == 0 && rename(tmp, path) < 0)
        err_errno(err, errno, "cannot rename '%s'", tmp);
    if (err->code != ERR_OK)
        unlink(tmp);
    return err->code;
}

static json_t *read_limited(const char *path, size_t max_bytes)
{
    struct err ignored = {0};
    json_t *out = NULL;
    AUTO_FREE char *text = NULL;
    size_t nb = 0;
    return fs_read(&text, &nb, path, max_bytes, &ignored) == 0 &&
                   json_read_limited(&out, text, nb, MAX_VALUES, path, &ignored) == 0
               ? out
               : NULL;
}

json_t *queue_read(const char *path)
{
    return read_limited(path, MAX_BYTES);
}

json_t *queue_read_spec(const char *path)
{
    return read_limited(path, MAX_SPEC_BYTES);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void queue_list(struct queue_names *out, const char *dir)
{
    DIR *d = opendir(dir);
    *out = (struct queue_names){0};
    for (const struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            mem_add_string(&out->names, &out->nb, e->d_name);
    if (out->nb)
        qsort(out->names, out->nb, sizeof *out->names, by_name);
    if (d)
        closedir(d);
}

void queue_names_finish(struct queue_names *n)
{
    mem_free_strings(n->names, n->nb);
    *n = (struct queue_names){0};
}

/* What cannot be removed now, the next run removes. */
void queue_clear(const char *queue)
{
    static const char *const left[] = {"new", "pilots", "done"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        struct err ignored = {0};
        AUTO_FREE char *path = fs_join(queue, left[i]);
        (void)!fs_remove_all(path, &ignored);
    }
}

int queue_set_stop(const char *queue, bool stop, struct err *err)
{
    AUTO_FREE char *path = fs_join(queue, "stop");
    if (stop)
        return fs_write(path, "", 0, err);
    return unlink(path) < 0 && errno != ENOENT ? err_errno(err, errno, "cannot remove '%s'", path)
                                               : 0;
}

bool queue_stops(const char *queue)
{
    AUTO_FREE char *path = fs_join(queue, "stop");
    return fs_is_there(path);
}
