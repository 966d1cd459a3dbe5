#include "sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem.h"
#include "sandbox_parts.h"
#include "str.h"

static const char *const mode_names[] = {"best-effort", "require", "off"};
enum { NB_MODES = sizeof mode_names / sizeof *mode_names };

const char *sandbox_mode_name(enum sandbox_mode mode)
{
    return mode_names[mode];
}

bool sandbox_mode_parse(enum sandbox_mode *out, const char *name)
{
    for (int i = 0; i < NB_MODES; i++)
        if (strcmp(mode_names[i], name) == 0) {
            *out = (enum sandbox_mode)i;
            return true;
        }
    return false;
}

/* --- entering -------------------------------------------------------------------------------- */

/* Root may make a network namespace; other users only where the kernel allows user namespaces. */
static bool leave_network(void)
{
    return unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0 ||
           unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0;
}

/* Keeps only root's capability to open files regardless of their mode, as recordings may belong to
 * another user. Landlock limits which files. */
static void drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct now[2] = {0};
    if (syscall(SYS_capget, &head, now) < 0)
        return;
    const uint32_t kept = now[0].permitted & (1U << CAP_DAC_OVERRIDE);
    const struct __user_cap_data_struct left[2] = {{kept, kept, 0}, {0, 0, 0}};
    (void)syscall(SYS_capset, &head, left); /* dropping capabilities cannot fail */
}

/* To be called after the steps above: changing capabilities clears PR_SET_PDEATHSIG. */
static int follow_parent(pid_t parent, struct err *err)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return err_errno(err, errno, "cannot ask to be stopped with the parent process");
    return getppid() == parent ? 0 : err_set(err, ERR_CANCELLED, "stopped");
}

static void limit(enum __rlimit_resource resource, int64_t most, rlim_t grace)
{
    struct rlimit now;
    if (most <= 0 || getrlimit(resource, &now) < 0)
        return;
    const rlim_t top = (rlim_t)most < now.rlim_max ? (rlim_t)most : now.rlim_max;
    const rlim_t hard = top + grace < now.rlim_max ? top + grace : now.rlim_max;
    (void)setrlimit(resource, &(struct rlimit){top, hard});
}

/* RLIMIT_DATA counts private writable memory, and syscalls.c denies what it does not count.
 * RLIMIT_AS also counts memory that is only reserved (stacks, arenas), so it is wider; it limits
 * page tables and stacks. Sanitizers reserve terabytes in both. Files open at once cost the
 * kernel's memory. */
static void set_limits(const struct sandbox_spec *spec)
{
    enum { RESERVED = 8, MAX_OPEN = 4096, MAX_STACK = 64 << 20 };
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (!SANDBOX_SANITIZED) {
        limit(RLIMIT_DATA, spec->max_memory_bytes, 0);
        limit(RLIMIT_AS, RESERVED * spec->max_memory_bytes, 0);
        limit(RLIMIT_STACK, MAX_STACK, 0);
    }
    limit(RLIMIT_NOFILE, spec->max_open_files ? spec->max_open_files : MAX_OPEN, 0);
    limit(RLIMIT_FSIZE, spec->max_file_bytes, 0);
    limit(RLIMIT_CPU, spec->max_cpu_s, 5); /* SIGXCPU names the cause; SIGKILL if it is ignored */
    signal(SIGXFSZ,
           SIG_IGN); /* writing then fails with EFBIG, so that the message names the file */
}

static int refuse(const char *what, int errnum, struct err *err)
{
    return err_set(err, ERR_EXTERNAL,
                   "the settings require a sandbox, and this kernel does not offer %s (%s); with "
                   "'sandbox: best-effort' in talkpress.yaml, talkpress runs without it",
                   what, errnum ? strerror(errnum) : "not built in, or not enabled");
}

static int close_walls(struct sandbox_report *out, const struct sandbox_spec *spec, struct err *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_errno(err, errno, "cannot rule out new privileges");
    const int version = sandbox_close_files(spec);
    if (version <= 0 && spec->mode == SANDBOX_REQUIRE)
        return refuse("Landlock", -version, err);
    out->landlock = version > 0 ? version : 0;
    const int closed = sandbox_close_syscalls(spec->profile);
    if (closed < 0 && spec->mode == SANDBOX_REQUIRE)
        return refuse("seccomp", -closed, err);
    out->seccomp = closed == 0;
    return 0;
}

int sandbox_enter(struct sandbox_report *out, const struct sandbox_spec *spec, pid_t parent,
                  struct err *err)
{
    *out = (struct sandbox_report){0};
    if (spec->mode == SANDBOX_OFF)
        return follow_parent(parent, err);
    (void)close_range(STDERR_FILENO + 1U + (unsigned)spec->nb_kept, ~0U,
                      0); /* inherited descriptors must not be usable */
    out->network = leave_network();
    drop_capabilities();
    if (follow_parent(parent, err) < 0)
        return err->code;
    if (!SANDBOX_SANITIZED)
        (void)prctl(PR_SET_DUMPABLE, 0); /* other processes of the user cannot inspect it */
    set_limits(spec);
    return close_walls(out, spec, err);
}

/* --- trying ---------------------------------------------------------------------------------- */

int sandbox_try(struct sandbox_report *out, struct err *err)
{
    int ends[2], status;
    *out = (struct sandbox_report){0};
    if (pipe(ends) < 0)
        return err_errno(err, errno, "cannot make a pipe");
    const pid_t parent = getpid(), child = fork();
    if (child == 0) {
        const struct sandbox_spec spec = {.mode = SANDBOX_BEST_EFFORT};
        struct err ignored = {0};
        dup2(ends[1], STDOUT_FILENO);
        const bool entered = sandbox_enter(out, &spec, parent, &ignored) == 0;
        _exit(entered && write(STDOUT_FILENO, out, sizeof *out) == sizeof *out ? 0 : 1);
    }
    const int failed = errno;
    close(ends[1]);
    const bool told = child > 0 && read(ends[0], out, sizeof *out) == sizeof *out;
    close(ends[0]);
    if (child < 0)
        return err_errno(err, failed, "cannot start a process");
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return told ? 0 : err_set(err, ERR_EXTERNAL, "a process cannot enter the sandbox");
}

bool sandbox_is_whole(const struct sandbox_report *r)
{
    return r->landlock > 0 && r->seccomp;
}

int sandbox_require(struct err *err)
{
    struct sandbox_report report;
    if (sandbox_try(&report, err) < 0)
        return err->code;
    if (!report.landlock)
        return refuse("Landlock", 0, err);
    return report.seccomp ? 0 : refuse("seccomp", 0, err);
}

char *sandbox_describe(const struct sandbox_report *r)
{
    AUTO_STR s = {0};
    if (r->landlock)
        str_addf(&s, "landlock %d, ", r->landlock);
    else
        str_add(&s, "no landlock (files are not protected), ");
    str_add(&s, r->seccomp ? "seccomp, " : "no seccomp, ");
    str_add(&s, r->network ? "network namespace" : "no network namespace");
    return str_take(&s);
}
