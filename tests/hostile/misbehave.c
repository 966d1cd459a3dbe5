/* What a worker does instead of its work. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hostile.h"
#include "mem.h"
#include "worker_stage.h"

enum { MOST = 10000 /* MB: then nothing refuses it */ };

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

/* Fills a file. Returns how many MB were written until that was refused. */
static int fill_file(const char *path)
{
    static char bytes[1 << 20];
    memset(bytes, 'x', sizeof bytes);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int mb = 0;
    while (fd >= 0 && mb < MOST && write(fd, bytes, sizeof bytes) == sizeof bytes)
        mb++;
    if (fd >= 0)
        close(fd);
    return mb;
}

/* Fills its own files, and makes others until that is refused. */
static void fill(const struct worker *w)
{
    const char *key = w->spec->key;
    AUTO_FREE char *json = mem_printf("%s/%s.json", w->tmp, key), *file = worker_made_file(w, key);
    int mb = fill_file(json) + fill_file(file), nb = 0;
    for (int more = 1; more > 0 && mb < MOST; nb++) {
        AUTO_FREE char *path = mem_printf("%s/fill-%d", w->tmp, nb);
        more = fill_file(path);
        mb += more;
    }
    fprintf(stderr, "wrote %d MB and made %d more files\n", mb, nb - 1);
    _exit(1);
}

/* Takes memory that it shares with nobody, but could, and that grows downwards. */
static void share(const struct worker *w)
{
    static const int kinds[] = {MAP_SHARED, MAP_PRIVATE | MAP_GROWSDOWN};
    int mb = 0;
    (void)w;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char *p = MAP_FAILED;
        do {
            p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | kinds[i], -1, 0);
            mb += p != MAP_FAILED;
        } while (p != MAP_FAILED && mb < MOST);
    }
    fprintf(stderr, "took %d MB that are not counted\n", mb);
    _exit(1);
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
    {"share", share},
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
