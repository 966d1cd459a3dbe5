#include "hook_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "hook_children.h"
#include "hook_outcome.h"
#include "hook_output.h"
#include "hook_program.h"
#include "json.h"
#include "mem.h"
#include "process.h"
#include "str.h"

/* --- the program ------------------------------------------------------------------------------ */

struct running {
    const struct hook_call *call;
    pid_t pid;
    int ended, output; /* descriptors of the process, and of what it writes; -1: none */
    double begun_s;
    bool late;
    struct hook_output kept;
};

/* "NAME=VALUE" of this process's environment, or of the default; NULL: neither. */
static char *variable(const char *name, const char *fallback)
{
    const char *value = getenv(name);
    value = value && *value ? value : fallback;
    return value ? mem_printf("%s=%s", name, value) : NULL;
}

/* A new list. PATH and so on are the user's; the rest is what hooks want to know. */
static char **environment_of(const struct hook_call *c)
{
    AUTO_FREE char *own = process_program();
    char *const all[] = {variable("PATH", "/usr/local/bin:/usr/bin:/bin"),
                         variable("HOME", "/"),
                         variable("LANG", "C.UTF-8"),
                         variable("TALKPRESS_DATA", NULL),
                         mem_printf("TALKPRESS_EVENT=%s", c->dir),
                         mem_printf("TALKPRESS_HOOK=%s", c->name),
                         own ? mem_printf("TALKPRESS_PROGRAM=%s", own) : NULL};
    const size_t most = sizeof all / sizeof *all;
    char **list = mem_zalloc(most + 1, sizeof *list);
    for (size_t i = 0, nb = 0; i < most; i++)
        if (all[i])
            list[nb++] = all[i];
    return list;
}

/* In the new process. Reports through failed why the program could not be started. */
_Noreturn static void become(const struct hook_call *c, int document, int output, int failed)
{
    char *const words[] = {mem_strdup(c->program), NULL};
    char **environment = environment_of(c);
    setsid(); /* a group of its own, and no terminal */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (dup2(document, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(output, STDERR_FILENO) >= 0 && chdir(c->dir) == 0)
        execve(c->program, words, environment);
    const int why = errno;
    (void)!write(failed, &why, sizeof why);
    _exit(127);
}

static int refuse_start(const struct hook_call *c, int errnum, struct err *err)
{
    AUTO_FREE char *interpreter = hook_program_interpreter(c->program),
                   *fault = hook_program_fault(c->program);
    if ((errnum == ENOEXEC || errnum == ENOENT) && fault)
        return err_set(err, ERR_INVALID, "cannot start '%s': %s", c->program, fault);
    if (errnum == ENOEXEC)
        return err_set(err, ERR_INVALID,
                       "'%s' is no program: the first line of a script names what runs it, as in "
                       "#!/bin/sh",
                       c->program);
    if (errnum == ENOENT && fs_exists(c->program))
        return err_set(err, ERR_NOT_FOUND,
                       "cannot start '%s': what its first line names is not installed: %s",
                       c->program, interpreter);
    return err_errno(err, errnum, "cannot start '%s'", c->program);
}

/* The document as a file without a name, so that a program may read it or not. */
static int open_document(int *out, const struct hook_call *c, struct err *err)
{
    AUTO_FREE char *text = json_file_text(c->document);
    AUTO_FD fd = memfd_create("document", MFD_CLOEXEC);
    if (fd < 0 || fs_write_all(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return err_errno(err, errno, "cannot write the document for '%s'", c->program);
    *out = fd;
    fd = -1;
    return 0;
}

static int start(struct running *r, struct err *err)
{
    int output[2], failed[2], why = 0;
    AUTO_FD document = -1;
    if (open_document(&document, r->call, err) < 0)
        return err->code;
    if (pipe2(output, O_CLOEXEC) < 0 || pipe2(failed, O_CLOEXEC) < 0)
        return err_errno(err, errno, "cannot start '%s'", r->call->program);
    r->begun_s = clock_now_s();
    r->pid = fork();
    if (r->pid == 0)
        become(r->call, document, output[1], failed[1]);
    why = r->pid < 0 ? errno : 0;
    close(output[1]);
    close(failed[1]);
    r->output = output[0];
    if (r->pid > 0 && read(failed[0], &why, sizeof why) == sizeof why)
        waitpid(r->pid, NULL, 0);
    else if (r->pid > 0)
        r->ended = pidfd_open(r->pid, 0);
    close(failed[0]);
    return why ? refuse_start(r->call, why, err) : 0;
}

/* Where a sandbox around talkpress has no descriptors of processes. */
static bool has_ended(const struct running *r)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

static int wait_ms(const struct running *r, double left_s)
{
    enum { STEP_MS = 20 };
    const int ms = (int)(left_s * 1000) + 1;
    return r->ended < 0 && ms > STEP_MS ? STEP_MS : ms;
}

/* Reads until the program has ended, or until its time is over. */
static void follow(struct running *r)
{
    const double over_s = r->begun_s + r->call->seconds;
    double asked_s = 0;
    for (;;) {
        const double now_s = clock_now_s(), until_s = asked_s > 0 ? asked_s + HOOK_GRACE_S : over_s;
        struct pollfd p[] = {{.fd = r->ended, .events = POLLIN},
                             {.fd = r->output, .events = POLLIN}};
        if (now_s >= until_s) {
            r->late = true;
            kill(-r->pid, asked_s > 0 ? SIGKILL : SIGTERM);
            if (asked_s > 0)
                return;
            asked_s = now_s;
            continue;
        }
        if (poll(p, 2, wait_ms(r, until_s - now_s)) < 0 && errno != EINTR)
            return;
        if (p[1].revents && !hook_output_take(&r->kept, r->output)) {
            close(r->output);
            r->output = -1;
        }
        if (p[0].revents || (r->ended < 0 && has_ended(r)))
            return;
    }
}

/* Ends it and all that it started, and reads the rest. Returns its status as a shell has it. */
static int finish(struct running *r)
{
    const int status = hook_children_end(r->pid);
    if (r->output >= 0) {
        fcntl(r->output, F_SETFL, O_NONBLOCK);
        while (hook_output_take(&r->kept, r->output))
            ;
        close(r->output);
    }
    if (r->ended >= 0)
        close(r->ended);
    return status;
}

/* --- the outcome ------------------------------------------------------------------------------ */

static char *describe(const struct running *r, int status)
{
    AUTO_FREE char *last = hook_output_last_line(&r->kept), *what = NULL;
    if (r->late)
        what = mem_printf("it had not ended after %d s", r->call->seconds);
    else if (status > 128)
        what = mem_printf("it was ended by signal %d", status - 128);
    else
        what = mem_printf("it ended with status %d", status);
    /* 'env' and shells blame the name that they see, and the odd character in it is invisible. */
    AUTO_FREE char *fault = r->late ? NULL : hook_program_fault(r->call->program);
    return mem_printf("%s%s%s%s%s", what, *last ? ": " : "", last, fault ? "; " : "",
                      fault ? fault : "");
}

static void keep_output(const struct running *r)
{
    struct err ignored = {0};
    AUTO_STR text = {0};
    AUTO_FREE char *path = hook_outcome_path(r->call->work, r->call->name, "log");
    hook_outcome_make_folder(r->call->work);
    hook_output_text(&text, &r->kept);
    (void)!fs_write_atomic(path, text.s ? text.s : "", text.len, &ignored);
}

/* Returns whether the hook succeeded. */
static bool run(const struct hook_call *c)
{
    struct err err = {0};
    struct running r = {.call = c, .pid = -1, .ended = -1, .output = -1};
    struct hook_outcome o = {.state = "failed", .status = -1};
    AUTO_FREE char *at = hook_outcome_now(), *message = NULL;
    if (start(&r, &err) < 0) {
        o.message = err.msg;
    } else {
        follow(&r);
        o.status = finish(&r);
        o.seconds = clock_now_s() - r.begun_s;
        if (r.late || o.status)
            o.message = message = describe(&r, o.status);
        o.state = r.late ? "timeout" : o.status ? "failed" : "ok";
        o.output_bytes = r.kept.nb_bytes;
    }
    keep_output(&r);
    hook_output_finish(&r.kept);
    if (!o.message && c->told)
        hook_outcome_keep_told(c->work, c->name, c->told);
    hook_outcome_write(c->work, c->name, at, &o);
    return !o.message;
}

/* --- the process ------------------------------------------------------------------------------ */

/* Has nothing of the command: no descriptor, so that no lock is held, no terminal. */
static void leave_command(void)
{
    const int stopping[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGCHLD};
    sigset_t none;
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (size_t i = 0; i < sizeof stopping / sizeof *stopping; i++)
        signal(stopping[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* One call of a hook at a time. The lock is released when this process ends. False: the one before
 * took too long. */
static bool wait_for_turn(const struct hook_call *c)
{
    enum { STEP_MS = 20 };
    AUTO_FREE char *path = hook_outcome_path(c->work, c->name, "lock");
    const int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    const double until_s = clock_now_s() + c->seconds + HOOK_GRACE_S;
    while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        if (clock_now_s() > until_s)
            return false;
        (void)poll(NULL, 0, STEP_MS);
    }
    return true;
}

/* What happened is told in status, as a failure. */
static bool give_up(const struct hook_call *c)
{
    AUTO_FREE char *at = hook_outcome_now(),
                   *message = mem_printf("it was not called: the calls before had not ended "
                                         "after %d s",
                                         c->seconds + HOOK_GRACE_S);
    hook_outcome_write(c->work, c->name, at,
                       &(struct hook_outcome){.state = "failed", .status = -1, .message = message});
    return false;
}

int hook_process_start(pid_t *out, const struct hook_call *c, struct err *err)
{
    fflush(NULL); /* nothing is printed twice */
    const pid_t pid = fork();
    if (pid < 0)
        return err_errno(err, errno, "cannot start a process for the hook '%s'", c->name);
    if (pid == 0) {
        leave_command();
        _exit((wait_for_turn(c) ? run(c) : give_up(c)) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    *out = pid;
    return 0;
}
