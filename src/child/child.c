#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "mem.h"

enum {
    MOST_OUTPUT = 256 << 20,
    MOST_LINE = 1 << 16,
    GRACE_MS = 5000, /* until a program that was asked to end is ended */
    STEP_MS = 20,    /* between two looks whether it has ended */
    UNKNOWN_STATUS = 127,
};

/* --- being stopped ---------------------------------------------------------------------------- */

int child_guard_open(struct child_guard *out, int lock, struct err *err)
{
    const int stopping[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
    sigset_t set;
    *out = (struct child_guard){.signals = -1, .lock = lock};
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof stopping / sizeof *stopping; i++) {
        struct sigaction now;
        /* 'nohup talkpress publish --send &' goes on without its terminal. */
        if (sigaction(stopping[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&set, stopping[i]);
    }
    out->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (out->signals < 0)
        return err_errno(err, errno, "cannot wait for signals");
    sigprocmask(SIG_BLOCK, &set, &out->before);
    return 0;
}

static bool has_handler(int sig)
{
    struct sigaction now;
    return sigaction(sig, NULL, &now) == 0 && now.sa_handler != SIG_DFL &&
           now.sa_handler != SIG_IGN;
}

void child_guard_close(struct child_guard *g)
{
    if (g->signals < 0)
        return;
    close(g->signals);
    g->signals = -1;
    sigprocmask(SIG_SETMASK, &g->before, NULL);
    if (g->stopped && has_handler(g->signal))
        raise(g->signal);
}

static void note_signals(struct child_guard *g)
{
    struct signalfd_siginfo info;
    while (read(g->signals, &info, sizeof info) == sizeof info) {
        g->stopped = true;
        g->signal = (int)info.ssi_signo;
    }
}

int child_guard_check(struct child_guard *g, struct err *err)
{
    note_signals(g);
    return g->stopped ? err_set(err, ERR_CANCELLED, "stopped: the same command continues from here")
                      : 0;
}

int child_guard_wait(struct child_guard *g, int ms, struct err *err)
{
    struct pollfd p = {.fd = g->signals, .events = POLLIN};
    (void)poll(&p, 1, ms);
    return child_guard_check(g, err);
}

/* --- the program ------------------------------------------------------------------------------ */

/* Variables that a program needs to log in and to find its settings; a name that ends in '*' is the
 * beginning of one. */
static const char *const to_log_in[] = {"PATH=",     "HOME=",      "USER=",       "LOGNAME=",
                                        "TMPDIR=",   "SSH_*",      "XDG_*",       "RSYNC_*",
                                        "RCLONE_*",  "AWS_*",      "GOOGLE_*",    "AZURE_*",
                                        "KRB5*",     "OS_*",       "http_proxy=", "https_proxy=",
                                        "no_proxy=", "all_proxy=", "HTTP_PROXY=", "HTTPS_PROXY=",
                                        "NO_PROXY=", "ALL_PROXY=", "SSL_CERT_*",  "CURL_CA_BUNDLE=",
                                        "GODEBUG=",  NULL};

static bool is_passed_on(const struct child *c, const char *variable)
{
    for (const char *const *name = c->variables ? c->variables : to_log_in; *name; name++)
        if (strncmp(variable, *name, strcspn(*name, "*")) == 0)
            return true;
    return false;
}

/* Points into the environment of this process and into the settings. */
static char **environment_of(const struct child *c)
{
    char **all = NULL;
    size_t nb = 0;
    for (char *const *s = c->setting; s && *s; s++) {
        all = mem_grow(all, nb, sizeof *all);
        all[nb++] = *s;
    }
    for (char **e = environ; *e; e++) {
        if (!is_passed_on(c, *e))
            continue;
        all = mem_grow(all, nb, sizeof *all);
        all[nb++] = *e;
    }
    all = mem_grow(all, nb, sizeof *all);
    all[nb] = NULL;
    return all;
}

/* In the new process. Reports through failed why the program could not be started. */
_Noreturn static void become(const struct child *c, const struct child_guard *g, char **environment,
                             const int out, const int error, const int failed)
{
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0); /* Ctrl-C reaches talkpress alone, which stops all of the group */
    if (!c->outlives)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, g ? &g->before : &none, NULL);
    if (g && g->lock >= 0)
        fcntl(g->lock, F_SETFD, 0);
    if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(error, STDERR_FILENO) >= 0 && (!c->dir || chdir(c->dir) == 0))
        execvpe(c->words[0], c->words, environment);
    const int why = errno;
    (void)!write(failed, &why, sizeof why);
    _exit(127);
}

static int refuse_start(const struct child *c, int errnum, struct err *err)
{
    if (errnum == ENOENT && c->package)
        return err_set(err, ERR_NOT_FOUND,
                       "'%s' is not installed: 'apt install %s' (Debian) installs it", c->words[0],
                       c->package);
    return err_errno(err, errnum, "cannot start '%s'", c->words[0]);
}

static void close_all(struct child_process *p)
{
    for (int i = 0; i < 2; i++) {
        if (p->outputs[i] >= 0)
            close(p->outputs[i]);
        str_finish(&p->lines[i]);
    }
    if (p->ended >= 0)
        close(p->ended);
    *p = (struct child_process){0};
}

int child_start(struct child_process *out, const struct child *c, const struct child_guard *g,
                struct err *err)
{
    int ends[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, why = 0;
    AUTO_FREE char **environment = environment_of(c);
    for (int i = 0; i < 3; i++)
        if (pipe2(ends[i], O_CLOEXEC) < 0)
            why = errno;
    fflush(NULL); /* nothing is printed twice */
    const pid_t pid = why ? -1 : fork();
    if (pid == 0)
        become(c, g, environment, ends[0][1], ends[1][1], ends[2][1]);
    why = why ? why : pid < 0 ? errno : 0;
    for (int i = 0; i < 3; i++)
        if (ends[i][1] >= 0)
            close(ends[i][1]);
    *out = (struct child_process){
        .what = *c, .pid = pid, .ended = -1, .outputs = {ends[0][0], ends[1][0]}};
    if (pid > 0) {
        setpgid(pid, pid); /* whoever comes first */
        if (read(ends[2][0], &why, sizeof why) == sizeof why)
            waitpid(pid, NULL, 0);
        else
            out->ended = pidfd_open(pid, 0);
    }
    if (ends[2][0] >= 0)
        close(ends[2][0]);
    if (!why)
        return 0;
    close_all(out);
    return refuse_start(c, why, err);
}

/* --- what it writes --------------------------------------------------------------------------- */

/* Progress lines end in a carriage return. */
static void take_lines(struct str *begun, const struct child *c, const char *bytes, size_t nb,
                       bool is_error)
{
    for (size_t i = 0; i < nb; i++) {
        const bool ends = bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\0';
        if (!ends && begun->len < MOST_LINE)
            str_add_bytes(begun, bytes + i, 1);
        if (ends && begun->len && c->line)
            c->line(c->opaque, begun->s, is_error);
        if (ends)
            str_clear(begun);
    }
}

/* Returns false when there is no more. */
static bool take_output(struct child_process *p, int which)
{
    char bytes[1 << 16];
    const struct child *c = &p->what;
    const ssize_t nb = read(p->outputs[which], bytes, sizeof bytes);
    if (nb < 0)
        return errno == EINTR;
    if (which == 0 && c->out && c->out->len < (c->most_bytes ? c->most_bytes : MOST_OUTPUT))
        str_add_bytes(c->out, bytes, (size_t)nb);
    else if (which == 0 && c->out && c->most_bytes)
        child_kill(p);
    else if (which != 0 || !c->out)
        take_lines(&p->lines[which], c, bytes, (size_t)nb, which != 0);
    return nb > 0;
}

/* What a process that the program left in the background holds open has no end. */
static void take_rest(struct child_process *p)
{
    for (int i = 0; i < 2; i++) {
        if (p->outputs[i] < 0)
            continue;
        const int flags = fcntl(p->outputs[i], F_GETFL);
        fcntl(p->outputs[i], F_SETFL, flags | O_NONBLOCK);
        while (take_output(p, i))
            ;
    }
    for (int i = 0; i < 2; i++)
        take_lines(&p->lines[i], &p->what, "\n", 1, i != 0);
}

/* --- until it ends ---------------------------------------------------------------------------- */

/* Where a sandbox around talkpress has no descriptors of processes. */
static bool has_ended(const struct child_process *p)
{
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
        return errno == ECHILD;
    return info.si_pid != 0;
}

/* Waits until something happens, signals (a descriptor; -1: none) included, or for ms (-1: no
 * limit). Returns whether the program has ended. */
static bool step(struct child_process *p, int signals, int ms)
{
    struct pollfd fds[] = {{.fd = p->outputs[0], .events = POLLIN},
                           {.fd = p->outputs[1], .events = POLLIN},
                           {.fd = p->ended, .events = POLLIN},
                           {.fd = signals, .events = POLLIN}};
    const int nb = poll(fds, 4, p->ended < 0 && (ms < 0 || ms > STEP_MS) ? STEP_MS : ms);
    for (int i = 0; i < 2; i++)
        if (nb > 0 && fds[i].revents && !take_output(p, i)) {
            close(p->outputs[i]);
            p->outputs[i] = -1;
        }
    return (nb > 0 && fds[2].revents) || ((nb < 0 || p->ended < 0) && has_ended(p));
}

bool child_step(struct child_process *p, int ms)
{
    return step(p, -1, ms);
}

void child_kill(struct child_process *p)
{
    kill(-p->pid, SIGKILL);
}

int child_finish(struct child_process *p)
{
    int ended = 0;
    pid_t pid;
    while (!step(p, -1, -1))
        ;
    take_rest(p);
    while ((pid = waitpid(p->pid, &ended, 0)) < 0 && errno == EINTR)
        ;
    close_all(p);
    if (pid < 0) /* the parent ignores its children: how they ended is lost */
        return UNKNOWN_STATUS;
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

/* Until the program ends. It is asked to end once the user has stopped talkpress. */
static void follow(struct child_process *p, struct child_guard *g)
{
    double asked_s = 0;
    for (bool asked = false; !step(p, asked ? -1 : g->signals, asked ? GRACE_MS / 10 : -1);) {
        if (asked && clock_now_s() - asked_s > GRACE_MS / 1000.)
            child_kill(p);
        note_signals(g);
        if (g->stopped && !asked) {
            kill(-p->pid, SIGTERM);
            asked = true;
            asked_s = clock_now_s();
        }
    }
}

int child_run(int *status, const struct child *c, struct child_guard *g, struct err *err)
{
    struct child_process p;
    if (child_guard_check(g, err) < 0 || child_start(&p, c, g, err) < 0)
        return err->code;
    follow(&p, g);
    *status = child_finish(&p);
    return child_guard_check(g, err);
}
