#include "file_places.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "plan.h"
#include "results.h"

/* The start of the picture of file i as the probe noted it where the files were joined by packets.
 */
static bool joined_at(int64_t *ms, const struct source *s, const struct frame_grid *grid, size_t i)
{
    const json_t *files = json_object_get(json_object_get(s->probe, "join"), "files");
    const int64_t stream = json_get_int(json_object_get(s->probe, "video"), "stream", -1);
    const json_t *span = stream < 0 ? NULL : json_array_get(json_array_get(files, i), stream);
    const json_t *begin = json_array_get(span, 1);
    if (!json_is_integer(begin) || !grid->time_base.num)
        return false;
    *ms = (int64_t)((double)json_integer_value(begin) * 1000 * av_q2d(grid->time_base)) -
          frame_grid_origin_ms(grid);
    return true;
}

/* The length of a file from its own probe, which is made before files are joined. */
static int own_length(int64_t *ms, const struct event *event, const struct recording_file *file,
                      struct err *err)
{
    char key[33];
    AUTO_JSON *probe = NULL;
    keys_probe(key, file->fingerprint);
    if (plan_find_probe(&probe, event, key, err) < 0)
        return err->code;
    *ms = json_get_int(probe, "duration_ms", -1);
    return 0;
}

int file_places_find(struct file_places *out, const struct event *event, const struct source *s,
                     const struct frame_grid *grid, struct err *err)
{
    *out = (struct file_places){.source = s};
    const struct recording *r = s->recording;
    if (r->nb_files < 2)
        return 0;
    AUTO_FREE int64_t *start = mem_zalloc(r->nb_files, sizeof *start);
    for (size_t i = 1; i < r->nb_files; i++) {
        int64_t length = -1;
        if (joined_at(&start[i], s, grid, i))
            continue;
        if (own_length(&length, event, &r->files[i - 1], err) < 0)
            return err->code;
        if (length < 0)
            return 0;
        start[i] = start[i - 1] + length;
    }
    out->start_ms = mem_take(&start);
    return 0;
}

void file_places_finish(struct file_places *p)
{
    free(p->start_ms);
    *p = (struct file_places){0};
}

const char *file_places_name(const struct source *s, size_t i)
{
    const struct recording *r = s->recording;
    const char *name = fs_basename(r->files[i].path);
    for (size_t k = 0; k < r->nb_files; k++)
        if (k != i && strcmp(fs_basename(r->files[k].path), name) == 0)
            return r->files[i].path;
    return name;
}

char *file_places_describe(const struct file_places *p, int64_t ms)
{
    char at[CLOCK_BYTES];
    if (!p->start_ms)
        return NULL;
    size_t i = 0;
    while (i + 1 < p->source->recording->nb_files && p->start_ms[i + 1] <= ms)
        i++;
    return mem_printf("'%s' at %s", file_places_name(p->source, i),
                      clock_format_ms(at, ms - p->start_ms[i], true));
}
