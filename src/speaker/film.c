#include "film.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "film_mp4.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "on_demand.h"
#include "part.h"
#include "plan.h"
#include "preview.h"
#include "workdir.h"
#include "zygote.h"

void film_finish(struct film *f)
{
    str_finish(&f->bytes);
    str_finish(&f->peaks);
    *f = (struct film){0};
}

/* --- the pieces ------------------------------------------------------------------------------- */

struct piece {
    struct preview_piece of;
    char key[KEY_BYTES];
    bool asked;
    json_t *result; /* owned; NULL: not made yet */
};

struct pieces {
    const struct preview *preview;
    const struct event *event;
    struct piece *list; /* pictures, then sounds */
    size_t nb, nb_pictures, nb_made;
    struct err failed; /* the first job that failed */
};

static void pieces_finish(struct pieces *p)
{
    for (size_t i = 0; i < p->nb; i++)
        json_decref(p->list[i].result);
    free(p->list);
    *p = (struct pieces){0};
}
#define AUTO_PIECES ATTR_CLEANUP(pieces_finish) struct pieces

static void add_pieces(struct pieces *p, bool sound, int64_t first, int64_t last)
{
    for (int64_t i = first; i <= last; i++) {
        struct piece piece = {.of = {.sound = sound, .segment = i}};
        preview_key(piece.key, p->preview, &piece.of);
        piece.result = on_demand_made(p->event, STAGE_PREVIEW, piece.key);
        p->nb_made += piece.result != NULL;
        p->list = mem_grow(p->list, p->nb, sizeof *p->list);
        p->list[p->nb++] = piece;
    }
}

/* Which frames the film has: with pictures whole pieces, each of which begins with a key frame. */
static void choose_range(struct film *f, struct pieces *p, const struct part_plan *pp)
{
    const struct preview_layout *l = &p->preview->layout;
    const struct frame_grid *g = &l->grid;
    const int64_t margin = frame_grid_frame_at_ms(g, FILM_MARGIN_MS);
    f->begin = pp->begin > margin ? pp->begin - margin : 0;
    f->end = pp->end + margin < g->nb_frames ? pp->end + margin : g->nb_frames;
    f->has_picture = l->nb_pictures > 0;
    f->has_sound = l->nb_sounds > 0;
    if (f->has_picture) {
        const int64_t first = preview_picture_at(l, f->begin),
                      last = preview_picture_at(l, f->end - 1);
        f->begin = preview_picture_begin(l, first);
        f->end = preview_picture_begin(l, last + 1);
        add_pieces(p, false, first, last);
    }
    p->nb_pictures = p->nb;
    f->from_ms = frame_grid_ms_of(g, f->begin);
    f->length_ms = frame_grid_ms_of(g, f->end) - f->from_ms;
    if (f->has_sound)
        add_pieces(p, true, preview_sound_at(l, f->from_ms),
                   preview_sound_at(l, f->from_ms + f->length_ms));
}

/* --- making them ------------------------------------------------------------------------------ */

/* The only global variable: a signal handler cannot reach anything else. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
    stop_signal = sig;
}

static int begin_job(void *opaque, struct job_spec *out, const void *wish, struct err *err)
{
    const struct pieces *p = opaque;
    const size_t *i = wish;
    return preview_spec(out, p->preview, &p->list[*i].of, err);
}

static void end_job(void *opaque, const struct job_spec *spec, const void *wish,
                    const json_t *results, const struct err *why)
{
    struct pieces *p = opaque;
    const size_t *i = wish;
    (void)spec;
    p->list[*i].result = json_incref(json_array_get(results, 0));
    p->nb_made += p->list[*i].result != NULL;
    if (!p->list[*i].result && !p->failed.code)
        p->failed = *why;
}

/* Asks for some, the first ones first. */
static void ask(struct pieces *p, struct on_demand *jobs, size_t *nb_asked)
{
    const int stall_s = p->event->settings.stall_s;
    for (size_t i = 0; i < p->nb && *nb_asked - p->nb_made < (size_t)p->event->settings.workers;
         i++) {
        struct piece *piece = &p->list[i];
        struct on_demand_want want = {.stall_s = stall_s};
        if (piece->result || piece->asked)
            continue;
        memcpy(want.key, piece->key, sizeof want.key);
        piece->asked = true;
        *nb_asked += on_demand_add(jobs, &want, &i);
    }
}

static void show(const struct pieces *p, bool quiet, double *shown_s)
{
    const double now_s = clock_now_s();
    const bool terminal = isatty(STDERR_FILENO);
    if (quiet || now_s - *shown_s < (terminal ? 0.2 : 30))
        return;
    *shown_s = now_s;
    fprintf(stderr, "%smaking the film: %zu of %zu pieces%s", terminal ? "\r" : "", p->nb_made,
            p->nb, terminal ? "\033[K" : "\n");
}

static int make(struct pieces *p, struct on_demand *jobs, bool quiet, struct err *err)
{
    enum { MOST_MS = 300 };
    double shown_s = clock_now_s();
    size_t nb_asked = p->nb_made;
    while (p->nb_made < p->nb && !stop_signal && !p->failed.code) {
        ask(p, jobs, &nb_asked);
        on_demand_wait(jobs, MOST_MS);
        show(p, quiet, &shown_s);
    }
    if (!quiet && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (p->failed.code)
        return err_set(err, p->failed.code, "the film was not made: %s", p->failed.msg);
    return stop_signal ? err_set(err, ERR_CANCELLED,
                                 "stopped; what is made is kept: the same command continues")
                       : 0;
}

static int make_missing(struct pieces *p, const struct plan *plan, struct zygote *zygote,
                        bool quiet, struct err *err)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    enum { NB = sizeof signals / sizeof *signals };
    const struct sigaction catching = {.sa_handler = on_signal};
    const struct on_demand_user user = {
        .wish_bytes = sizeof(size_t), .begin = begin_job, .ended = end_job, .opaque = p};
    struct sigaction old[NB];
    if (p->nb_made == p->nb)
        return 0;
    if (zygote_start(zygote, err) < 0)
        return err->code;
    struct on_demand *jobs = on_demand_create(plan->event, zygote, &user);
    for (int i = 0; i < NB; i++)
        sigaction(signals[i], &catching, &old[i]);
    const int ret = make(p, jobs, quiet, err);
    for (int i = 0; i < NB; i++)
        sigaction(signals[i], &old[i], NULL);
    on_demand_destroy(jobs);
    return ret;
}

/* --- joining them ----------------------------------------------------------------------------- */

static int read_pieces(struct film_piece *out, const struct pieces *p, struct err *err)
{
    const size_t most = (size_t)256 << 20;
    for (size_t i = 0; i < p->nb; i++) {
        char *bytes = NULL;
        AUTO_FREE char *path = workdir_path(p->event->work, p->list[i].key, "mp4");
        if (fs_read(&bytes, &out[i].nb, path, most, err) < 0)
            return err->code;
        out[i].bytes = bytes;
    }
    return 0;
}

static int join(struct film *f, const struct pieces *p, struct err *err)
{
    struct film_piece *list = mem_zalloc(p->nb + 1, sizeof *list);
    const struct film_pieces pictures = {list, p->nb_pictures},
                             sounds = {list + p->nb_pictures, p->nb - p->nb_pictures};
    const struct film_range range = {f->from_ms, f->from_ms + f->length_ms};
    if (read_pieces(list, p, err) == 0)
        (void)!film_mp4_join(&f->bytes, &pictures, &sounds, &range, err);
    for (size_t i = 0; i < p->nb; i++)
        mem_free_p(&list[i].bytes);
    free(list);
    return err->code;
}

/* The peaks of a piece, which are finer. */
static void add_peaks(struct str *peaks, const struct film *f, const struct piece *piece,
                      int64_t begin_ms)
{
    const json_t *list = json_object_get(piece->result, "peaks");
    for (size_t i = 0; i + 1 < json_array_size(list); i += 2) {
        const int64_t ms = begin_ms + (int64_t)(i / 2) * 1000 / PREVIEW_PEAKS_PER_S - f->from_ms;
        const int64_t at = ms * FILM_PEAKS_PER_S / 1000 * 2;
        if (ms < 0 || at + 1 >= (int64_t)peaks->len)
            continue;
        const signed char least = (signed char)json_integer_value(json_array_get(list, i)),
                          most = (signed char)json_integer_value(json_array_get(list, i + 1));
        if (least < (signed char)peaks->s[at])
            peaks->s[at] = (char)least;
        if (most > (signed char)peaks->s[at + 1])
            peaks->s[at + 1] = (char)most;
    }
}

static void draw_waveform(struct film *f, const struct pieces *p)
{
    const int64_t nb = f->length_ms * FILM_PEAKS_PER_S / 1000 + 1;
    for (int64_t i = 0; i < 2 * nb && f->has_sound; i++)
        str_add_bytes(&f->peaks, "", 1);
    for (size_t i = p->nb_pictures; i < p->nb; i++)
        add_peaks(&f->peaks, f, &p->list[i],
                  preview_sound_begin_ms(&p->preview->layout, p->list[i].of.segment));
}

int film_make(struct film *out, const struct plan *plan, struct zygote *zygote,
              const struct part_plan *pp, bool quiet, struct err *err)
{
    AUTO_PREVIEW *preview = NULL;
    AUTO_PIECES pieces = {.event = plan->event};
    AUTO_FILM film = {.begin = 0};
    const int shown = preview_open(&preview, plan, pp->source, PREVIEW_MAIL, err);
    if (shown <= 0)
        return shown < 0 ? shown
                         : err_set(err, ERR_INVALID, "'%s' cannot be shown", pp->source->name);
    AUTO_FREE char *absent = plan_absence(pp->source);
    if (absent)
        return err_set(err, ERR_NOT_FOUND, "%s", absent);
    pieces.preview = preview;
    choose_range(&film, &pieces, pp);
    if (make_missing(&pieces, plan, zygote, quiet, err) < 0 || join(&film, &pieces, err) < 0)
        return err->code;
    draw_waveform(&film, &pieces);
    *out = film;
    film = (struct film){0};
    return 0;
}
