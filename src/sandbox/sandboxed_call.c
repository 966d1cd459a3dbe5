#include "sandboxed_call.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "mem.h"
#include "sandbox_parts.h"
#include "str.h"

/* Of what the child says on standard error: it is not shown, but looked at. */
enum { MAX_SAID_BYTES = 1 << 16 };

/* Before the answer, or before the message of an error. */
struct head {
    uint64_t nb_bytes;
    int32_t code; /* enum err_code */
};

struct child {
    pid_t pid;
    int answer; /* the reading end of a pipe; the child's standard output is the other one */
    int said;   /* an anonymous file, the child's standard error */
    int status; /* as waitpid returns it */
    bool late, too_much;
};

/* --- in the child ----------------------------------------------------------------------------- */

static bool redirect(int answer, int said)
{
    const int nothing = open("/dev/null", O_RDONLY);
    return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(answer, STDOUT_FILENO) >= 0 &&
           dup2(said, STDERR_FILENO) >= 0;
}

static int enter(const struct sandboxed_call *call, pid_t parent, struct err *err)
{
    struct sandbox_report report;
    const struct sandbox_spec spec = {
        .mode = call->mode,
        .readable = call->readable,
        .nb_readable = call->nb_readable,
        .max_memory_bytes = call->max_memory_bytes,
        .max_file_bytes = MAX_SAID_BYTES,
        .max_cpu_s = call->max_cpu_s,
    };
    return sandbox_enter(&report, &spec, parent, err);
}

/* _exit: what the parent has not printed yet is the parent's. */
static _Noreturn void be_child(const struct sandboxed_call *call, pid_t parent, int answer,
                               int said)
{
    struct err err = {0};
    AUTO_STR out = {0};
    if (!redirect(answer, said))
        _exit(1);
    if (call->prepare)
        call->prepare(call->input);
    if (enter(call, parent, &err) == 0)
        (void)call->run(&out, call->input, &err);
    const char *bytes = err.code ? err.msg : out.s;
    const struct head head = {.nb_bytes = err.code ? strlen(err.msg) : out.len, .code = err.code};
    _exit(fs_write_all(STDOUT_FILENO, &head, sizeof head) < 0 ||
          fs_write_all(STDOUT_FILENO, bytes, head.nb_bytes) < 0);
}

/* --- in the caller ---------------------------------------------------------------------------- */

/* Reads until the child closes the pipe, says too much, or its time is over. */
static void listen_to(struct str *out, struct child *c, const struct sandboxed_call *call)
{
    const double end_s = clock_now_s() + call->max_wall_s;
    char buf[65536];
    while (!c->late && !c->too_much) {
        struct pollfd wait = {.fd = c->answer, .events = POLLIN};
        const int left_ms = (int)((end_s - clock_now_s()) * 1000);
        const int ready = left_ms > 0 ? poll(&wait, 1, left_ms) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        c->late = ready == 0;
        const ssize_t n = ready > 0 ? read(c->answer, buf, sizeof buf) : 0;
        if (ready < 0 || (ready > 0 && n == 0) || (n < 0 && errno != EINTR))
            break;
        c->too_much = n > 0 && out->len + (size_t)n > call->max_answer_bytes + sizeof(struct head);
        if (n > 0 && !c->too_much)
            str_add_bytes(out, buf, (size_t)n);
    }
}

/* Whatever closed the pipe, the child does not live on: one that has ended by itself keeps its
 * status. */
static void end_child(struct child *c)
{
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
        ;
}

static int start(struct child *out, const struct sandboxed_call *call, struct err *err)
{
    int ends[2];
    const pid_t parent = getpid();
    *out = (struct child){.said = memfd_create("said", MFD_CLOEXEC)};
    if (out->said < 0 || pipe2(ends, O_CLOEXEC) < 0) {
        err_errno(err, errno, "'%s' cannot be read: cannot make a pipe", call->file);
        if (out->said >= 0)
            close(out->said);
        return err->code;
    }
    fflush(NULL); /* nothing is printed twice */
    out->pid = fork();
    if (out->pid == 0)
        be_child(call, parent, ends[1], out->said);
    const int failed = errno;
    close(ends[1]);
    out->answer = ends[0];
    if (out->pid > 0)
        return 0;
    close(out->answer);
    close(out->said);
    return err_errno(err, failed, "'%s' cannot be read: cannot start a process", call->file);
}

/* --- what became of it ------------------------------------------------------------------------ */

/* Whether it ended as mem_need() or GLib ends a process. A sanitizer's report is shown. */
static bool ran_out_of_memory(const struct child *c)
{
    char said[MAX_SAID_BYTES + 1] = "";
    const ssize_t n = pread(c->said, said, sizeof said - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    const bool ran_out = str_starts(said, MEM_MESSAGE) || strstr(said, "failed to allocate");
    if (SANDBOX_SANITIZED && !ran_out)
        fputs(said, stderr);
    return ran_out;
}

static int report_signal(const struct child *c, const struct sandboxed_call *call, struct err *err)
{
    const int number = WTERMSIG(c->status);
    if (number == SIGXCPU)
        return err_set(err, ERR_INVALID,
                       "'%s' cannot be read within %d s of processor time: it seems to be made to "
                       "exhaust its reader; %s",
                       call->file, call->max_cpu_s, call->advice);
    if (ran_out_of_memory(c) || number == SIGKILL) /* the kernel's, when there is none left */
        return err_set(err, ERR_NOMEM,
                       "'%s' cannot be read: out of memory (it may take %lld MiB); %s", call->file,
                       (long long)(call->max_memory_bytes >> 20), call->advice);
    if (number == SIGSYS)
        return err_set(err, ERR_INVALID,
                       "'%s' made its reader do what the sandbox forbids: it seems to be made to "
                       "take the reader over; %s",
                       call->file, call->advice);
    return err_set(err, ERR_INVALID, "'%s' made its reader crash (%s); %s", call->file,
                   strsignal(number), call->advice);
}

/* Only codes that concern the file: others would have the caller wait, or blame the disk. */
static enum err_code code_of(int32_t code)
{
    return code == ERR_NOMEM || code == ERR_EXTERNAL || code == ERR_NOT_FOUND || code == ERR_IO
               ? (enum err_code)code
               : ERR_INVALID;
}

/* Takes the head off a complete answer. */
static int judge(struct str *answer, const struct child *c, const struct sandboxed_call *call,
                 struct err *err)
{
    struct head head = {0};
    if (c->late)
        return err_set(err, ERR_INVALID,
                       "'%s' cannot be read within %d s: it seems to be made to exhaust its "
                       "reader; %s",
                       call->file, call->max_wall_s, call->advice);
    if (WIFSIGNALED(c->status) && !c->too_much)
        return report_signal(c, call, err);
    if (answer->len >= sizeof head)
        memcpy(&head, answer->s, sizeof head);
    if (c->too_much || WEXITSTATUS(c->status) != 0 || answer->len < sizeof head ||
        head.nb_bytes != answer->len - sizeof head)
        return err_set(err, ERR_INVALID, "the reader of '%s' gave no proper answer (%zu bytes); %s",
                       call->file, answer->len, call->advice);
    answer->len -= sizeof head;
    memmove(answer->s, answer->s + sizeof head, answer->len + 1);
    return head.code == ERR_OK ? 0 : err_set(err, code_of(head.code), "%s", answer->s);
}

int sandboxed_call(struct str *out, const struct sandboxed_call *call, struct err *err)
{
    struct child c;
    AUTO_STR answer = {0};
    if (start(&c, call, err) < 0)
        return err->code;
    listen_to(&answer, &c, call);
    close(c.answer);
    end_child(&c);
    const int ret = judge(&answer, &c, call, err);
    close(c.said);
    if (ret == 0) {
        *out = answer;
        answer = (struct str){0};
    }
    return ret;
}
