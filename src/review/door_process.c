#include "door_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "data_file.h"
#include "exit_status.h"
#include "listening.h"
#include "mem.h"
#include "program.h"
#include "review_link.h"
#include "str.h"

#define NAME "talkpress-review"

enum { NB_STARTS = sizeof((struct door_process *)NULL)->started_s / sizeof(double) };
/* A door that ends more often than NB_STARTS times in this time is given up. */
static const double starts_s = 60;

static int make_token(char out[DOOR_TOKEN_BYTES], struct err *err)
{
    uint8_t bytes[(DOOR_TOKEN_BYTES - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return err_errno(err, errno, "cannot make a token");
    str_hex(out, bytes, sizeof bytes);
    return 0;
}

int door_process_init(struct door_process *out, const struct listening *listening,
                      enum sandbox_mode sandbox, struct err *err)
{
    *out = (struct door_process){.socket = -1, .listening = listening, .sandbox = sandbox};
    return make_token(out->token, err) < 0 || program_find(&out->program, NAME, err) < 0
               ? err->code
               : data_file_find(&out->pages, NULL, "review", err);
}

/* --- starting --------------------------------------------------------------------------------- */

/* Moves both descriptors to their numbers, which may be each other's. */
static bool place(int listening, int socket)
{
    const int high = fcntl(socket, F_DUPFD, LINK_FD + 1);
    return high >= 0 && dup2(listening, LINK_LISTEN_FD) >= 0 && dup2(high, LINK_FD) >= 0 &&
           fcntl(high, F_SETFD, FD_CLOEXEC) == 0 && fcntl(LINK_LISTEN_FD, F_SETFD, 0) == 0;
}

static void become(const struct door_process *d, int socket)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP};
    setpgid(0, 0); /* Ctrl-C reaches only the service, which ends it */
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        signal(caught[i], SIG_DFL);
    if (place(d->listening->fd, socket))
        execl(d->program, NAME, d->pages, (char *)NULL);
    _exit(EXIT_FAILED);
}

static int greet(const struct door_process *d, struct err *err)
{
    const struct link_hello hello = {.token = d->token,
                                     .port = d->listening->port,
                                     .hosts = {d->listening->host},
                                     .nb_hosts = 1,
                                     .sandbox = sandbox_mode_name(d->sandbox)};
    return link_send_hello(d->socket, &hello, err);
}

static int note_start(struct door_process *d, struct err *err)
{
    const double now_s = clock_now_s();
    if (d->started_s[NB_STARTS - 1] > 0 && now_s - d->started_s[NB_STARTS - 1] < starts_s)
        return err_set(err, ERR_EXTERNAL,
                       "the process that serves the page, " NAME
                       ", ends again and again: its messages are above");
    memmove(&d->started_s[1], &d->started_s[0], (NB_STARTS - 1) * sizeof d->started_s[0]);
    d->started_s[0] = now_s;
    return 0;
}

int door_process_start(struct door_process *d, struct err *err)
{
    int other = -1;
    if (note_start(d, err) < 0 || link_make(&d->socket, &other, err) < 0)
        return err->code;
    d->pid = fork();
    if (d->pid == 0)
        become(d, other);
    const int failed = errno;
    close(other);
    if (d->pid < 0) {
        d->pid = 0;
        err_errno(err, failed, "cannot start " NAME);
    } else {
        (void)greet(d, err);
    }
    if (err->code)
        door_process_stop(d);
    return err->code;
}

/* --- ending ----------------------------------------------------------------------------------- */

void door_process_stop(struct door_process *d)
{
    if (d->socket >= 0)
        close(d->socket);
    d->socket = -1;
    if (!d->pid)
        return;
    kill(d->pid, SIGKILL); /* it has nothing to save */
    while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    d->pid = 0;
}

void door_process_finish(struct door_process *d)
{
    door_process_stop(d);
    free(mem_take(&d->program));
    free(mem_take(&d->pages));
}

char *door_process_link(const struct door_process *d)
{
    return mem_printf("http://%s:%d/?token=%s", d->listening->host, d->listening->port, d->token);
}
