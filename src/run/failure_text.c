#include "failure_text.h"

#include <math.h>
#include <string.h>

#include "clock.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "probe.h"

/* How far the analysis has come when it has measured the sound, and when it has looked at the key
 * pictures (pipeline/analyse). */
static const double analysed_sound = 0.7, looked_at_keys = 0.8;

static char *name_files(const struct job_spec *s)
{
    if (s->captions.path)
        return mem_printf("'%s'", s->captions.path);
    if (!s->nb_files)
        return NULL;
    return s->nb_files == 1 ? mem_printf("'%s'", s->files[0].path)
                            : mem_printf("'%s' and %zu more", s->files[0].path, s->nb_files - 1);
}

/* The range in milliseconds; 0 to 0 where there is none. */
static void range_ms(int64_t *begin_ms, int64_t *end_ms, const struct job_spec *s)
{
    struct frame_grid grid;
    struct err ignored = {0};
    *begin_ms = *end_ms = 0;
    if (!s->probe || probe_grid(&grid, s->probe, &ignored) < 0)
        return;
    *begin_ms = frame_grid_ms_of(&grid, s->range.begin);
    *end_ms = frame_grid_ms_of(&grid, s->range.end);
}

static char *describe_stage(const struct job_spec *s, const char *files)
{
    char from[CLOCK_BYTES], to[CLOCK_BYTES];
    int64_t begin_ms, end_ms;
    range_ms(&begin_ms, &end_ms, s);
    switch (s->stage) {
    case STAGE_PROBE:
        return mem_printf("reading %s", files);
    case STAGE_ANALYSE:
        return mem_printf("analysing %s", files);
    case STAGE_CELL:
        return mem_printf("encoding %s to %s of %s", clock_format_ms(from, begin_ms, false),
                          clock_format_ms(to, end_ms, false), files);
    case STAGE_SOUND:
        return mem_printf("encoding the sound of %s", files);
    case STAGE_POSTER:
        return mem_printf("making the poster from %s", files);
    case STAGE_CAPTIONS:
        return mem_printf("reading captions from %s", files);
    case STAGE_CARD:
        return mem_strdup("drawing the title card");
    case STAGE_STORYBOARD:
        return mem_strdup("making the storyboard of the finished file");
    case STAGE_PREVIEW:
        return mem_printf("making a preview of %s", files);
    case STAGE_THUMBS:
        return mem_printf("making thumbnails of %s", files);
    case STAGE_ASSEMBLE:
    case NB_STAGES:
        break;
    }
    return mem_strdup("putting the finished file together");
}

/* The place in the recording after so much of the job, in milliseconds, or -1. */
static int64_t place_ms(const struct job_spec *s, double done)
{
    const double length_ms = (double)json_get_int(s->probe, "duration_ms", 0);
    int64_t begin_ms, end_ms;
    range_ms(&begin_ms, &end_ms, s);
    if (s->stage == STAGE_ANALYSE)
        return (int64_t)(length_ms * (done < analysed_sound
                                          ? done / analysed_sound
                                          : fmin(1, (done - analysed_sound) /
                                                        (looked_at_keys - analysed_sound))));
    if (s->stage == STAGE_CELL)
        return begin_ms + (int64_t)(done * (double)(end_ms - begin_ms));
    return -1;
}

char *failure_place(const struct job_spec *s, double done)
{
    char at[CLOCK_BYTES];
    AUTO_FREE char *files = name_files(s);
    AUTO_FREE char *stage = describe_stage(s, files ? files : "the card");
    const int64_t ms = place_ms(s, done);
    if (done < 0)
        return mem_take(&stage);
    if (ms < 0)
        return mem_printf("%s, after %.0f %% of it", stage, floor(100 * done));
    return mem_printf("%s, at about %s", stage, clock_format_ms(at, ms, false));
}

char *failure_with_place(const char *message, const struct job_spec *s)
{
    const char *path = s->captions.path ? s->captions.path : s->nb_files ? s->files[0].path : NULL;
    if (!path || strstr(message, fs_basename(path)))
        return mem_strdup(message);
    AUTO_FREE char *place = failure_place(s, -1);
    return mem_printf("%s (%s)", message, place);
}
