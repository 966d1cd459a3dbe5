#include "event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
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

/* --- places ----------------------------------------------------------------------------------- */

static int find_place(struct event_place *out, const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return err_errno(err, errno, "cannot examine '%s'", path);
    *out = (struct event_place){st.st_dev, st.st_ino};
    return 0;
}

/* Whether the path still leads there. */
static bool is_there(const char *path, const struct event_place *place)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_dev == place->dev && st.st_ino == place->ino;
}

static int find_places(struct event *e, const char *db, struct err *err)
{
    return find_place(&e->dir_place, e->dir, err) < 0 || find_place(&e->store_place, db, err) < 0 ||
                   find_place(&e->out_place, e->out, err) < 0
               ? err->code
               : 0;
}

static int check_dir(const struct event *e, struct err *err)
{
    return is_there(e->dir, &e->dir_place)
               ? 0
               : err_set(err, ERR_IO,
                         "the folder '%s' was renamed, removed or replaced while talkpress was "
                         "running, or its disk was disconnected: nothing more is written; run the "
                         "command again where the folder is now",
                         e->dir);
}

static int check_store(const struct event *e, struct err *err)
{
    AUTO_FREE char *db = fs_join(e->dir, store_file);
    return is_there(db, &e->store_place)
               ? 0
               : err_set(err, ERR_IO,
                         "the store '%s' was removed or replaced while talkpress was running: "
                         "nothing more is written; run the command again with the store that is to "
                         "count",
                         db);
}

/* The descriptor keeps the folder's number from being given to another folder. */
static int check_work(const struct event *e, struct err *err)
{
    struct stat st;
    return fstat(e->work_dir, &st) == 0 &&
                   is_there(e->work, &(struct event_place){st.st_dev, st.st_ino})
               ? 0
               : err_set(err, ERR_IO,
                         "'%s' was removed, renamed or replaced while talkpress was running: "
                         "'talkpress run' makes again what is missing there",
                         e->work);
}

int event_check_store(const struct event *e, struct err *err)
{
    return check_dir(e, err) < 0 ? err->code : check_store(e, err);
}

int event_check(const struct event *e, struct err *err)
{
    return event_check_store(e, err) < 0 ? err->code : check_work(e, err);
}

int event_check_out(const struct event *e, struct err *err)
{
    if (is_there(e->out, &e->out_place))
        return 0;
    if (!fs_exists(e->out))
        return fs_mkdirs(e->out, err);
    return err_set(err, ERR_IO,
                   "'%s' was replaced by another folder while talkpress was running, or its disk "
                   "was disconnected: if this one is to be used, run 'talkpress publish'",
                   e->out);
}

/* --- opening ---------------------------------------------------------------------------------- */

int event_open(struct event *out, const char *dir, struct err *err)
{
    AUTO_EVENT e = {.lock = -1, .work_lock = -1, .work_dir = -1};
    e.dir = realpath(dir, NULL);
    if (!e.dir)
        return err_errno(err, errno, "cannot open the folder '%s'", dir);
    e.work = fs_join(e.dir, "work");
    e.out = fs_join(e.dir, "out");
    AUTO_FREE char *db = fs_join(e.dir, store_file);
    if (store_open(&e.store, db, err) < 0 || fs_mkdirs(e.work, err) < 0 ||
        fs_mkdirs(e.out, err) < 0 || event_encoders_find(&e.encoders, e.work, err) < 0 ||
        settings_read(&e.settings, e.dir, &e.encoders, err) < 0 || find_places(&e, db, err) < 0)
        return err->code;
    e.work_dir = open(e.work, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (e.work_dir < 0)
        return err_errno(err, errno, "cannot open the folder '%s'", e.work);
    e.invalid = mem_zalloc(1, sizeof *e.invalid);
    *out = e;
    e = (struct event){.lock = -1, .work_lock = -1};
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
    event_encoders_finish(&e->encoders);
    if (e->work_lock >= 0)
        close(e->work_lock);
    if (e->lock >= 0)
        close(e->lock);
    if (e->work && e->work_dir >= 0)
        close(e->work_dir);
    if (e->invalid) {
        free(e->invalid->keys);
        free(e->invalid->first);
        free(e->invalid);
    }
    free(e->dir);
    free(e->work);
    free(e->out);
    *e = (struct event){.lock = -1, .work_lock = -1};
}

/* --- the lock --------------------------------------------------------------------------------- */

/* who: the file that names the process which holds the lock. */
static int refuse_busy(const struct event *e, const char *who, struct err *err)
{
    char pid[64] = "";
    const int fd = open(who, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? 0 : read(fd, pid, sizeof pid - 1);
    if (fd >= 0)
        close(fd);
    pid[n > 0 ? n : 0] = '\0';
    pid[strspn(pid, "0123456789")] = '\0';
    return err_set(err, ERR_BUSY,
                   "another talkpress is using '%s' (process %s): wait for it, "
                   "or stop it with Ctrl-C",
                   e->dir, *pid ? pid : "unknown");
}

/* Opens the path and locks it. The kernel releases the lock when the process ends. */
static int take_lock(int *out, const struct event *e, const char *path, int flags, const char *who,
                     struct err *err)
{
    const int fd = open(path, flags | O_CLOEXEC, 0666);
    if (fd < 0 && errno == ELOOP)
        return err_set(err, ERR_INVALID, "'%s' is a link, not a lock of talkpress: remove it",
                       path);
    if (fd < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        const int failed = errno;
        close(fd);
        return failed == EWOULDBLOCK ? refuse_busy(e, who, err)
                                     : err_errno(err, failed, "cannot lock '%s'", path);
    }
    *out = fd;
    return 0;
}

/* Only for messages of others. */
static int write_pid(int fd, const char *path, struct err *err)
{
    char pid[64];
    const int n = snprintf(pid, sizeof pid, "%d", (int)getpid());
    return ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)n, 0) != n
               ? err_errno(err, errno, "cannot write '%s'", path)
               : 0;
}

int event_lock(struct event *e, struct err *err)
{
    const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
    AUTO_FREE char *file = fs_join(e->work, "lock");
    int dir_lock = -1, work_lock = -1;
    /* The folder may have been replaced before it was locked. */
    if (take_lock(&dir_lock, e, e->dir, O_RDONLY | O_DIRECTORY, file, err) == 0 &&
        event_check(e, err) == 0 && take_lock(&work_lock, e, file, flags, file, err) == 0 &&
        write_pid(work_lock, file, err) == 0) {
        e->lock = dir_lock;
        e->work_lock = work_lock;
        return 0;
    }
    if (work_lock >= 0)
        close(work_lock);
    if (dir_lock >= 0)
        close(dir_lock);
    return err->code;
}

/* The lock itself: another process may have inherited the descriptor. */
void event_unlock(struct event *e)
{
    int *const locks[] = {&e->work_lock, &e->lock};
    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
        if (*locks[i] < 0)
            continue;
        flock(*locks[i], LOCK_UN);
        close(*locks[i]);
        *locks[i] = -1;
    }
}
