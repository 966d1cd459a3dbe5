#include "progress_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "json.h"
#include "mem.h"

enum { MAX_BYTES = 1 << 20, MAX_VALUES = 1 << 14 };
/* A run that has not written for so long is stopped, or has been killed. */
static const double fresh_s = 5;

struct progress_file {
    int fd;
    char *path;
};

static char *path_in(const char *work)
{
    return fs_join(work, "progress.json");
}

struct progress_file *progress_file_open(const char *work)
{
    struct stat st;
    AUTO_FREE char *path = path_in(work);
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return NULL;
    struct progress_file *f = mem_zalloc(1, sizeof *f);
    *f = (struct progress_file){.fd = fd, .path = mem_take(&path)};
    fd = -1;
    return f;
}

/* Whoever reads it meanwhile finds a mixture of two texts, which is no JSON, and reads it again. */
void progress_file_write(struct progress_file *f, json_t *progress)
{
    if (!f)
        return;
    json_object_set_new(progress, "pid", json_integer(getpid()));
    json_object_set_new(progress, "at_s", json_real(clock_now_s()));
    AUTO_FREE char *text = json_compact(progress);
    const size_t nb = strlen(text);
    if (pwrite(f->fd, text, nb, 0) == (ssize_t)nb)
        (void)!ftruncate(f->fd, (off_t)nb);
}

void progress_file_close(struct progress_file *f)
{
    if (!f)
        return;
    unlink(f->path);
    close(f->fd);
    free(f->path);
    free(f);
}

static json_t *read_file(const char *work)
{
    struct err ignored = {0};
    json_t *out = NULL;
    AUTO_FREE char *path = path_in(work), *text = NULL;
    size_t nb = 0;
    AUTO_FD fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fs_check_opened(fd, path, MAX_BYTES, &ignored) < 0 ||
        fs_read_opened(&text, &nb, fd, path, MAX_BYTES, &ignored) < 0 ||
        json_read_limited(&out, text, nb, MAX_VALUES, path, &ignored) < 0)
        return NULL;
    return out;
}

/* The clock began when the machine did: what an earlier boot wrote is of the future, or old. */
static bool is_alive(const json_t *progress)
{
    const pid_t pid = (pid_t)json_get_int(progress, "pid", 0);
    const double ago_s = clock_now_s() - json_get_number(progress, "at_s", 0);
    return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) && ago_s >= 0 && ago_s < fresh_s;
}

/* Only what is of the right kind. */
static json_t *parts_of(const json_t *progress)
{
    json_t *parts = json_object(), *value;
    const char *name;
    json_object_foreach(json_object_get(progress, "parts"), name, value) {
        if (json_is_number(value))
            json_object_set(parts, name, value);
    }
    return parts;
}

json_t *progress_file_read(const char *work)
{
    AUTO_JSON *all = read_file(work);
    if (!all || !is_alive(all))
        return NULL;
    const double left_s = json_get_number(all, "left_s", -1);
    return json_pack("{s:f, s:o, s:o}", "done", json_get_number(all, "done", 0), "left_s",
                     left_s >= 0 ? json_real(left_s) : json_null(), "parts", parts_of(all));
}
