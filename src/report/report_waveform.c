#include "report_waveform.h"

#include <math.h>

#include "clock.h"
#include "json.h"
#include "part.h"
#include "plan.h"
#include "report_part.h"
#include "str.h"

/* In units of the picture, which is as wide as its place. */
enum { WIDTH = 1000, HALF = 38, AXIS = 16, STEP = 2, COLUMNS = WIDTH / STEP, BLOCK_MS = 100 };
/* What is drawn as nothing. */
static const double floor_db = -60;

/* What is shown. */
struct window {
    int64_t begin_ms, end_ms;
};

static double x_of(const struct window *w, int64_t ms)
{
    const double x = (double)(ms - w->begin_ms) * WIDTH / (double)(w->end_ms - w->begin_ms);
    return x < 0 ? 0 : x > WIDTH ? WIDTH : x;
}

/* The part, and some of what is around it. */
static struct window window_of(const struct part_plan *pp, int64_t all_ms)
{
    enum { LEAST_MS = 15000, SHARE = 12 };
    const int64_t begin_ms = frame_grid_ms_of(&pp->grid, pp->begin),
                  end_ms = frame_grid_ms_of(&pp->grid, pp->end),
                  share_ms = (end_ms - begin_ms) / SHARE,
                  around_ms = share_ms > LEAST_MS ? share_ms : LEAST_MS;
    struct window w = {begin_ms - around_ms, end_ms + around_ms};
    if (w.begin_ms < 0)
        w.begin_ms = 0;
    if (w.end_ms > all_ms)
        w.end_ms = all_ms;
    return w;
}

/* --- the sound -------------------------------------------------------------------------------- */

/* Half of the height of a bar. */
static int height_of(double db)
{
    return db <= floor_db ? 0 : db >= 0 ? HALF : (int)lrint((db - floor_db) / -floor_db * HALF);
}

static double peak_of(const struct loudness *l, size_t begin, size_t end)
{
    return loudness_peak_db(l, begin, end);
}

static double level_of(const struct loudness *l, size_t begin, size_t end)
{
    double energy = 0;
    for (size_t i = begin; i < end; i++)
        energy += l->blocks[i].energy[0] + l->blocks[i].energy[1];
    return energy > 0 ? loudness_of_energy(energy / (double)(end - begin)) : -HUGE_VAL;
}

/* A bar for each column, up and down from the middle. */
static void add_bars(struct str *s, const char *class, const struct loudness *l,
                     const struct window *w,
                     double (*measure)(const struct loudness *l, size_t begin, size_t end))
{
    const double per_column = (double)(w->end_ms - w->begin_ms) / COLUMNS / BLOCK_MS,
                 first = (double)w->begin_ms / BLOCK_MS;
    int at = 0; /* where the path is, from the middle */
    str_addf(s, "<path class=\"%s\" d=\"M-1 %d", class, HALF);
    for (int i = 0; i < COLUMNS; i++) {
        const size_t begin = (size_t)(first + i * per_column);
        size_t end = (size_t)(first + (i + 1) * per_column);
        end = end <= begin ? begin + 1 : end;
        end = end > l->nb ? l->nb : end;
        const int h = begin < end ? height_of(measure(l, begin, end)) : 0;
        if (h)
            str_addf(s, "m%d %dv%d", STEP, -h - at, 2 * h);
        else
            str_addf(s, "m%d %d", STEP, -at);
        at = h;
    }
    str_add(s, "\"/>");
}

/* --- what is around it ------------------------------------------------------------------------ */

static void add_out(struct str *s, const struct window *w, int64_t begin_ms, int64_t end_ms)
{
    const double from = x_of(w, begin_ms), to = x_of(w, end_ms);
    if (to - from > 0.05)
        str_addf(s, "<rect class=\"out\" x=\"%.1f\" width=\"%.1f\" height=\"%d\"/>", from,
                 to - from, 2 * HALF);
}

static void add_edge(struct str *s, const struct window *w, int64_t ms)
{
    str_addf(s, "<path class=\"edge\" d=\"M%.1f 0v%d\"/>", x_of(w, ms), 2 * HALF);
}

static void add_cut(struct str *s, const struct part_plan *pp, const struct window *w)
{
    const int64_t begin_ms = frame_grid_ms_of(&pp->grid, pp->begin),
                  end_ms = frame_grid_ms_of(&pp->grid, pp->end);
    add_out(s, w, w->begin_ms, begin_ms);
    add_out(s, w, end_ms, w->end_ms);
    for (size_t i = 0; i < pp->nb_drops; i++) {
        const int64_t from_ms = frame_grid_ms_of(&pp->grid, pp->drops[i].begin),
                      to_ms = frame_grid_ms_of(&pp->grid, pp->drops[i].end);
        add_out(s, w, from_ms, to_ms);
        add_edge(s, w, from_ms);
        add_edge(s, w, to_ms);
    }
    add_edge(s, w, begin_ms);
    add_edge(s, w, end_ms);
}

static void add_mark(struct str *s, const struct window *w, int64_t ms)
{
    if (ms >= w->begin_ms && ms <= w->end_ms)
        str_addf(s, "<path class=\"mark\" d=\"M%.1f %dl5 9h-10z\"/>", x_of(w, ms), 2 * HALF - 10);
}

/* Damage, gaps and drop-outs. */
static void add_marks(struct str *s, const struct part_plan *pp, const struct window *w)
{
    struct verify_facts f = {.silence_head_ms = -1};
    size_t i;
    json_t *place;
    part_media_facts(&f, pp);
    if (f.damaged_at_known)
        add_mark(s, w, f.damaged_at_ms);
    if (f.gap_ms)
        add_mark(s, w, f.gap_at_ms);
    json_array_foreach(json_object_get(pp->source->analysis, "dropouts"), i, place)
        add_mark(s, w, json_integer_value(json_array_get(place, 0)));
}

/* The time, at about eight places. */
static void add_axis(struct str *s, const struct window *w)
{
    static const int steps_s[] = {1,   2,   5,   10,   15,   30,   60,    120,
                                  300, 600, 900, 1800, 3600, 7200, 14400, 36000};
    const int64_t length_ms = w->end_ms - w->begin_ms;
    int64_t step_ms = 86400000;
    for (size_t i = sizeof steps_s / sizeof *steps_s; i-- > 0;)
        if (length_ms / (steps_s[i] * 1000LL) <= 9)
            step_ms = steps_s[i] * 1000LL;
    for (int64_t at = (w->begin_ms + step_ms - 1) / step_ms * step_ms; at <= w->end_ms;
         at += step_ms) {
        char text[CLOCK_BYTES];
        const double x = x_of(w, at);
        str_addf(s, "<path class=\"tick\" d=\"M%.1f %dv4\"/>", x, 2 * HALF);
        str_addf(s, "<text x=\"%.1f\" y=\"%d\"%s>%s</text>", x, 2 * HALF + AXIS,
                 x < 20           ? ""
                 : x > WIDTH - 20 ? " text-anchor=\"end\""
                                  : " text-anchor=\"middle\"",
                 clock_format_ms(text, at, false));
    }
}

char *report_waveform(const struct report_part *part, const struct part_plan *pp)
{
    const int64_t all_ms = (int64_t)part->blocks.nb * BLOCK_MS;
    if (!part->blocks.nb || !pp->cut_known || pp->begin >= pp->end)
        return NULL;
    const struct window w = window_of(pp, all_ms);
    if (w.end_ms <= w.begin_ms)
        return NULL;
    AUTO_STR s = {0};
    str_addf(&s,
             "<svg class=\"waveform\" viewBox=\"0 0 %d %d\" role=\"img\" "
             "aria-label=\"Waveform\">",
             WIDTH, 2 * HALF + AXIS + 4);
    add_bars(&s, "peaks", &part->blocks, &w, peak_of);
    add_bars(&s, "level", &part->blocks, &w, level_of);
    add_cut(&s, pp, &w);
    add_marks(&s, pp, &w);
    add_axis(&s, &w);
    str_add(&s, "</svg>");
    return str_take(&s);
}
