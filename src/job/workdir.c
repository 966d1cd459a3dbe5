#include "workdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

bool workdir_key_valid(const char *key)
{
    return strlen(key) == 32 && strspn(key, "0123456789abcdef") == 32;
}

char *workdir_path(const char *work, const char *key, const char *ext)
{
    return mem_printf("%s/%.2s/%s.%s", work, key, key, ext);
}

enum { NAME_BYTES = 64 };

/* "ab/KEY.EXT", relative to work/. False: no result has such a name. */
static bool name_in_work(char out[NAME_BYTES], const char *key, const char *ext)
{
    if (strlen(key) < 2 || strlen(key) + strlen(ext) > NAME_BYTES - 5)
        return false;
    memcpy(out, key, 2);
    out[2] = '/';
    stpcpy(stpcpy(stpcpy(out + 3, key), "."), ext);
    return true;
}

bool workdir_has(int work_dir, const char *key, const char *ext)
{
    char name[NAME_BYTES];
    return name_in_work(name, key, ext) && faccessat(work_dir, name, F_OK, 0) == 0;
}

int64_t workdir_size(int work_dir, const char *key, const char *ext)
{
    char name[NAME_BYTES];
    struct stat st;
    return name_in_work(name, key, ext) && fstatat(work_dir, name, &st, 0) == 0 ? st.st_size : -1;
}

char *workdir_tmp(const char *work, const char *name)
{
    return mem_printf("%s/tmp/%s", work, name);
}

char *workdir_own(const char *tmp, const char *key, pid_t pid)
{
    return mem_printf("%s/%s-%d", tmp, key, (int)pid);
}

char *workdir_failed(const char *work, const char *name)
{
    return mem_printf("%s/failed/%s", work, name);
}

char *workdir_failed_report(const char *work, const char *key)
{
    return mem_printf("%s/failed/%s.report.json", work, key);
}

/* Does not create work/ as fs_mkdirs would: it would be a new one where an event was moved away. */
int workdir_make_tmp(const char *work, struct err *err)
{
    AUTO_FREE char *tmp = mem_printf("%s/tmp", work);
    return fs_mkdir(tmp, err);
}

int workdir_prepare(const char *work, const char *key, struct err *err)
{
    AUTO_FREE char *dir = mem_printf("%s/%.2s", work, key);
    /* Flushed in any case: another worker may have created the folder just now. */
    return fs_mkdir(dir, err) < 0 ? err->code : fs_sync(work, err);
}

int workdir_clean_failed(const char *work, struct err *err)
{
    AUTO_FREE char *failed = mem_printf("%s/failed", work);
    return fs_remove_all(failed, err);
}

/* --- claimed folders -------------------------------------------------------------------------- */

/* Opens a folder and locks it. *out is -1 if there is none, or another process holds it; *claimed
 * tells which. */
static void lock_folder(int *out, bool *claimed, const char *path)
{
    *claimed = false;
    *out = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*out < 0 || flock(*out, LOCK_EX | LOCK_NB) == 0)
        return;
    *claimed = errno == EWOULDBLOCK;
    close(*out);
    *out = -1;
}

/* Whether the path still leads to what is open. */
static bool is_there(int fd, const char *path)
{
    struct stat opened, there;
    return fstat(fd, &opened) == 0 && lstat(path, &there) == 0 && opened.st_dev == there.st_dev &&
           opened.st_ino == there.st_ino;
}

int workdir_claim(char **out, int *lock, const char *work, const char *name, struct err *err)
{
    enum { TRIES = 20, REST_US = 10000 };
    AUTO_FREE char *path = mem_printf("%s/tmp/%s-%d", work, name, (int)getpid());
    for (int i = 0; i < TRIES; i++) {
        bool claimed;
        if (workdir_make_tmp(work, err) < 0)
            return err->code;
        if (mkdir(path, 0777) < 0 && errno != EEXIST && errno != ENOENT)
            return err_errno(err, errno, "cannot create the folder '%s'", path);
        lock_folder(lock, &claimed, path);
        if (*lock >= 0 && is_there(*lock, path)) {
            *out = mem_take(&path);
            return 0;
        }
        if (*lock >= 0)
            close(*lock);
        usleep(REST_US); /* another process is removing it, as nobody held it yet */
    }
    return err_set(err, ERR_IO, "cannot lock the folder '%s'", path);
}

/* Removes what is in tmp/, unless a process that lives has claimed it. */
static int empty_tmp(const char *tmp, struct err *err)
{
    DIR *dir = opendir(tmp);
    if (!dir)
        return errno == ENOENT ? 0 : err_errno(err, errno, "cannot open the folder '%s'", tmp);
    int ret = 0;
    for (const struct dirent *e; ret == 0 && (e = readdir(dir));) {
        int lock;
        bool claimed;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        AUTO_FREE char *path = fs_join(tmp, e->d_name);
        lock_folder(&lock, &claimed, path);
        if (!claimed)
            ret = fs_remove_all(path, err);
        if (lock >= 0)
            close(lock);
    }
    closedir(dir);
    return ret;
}

int workdir_clean(const char *work, struct err *err)
{
    AUTO_FREE char *tmp = mem_printf("%s/tmp", work), *failed = mem_printf("%s/failed", work);
    struct stat st;
    if (lstat(failed, &st) == 0 && !S_ISDIR(st.st_mode) && fs_remove_all(failed, err) < 0)
        return err->code; /* a link: specs would be moved to where it leads */
    if (lstat(tmp, &st) == 0 && !S_ISDIR(st.st_mode) && fs_remove_all(tmp, err) < 0)
        return err->code;
    return empty_tmp(tmp, err) < 0 || fs_mkdirs(tmp, err) < 0 || fs_mkdirs(failed, err) < 0
               ? err->code
               : 0;
}
