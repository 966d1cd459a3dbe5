#include "event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "store.h"

static const char store_file[] = "talkpress.db";

int event_init(const char *dir, struct err *err)
{
    AUTO_FREE char *db = fs_join(dir, store_file);
    AUTO_FREE char *work = fs_join(dir, "work"), *out = fs_join(dir, "out");
    if (fs_exists(db))
        return err_set(err, ERR_INVALID, "'%s' is already an event folder", dir);
    if (fs_mkdirs(dir, err) < 0 || fs_mkdirs(work, err) < 0 || fs_mkdirs(out, err) < 0 ||
        settings_create(dir, err) < 0)
        return err->code;
    return store_create(db, err);
}

int event_open(struct event *out, const char *dir, struct err *err)
{
    AUTO_EVENT e = {.lock = -1, .work_dir = -1};
    e.dir = realpath(dir, NULL);
    if (!e.dir)
        return err_errno(err, errno, "cannot open the folder '%s'", dir);
    e.work = fs_join(e.dir, "work");
    e.out = fs_join(e.dir, "out");
    AUTO_FREE char *db = fs_join(e.dir, store_file);
    if (store_open(&e.store, db, err) < 0 || settings_read(&e.settings, e.dir, err) < 0)
        return err->code;
    if (fs_mkdirs(e.work, err) < 0 || fs_mkdirs(e.out, err) < 0)
        return err->code;
    e.work_dir = open(e.work, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (e.work_dir < 0)
        return err_errno(err, errno, "cannot open the folder '%s'", e.work);
    *out = e;
    e = (struct event){.lock = -1};
    return 0;
}

int event_copy_store(char **out, const struct event *e, struct err *err)
{
    char stamp[32];
    struct tm now;
    const time_t t = time(NULL);
    strftime(stamp, sizeof stamp, "%Y-%m-%d-%H%M%S", gmtime_r(&t, &now));
    AUTO_FREE char *path = fs_join(e->dir, store_file), *to = mem_printf("%s.%s", path, stamp);
    if (store_copy(path, to, err) < 0)
        return err->code;
    *out = mem_take(&to);
    return 0;
}

void event_close(struct event *e)
{
    store_close_p(&e->store);
    settings_finish(&e->settings);
    if (e->lock >= 0)
        close(e->lock);
    if (e->work && e->work_dir >= 0)
        close(e->work_dir);
    free(e->dir);
    free(e->work);
    free(e->out);
    *e = (struct event){.lock = -1};
}

int event_lock(struct event *e, struct err *err)
{
    AUTO_FREE char *path = fs_join(e->work, "lock");
    /* The kernel releases the lock when the process ends. The process ID in the file is only for
     * messages. */
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (fd < 0 && errno == ELOOP)
        return err_set(err, ERR_INVALID, "'%s' is a link, not a lock of talkpress: remove it",
                       path);
    if (fd < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    char who[64] = "";
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        const int failed = errno;
        const ssize_t n = pread(fd, who, sizeof who - 1, 0);
        who[n > 0 ? n : 0] = '\0';
        close(fd);
        if (failed != EWOULDBLOCK)
            return err_errno(err, failed, "cannot lock '%s'", path);
        return err_set(err, ERR_BUSY,
                       "another talkpress is using '%s' (process %s): wait for it, "
                       "or stop it with Ctrl-C",
                       e->dir, *who ? who : "unknown");
    }
    const int n = snprintf(who, sizeof who, "%d", (int)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, who, (size_t)n, 0) != n) {
        const int failed = errno;
        close(fd);
        return err_errno(err, failed, "cannot write '%s'", path);
    }
    e->lock = fd;
    return 0;
}
