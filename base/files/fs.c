#include "fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "mem.h"
#include "str.h"

void fs_close_p(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* --- reading ---------------------------------------------------------------------------------- */

static int check(const struct stat *st, const char *name, int64_t max_bytes, struct err *err)
{
    if (!S_ISREG(st->st_mode))
        return err_set(err, ERR_INVALID, "'%s' is a %s; expected a file", name,
                       S_ISFIFO(st->st_mode)   ? "pipe"
                       : S_ISDIR(st->st_mode)  ? "folder"
                       : S_ISSOCK(st->st_mode) ? "socket"
                                               : "device");
    if (st->st_size > max_bytes)
        return err_set(err, ERR_INVALID,
                       "'%s' is larger than %lld bytes, the limit for a file of this kind", name,
                       (long long)max_bytes);
    return 0;
}

int fs_check_opened(int fd, const char *name, int64_t max_bytes, struct err *err)
{
    struct stat st;
    return fstat(fd, &st) < 0 ? err_errno(err, errno, "cannot examine '%s'", name)
                              : check(&st, name, max_bytes, err);
}

int fs_check(const char *path, int64_t max_bytes, struct err *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    if (S_ISFIFO(st.st_mode)) /* as shells write it: <(command) */
        return err_set(err, ERR_INVALID,
                       "'%s' is a pipe; expected a file: save what it gives to a file first", path);
    return check(&st, path, max_bytes, err);
}

int fs_open(int *out, const char *path, int64_t max_bytes, struct err *err)
{
    /* Opening a device may already do something. */
    if (fs_check(path, max_bytes, err) < 0)
        return err->code;
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    if (fs_check_opened(fd, path, max_bytes, err) < 0) /* it may be another one now */
        return err->code;
    *out = fd;
    fd = -1;
    return 0;
}

int fs_read_opened(char **out, size_t *out_nb, int fd, const char *path, size_t max_bytes,
                   struct err *err)
{
    AUTO_STR text = {0};
    char buf[65536];
    for (;;) {
        const ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "cannot read '%s'", path);
        if (n == 0)
            break;
        if (text.len + (size_t)n > max_bytes)
            return err_set(err, ERR_INVALID,
                           "'%s' is larger than %zu bytes, the limit for a file of this kind", path,
                           max_bytes);
        str_add_bytes(&text, buf, (size_t)n);
    }
    if (out_nb)
        *out_nb = text.len;
    *out = str_take(&text);
    return 0;
}

int fs_read(char **out, size_t *out_nb, const char *path, size_t max_bytes, struct err *err)
{
    AUTO_FD fd = -1;
    return fs_open(&fd, path, (int64_t)max_bytes, err) < 0
               ? err->code
               : fs_read_opened(out, out_nb, fd, path, max_bytes, err);
}

/* --- writing ---------------------------------------------------------------------------------- */

int fs_sync(const char *path, struct err *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    if (fsync(fd) < 0)
        return err_errno(err, errno, "cannot flush '%s' to disk", path);
    return 0;
}

int fs_sync_disk(const char *dir, struct err *err)
{
    AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || syncfs(fd) < 0 ? err_errno(err, errno, "cannot flush the folder '%s'", dir)
                                    : 0;
}

static int sync_parent(const char *path, struct err *err)
{
    AUTO_FREE char *dir = fs_dirname(path);
    return fs_sync(dir, err);
}

int fs_place(const char *from, const char *to, struct err *err)
{
    return fs_sync(from, err) < 0 ? err->code : fs_rename(from, to, err);
}

int fs_rename(const char *from, const char *to, struct err *err)
{
    if (rename(from, to) == 0)
        return 0;
    return errno == EISDIR
               ? err_set(err, ERR_INVALID, "'%s' is a folder; expected a file: move it away", to)
               : err_errno(err, errno, "cannot rename '%s' to '%s'", from, to);
}

int fs_commit(const char *from, const char *to, struct err *err)
{
    return fs_place(from, to, err) < 0 ? err->code : sync_parent(to, err);
}

int fs_write_all(int fd, const void *bytes, size_t nb)
{
    const char *p = bytes;
    while (nb > 0) {
        const ssize_t n = write(fd, p, nb);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        nb -= (size_t)n;
    }
    return 0;
}

static int write_and_close(int fd, const char *path, const void *bytes, size_t nb, struct err *err)
{
    if (fd < 0)
        return err_errno(err, errno, "cannot create '%s'", path);
    const int failed = fs_write_all(fd, bytes, nb) < 0 ? errno : 0;
    const int closed = close(fd) < 0 ? errno : 0;
    return failed || closed ? err_errno(err, failed ? failed : closed, "cannot write '%s'", path)
                            : 0;
}

/* Cut off where it would be longer than a name can be. */
char *fs_tmp_name(const char *path)
{
    AUTO_FREE char *mark = mem_printf(FS_TMP_MARK "%d", (int)getpid());
    const size_t nb_folder = (size_t)(fs_basename(path) - path), nb_name = strlen(path) - nb_folder,
                 most = NAME_MAX - strlen(mark);
    return mem_printf("%.*s%s", (int)(nb_folder + (nb_name < most ? nb_name : most)), path, mark);
}

int fs_write(const char *path, const void *bytes, size_t nb, struct err *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return write_and_close(fd, path, bytes, nb, err);
}

static int open_new(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

int fs_write_new(const char *path, const void *bytes, size_t nb, struct err *err)
{
    return write_and_close(open_new(path), path, bytes, nb, err);
}

/* Creates a file in the place of what has its name: the name can be guessed, so a link that
 * somebody put there must not lead to a file that is then overwritten. */
static int create(const char *path)
{
    unlink(path);
    return open_new(path);
}

/* old: the file that is replaced, whose permissions the new one gets; NULL: there is none. */
static int replace(const char *path, const struct stat *old, const void *bytes, size_t nb,
                   struct err *err)
{
    AUTO_FREE char *tmp = fs_tmp_name(path);
    const int fd = create(tmp);
    if (fd >= 0 && old) /* not every file system has them */
        (void)!fchmod(fd, old->st_mode & (S_IRWXU | S_IRWXG | S_IRWXO));
    if (write_and_close(fd, path, bytes, nb, err) == 0 && fs_commit(tmp, path, err) == 0)
        return 0;
    unlink(tmp);
    return err->code;
}

int fs_write_atomic(const char *path, const void *bytes, size_t nb, struct err *err)
{
    return replace(path, NULL, bytes, nb, err);
}

static int copy(const char *from, const char *to, struct err *err)
{
    AUTO_FD in = -1;
    if (fs_open(&in, from, INT64_MAX, err) < 0)
        return err->code;
    AUTO_FD out = create(to);
    if (out < 0)
        return err_errno(err, errno, "cannot create '%s'", to);
    char buf[65536];
    for (;;) {
        const ssize_t n = read(in, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "cannot read '%s'", from);
        if (n == 0)
            break;
        if (fs_write_all(out, buf, (size_t)n) < 0)
            return err_errno(err, errno, "cannot write '%s'", to);
    }
    struct stat st;
    if (fstat(in, &st) == 0) /* not every file system keeps times */
        (void)!futimens(out, (const struct timespec[]){st.st_atim, st.st_mtim});
    return 0;
}

/* Gives a temporary name beside it to the file that is to become to. Its own name stays if both are
 * of the same file: rename() does nothing then. */
static int commit_tmp(const char *tmp, const char *to, struct err *err)
{
    const int ret = fs_commit(tmp, to, err);
    unlink(tmp);
    return ret;
}

int fs_try_link(const char *from, const char *to, struct err *err)
{
    AUTO_FREE char *tmp = fs_tmp_name(to);
    unlink(tmp);
    if (link(from, tmp) == 0)
        return commit_tmp(tmp, to, err) < 0 ? err->code : 1;
    return errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP
               ? 0
               : err_errno(err, errno, "cannot link '%s' to '%s'", from, to);
}

int fs_link_atomic(const char *from, const char *to, struct err *err)
{
    const int linked = fs_try_link(from, to, err);
    if (linked)
        return linked < 0 ? linked : 0;
    AUTO_FREE char *tmp = fs_tmp_name(to);
    if (copy(from, tmp, err) < 0) {
        unlink(tmp);
        return err->code;
    }
    return commit_tmp(tmp, to, err);
}

/* --- where the user wants it ------------------------------------------------------------------ */

/* The number of a descriptor, -1 if the path names none: /dev/stdout leads to /proc/self/fd/1.
 * Opening that would write to the file from its begin, and what is printed then over it. */
static int descriptor_of(const char *path)
{
    static const char *const folders[] = {"/proc/self/fd/", "/dev/fd/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *name = path + strlen(folders[i]);
        if (str_starts(path, folders[i]) && *name && strlen(name) < 6 &&
            strspn(name, "0123456789") == strlen(name))
            return atoi(name);
    }
    return -1;
}

/* Where the links lead that path begins with. *out: a new string; nothing may be there. */
static int follow_links(char **out, const char *path, struct err *err)
{
    enum { MAX_LINKS = 40 }; /* as the kernel */
    AUTO_FREE char *at = mem_strdup(path);
    char to[4096];
    for (int i = 0; i <= MAX_LINKS; i++) {
        const ssize_t nb = descriptor_of(at) < 0 ? readlink(at, to, sizeof to - 1) : -1;
        if (nb < 0) {
            *out = mem_take(&at);
            return 0;
        }
        to[nb] = '\0';
        AUTO_FREE char *dir = fs_dirname(at);
        free(at);
        at = *to == '/' ? mem_strdup(to) : fs_join(dir, to);
    }
    return err_set(err, ERR_INVALID, "'%s' is one of too many links to follow", path);
}

/* Of a file that is not there yet. */
static int check_folder(const char *path, struct err *err)
{
    AUTO_FREE char *place = NULL;
    if (follow_links(&place, path, err) < 0)
        return err->code;
    AUTO_FREE char *dir = fs_dirname(place);
    return fs_is_dir(dir) ? 0
                          : err_set(err, ERR_NOT_FOUND,
                                    "cannot write '%s': there is no folder '%s'", place, dir);
}

/* The kernel refuses links that somebody else put into a folder like /tmp, and stat() says so.
 * Standard input is replaced where another program does the work. */
int fs_check_output(const char *path, struct err *err)
{
    struct stat st;
    const bool is_there = stat(path, &st) == 0;
    if (!is_there && errno != ENOENT)
        return err_errno(err, errno, "cannot write '%s'", path);
    if (!is_there && (!*path || str_ends(path, "/")))
        return err_set(err, ERR_INVALID, "'%s' is not the name of a file", path);
    if (!is_there)
        return check_folder(path, err);
    if (S_ISDIR(st.st_mode) || S_ISSOCK(st.st_mode))
        return err_set(err, ERR_INVALID, "'%s' is a %s; expected a file: name another", path,
                       S_ISDIR(st.st_mode) ? "folder" : "socket");
    AUTO_FREE char *place = NULL;
    if (follow_links(&place, path, err) < 0)
        return err->code;
    return descriptor_of(place) != STDIN_FILENO
               ? 0
               : err_set(err, ERR_INVALID, "'%s' is the standard input: name another", path);
}

/* Descriptors that talkpress opened itself, such as the store's, are closed on exec. */
static int write_to_descriptor(int fd, const char *path, const void *bytes, size_t nb,
                               struct err *err)
{
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || flags & FD_CLOEXEC)
        return err_errno(err, EBADF, "cannot write '%s'", path);
    if (fd == STDOUT_FILENO)
        fflush(stdout);
    return fs_write_all(fd, bytes, nb) < 0 ? err_errno(err, errno, "cannot write '%s'", path) : 0;
}

bool fs_output_replaces(const char *path)
{
    struct err err = {0};
    AUTO_FREE char *place = NULL;
    struct stat st;
    return follow_links(&place, path, &err) == 0 && descriptor_of(place) < 0 &&
           stat(place, &st) == 0 && S_ISREG(st.st_mode);
}

FILE *fs_beside_output(const char *path)
{
    struct err err = {0};
    AUTO_FREE char *place = NULL;
    return follow_links(&place, path, &err) == 0 && descriptor_of(place) == STDOUT_FILENO ? stderr
                                                                                          : stdout;
}

int fs_write_output(const char *path, const void *bytes, size_t nb, struct err *err)
{
    AUTO_FREE char *place = NULL;
    struct stat st;
    if (fs_check_output(path, err) < 0 || follow_links(&place, path, err) < 0)
        return err->code;
    if (descriptor_of(place) >= 0)
        return write_to_descriptor(descriptor_of(place), path, bytes, nb, err);
    const bool is_there = stat(place, &st) == 0;
    if (!is_there || S_ISREG(st.st_mode))
        return replace(place, is_there ? &st : NULL, bytes, nb, err);
    const int fd = open(place, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? err_errno(err, errno, "cannot open '%s'", path)
                  : write_and_close(fd, path, bytes, nb, err);
}

/* --- folders, names --------------------------------------------------------------------------- */

int fs_mkdir(const char *path, struct err *err)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST
               ? 0
               : err_errno(err, errno, "cannot create the folder '%s'", path);
}

int fs_mkdirs(const char *path, struct err *err)
{
    AUTO_FREE char *p = mem_strdup(path);
    for (char *slash = p + 1; *p; slash++) {
        const char was = *slash;
        if (was != '/' && was != '\0')
            continue;
        *slash = '\0';
        const bool made = mkdir(p, 0777) == 0;
        if (!made && errno != EEXIST)
            return err_errno(err, errno, "cannot create the folder '%s'", p);
        if (made && sync_parent(p, err) < 0)
            return err->code;
        *slash = was;
        if (!was)
            break;
    }
    if (!fs_is_dir(path))
        return err_set(err, ERR_INVALID, "'%s' exists, but is not a folder", path);
    return 0;
}

int fs_remove_all(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_errno(err, errno, "cannot examine '%s'", path);
    if (!S_ISDIR(st.st_mode)) {
        if (unlink(path) < 0 && errno != ENOENT)
            return err_errno(err, errno, "cannot remove '%s'", path);
        return 0;
    }
    DIR *dir = opendir(path);
    if (!dir)
        return err_errno(err, errno, "cannot open the folder '%s'", path);
    int ret = 0;
    for (const struct dirent *e; ret == 0 && (e = readdir(dir));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        AUTO_FREE char *child = fs_join(path, e->d_name);
        ret = fs_remove_all(child, err);
    }
    closedir(dir);
    if (ret == 0 && rmdir(path) < 0)
        return err_errno(err, errno, "cannot remove the folder '%s'", path);
    return ret;
}

bool fs_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool fs_is_taken(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool fs_is_regular(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* NFS remembers for a while what is there and what is not, but asks when something is opened.
 * Opening a pipe would wait for who writes to it. */
bool fs_is_there(const char *path)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd >= 0;
}

bool fs_is_gone(const char *path)
{
    return !fs_is_there(path) && (errno == ENOENT || errno == ENOTDIR);
}

bool fs_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int64_t fs_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -1;
}

int64_t fs_free_bytes(const char *path)
{
    struct statvfs vfs;
    return statvfs(path, &vfs) == 0 ? (int64_t)vfs.f_bavail * (int64_t)vfs.f_frsize : -1;
}

char *fs_join(const char *dir, const char *name)
{
    return mem_printf("%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name);
}

char *fs_dirname(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return mem_strdup(".");
    return slash == path ? mem_strdup("/") : mem_printf("%.*s", (int)(slash - path), path);
}

const char *fs_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
