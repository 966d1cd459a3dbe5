#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "fs.h"
#include "json.h"
#include "media_program.h"
#include "media_request.h"
#include "mem.h"
#include "programme.h"
#include "programme_numbers.h"
#include "programme_read.h"
#include "selector.h"
#include "settings.h"
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
    if (settings_default_renditions(&e->renditions, &e->nb_renditions, err) < 0)
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
    if (programme_read(&programme, NULL, r->programme, SANDBOX_BEST_EFFORT, err) < 0)
        return err->code;
    programme_number_talks(&programme, &none);
    if (selector_talks(&numbers, &nb, &programme, r->talks, (int)r->nb_talks, err) < 0)
        return err->code;
    *out = (struct rehearse_request){
        .width = 2 * (int)lround(r->height * 16.0 / 9 / 2),
        .height = r->height,
        .fps = r->fps,
        .tones = r->tones,
        .cores = settings_cores(),
    };
    for (size_t i = 0; i < nb; i++)
        add_recording(out, r->dir, programme_find(&programme, numbers[i]));
    return r->no_estimate ? 0 : fill_estimate(&out->estimate, &programme, r->dir, err);
}

/* --- the command ------------------------------------------------------------------------------ */

/* An option's value; the default where it is not given. False where it is no number in the range.
 */
static bool number(int *out, const struct command *c, const char *option, int fallback, int least,
                   int most)
{
    const char *text = command_value(c, option);
    char *end;
    *out = fallback;
    if (!text)
        return true;
    const long v = strtol(text, &end, 10);
    if (end == text || *end || v < least || v > most)
        return false;
    *out = (int)v;
    return true;
}

static bool read_height(int *out, const struct command *c)
{
    return number(out, c, "height", DEFAULT_HEIGHT, 90, 2160) && *out % 2 == 0;
}

static bool read_fps(int *out, const struct command *c)
{
    return number(out, c, "fps", DEFAULT_FPS, 1, 60);
}

int check_rehearse(struct command *c, struct err *err)
{
    int v;
    (void)err;
    if (!command_has(c, "output"))
        return command_usage(c, "%s", c->verb->takes.complaint);
    if (!read_height(&v, c))
        return command_usage(c, "--height should be an even number from 90 to 2160");
    return read_fps(&v, c) ? 0 : command_usage(c, "--fps should be a number from 1 to 60");
}

int cmd_rehearse(struct command *c, struct err *err)
{
    AUTO_FREE char *program = NULL;
    AUTO_REHEARSE_REQUEST request = {0};
    char verb[] = "rehearse";
    struct rehearsal r = {.programme = c->operands[0],
                          .dir = command_value(c, "output"),
                          .talks = c->list,
                          .nb_talks = c->nb_list,
                          .tones = command_has(c, "tones"),
                          .no_estimate = command_has(c, "no-estimate")};
    read_height(&r.height, c);
    read_fps(&r.fps, c);
    if (media_program_find(&program, err) < 0 || fill_request(&request, &r, err) < 0 ||
        fs_mkdirs(r.dir, err) < 0)
        return err->code;
    AUTO_JSON *json = rehearse_request_write(&request);
    media_program_become(program, (char *[]){verb, NULL}, json, err);
    return err->code;
}
