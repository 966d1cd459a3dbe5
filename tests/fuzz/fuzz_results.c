/*
 * Results that a plan reads back from work/. The input is four files, apart by lines of "---": the
 * result of a probe, that of an analysis, its loudness blocks, and what all pieces and outputs say.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "event.h"
#include "fs.h"
#include "fuzz.h"
#include "fuzz_event.h"
#include "job_spec.h"
#include "jobs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "probe.h"
#include "publish.h"
#include "workdir.h"

enum { PROBE, ANALYSIS, BLOCKS, PIECE, NB_FILES };

struct bytes {
    const uint8_t *at;
    size_t nb;
};

static void split(struct bytes out[NB_FILES], const uint8_t *data, size_t size)
{
    static const char mark[] = "\n---\n";
    for (int i = 0; i < NB_FILES; i++) {
        const uint8_t *end = size ? memmem(data, size, mark, sizeof mark - 1) : NULL;
        out[i] = (struct bytes){data, end ? (size_t)(end - data) : size};
        size -= out[i].nb + (end ? sizeof mark - 1 : 0);
        data = end ? end + sizeof mark - 1 : data + out[i].nb;
    }
}

static void put(const struct event *event, const char *key, const char *ext,
                const struct bytes *bytes)
{
    AUTO_FREE char *path = workdir_path(event->work, key, ext);
    fuzz_put(bytes->at, bytes->nb, "%s", path);
}

static void put_pieces(const struct event *event, const char (*keys)[33], size_t nb,
                       const struct bytes *piece)
{
    static const char *const media[] = {"mp4", "ogg", "jpg"};
    for (size_t i = 0; i < nb; i++) {
        if (i > 1 && strcmp(keys[i], keys[i - 2]) == 0)
            continue; /* a card that stands for the picture of days of sound, and its seam */
        put(event, keys[i], "json", piece);
        for (size_t k = 0; k < sizeof media / sizeof *media; k++)
            put(event, keys[i], media[k], piece);
    }
}

/* Of every job that could start now, what its worker would be told. */
static void write_specs(struct part_plan *pp, const struct plan *plan)
{
    for (size_t i = 0; i < pp->nb_jobs; i++) {
        struct err err = {0};
        AUTO_JOB_SPEC spec = {0};
        if (fuzz_failed(plan_begin_job(&spec, &pp->jobs[i], plan, pp, &err), &err))
            continue;
        json_decref(job_spec_write(&spec));
    }
}

/* Of every part: what it lacks, what it says once all its pieces are there. */
static void plan_parts(struct plan *plan, const struct bytes *piece)
{
    for (size_t t = 0; t < plan->programme.nb_talks; t++) {
        const struct talk *talk = &plan->programme.talks[t];
        for (size_t p = 0; p < talk->nb_parts; p++) {
            struct err err = {0};
            AUTO_PART_PLAN before = {0};
            AUTO_PART_PLAN after = {0};
            char(*keys)[33] = NULL;
            size_t nb = 0;
            if (plan_part(&before, plan, talk, &talk->parts[p], &err) == 0 &&
                plan_keys(&keys, &nb, plan, talk, &talk->parts[p], &err) == 0) {
                put_pieces(plan->event, (const char(*)[33])keys, nb, piece);
                write_specs(&before, plan);
                if (!fuzz_failed(plan_part(&after, plan, talk, &talk->parts[p], &err), &err))
                    write_specs(&after, plan);
            }
            free(keys);
        }
    }
}

static int go_through(struct event *event, const struct bytes files[NB_FILES], struct err *err)
{
    AUTO_PLAN plan = {0};
    AUTO_PUBLISH_RESULT published = {0};
    if (plan_load(&plan, event, err) < 0)
        return err->code;
    for (size_t i = 0; i < plan.nb_recordings; i++)
        put(event, plan.sources[i].probe_key, "json", &files[PROBE]);
    if (plan_refresh(&plan, err) < 0)
        return err->code;
    for (size_t i = 0; i < plan.nb_recordings; i++)
        if (plan.sources[i].analysis_key[0]) {
            put(event, plan.sources[i].analysis_key, "json", &files[ANALYSIS]);
            put(event, plan.sources[i].analysis_key, "bin", &files[BLOCKS]);
        }
    if (plan_refresh(&plan, err) < 0)
        return err->code;
    plan_parts(&plan, &files[PIECE]);
    return publish(&published, &plan, false, err);
}

/* Whether the probe tells of days, which only take long: a card that stands for the picture of so
 * much sound is thousands of pieces. What is more than a recording may have is refused, and runs.
 */
static bool too_long(const struct bytes *probe)
{
    struct frame_grid grid;
    struct err err = {0};
    AUTO_JSON *p = json_loadb((const char *)probe->at, probe->nb, 0, NULL);
    return p && probe_grid(&grid, p, &err) == 0 &&
           frame_grid_ms_of(&grid, grid.nb_frames) > 24 * 3600 * 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0}, cleaning = {0};
    AUTO_EVENT event = {.lock = -1};
    AUTO_FREE char *dir = fuzz_event();
    struct bytes files[NB_FILES];
    split(files, data, size);
    if (too_long(&files[PROBE]))
        return 0;
    if (event_open(&event, dir, &err) < 0)
        fuzz_broken(dir, err.msg);
    (void)fuzz_failed(go_through(&event, files, &err), &err);
    if (fs_remove_all(event.work, &cleaning) < 0)
        fuzz_broken(event.work, cleaning.msg);
    return 0;
}
