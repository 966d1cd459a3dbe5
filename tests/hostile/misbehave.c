/* What a worker does instead of its work. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"
#include "mem.h"
#include "worker_stage.h"

static void nap(void)
{
    usleep(100 * 1000);
}

/* Says for ever that a tenth is done. */
static void no_progress(const struct worker *w)
{
    (void)w;
    for (;;) {
        printf("{\"done\": 0.100}\n");
        fflush(stdout);
        nap();
    }
}

static void flood(int fd)
{
    static char words[1 << 16];
    memset(words, 'w', sizeof words);
    for (size_t i = 99; i < sizeof words; i += 100)
        words[i] = '\n';
    for (;;)
        if (write(fd, words, sizeof words) < 0)
            nap();
}

static void flood_stdout(const struct worker *w)
{
    (void)w;
    flood(STDOUT_FILENO);
}

static void flood_stderr(const struct worker *w)
{
    (void)w;
    flood(STDERR_FILENO);
}

/* One line of 100 KB after another that say that there is progress. */
static void flood_progress(const struct worker *w)
{
    (void)w;
    for (double done = 0;; done += 1e-9)
        printf("{\"done\": %.12f, \"why\": \"%0100000d\"}\n", done, 0);
}

/* Files of 64 MB each, as long as the disk takes them; then waits. */
static void fill(const struct worker *w)
{
    static char bytes[1 << 20];
    memset(bytes, 'x', sizeof bytes);
    for (int i = 0;; i++) {
        AUTO_FREE char *path = mem_printf("%s/fill-%d", w->tmp, i);
        const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        for (int mb = 0; fd >= 0 && mb < 64; mb++)
            if (write(fd, bytes, sizeof bytes) < 0)
                nap();
        if (fd < 0)
            nap();
        else
            close(fd);
    }
}

static void hang(const struct worker *w)
{
    (void)w;
    for (;;)
        nap();
}

static void crash(const struct worker *w)
{
    (void)w;
    abort();
}

/* Says that all went well, and delivers nothing. */
static void nothing(const struct worker *w)
{
    (void)w;
    _exit(0);
}

static const struct {
    const char *name;
    void (*act)(const struct worker *w);
} behaviours[] = {
    {"no-progress", no_progress},
    {"flood-stdout", flood_stdout},
    {"flood-stderr", flood_stderr},
    {"flood-progress", flood_progress},
    {"fill", fill},
    {"hang", hang},
    {"crash", crash},
    {"nothing", nothing},
};

void misbehave(const char *behaviour, const struct worker *w)
{
    for (size_t i = 0; i < sizeof behaviours / sizeof *behaviours; i++)
        if (strcmp(behaviours[i].name, behaviour) == 0) {
            behaviours[i].act(w);
            _exit(0);
        }
}
