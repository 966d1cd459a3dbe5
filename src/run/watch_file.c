#include "watch_file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "json.h"
#include "mem.h"

enum { MAX_BYTES = 4096, MAX_VALUES = 64 };

struct watch_file {
    int fd;
    char *path;
};

static char *path_in(const char *work)
{
    return fs_join(work, "watching.json");
}

/* Whether the path still leads to the file. */
static bool is_there(const struct watch_file *f, const char *path)
{
    struct stat opened, named;
    return strcmp(f->path, path) == 0 && fstat(f->fd, &opened) == 0 && lstat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static struct watch_file *open_file(const char *path)
{
    struct stat st;
    AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return NULL;
    struct watch_file *f = mem_zalloc(1, sizeof *f);
    *f = (struct watch_file){.fd = fd, .path = mem_strdup(path)};
    fd = -1;
    return f;
}

static void forget(struct watch_file **file)
{
    struct watch_file *f = *file;
    if (!f)
        return;
    close(f->fd);
    free(f->path);
    free(f);
    *file = NULL;
}

/* Whoever reads it meanwhile may find a mixture of two texts, which is no JSON. */
void watch_file_write(struct watch_file **file, const char *work, const struct watch_state *state)
{
    AUTO_FREE char *path = path_in(work);
    if (*file && !is_there(*file, path))
        forget(file);
    if (!*file)
        *file = open_file(path);
    if (!*file)
        return;
    AUTO_JSON *all = json_pack("{s:I, s:I, s:I, s:f, s:f}", "pid", (json_int_t)getpid(), "folders",
                               (json_int_t)state->nb_folders, "parts", (json_int_t)state->nb_parts,
                               "work_s", state->work_s, "since", state->since);
    AUTO_FREE char *text = json_compact(all);
    const size_t nb = strlen(text);
    if (pwrite((*file)->fd, text, nb, 0) == (ssize_t)nb)
        (void)!ftruncate((*file)->fd, (off_t)nb);
}

void watch_file_close_p(struct watch_file **file)
{
    if (*file && is_there(*file, (*file)->path))
        unlink((*file)->path);
    forget(file);
}

/* The lock of whoever reads it ends with the descriptor. */
static bool is_alive(int fd)
{
    return flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

json_t *watch_file_read(const char *work)
{
    struct err ignored = {0};
    AUTO_JSON *all = NULL;
    AUTO_FREE char *path = path_in(work), *text = NULL;
    size_t nb = 0;
    AUTO_FD fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fs_check_opened(fd, path, MAX_BYTES, &ignored) < 0 || !is_alive(fd) ||
        fs_read_opened(&text, &nb, fd, path, MAX_BYTES, &ignored) < 0 ||
        json_read_limited(&all, text, nb, MAX_VALUES, path, &ignored) < 0)
        return NULL;
    const int64_t nb_parts = json_get_int(all, "parts", 0);
    const double behind_s = (double)time(NULL) - json_get_number(all, "since", 0);
    return json_pack("{s:I, s:I, s:f, s:f}", "folders", (json_int_t)json_get_int(all, "folders", 0),
                     "parts", (json_int_t)nb_parts, "work_s", json_get_number(all, "work_s", 0),
                     "behind_s", nb_parts ? fmax(behind_s, 0) : 0.0);
}
