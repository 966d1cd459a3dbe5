#include "report_thumbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "job_spec.h"
#include "mem.h"
#include "on_demand.h"
#include "part.h"
#include "preview.h"
#include "workdir.h"

/* on_demand forgets what was asked for long ago: a few are asked for at once. */
enum { STALL_S = 60, AT_ONCE = 16 };

/* Those of one part. */
struct strip_wanted {
    struct preview *preview; /* owned; the job's spec borrows from it */
    struct report_strip strip;
    char key[KEY_BYTES];
    int64_t frames[REPORT_PICTURES];
};

struct report_thumbs {
    const struct plan *plan;
    struct strip_wanted *list;
    size_t nb, next; /* next: the first that was not asked for yet */
    size_t nb_running;
    char *failure; /* owned; why the first one that could not be made was not; NULL: all were */
};

struct report_thumbs *report_thumbs_create(const struct plan *plan)
{
    struct report_thumbs *t = mem_zalloc(1, sizeof *t);
    t->plan = plan;
    return t;
}

void report_thumbs_destroy_p(struct report_thumbs **thumbs)
{
    struct report_thumbs *t = *thumbs;
    for (size_t i = 0; t && i < t->nb; i++)
        preview_close_p(&t->list[i].preview);
    if (t) {
        free(t->list);
        free(t->failure);
    }
    free(t);
}

/* --- which ------------------------------------------------------------------------------------ */

static void choose(struct strip_wanted *w, size_t part, const struct part_plan *pp)
{
    const struct part_clock clock = part_clock_of(pp);
    const int64_t nb = part_clock_frames(&clock);
    w->strip = (struct report_strip){.part = part,
                                     .nb = REPORT_PICTURES,
                                     .columns = REPORT_PICTURES,
                                     .width = w->preview->thumbs.width,
                                     .height = w->preview->thumbs.height};
    for (int i = 0; i < REPORT_PICTURES; i++) {
        const int64_t frame =
            part_clock_recording_frame(&clock, (nb - 1) * i / (REPORT_PICTURES - 1));
        w->frames[i] = frame < pp->picture_begin  ? pp->picture_begin
                       : frame >= pp->picture_end ? pp->picture_end - 1
                                                  : frame;
        w->strip.index[i] = i;
        w->strip.at_ms[i] = frame_grid_ms_of(&pp->grid, frame);
    }
    strip_key(w->key, w->preview, w->frames, REPORT_PICTURES);
}

int report_thumbs_ask(struct report_thumbs *t, size_t part, const struct part_plan *pp,
                      struct err *err)
{
    struct strip_wanted w = {0};
    if (!pp->source || pp->source->absent || !pp->cut_known || pp->nb_frames < 1)
        return 0;
    const int opened = preview_open(&w.preview, t->plan, pp->source, PREVIEW_PLAY, err);
    if (opened <= 0)
        return opened;
    if (w.preview->thumbs.nb < 1) {
        preview_close_p(&w.preview);
        return 0;
    }
    choose(&w, part, pp);
    t->list = mem_grow(t->list, t->nb, sizeof *t->list);
    t->list[t->nb++] = w;
    return 0;
}

/* --- made ------------------------------------------------------------------------------------- */

static bool is_made(const struct report_thumbs *t, const struct strip_wanted *w)
{
    const int work = t->plan->event->work_dir;
    return workdir_has(work, w->key, "jpg") && workdir_has(work, w->key, "json");
}

static int begin(void *opaque, struct job_spec *out, const void *wish, struct err *err)
{
    const struct report_thumbs *t = opaque;
    const struct strip_wanted *w = &t->list[*(const size_t *)wish];
    return strip_spec(out, w->preview, w->frames, REPORT_PICTURES, err);
}

static void ended(void *opaque, const struct job_spec *spec, const void *wish,
                  const json_t *results, const struct err *why)
{
    struct report_thumbs *t = opaque;
    (void)spec;
    (void)wish;
    t->nb_running--;
    if (!results && !t->failure)
        t->failure = mem_strdup(why->msg);
}

static void show_progress(const struct report_thumbs *t, bool end)
{
    if (isatty(STDERR_FILENO) && end)
        fputs("\r\033[K", stderr);
    else if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Kpictures: %zu of %zu", t->next - t->nb_running, t->nb);
}

static void ask_more(struct report_thumbs *t, struct on_demand *jobs)
{
    for (; t->next < t->nb && t->nb_running < AT_ONCE; t->next++) {
        struct on_demand_want want = {.stall_s = STALL_S};
        memcpy(want.key, t->list[t->next].key, sizeof want.key);
        if (!is_made(t, &t->list[t->next]))
            t->nb_running += on_demand_add(jobs, &want, &t->next);
    }
}

static void run(struct report_thumbs *t, struct zygote *zygote)
{
    enum { MOST_MS = 1000 };
    const struct on_demand_user user = {
        .wish_bytes = sizeof(size_t), .begin = begin, .ended = ended, .opaque = t};
    struct on_demand *jobs = on_demand_create(t->plan->event, zygote, &user);
    for (ask_more(t, jobs); t->nb_running; ask_more(t, jobs)) {
        show_progress(t, false);
        on_demand_wait(jobs, MOST_MS);
    }
    show_progress(t, true);
    on_demand_destroy(jobs);
}

const char *report_thumbs_make(struct report_strips *strips, struct report_thumbs *t,
                               struct zygote *zygote)
{
    if (t->nb)
        run(t, zygote);
    for (size_t i = 0; i < t->nb; i++) {
        struct strip_wanted *w = &t->list[i];
        for (size_t k = 0; k < REPORT_PICTURES && is_made(t, w); k++)
            w->strip.sheets[k] = workdir_path(t->plan->event->work, w->key, "jpg");
        if (w->strip.sheets[0])
            report_strips_put(strips, &w->strip);
    }
    return t->failure;
}
