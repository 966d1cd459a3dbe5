#include "workdir.h"

#include <errno.h>
#include <string.h>
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

char *workdir_own(const char *work, const char *key, pid_t pid)
{
    return mem_printf("%s/tmp/%s-%d", work, key, (int)pid);
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
    return mkdir(tmp, 0777) == 0 || errno == EEXIST
               ? 0
               : err_errno(err, errno, "cannot create the folder '%s'", tmp);
}

int workdir_prepare(const char *work, const char *key, struct err *err)
{
    AUTO_FREE char *dir = mem_printf("%s/%.2s", work, key);
    /* Flushed in any case: another worker may have created the folder just now. */
    return fs_mkdirs(dir, err) < 0 ? err->code : fs_sync(work, err);
}

int workdir_clean_failed(const char *work, struct err *err)
{
    AUTO_FREE char *failed = mem_printf("%s/failed", work);
    return fs_remove_all(failed, err);
}

int workdir_clean(const char *work, struct err *err)
{
    AUTO_FREE char *tmp = mem_printf("%s/tmp", work), *failed = mem_printf("%s/failed", work);
    return fs_remove_all(tmp, err) < 0 || fs_mkdirs(tmp, err) < 0 || fs_mkdirs(failed, err) < 0
               ? err->code
               : 0;
}
