#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "fs.h"
#include "mem.h"
#include "publish.h"
#include "send_plan.h"
#include "sha256.h"
#include "str.h"

/* --- the lock --------------------------------------------------------------------------------- */

static int refuse_busy(int fd, struct err *err)
{
    char pid[32] = "";
    const ssize_t nb = pread(fd, pid, sizeof pid - 1, 0);
    pid[nb > 0 ? nb : 0] = '\0';
    pid[strspn(pid, "0123456789")] = '\0';
    return err_set(err, ERR_BUSY,
                   "another talkpress is sending this event (process %s): wait for it, or stop it "
                   "with Ctrl-C",
                   *pid ? pid : "unknown");
}

static int take_lock(int fd, const char *path, struct err *err)
{
    enum { TRIES = 20 };
    const struct timespec pause = {.tv_nsec = 100000000};
    char pid[32];
    const int nb = snprintf(pid, sizeof pid, "%d", (int)getpid());
    for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
        if (errno != EWOULDBLOCK)
            return err_errno(err, errno, "cannot lock '%s'", path);
        if (i == TRIES)
            return refuse_busy(fd, err);
        nanosleep(&pause, NULL);
    }
    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)nb, 0) != nb)
        return err_errno(err, errno, "cannot write '%s'", path);
    return 0;
}

int snapshot_lock(struct snapshot *out, const struct event *event, struct err *err)
{
    AUTO_SNAPSHOT s = {.scratch = fs_join(event->work, "send"), .lock = -1};
    AUTO_FREE char *path = fs_join(s.scratch, "lock");
    if (fs_mkdirs(s.scratch, err) < 0)
        return err->code;
    s.lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (s.lock < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    if (take_lock(s.lock, path, err) < 0)
        return err->code;
    *out = s;
    s = (struct snapshot){.lock = -1};
    return 0;
}

/* --- the links -------------------------------------------------------------------------------- */

/* Where files cannot be linked (out/ is on another disk), it is a symbolic link. Nothing is
 * flushed: after a power cut, another snapshot is taken. */
static int take_file(bool *linked, const char *from, const char *to, struct err *err)
{
    if (link(from, to) == 0)
        return 0;
    if (errno != EXDEV && errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
        return err_errno(err, errno, "cannot link '%s' to '%s'", from, to);
    *linked = false;
    return symlink(from, to) == 0 ? 0 : err_errno(err, errno, "cannot link '%s'", to);
}

int snapshot_take(struct snapshot *s, const struct event *event, char *const *names, size_t nb,
                  struct err *err)
{
    AUTO_FREE char *nothing = fs_join(s->scratch, "nothing");
    s->dir = fs_join(s->scratch, "files");
    if (fs_remove_all(s->dir, err) < 0 || fs_mkdirs(s->dir, err) < 0 || fs_mkdirs(nothing, err) < 0)
        return err->code;
    s->linked = true;
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *from = fs_join(event->out, names[i]), *to = fs_join(s->dir, names[i]);
        if (take_file(&s->linked, from, to, err) < 0)
            return err->code;
    }
    return 0;
}

/* --- sums ------------------------------------------------------------------------------------- */

/* The sums of finished files are known. *out: a line of SHA256SUMS for each. */
static int read_sums(char **out, const char *dir, struct err *err)
{
    AUTO_FREE char *path = fs_join(dir, PUBLISH_SUMS);
    return fs_read(out, NULL, path, 1u << 28, err);
}

/* The lines are sorted by name, as names are: *line moves on. */
static bool known_sum(char out[SHA256_BYTES], const char **line, const char *name)
{
    enum { DIGITS = SHA256_BYTES - 1 };
    while (strlen(*line) > DIGITS + 2) {
        const char *end = *line + strcspn(*line, "\n"), *listed = *line + DIGITS + 2;
        AUTO_FREE char *its = listed < end ? mem_printf("%.*s", (int)(end - listed), listed) : NULL;
        const int order = its ? strcmp(its, name) : -1;
        if (order > 0)
            return false;
        if (order == 0)
            snprintf(out, SHA256_BYTES, "%.*s", DIGITS, *line);
        *line = *end ? end + 1 : end;
        if (order == 0)
            return true;
    }
    return false;
}

int snapshot_list(struct send_plan *plan, const char *dir, char *const *names, size_t nb,
                  struct err *err)
{
    AUTO_FREE char *sums = NULL;
    if (read_sums(&sums, dir, err) < 0)
        return err->code;
    const char *line = sums;
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *path = fs_join(dir, names[i]);
        char sum[SHA256_BYTES];
        const int64_t bytes = fs_size(path);
        if (bytes < 0)
            return err_set(err, ERR_NOT_FOUND, "'%s' is missing: run 'talkpress publish'", path);
        if (!known_sum(sum, &line, names[i]) && sha256_file(sum, path, err) < 0)
            return err->code;
        send_plan_add(plan, names[i], bytes, sum);
    }
    return 0;
}

void snapshot_finish(struct snapshot *s)
{
    struct err ignored = {0};
    if (s->dir)
        (void)!fs_remove_all(s->dir, &ignored);
    if (s->lock >= 0)
        close(s->lock);
    free(s->scratch);
    free(s->dir);
    *s = (struct snapshot){.lock = -1};
}
