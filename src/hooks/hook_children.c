#include "hook_children.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem.h"

enum { MOST_ROUNDS = 200, ROUND_MS = 5 };

/* Whose parents have ended are children of this process then. */
static void kill_children(void)
{
    int pid;
    AUTO_FREE char *path = mem_printf("/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "re");
    while (f && fscanf(f, "%d", &pid) == 1)
        kill(pid, SIGKILL);
    if (f)
        fclose(f);
}

/* Reaps those that have ended; notes the program's status. False: there are no more. */
static bool reap(pid_t program, int *status)
{
    pid_t pid;
    int ended;
    while ((pid = waitpid(-1, &ended, WNOHANG)) > 0)
        if (pid == program)
            *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
    return pid == 0;
}

/* What cannot be ended (it waits for a disk that does not answer) is left after a second. */
int hook_children_end(pid_t program)
{
    int status = 128 + SIGKILL;
    for (int i = 0; i < MOST_ROUNDS && reap(program, &status); i++) {
        kill_children();
        (void)poll(NULL, 0, ROUND_MS);
    }
    return status;
}
