/*
 * A disk that fails, for tests: a library to be preloaded (LD_PRELOAD) in front of libc. It sees
 * every call that talkpress, SQLite and libav make on the files of one folder, so no place where
 * something is made permanent can be forgotten, as a place that had to be marked in the program
 * could. The environment tells what is asked of it.
 *
 * DISK_ROOT: folders, joined by ':', whose files count; full paths.
 *
 * DISK_FAULT: CLASS[,CLASS...]:N:WHAT. The Nth call of the classes fails with an errno (EIO,
 * ENOSPC, EDQUOT, EROFS, ENOMEM), or kills the process that makes it (KILL): before the call, but
 * in the middle of a write. The classes: open, read, write, sync, name (of a name in a folder:
 * rename, link, unlink, mkdir, rmdir).
 *
 * DISK_FAULT_IN: coordinator or worker, who is meant; both unless told.
 *
 * DISK_COUNT: a file that counts those calls over all processes, eight bytes.
 *
 * DISK_JOURNAL: a folder. Its file "log" gets a line for every name that is made, changed or
 * removed and for every flush; the content that a flush made sure of is added to its file "data".
 * crash_state.c makes from them what a power cut would leave.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The function that would have been called. */
#define REAL(name)                                  \
    static __typeof__(&(name)) real_##name;         \
    if (!real_##name) {                             \
        void *next_ = dlsym(RTLD_NEXT, #name);      \
        memcpy(&real_##name, &next_, sizeof next_); \
    }

enum class { OPEN = 1, READ = 2, WRITE = 4, SYNC = 8, NAME = 16 };
enum { MAX_PATH = 4096 };

static struct {
    const char *root;
    unsigned classes; /* none: no fault */
    uint64_t at;
    int errnum; /* 0: kill */
    _Atomic uint64_t *count;
    int log, data;
} disk = {.log = -1};

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* --- the environment -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int errnum;
} errnos[] = {{"KILL", 0},        {"EIO", EIO},     {"ENOSPC", ENOSPC},
              {"EDQUOT", EDQUOT}, {"EROFS", EROFS}, {"ENOMEM", ENOMEM}};

static const struct {
    const char *name;
    unsigned class;
} classes[] = {{"open", OPEN}, {"read", READ}, {"write", WRITE}, {"sync", SYNC}, {"name", NAME}};

static void refuse(const char *what)
{
    fprintf(stderr, "disk_shim: %s cannot be read\n", what);
    _exit(126);
}

static bool meant(void)
{
    char line[MAX_PATH] = "";
    const char *who = getenv("DISK_FAULT_IN");
    const int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (!who || fd < 0)
        return true;
    const ssize_t n = read(fd, line, sizeof line - 1);
    close(fd);
    const bool worker = n > 0 && strcmp(line + strlen(line) + 1, "worker") == 0;
    return worker == (strcmp(who, "worker") == 0);
}

static void read_fault(const char *text)
{
    char names[64] = "", what[16] = "";
    unsigned long long at = 0;
    if (sscanf(text, "%63[^:]:%llu:%15s", names, &at, what) != 3)
        refuse("DISK_FAULT");
    disk.at = at;
    disk.errnum = -1;
    for (size_t i = 0; i < sizeof errnos / sizeof *errnos; i++)
        if (strcmp(errnos[i].name, what) == 0)
            disk.errnum = errnos[i].errnum;
    unsigned wanted = 0;
    char *rest = NULL;
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
        for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
            if (strcmp(classes[i].name, name) == 0)
                wanted |= classes[i].class;
    if (disk.errnum < 0 || !wanted)
        refuse("DISK_FAULT");
    disk.classes = meant() ? wanted : 0;
}

static int open_journal(const char *folder, const char *name)
{
    char path[MAX_PATH];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        refuse("DISK_JOURNAL");
    return fd;
}

__attribute__((constructor)) static void begin(void)
{
    static _Atomic uint64_t own_count;
    const char *fault = getenv("DISK_FAULT"), *count = getenv("DISK_COUNT"),
               *journal = getenv("DISK_JOURNAL");
    const char *root = getenv("DISK_ROOT");
    disk.count = &own_count;
    if (count) {
        const int fd = open(count, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        void *p = fd < 0 || ftruncate(fd, sizeof own_count) < 0
                      ? MAP_FAILED
                      : mmap(NULL, sizeof own_count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
            refuse("DISK_COUNT");
        disk.count = p;
        close(fd);
    }
    if (journal) {
        disk.data = open_journal(journal, "data");
        disk.log = open_journal(journal, "log");
    }
    if (fault)
        read_fault(fault);
    disk.root = root; /* from here on calls are looked at */
}

/* --- which calls count ------------------------------------------------------------------------ */

/* The path below its root, "" for the root itself; NULL where it is in none. */
static const char *below_root(const char *path)
{
    for (const char *root = disk.root; root && *root;) {
        const size_t nb = strcspn(root, ":");
        if (strncmp(path, root, nb) == 0 && (path[nb] == '/' || !path[nb]))
            return path[nb] ? path + nb + 1 : path + nb;
        root += nb + (root[nb] == ':');
    }
    return NULL;
}

/* The same of an open file; NULL, too, where it has no name any more. */
static const char *below_root_of(char buf[MAX_PATH], int fd)
{
    char link[64];
    if (!disk.root)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, buf, MAX_PATH - 1);
    if (n < 0)
        return NULL;
    buf[n] = '\0';
    return strstr(buf, " (deleted)") ? NULL : below_root(buf);
}

/* Counts a call. True: it is the one that fails, errno is set. */
static bool fails(enum class class)
{
    if (!(disk.classes & class) || atomic_fetch_add(disk.count, 1) + 1 != disk.at)
        return false;
    if (!disk.errnum && class != WRITE)
        kill(getpid(), SIGKILL);
    errno = disk.errnum;
    return true;
}

static bool fails_at(enum class class, const char *path)
{
    return below_root(path) && fails(class);
}

static bool fails_on(enum class class, int fd)
{
    char buf[MAX_PATH];
    return disk.classes & class && below_root_of(buf, fd) && fails(class);
}

/* --- the journal ------------------------------------------------------------------------------ */

/* A lock of the process: one of flock() would be held by all whom a fork gave the open file, and
 * two workers would write over each other's place in "data". */
static int set_lock(short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    int ret;
    while ((ret = fcntl(disk.log, F_SETLKW, &whole)) < 0 && errno == EINTR)
        ;
    return ret;
}

/* What happens on the disk and its line in the log are one step for all processes. */
static void lock(void)
{
    if (disk.log < 0)
        return;
    pthread_mutex_lock(&one_at_a_time);
    const int ret = set_lock(F_WRLCK);
    if (ret < 0) { /* a sandbox closed it: what is done in there counts once others flush it */
        disk.log = -1;
        pthread_mutex_unlock(&one_at_a_time);
    }
}

static void unlock(void)
{
    if (disk.log < 0)
        return;
    const int saved = errno;
    set_lock(F_UNLCK);
    pthread_mutex_unlock(&one_at_a_time);
    errno = saved;
}

__attribute__((format(printf, 1, 2))) static void note(const char *fmt, ...)
{
    REAL(write)
    char line[2 * MAX_PATH];
    va_list args;
    if (disk.log < 0)
        return;
    va_start(args, fmt);
    const int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (real_write(disk.log, line, (size_t)n) != n)
        abort();
}

/* Keeps what a flushed file holds, and notes where: from where to where in "data". It is read by
 * the file that is flushed: all whom this watches flush files that they can read. */
static void keep(int fd, const char *path)
{
    REAL(pread)
    REAL(write)
    char buf[65536];
    const long long begin = lseek(disk.data, 0, SEEK_END);
    long long nb = 0;
    ssize_t n;
    for (; (n = real_pread(fd, buf, sizeof buf, nb)) > 0; nb += n)
        if (real_write(disk.data, buf, (size_t)n) != n)
            abort();
    if (n < 0)
        abort();
    note("sync\t%s\t%lld-%lld\n", path, begin, begin + nb);
}

/* --- calls ------------------------------------------------------------------------------------ */

static int open_at(const char *path, int flags, mode_t mode)
{
    REAL(open)
    const char *below = below_root(path);
    if (below && fails(OPEN))
        return -1;
    if (!below || !(flags & O_CREAT) || disk.log < 0)
        return real_open(path, flags, mode);
    lock();
    const bool there = access(path, F_OK) == 0;
    const int fd = real_open(path, flags, mode);
    if (fd >= 0 && !there)
        note("create\t%s\n", below);
    unlock();
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_at(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_at(path, flags | O_LARGEFILE, mode);
}

ssize_t read(int fd, void *buf, size_t nb)
{
    REAL(read)
    return fails_on(READ, fd) ? -1 : real_read(fd, buf, nb);
}

ssize_t pread(int fd, void *buf, size_t nb, off_t at)
{
    REAL(pread)
    return fails_on(READ, fd) ? -1 : real_pread(fd, buf, nb, at);
}

ssize_t pread64(int fd, void *buf, size_t nb, off64_t at)
{
    return pread(fd, buf, nb, at);
}

/* Half of it gets to the disk, then the process dies. */
static void die_in_write(int fd, const void *buf, size_t nb, off_t at)
{
    REAL(write)
    REAL(pwrite)
    if (disk.errnum)
        return;
    if (at < 0)
        (void)!real_write(fd, buf, nb / 2);
    else
        (void)!real_pwrite(fd, buf, nb / 2, at);
    kill(getpid(), SIGKILL);
}

ssize_t write(int fd, const void *buf, size_t nb)
{
    REAL(write)
    if (!fails_on(WRITE, fd))
        return real_write(fd, buf, nb);
    die_in_write(fd, buf, nb, -1);
    return -1;
}

ssize_t pwrite(int fd, const void *buf, size_t nb, off_t at)
{
    REAL(pwrite)
    if (!fails_on(WRITE, fd))
        return real_pwrite(fd, buf, nb, at);
    die_in_write(fd, buf, nb, at);
    return -1;
}

ssize_t pwrite64(int fd, const void *buf, size_t nb, off64_t at)
{
    return pwrite(fd, buf, nb, at);
}

int ftruncate(int fd, off_t nb)
{
    REAL(ftruncate)
    if (!fails_on(WRITE, fd))
        return real_ftruncate(fd, nb);
    die_in_write(fd, "", 0, 0);
    return -1;
}

int ftruncate64(int fd, off64_t nb)
{
    return ftruncate(fd, nb);
}

static int flush(int fd, int (*real)(int fd))
{
    char buf[MAX_PATH];
    struct stat st;
    const char *below = below_root_of(buf, fd);
    if (!below)
        return real(fd);
    if (fails(SYNC))
        return -1;
    lock();
    const int ret = real(fd);
    if (ret == 0 && disk.log >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        note("syncdir\t%s\n", below);
    else if (ret == 0 && disk.log >= 0)
        keep(fd, below);
    unlock();
    return ret;
}

int fsync(int fd)
{
    REAL(fsync)
    return flush(fd, real_fsync);
}

int fdatasync(int fd)
{
    REAL(fdatasync)
    return flush(fd, real_fdatasync);
}

/* As the program may rely on: of the folder's own files, and not of its names. */
static void keep_files_of(int folder, const char *below)
{
    char path[2 * MAX_PATH];
    struct stat st;
    DIR *d = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!d)
        abort();
    for (const struct dirent *e; (e = readdir(d));) {
        if (fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
            continue;
        const int fd = openat(folder, e->d_name, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        snprintf(path, sizeof path, "%s%s%s", below, *below ? "/" : "", e->d_name);
        keep(fd, path);
        close(fd);
    }
    closedir(d);
}

int syncfs(int fd)
{
    REAL(syncfs)
    char buf[MAX_PATH];
    const char *below = below_root_of(buf, fd);
    if (!below)
        return real_syncfs(fd);
    if (fails(SYNC))
        return -1;
    lock();
    const int ret = real_syncfs(fd);
    if (ret == 0 && disk.log >= 0)
        keep_files_of(fd, below);
    unlock();
    return ret;
}

static int named(int ret, const char *call, const char *path)
{
    if (ret == 0 && below_root(path))
        note("%s\t%s\n", call, below_root(path));
    unlock();
    return ret;
}

int unlink(const char *path)
{
    REAL(unlink)
    if (fails_at(NAME, path))
        return -1;
    lock();
    return named(real_unlink(path), "unlink", path);
}

int rmdir(const char *path)
{
    REAL(rmdir)
    if (fails_at(NAME, path))
        return -1;
    lock();
    return named(real_rmdir(path), "unlink", path);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir)
    if (fails_at(NAME, path))
        return -1;
    lock();
    return named(real_mkdir(path, mode), "mkdir", path);
}

static int named_from(int ret, const char *call, const char *from, const char *to)
{
    if (ret == 0 && below_root(from) && below_root(to))
        note("%s\t%s\t%s\n", call, below_root(from), below_root(to));
    unlock();
    return ret;
}

int rename(const char *from, const char *to)
{
    REAL(rename)
    if (fails_at(NAME, to))
        return -1;
    lock();
    return named_from(real_rename(from, to), "rename", from, to);
}

int link(const char *from, const char *to)
{
    REAL(link)
    if (fails_at(NAME, to))
        return -1;
    lock();
    return named_from(real_link(from, to), "link", from, to);
}

/* --- stdio: libc's own calls do not come by here, so its files are made of those above -------- */

static ssize_t cookie_read(void *cookie, char *buf, size_t nb)
{
    return read(*(int *)cookie, buf, nb);
}

static ssize_t cookie_write(void *cookie, const char *buf, size_t nb)
{
    const ssize_t n = write(*(int *)cookie, buf, nb);
    return n < 0 ? 0 : n; /* as fopencookie(3) wants it */
}

static int cookie_seek(void *cookie, off64_t *at, int whence)
{
    *at = lseek64(*(int *)cookie, *at, whence);
    return *at < 0 ? -1 : 0;
}

static int cookie_close(void *cookie)
{
    const int ret = close(*(int *)cookie);
    free(cookie);
    return ret;
}

FILE *fopen(const char *path, const char *mode)
{
    REAL(fopen)
    if (!below_root(path))
        return real_fopen(path, mode);
    const int access_mode = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    const int making = *mode == 'w' ? O_CREAT | O_TRUNC : *mode == 'a' ? O_CREAT | O_APPEND : 0;
    const int fd = open_at(path, access_mode | making, 0666);
    int *cookie = fd < 0 ? NULL : malloc(sizeof *cookie);
    if (!cookie)
        return NULL;
    *cookie = fd;
    return fopencookie(
        cookie, mode,
        (cookie_io_functions_t){cookie_read, cookie_write, cookie_seek, cookie_close});
}

FILE *fopen64(const char *path, const char *mode)
{
    return fopen(path, mode);
}
