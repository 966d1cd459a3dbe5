#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "estimate.h"
#include "event.h"
#include "fs.h"
#include "import.h"
#include "mem.h"
#include "plan.h"
#include "programme.h"
#include "rehearse.h"
#include "selector.h"
#include "str.h"

enum { DEFAULT_HEIGHT = 720, DEFAULT_FPS = 25, UNSTATED_MS = 20 * 60 * 1000, MAX_TALKS = 20000 };

struct rehearsal {
    struct programme programme;
    const char *dir;
    int height, fps;
    bool tones;
};

/* What a camera's owner would call it: number and title, all parts in one file. */
static char *file_of(const struct rehearsal *r, const struct talk *t)
{
    AUTO_FREE char *slug = str_slug(t->title, 60), *name = NULL;
    name = mem_printf("%02d-%s.mp4", t->number, slug);
    return fs_join(r->dir, name);
}

static int64_t part_ms(const struct part *p)
{
    const int seconds = p->listed_s ? p->listed_s : p->slot_s;
    return seconds ? (int64_t)seconds * 1000 : UNSTATED_MS;
}

static int make(const struct rehearsal *r, const struct talk *t, struct err *err)
{
    AUTO_FREE char *path = file_of(r, t), *speakers = talk_speakers(t), *subtitle = NULL;
    AUTO_FREE int64_t *lengths = mem_zalloc(t->nb_parts, sizeof *lengths);
    subtitle = t->nb_parts > 1 ? mem_printf("Talk %d, parts 1 to %zu", t->number, t->nb_parts)
                               : mem_printf("Talk %d", t->number);
    for (size_t i = 0; i < t->nb_parts; i++)
        lengths[i] = part_ms(&t->parts[i]);
    const struct rehearse_spec spec = {
        .path = path,
        .title = t->title,
        .speakers = speakers,
        .subtitle = subtitle,
        .part_ms = lengths,
        .nb_parts = t->nb_parts,
        .width = 2 * (int)lround(r->height * 16.0 / 9 / 2),
        .height = r->height,
        .fps = r->fps,
        .tones = r->tones,
    };
    return rehearse_make(&spec, err);
}

/* --- one process a talk, as many at once as there are cores ----------------------------------- */

static pid_t begin(const struct rehearsal *r, const struct talk *t)
{
    fflush(stdout);
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct err err = {0};
    if (make(r, t, &err) < 0) {
        fprintf(stderr, "talkpress: talk %d: %s\n", t->number, err.msg);
        _exit(err.code == ERR_NO_SPACE ? EXIT_TRY_AGAIN : EXIT_FAILED);
    }
    char length[CLOCK_BYTES];
    int64_t ms = 0;
    for (size_t i = 0; i < t->nb_parts; i++)
        ms += part_ms(&t->parts[i]);
    AUTO_FREE char *path = file_of(r, t);
    printf("%8s  %s\n", clock_format_ms(length, ms, false), path);
    fflush(stdout);
    _exit(EXIT_OK);
}

static int end_one(void)
{
    int status;
    while (wait(&status) < 0)
        if (errno != EINTR)
            return EXIT_FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

static int make_all(const struct rehearsal *r, const int *talks, size_t nb_talks, int workers)
{
    int worst = EXIT_OK, running = 0;
    for (size_t i = 0; i < nb_talks; i++) {
        if (running == workers) {
            const int status = end_one();
            worst = status > worst ? status : worst;
            running--;
        }
        if (begin(r, programme_find(&r->programme, talks[i])) > 0)
            running++;
        else
            worst = EXIT_FAILED;
    }
    while (running-- > 0) {
        const int status = end_one();
        worst = status > worst ? status : worst;
    }
    return worst;
}

/* --- the command ------------------------------------------------------------------------------ */

static int number(int *out, const char *text, int least, int most)
{
    char *end;
    const long v = strtol(text, &end, 10);
    if (end == text || *end || v < least || v > most)
        return -1;
    *out = (int)v;
    return 0;
}

/* --talk may stand more than once: collected before the other options are read. */
static char **take_talks(int *argc, char **argv, size_t *nb)
{
    char **list = mem_zalloc((size_t)*argc, sizeof *list);
    int n = 1;
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--talk") == 0 && i + 1 < *argc)
            list[(*nb)++] = argv[++i];
        else if (str_starts(argv[i], "--talk="))
            list[(*nb)++] = argv[i] + strlen("--talk=");
        else
            argv[n++] = argv[i];
    }
    argv[ *argc = n] = NULL;
    return list;
}

static int rehearse(const char *path, char **talks, size_t nb_talks, struct rehearsal *r,
                    bool no_estimate, struct err *err)
{
    AUTO_FREE int *numbers = NULL;
    size_t nb = 0;
    int64_t all_ms = 0;
    const struct programme none = {0};
    if (import_read(&r->programme, path, err) < 0)
        return cli_fail(err);
    programme_number_talks(&r->programme, &none);
    if (selector_talks(&numbers, &nb, &r->programme, talks, (int)nb_talks, err) < 0 ||
        fs_mkdirs(r->dir, err) < 0)
        return cli_fail(err);
    const int status = make_all(r, numbers, nb, event_cores());
    if (status || no_estimate)
        return status;
    for (size_t i = 0; i < r->programme.nb_talks; i++)
        for (size_t k = 0; k < r->programme.talks[i].nb_parts; k++)
            all_ms += part_ms(&r->programme.talks[i].parts[k]);
    return estimate_print(r->dir, all_ms, r->programme.nb_talks, err) < 0 ? cli_fail(err) : EXIT_OK;
}

int cmd_rehearse(const struct cli *cli, int argc, char **argv)
{
    (void)cli;
    struct err err = {0};
    struct rehearsal r = {.height = DEFAULT_HEIGHT, .fps = DEFAULT_FPS};
    const char *dir = NULL, *height = NULL, *fps = NULL;
    bool no_estimate = false;
    size_t nb_talks = 0;
    AUTO_FREE char **talks = take_talks(&argc, argv, &nb_talks);
    const struct cli_option options[] = {{"output", 'o', &dir, NULL},
                                         {"height", 0, &height, NULL},
                                         {"fps", 0, &fps, NULL},
                                         {"tones", 0, NULL, &r.tones},
                                         {"no-estimate", 0, NULL, &no_estimate}};
    const int status = cli_options(&argc, argv, options, 5);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc != 2 || !dir)
        return cli_usage(argv[0], "which programme, and into which folder (-o)?");
    if ((height && number(&r.height, height, 90, 2160) < 0) || r.height % 2)
        return cli_usage(argv[0], "--height should be an even number from 90 to 2160");
    if (fps && number(&r.fps, fps, 1, 60) < 0)
        return cli_usage(argv[0], "--fps should be a number from 1 to 60");
    r.dir = dir;
    const int made = rehearse(argv[1], talks, nb_talks, &r, no_estimate, &err);
    programme_finish(&r.programme);
    return made;
}
