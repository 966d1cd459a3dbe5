#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exit_status.h"
#include "mem.h"
#include "str.h"

/* In the wrong direction, so that output is not thought to be written. */
static int occupy(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
        return 0;
    const int got = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    return got == fd ? 0 : -1;
}

int process_begin(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (occupy(fd) < 0)
            return EXIT_FAILED;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* 'ulimit -f' */
    return 0;
}

static int reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) > 0 && out.revents & POLLERR;
}

int process_end(int status)
{
    errno = 0;
    const int failed = fflush(stdout) != 0 || ferror(stdout), cause = errno;
    if (!failed)
        return status;
    if (cause != EPIPE && !reader_gone())
        fprintf(stderr, "talkpress: cannot write to the standard output: %s\n",
                strerror(cause ? cause : EIO));
    return status == EXIT_OK ? EXIT_FAILED : status;
}

/* Linux appends a word to the path of a file that was replaced, as an update does. */
char *process_program(void)
{
    static const char gone[] = " (deleted)";
    char own[4096];
    const ssize_t nb = readlink("/proc/self/exe", own, sizeof own - 1);
    if (nb <= 0)
        return NULL;
    own[nb] = '\0';
    if (str_ends(own, gone) && access(own, F_OK) < 0)
        own[nb - (ssize_t)strlen(gone)] = '\0';
    return mem_strdup(own);
}

char *process_folder(void)
{
    char *own = process_program(), *slash = own ? strrchr(own, '/') : NULL;
    if (slash)
        *slash = '\0';
    return own;
}
