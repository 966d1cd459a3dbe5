#include "virtual_clock.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double __wrap_clock_now_s(void); /* NOLINT(bugprone-reserved-identifier): the linker's name */

static struct {
    bool opened, stopped;
    int waits;        /* descriptor of /proc/self/schedstat; -1: there is none */
    double stopped_s; /* own time when it was stopped */
    double offset_s;  /* of the clock to own time */
} the_clock;

/* How long the process waited for a core, in seconds. */
static double waited_s(void)
{
    char text[96];
    if (!the_clock.opened)
        the_clock.waits = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
    the_clock.opened = true;
    const ssize_t nb = the_clock.waits < 0 ? -1 : pread(the_clock.waits, text, sizeof text - 1, 0);
    if (nb <= 0)
        return 0;
    text[nb] = '\0';
    char *second = text;
    (void)strtoull(text, &second, 10);
    return (double)strtoull(second, NULL, 10) / 1e9;
}

double virtual_clock_own_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - waited_s();
}

double virtual_clock_s(void)
{
    return (the_clock.stopped ? the_clock.stopped_s : virtual_clock_own_s()) + the_clock.offset_s;
}

double __wrap_clock_now_s(void)
{
    return virtual_clock_s();
}

void virtual_clock_stop(void)
{
    the_clock.stopped_s = virtual_clock_own_s();
    the_clock.stopped = true;
}

void virtual_clock_go_on(void)
{
    the_clock.stopped = false;
    the_clock.offset_s -= virtual_clock_own_s() - the_clock.stopped_s;
}

void virtual_clock_jump(double at_s)
{
    const double ahead_s = at_s - virtual_clock_s();
    if (ahead_s > 0)
        the_clock.offset_s += ahead_s;
}
