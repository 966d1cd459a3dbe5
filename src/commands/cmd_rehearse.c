#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "event.h"
#include "fs.h"
#include "import.h"
#include "json.h"
#include "media_program.h"
#include "media_request.h"
#include "mem.h"
#include "programme.h"
#include "selector.h"
#include "str.h"

enum { DEFAULT_HEIGHT = 720, DEFAULT_FPS = 25, UNSTATED_MS = 20 * 60 * 1000 };

struct rehearsal {
    const char *programme, *dir;
    char **talks; /* as the user named them; none: all */
    size_t nb_talks;
    int height, fps;
    bool tones, no_estimate;
};

/* --- the request ------------------------------------------------------------------------------ */

/* What a camera's owner would call it: number and title, all parts in one file. */
static char *file_of(const char *dir, const struct talk *t)
{
    AUTO_FREE char *slug = str_slug(t->title, 60), *name = NULL;
    name = mem_printf("%02d-%s.mp4", t->number, slug);
    return fs_join(dir, name);
}

static int64_t part_ms(const struct part *p)
{
    const int seconds = p->listed_s ? p->listed_s : p->slot_s;
    return seconds ? (int64_t)seconds * 1000 : UNSTATED_MS;
}

static void add_recording(struct rehearse_request *request, const char *dir, const struct talk *t)
{
    request->recordings =
        mem_grow(request->recordings, request->nb_recordings, sizeof *request->recordings);
    struct recording_request *r = &request->recordings[request->nb_recordings++];
    *r = (struct recording_request){
        .talk = t->number,
        .path = file_of(dir, t),
        .title = mem_strdup(t->title),
        .speakers = talk_speakers(t),
        .subtitle = t->nb_parts > 1 ? mem_printf("Talk %d, parts 1 to %zu", t->number, t->nb_parts)
                                    : mem_printf("Talk %d", t->number),
        .part_ms = mem_zalloc(t->nb_parts, sizeof *r->part_ms),
        .nb_parts = t->nb_parts,
    };
    for (size_t i = 0; i < t->nb_parts; i++)
        r->part_ms[i] = part_ms(&t->parts[i]);
}

/* Of all talks of the programme, whichever are made. */
static int fill_estimate(struct estimate_request *e, const struct programme *programme,
                         const char *dir, struct err *err)
{
    if (event_default_renditions(&e->renditions, &e->nb_renditions, err) < 0)
        return err->code;
    e->scratch = mem_strdup(dir);
    e->nb_talks = (int)programme->nb_talks;
    for (size_t i = 0; i < programme->nb_talks; i++)
        for (size_t k = 0; k < programme->talks[i].nb_parts; k++)
            e->all_ms += part_ms(&programme->talks[i].parts[k]);
    return 0;
}

static int fill_request(struct rehearse_request *out, const struct rehearsal *r, struct err *err)
{
    AUTO_PROGRAMME programme = {0};
    AUTO_FREE int *numbers = NULL;
    size_t nb = 0;
    const struct programme none = {0};
    if (import_read(&programme, r->programme, err) < 0)
        return err->code;
    programme_number_talks(&programme, &none);
    if (selector_talks(&numbers, &nb, &programme, r->talks, (int)r->nb_talks, err) < 0)
        return err->code;
    *out = (struct rehearse_request){
        .width = 2 * (int)lround(r->height * 16.0 / 9 / 2),
        .height = r->height,
        .fps = r->fps,
        .tones = r->tones,
        .cores = event_cores(),
    };
    for (size_t i = 0; i < nb; i++)
        add_recording(out, r->dir, programme_find(&programme, numbers[i]));
    return r->no_estimate ? 0 : fill_estimate(&out->estimate, &programme, r->dir, err);
}

static int rehearse(char *verb, const struct rehearsal *r)
{
    struct err err = {0};
    AUTO_FREE char *program = NULL;
    AUTO_REHEARSE_REQUEST request = {0};
    if (media_program_find(&program, &err) < 0 || fill_request(&request, r, &err) < 0 ||
        fs_mkdirs(r->dir, &err) < 0)
        return cli_fail(&err);
    AUTO_JSON *json = rehearse_request_write(&request);
    media_program_become(program, (char *[]){verb, NULL}, json, &err);
    return cli_fail(&err);
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

/* --talk may be given more than once: collected before the other options are read. */
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

int cmd_rehearse(const struct cli *cli, int argc, char **argv)
{
    (void)cli;
    struct rehearsal r = {.height = DEFAULT_HEIGHT, .fps = DEFAULT_FPS};
    const char *height = NULL, *fps = NULL;
    AUTO_FREE char **talks = take_talks(&argc, argv, &r.nb_talks);
    const struct cli_option options[] = {{"output", 'o', &r.dir, NULL},
                                         {"height", 0, &height, NULL},
                                         {"fps", 0, &fps, NULL},
                                         {"tones", 0, NULL, &r.tones},
                                         {"no-estimate", 0, NULL, &r.no_estimate}};
    const int status = cli_options(&argc, argv, options, 5);
    if (status)
        return status < 0 ? EXIT_OK : status;
    if (argc != 2 || !r.dir)
        return cli_usage(argv[0], "which programme, and into which folder (-o)?");
    if ((height && number(&r.height, height, 90, 2160) < 0) || r.height % 2)
        return cli_usage(argv[0], "--height should be an even number from 90 to 2160");
    if (fps && number(&r.fps, fps, 1, 60) < 0)
        return cli_usage(argv[0], "--fps should be a number from 1 to 60");
    r.programme = argv[1];
    r.talks = talks;
    return rehearse(argv[0], &r);
}
