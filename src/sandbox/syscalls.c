#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox_parts.h"

/* The calls that decoders, encoders, libass, fontconfig and the C library were observed to use, and
 * their equivalents on other kernels and processors. All others fail with EPERM, which libraries
 * must handle. None of these can act on another process, or on a file's owner, mode or name. Files
 * take no more room than their size says: no fallocate. */
static const char *const allowed[] = {
    /* files that Landlock lets through */
    "read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "_llseek", "close", "fstat",
    "fstat64", "newfstatat", "fstatat64", "stat", "stat64", "lstat", "lstat64", "statx", "fstatfs",
    "fstatfs64", "statfs", "statfs64", "access", "faccessat", "faccessat2", "readlink",
    "readlinkat", "getdents64", "dup", "poll", "ppoll", "fsync", "fdatasync", "fadvise64",
    "fadvise64_64", "getcwd",
    /* memory */
    "brk", "munmap", "mremap",
    /* threads */
    "futex", "futex_time64", "set_robust_list", "get_robust_list", "rseq", "set_tid_address",
    "sched_yield", "sched_getaffinity", "sched_getparam", "sched_getscheduler",
    "sched_get_priority_min", "sched_get_priority_max", "getcpu", "membarrier", "getpriority",
    "exit", "exit_group",
    /* time and facts about ourselves */
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep", "clock_nanosleep_time64",
    "nanosleep", "gettimeofday", "time", "times", "getrusage", "sysinfo", "uname", "getrandom",
    "getrlimit", "ugetrlimit", "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid",
    "getegid", "getuid32", "geteuid32", "getgid32", "getegid32",
    /* signals to ourselves */
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"};

/* What libmicrohttpd, Jansson and the C library use to serve clients. Descriptors come with
 * packets; no file can be opened. */
static const char *const allowed_to_door[] = {
    "accept4",      "recvfrom",     "recvmsg",        "sendto",
    "sendmsg",      "recv",         "send",           "shutdown",
    "sendfile",     "sendfile64",   "read",           "write",
    "readv",        "writev",       "pread64",        "lseek",
    "_llseek",      "close",        "fstat",          "fstat64",
    "poll",         "ppoll",        "epoll_wait",     "epoll_pwait",
    "epoll_ctl",    "brk",          "munmap",         "mremap",
    "futex",        "futex_time64", "rseq",           "sched_yield",
    "exit",         "exit_group",   "clock_gettime",  "clock_gettime64",
    "gettimeofday", "time",         "getrandom",      "getpid",
    "getppid",      "gettid",       "rt_sigaction",   "rt_sigprocmask",
    "rt_sigreturn", "sigaltstack",  "restart_syscall"};

/* Calls that no library has a reason to make: the process is killed, as it has been taken over.
 * ptrace, which sanitizers use, must be first. */
static const char *const deadly[] = {"ptrace",
                                     "execve",
                                     "execveat",
                                     "process_vm_readv",
                                     "process_vm_writev",
                                     "socket",
                                     "socketpair",
                                     "connect",
                                     "bind",
                                     "listen",
                                     "bpf",
                                     "io_uring_setup",
                                     "userfaultfd",
                                     "keyctl",
                                     "add_key",
                                     "request_key",
                                     "unshare",
                                     "setns",
                                     "mount",
                                     "move_mount",
                                     "pivot_root",
                                     "chroot",
                                     "perf_event_open",
                                     "kexec_load",
                                     "init_module",
                                     "finit_module",
                                     "open_by_handle_at",
                                     "pidfd_open",
                                     "pidfd_getfd",
                                     "pidfd_send_signal"};

/* Sanitizers look for leaks with a helper process that shares our memory and stops our threads. */
static const char *const of_sanitizers[] = {"ptrace",  "wait4",    "prctl",    "mmap",
                                            "mmap2",   "mprotect", "getdents", "sched_setaffinity",
                                            "madvise", "mincore",  "pipe",     "pipe2"};

/* A name that this libseccomp or this processor does not have needs no rule. */
static int add_list(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t nb)
{
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < nb; i++) {
        const int number = seccomp_syscall_resolve_name(names[i]);
        if (number >= 0)
            ret = seccomp_rule_add_array(filter, action, number, 0, NULL);
        if (ret == -EEXIST)
            ret = 0;
    }
    return ret;
}

static int add(scmp_filter_ctx filter, const char *name, struct scmp_arg_cmp arg)
{
    const int number = seccomp_syscall_resolve_name(name);
    return number < 0 ? 0 : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &arg);
}

static int add_pair(scmp_filter_ctx filter, const char *name, struct scmp_arg_cmp a,
                    struct scmp_arg_cmp b)
{
    const struct scmp_arg_cmp both[] = {a, b};
    const int number = seccomp_syscall_resolve_name(name);
    return number < 0 ? 0 : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 2, both);
}

static struct scmp_arg_cmp masked(unsigned arg, scmp_datum_t mask, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){arg, SCMP_CMP_MASKED_EQ, mask, value};
}

static struct scmp_arg_cmp equal(unsigned arg, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){arg, SCMP_CMP_EQ, value, 0};
}

/* Landlock before version 3 does not check O_TRUNC on a file that may only be read. So O_TRUNC is
 * allowed only together with opening for writing, which it does check. Files without a name, and
 * descriptors that only name a file, are not needed. */
static int add_opening(scmp_filter_ctx filter)
{
    static const struct {
        const char *name;
        unsigned flags;
    } calls[] = {{"open", 1}, {"openat", 2}};
    const scmp_datum_t unneeded = (O_TMPFILE & ~O_DIRECTORY) | O_PATH,
                       access = O_ACCMODE | O_TRUNC | unneeded;
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < sizeof calls / sizeof *calls; i++) {
        const unsigned at = calls[i].flags;
        ret = add(filter, calls[i].name, masked(at, O_TRUNC | unneeded, 0));
        if (ret == 0)
            ret = add(filter, calls[i].name, masked(at, access, O_WRONLY | O_TRUNC));
        if (ret == 0)
            ret = add(filter, calls[i].name, masked(at, access, O_RDWR | O_TRUNC));
    }
    return ret;
}

/* No executable memory can be made: bytes from a file stay data. The limit of memory (RLIMIT_DATA)
 * counts private memory only, and not what grows downwards as a stack. So files alone can be
 * shared, and only read, as fontconfig reads its caches. */
static int add_mapping(scmp_filter_ctx filter, const char *name)
{
    const scmp_datum_t uncounted = MAP_GROWSDOWN | MAP_LOCKED | MAP_HUGETLB;
    int ret = add_pair(filter, name, masked(2, PROT_EXEC, 0), masked(3, MAP_SHARED | uncounted, 0));
    return ret == 0 ? add_pair(filter, name, masked(2, PROT_EXEC | PROT_WRITE, 0),
                               masked(3, MAP_ANONYMOUS | uncounted, 0))
                    : ret;
}

static int add_memory(scmp_filter_ctx filter)
{
    /* Others merge equal pages of processes, or poison them. */
    static const int advice[] = {MADV_NORMAL,   MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
                                 MADV_DONTNEED, MADV_FREE,   MADV_HUGEPAGE,   MADV_NOHUGEPAGE};
    int ret = add(filter, "mprotect", masked(2, PROT_EXEC, 0));
    if (ret == 0)
        ret = add_mapping(filter, "mmap");
    if (ret == 0)
        ret = add_mapping(filter, "mmap2");
    for (size_t i = 0; ret == 0 && i < sizeof advice / sizeof *advice; i++)
        ret = add(filter, "madvise", equal(2, (scmp_datum_t)advice[i]));
    return ret;
}

/* Threads, but no processes. clone3 has its flags in memory, which filters cannot read; without it
 * the C library uses clone. */
static int add_threads(scmp_filter_ctx filter)
{
    const scmp_datum_t thread = SANDBOX_SANITIZED ? CLONE_VM : CLONE_VM | CLONE_THREAD;
    int ret = add(filter, "clone", masked(0, thread, thread));
    if (ret == 0)
        ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return ret;
}

/* Calls that are allowed with some arguments only: others reach other processes or the terminal. */
static int add_parts(scmp_filter_ctx filter)
{
    const struct {
        const char *name;
        struct scmp_arg_cmp arg;
    } parts[] = {
        {"ioctl", equal(1, TCGETS)},
        {"prctl", equal(0, PR_SET_NAME)},
        {"prctl", equal(0, PR_SET_VMA)},
        {"fcntl", equal(1, F_GETFD)},
        {"fcntl", equal(1, F_SETFD)},
        {"fcntl", equal(1, F_GETFL)},
        {"fcntl", equal(1, F_SETFL)},
        {"fcntl", equal(1, F_DUPFD)},
        {"fcntl", equal(1, F_DUPFD_CLOEXEC)},
        {"prlimit64", equal(0, 0)},
        {"tgkill", equal(0, (scmp_datum_t)getpid())},
    };
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < sizeof parts / sizeof *parts; i++)
        ret = add(filter, parts[i].name, parts[i].arg);
    return ret;
}

/* A client's connection: Nagle's algorithm off and on, whether it may block. */
static int add_parts_of_door(scmp_filter_ctx filter)
{
    int ret = add_pair(filter, "setsockopt", equal(1, IPPROTO_TCP), equal(2, TCP_NODELAY));
    if (ret == 0)
        ret = add_pair(filter, "setsockopt", equal(1, IPPROTO_TCP), equal(2, TCP_CORK));
    if (ret == 0)
        ret = add(filter, "fcntl", equal(1, F_GETFL));
    if (ret == 0)
        ret = add(filter, "fcntl", equal(1, F_SETFL));
    return ret == 0 ? add(filter, "tgkill", equal(0, (scmp_datum_t)getpid())) : ret;
}

static int add_door(scmp_filter_ctx filter)
{
    int ret = add_list(filter, SCMP_ACT_ALLOW, allowed_to_door,
                       sizeof allowed_to_door / sizeof *allowed_to_door);
    if (ret == 0)
        ret = add_memory(filter);
    return ret == 0 ? add_parts_of_door(filter) : ret;
}

static int add_reader(scmp_filter_ctx filter)
{
    int ret = add_list(filter, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof *allowed);
    if (ret == 0)
        ret = add_opening(filter);
    if (ret == 0)
        ret = add_memory(filter);
    if (ret == 0)
        ret = add_threads(filter);
    return ret == 0 ? add_parts(filter) : ret;
}

static int add_all(scmp_filter_ctx filter, enum sandbox_profile profile)
{
    int ret = profile == SANDBOX_DOOR ? add_door(filter) : add_reader(filter);
    if (ret == 0 && profile == SANDBOX_DOOR && SANDBOX_SANITIZED)
        ret = add_reader(filter);
    if (ret == 0 && SANDBOX_SANITIZED)
        ret = add_list(filter, SCMP_ACT_ALLOW, of_sanitizers,
                       sizeof of_sanitizers / sizeof *of_sanitizers);
    if (ret == 0)
        ret = add_list(filter, SCMP_ACT_KILL_PROCESS, deadly + SANDBOX_SANITIZED,
                       sizeof deadly / sizeof *deadly - SANDBOX_SANITIZED);
    return ret;
}

int sandbox_close_syscalls(enum sandbox_profile profile)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return -ENOMEM;
    int ret = add_all(filter, profile);
    if (ret == 0)
        ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE,
                               2); /* a binary tree instead of a list */
    if (ret == 0)
        ret = seccomp_load(filter);
    seccomp_release(filter);
    return ret;
}
