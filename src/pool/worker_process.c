#include "worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "zygote.h"

enum {
    REST_MS = 10,
    /* What is read of a pipe at once. Reports are 16 bytes, a few in a second. A damaged recording
     * makes libav write some 13 MB a second: with this pipe the log takes 25. */
    OUTPUT_BYTES = 256,
    LOG_BYTES = 256 << 10,
    /* At the end all that is left is read, which is no more than the pipes hold. */
    LEFT_BYTES = 1 << 20,
};

/* How long the pipes of a worker that has exited may stay open. Its process in the sandbox is
 * killed with it, and holds them a moment longer. */
static const double grace_s = 2;

const struct worker_process worker_process_none = {
    .pid = -1, .exited = -1, .output = {.fd = -1, .steps = -1}, .log = {.fd = -1}};

/* --- starting -------------------------------------------------------------------------------- */

/* Only the reading end is non-blocking: a worker waits where the pipe is full. */
static int open_pipe(int *reading, int *writing, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, errno, "cannot create a pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int worker_process_start(struct worker_process *out, struct zygote *zygote, const char *spec_path,
                         struct err *err)
{
    int output = -1, log = -1;
    *out = worker_process_none;
    if (open_pipe(&out->output.fd, &output, err) == 0 && open_pipe(&out->log.fd, &log, err) == 0) {
        (void)fcntl(log, F_SETPIPE_SZ, LOG_BYTES); /* else it keeps its 64 KiB */
        (void)!zygote_fork(&out->pid, zygote, spec_path, output, log, err);
    }
    close_fd(&output);
    close_fd(&log);
    if (err->code != ERR_OK) {
        worker_process_finish(out);
        return err->code;
    }
    /* The number cannot be another process's yet: its parent, the zygote, has not waited for it. */
    out->exited = (int)syscall(SYS_pidfd_open, out->pid, 0);
    out->begin_s = out->heard_s = clock_now_s();
    return 0;
}

/* --- listening ------------------------------------------------------------------------------- */

int worker_process_expect(struct pollfd *fds, const struct worker_process *p)
{
    const double left_s = p->rests_until_s - clock_now_s();
    const short events = left_s > 0 ? 0 : POLLIN; /* the end of a pipe is reported anyway */
    fds[0] = (struct pollfd){.fd = p->output.fd, .events = events};
    fds[1] = (struct pollfd){.fd = p->log.fd, .events = events};
    fds[2] = (struct pollfd){.fd = p->exited_s > 0 ? -1 : p->exited, .events = POLLIN};
    if (p->exited_s > 0)
        return REST_MS;
    return left_s > 0 ? (int)(left_s * 1000) + 1 : -1;
}

static bool has_ended(const struct worker_process *p)
{
    const bool closed = p->output.fd < 0 && p->log.fd < 0;
    if (p->exited < 0)
        return closed;
    return p->exited_s > 0 && (closed || clock_now_s() > p->exited_s + grace_s);
}

bool worker_process_listen(struct worker_process *p, const struct pollfd *fds)
{
    const short output = fds[0].revents, log = fds[1].revents;
    if (fds[2].revents)
        p->exited_s = clock_now_s();
    if (output && worker_output_read(&p->output, output & POLLHUP ? LEFT_BYTES : OUTPUT_BYTES))
        p->heard_s = clock_now_s();
    if (log)
        worker_log_read(&p->log, log & POLLHUP ? LEFT_BYTES : LOG_BYTES);
    if (output || log)
        p->rests_until_s = clock_now_s() + REST_MS / 1000.0;
    return !has_ended(p);
}

/* --- ending ---------------------------------------------------------------------------------- */

void worker_process_wait(int *status, struct rusage *used, struct worker_process *p,
                         struct zygote *zygote)
{
    /* Before waiting for it: nobody must wait for a pipe that is not read any more. */
    close_fd(&p->output.fd);
    close_fd(&p->log.fd);
    zygote_wait(status, used, zygote, p->pid);
}

void worker_process_kill(const struct worker_process *p)
{
    if (p->exited >= 0)
        (void)syscall(SYS_pidfd_send_signal, p->exited, SIGKILL, NULL, 0);
    else if (p->pid > 0)
        kill(p->pid, SIGKILL);
}

/* Its process in the sandbox ends a moment after it, and with it the pipe. */
static void wait_for_pipe(struct worker_process *p)
{
    const double until_s = clock_now_s() + grace_s;
    while (p->output.fd >= 0 && clock_now_s() < until_s) {
        (void)worker_output_read(&p->output, LEFT_BYTES);
        if (p->output.fd >= 0)
            (void)poll(&(struct pollfd){.fd = p->output.fd}, 1, REST_MS);
    }
}

void worker_process_reap(struct worker_process *p, struct zygote *zygote)
{
    int status;
    struct rusage used;
    if (p->pid <= 0)
        return;
    wait_for_pipe(p);
    worker_process_wait(&status, &used, p, zygote);
}

void worker_process_finish(struct worker_process *p)
{
    close_fd(&p->exited);
    worker_output_finish(&p->output);
    worker_log_finish(&p->log);
    *p = worker_process_none;
}
