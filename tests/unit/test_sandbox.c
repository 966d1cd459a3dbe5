/*
 * A hostile worker: it tries each thing that the sandbox forbids, and fails; the same thing
 * succeeds outside. Each attempt is a process of its own, as root (where the tests run so) and as a
 * plain user.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "attempts.h"
#include "fs.h"
#include "mem.h"
#include "sandbox_parts.h"

/* --- attempts: 0 or an errno ----------------------------------------------------------------- */

static int read_secret(void)
{
    return try_open(secret, O_RDONLY);
}

static int list_folder(void)
{
    return try_open(base, O_RDONLY | O_DIRECTORY);
}

static int read_environment(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)victim);
    return try_open(path, O_RDONLY);
}

static int write_beside(void)
{
    return try_open(beside, O_WRONLY | O_CREAT);
}

static int write_input(void)
{
    return try_open(input, O_WRONLY);
}

static int empty_input(void)
{
    return try_open(input, O_RDONLY | O_TRUNC);
}

static int cut_input(void)
{
    return outcome(truncate(input, 1));
}

static int remove_input(void)
{
    return outcome(unlink(input));
}

static int move_out(void)
{
    return outcome(rename(mine, beside));
}

/* --- what must not hide from the limit of sizes --- */

static int make_file(void)
{
    AUTO_FREE char *other = fs_join(own, "other");
    return try_open(other, O_WRONLY | O_CREAT);
}

static int remove_own(void)
{
    return outcome(unlink(mine));
}

static int rename_own(void)
{
    AUTO_FREE char *other = fs_join(own, "other");
    return outcome(rename(mine, other));
}

static int rename_own_at(void)
{
    AUTO_FREE char *other = fs_join(own, "other");
    return outcome(renameat(AT_FDCWD, mine, AT_FDCWD, other));
}

/* What the file leaves under its name is a device. */
static int make_whiteout(void)
{
    AUTO_FREE char *other = fs_join(own, "other");
    return outcome(syscall(SYS_renameat2, AT_FDCWD, mine, AT_FDCWD, other, RENAME_WHITEOUT));
}

static int exchange_files(void)
{
    return outcome(syscall(SYS_renameat2, AT_FDCWD, mine, AT_FDCWD, input, RENAME_EXCHANGE));
}

static int make_nameless(void)
{
    return try_open(own, O_RDWR | O_TMPFILE);
}

static int make_folder(void)
{
    AUTO_FREE char *other = fs_join(own, "folder");
    return outcome(mkdir(other, 0777));
}

static int reserve_disk(void)
{
    const int fd = open(mine, O_RDWR);
    return fd < 0 ? errno : outcome(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, FILE_BYTES / 2));
}

static int open_path(void)
{
    return try_open(secret, O_PATH);
}

static int open_many(void)
{
    enum { MANY = 5000 };
    static int fds[MANY];
    int nb = 0;
    while (nb < MANY && (fds[nb] = open(input, O_RDONLY)) >= 0)
        nb++;
    const int ret = nb < MANY ? errno : 0;
    while (nb > 0)
        close(fds[--nb]);
    return ret;
}

/* --- what must not hide from the limit of memory --- */

static int map(size_t nb, int prot, int flags, int fd)
{
    return mmap(NULL, nb, prot, flags, fd, 0) == MAP_FAILED ? errno : 0;
}

static int share_memory(void)
{
    return map(2UL * MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
               -1);
}

static int share_little(void)
{
    return map(4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static int share_to_read(void)
{
    return map(4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static int share_file(void)
{
    const int fd = open(mine, O_RDWR);
    return fd < 0 ? errno : map(4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
}

static int share_zeros(void)
{
    const int fd = open("/dev/zero", O_RDWR);
    return fd < 0 ? errno : map(4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
}

static int grow_down(void)
{
    return map(1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
}

static int lock_memory(void)
{
    return map(4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1);
}

static int make_segment(void)
{
    const int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    const int ret = outcome(id);
    if (id >= 0)
        shmctl(id, IPC_RMID, NULL);
    return ret;
}

/* Page tables: a page of them for each 2 MiB, although only the page of zeros is mapped. */
static int reserve_space(void)
{
    return map(16UL * MEMORY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

/* Read-only memory is not counted until it is made writable. */
static int make_writable(void)
{
    void *p =
        mmap(NULL, 2UL * MEMORY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? errno : outcome(mprotect(p, 2UL * MEMORY, PROT_READ | PROT_WRITE));
}

static int raise_limit(void)
{
    struct rlimit now;
    if (getrlimit(RLIMIT_DATA, &now) < 0)
        return errno;
    now.rlim_cur = now.rlim_max = now.rlim_max == RLIM_INFINITY ? RLIM_INFINITY : 2UL * MEMORY;
    return outcome(setrlimit(RLIMIT_DATA, &now));
}

static int merge_pages(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : outcome(madvise(p, 4096, MADV_MERGEABLE));
}

static int link_in(void)
{
    AUTO_FREE char *other = fs_join(own, "link");
    return outcome(link(secret, other));
}

static int link_by_name(void)
{
    AUTO_FREE char *other = fs_join(own, "symlink");
    return outcome(symlink(secret, other));
}

static int make_fifo(void)
{
    AUTO_FREE char *other = fs_join(own, "fifo");
    return outcome(mknod(other, S_IFIFO | 0600, 0));
}

static int change_mode(void)
{
    return outcome(chmod(input, 0777));
}

static int change_time(void)
{
    return outcome(utimensat(AT_FDCWD, input, NULL, 0));
}

/* The flags are in memory, where a filter cannot look. */
static int start_process_anew(void)
{
    struct clone_args args = {.exit_signal = SIGCHLD};
    const long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        _exit(0);
    return outcome(pid);
}

static int trace_victim(void)
{
    return outcome(ptrace(PTRACE_SEIZE, victim, NULL, NULL));
}

static int read_memory(void)
{
    char byte;
    const struct iovec to = {&byte, 1}, from = {base, 1}; /* fork left it where the victim's is */
    return outcome(process_vm_readv(victim, &to, 1, &from, 1, 0));
}

static int signal_thread(void)
{
    return outcome(syscall(SYS_tgkill, victim, victim, 0));
}

static int signal_by_file(void)
{
    const int fd = open(mine, O_RDWR);
    return fd < 0 ? errno : outcome(fcntl(fd, F_SETOWN, victim));
}

static int limit_victim(void)
{
    struct rlimit now;
    return outcome(prlimit(victim, RLIMIT_NOFILE, NULL, &now));
}

static int pin_victim(void)
{
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    return outcome(sched_setaffinity(victim, sizeof set, &set));
}

static int leave_namespace(void)
{
    return outcome(unshare(CLONE_FS));
}

static int mount_over(void)
{
    const int ret = outcome(mount("none", own, "tmpfs", MS_NOSUID, ""));
    umount(own);
    return ret;
}

static int fill_disk(void)
{
    const int fd = open(mine, O_WRONLY);
    return fd < 0 ? errno : outcome(pwrite(fd, "x", 1, 2 * FILE_BYTES));
}

/* A little longer than a worker may. */
static int spin(void)
{
    struct timespec used;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (used.tv_sec < CPU_S || used.tv_nsec < 200000000);
    return 0;
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct attempt attempts[] = {
    {"read /etc/passwd", read_passwords, EACCES, 0},
    {"read another file", read_secret, EACCES, 0},
    {"list another folder", list_folder, EACCES, 0},
    {"read the parent's environment", read_environment, EACCES, ROOT_ONLY},
    {"write beside", write_beside, EACCES, 0},
    {"write into the recording", write_input, EACCES, 0},
    {"empty the recording", empty_input, EPERM, 0},
    {"cut the recording", cut_input, EPERM, 0},
    {"remove the recording", remove_input, EPERM, 0},
    {"move a file out", move_out, EPERM, 0},
    {"make a file", make_file, EACCES, 0},
    {"remove its own file", remove_own, EPERM, 0},
    {"rename its own file", rename_own, EPERM, 0},
    {"rename its own file by renameat", rename_own_at, EPERM, 0},
    {"leave a device behind", make_whiteout, EPERM, ROOT_ONLY | OR_REFUSED},
    {"exchange two files", exchange_files, EPERM, OR_REFUSED},
    {"make a file without a name", make_nameless, EPERM, OR_REFUSED},
    {"make a folder", make_folder, EPERM, 0},
    {"reserve room on the disk", reserve_disk, EPERM, OR_REFUSED},
    {"open the name of a file only", open_path, EPERM, 0},
    {"make a pipe", make_pipe, EPERM, NO_SANITIZER},
    {"open many files", open_many, EMFILE, OR_REFUSED},
    {"share memory beyond the limit", share_memory, EPERM, NO_SANITIZER},
    {"share a little memory", share_little, EPERM, NO_SANITIZER},
    {"share memory to read", share_to_read, EPERM, NO_SANITIZER},
    {"share a file to write", share_file, EPERM, NO_SANITIZER},
    {"share zeros", share_zeros, EACCES, NO_SANITIZER},
    {"memory that grows down", grow_down, EPERM, NO_SANITIZER},
    {"locked memory", lock_memory, EPERM, NO_SANITIZER | OR_REFUSED},
    {"a file in memory", make_memory_file, EPERM, 0},
    {"a segment of shared memory", make_segment, EPERM, OR_REFUSED},
    {"reserve address space", reserve_space, ENOMEM, NO_SANITIZER},
    {"make too much memory writable", make_writable, ENOMEM, NO_SANITIZER},
    {"raise the limit of memory", raise_limit, EPERM, NO_SANITIZER},
    {"merge pages with others", merge_pages, EPERM, NO_SANITIZER | OR_REFUSED},
    {"link a file in", link_in, EPERM, OR_REFUSED},
    {"make a symbolic link", link_by_name, EPERM, 0},
    {"make a fifo", make_fifo, EPERM, 0},
    {"change a file's mode", change_mode, EPERM, 0},
    {"change a file's time", change_time, EPERM, 0},
    {"use a descriptor left open", use_left_open, EBADF, 0},
    {"a TCP socket", socket_tcp, -SIGSYS, 0},
    {"a Unix socket", socket_unix, -SIGSYS, 0},
    {"start a process", start_process, EPERM, 0},
    {"start a process by clone3", start_process_anew, ENOSYS, 0},
    {"run a program", run_program, -SIGSYS, 0},
    {"trace the parent", trace_victim, SANDBOX_SANITIZED ? EPERM : -SIGSYS, ROOT_ONLY | OR_REFUSED},
    {"read the parent's memory", read_memory, -SIGSYS, ROOT_ONLY | OR_REFUSED},
    {"signal the parent", signal_victim, EPERM, ROOT_ONLY},
    {"signal a thread of the parent", signal_thread, EPERM, ROOT_ONLY},
    {"have a file signal the parent", signal_by_file, EPERM, 0},
    {"limit the parent", limit_victim, EPERM, ROOT_ONLY},
    {"pin the parent", pin_victim, EPERM, ROOT_ONLY | NO_SANITIZER},
    {"unshare", leave_namespace, -SIGSYS, 0},
    {"mount", mount_over, -SIGSYS, ROOT_ONLY | OR_REFUSED},
    {"run what was written", run_data, EPERM, NO_SANITIZER | OR_REFUSED},
    {"take too much memory", take_memory, ENOMEM, NO_SANITIZER},
    {"write too large a file", fill_disk, EFBIG, 0},
    {"compute without end", spin, -SIGXCPU, 0},
};

/* --- how an attempt is made ------------------------------------------------------------------ */

static void check(const struct attempt *a, bool plain)
{
    if ((a->flags & NO_SANITIZER && SANDBOX_SANITIZED) || (a->flags & ROOT_ONLY && plain))
        return;
    const int outside = attempt_of_worker(a->run, SANDBOX_OFF, plain);
    if (!(a->flags & OR_REFUSED && outside != 0))
        assert_row_int(a->name, outside, 0);
    assert_row_int(a->name, attempt_of_worker(a->run, SANDBOX_REQUIRE, plain), a->ends);
}

static void test_attempts(void **state)
{
    (void)state;
    const size_t nb = skipped() ? 0 : NB(attempts);
    for (size_t i = 0; i < nb; i++)
        check(&attempts[i], geteuid() != 0);
}

static void test_attempts_as_plain_user(void **state)
{
    (void)state;
    /* Where root is not, the test before was it. */
    const size_t nb = geteuid() != 0 || skipped() ? 0 : NB(attempts);
    for (size_t i = 0; i < nb; i++)
        check(&attempts[i], true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_attempts_as_plain_user),
    };
    return cmocka_run_group_tests(tests, make_paths, free_paths);
}
