#include "propose_cuts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mem.h"
#include "str.h"

/* docs/room-recording.md gives the reason for each. Worth and costs are in bits: one bit makes a
 * cut twice as likely. */
enum {
    PAUSE_LEAST_MS = 1500, /* a shorter one is a breath */
    LEAD_MS = 500,         /* of a pause, kept before and after a talk */
    PLACES_MOST = 400,     /* of a recording's pauses, those with most worth are considered */
    SCENE_NEAR_MS = 120000,
    CHAINED_MOST = 400, /* places at a listed time from a pause */
};
static const double pause_most = 12, with_black = 3, point_worth = 1;
static const double left_out_per_ms = 1.0 / 60000; /* sound that is in no talk */

enum place_kind { PLACE_PAUSE, PLACE_EXPECTED, PLACE_LISTED, PLACE_BEGIN, PLACE_END };

/* Where a talk may begin or end. */
struct place {
    enum place_kind kind;
    int64_t in_ms, out_ms; /* in of a talk that begins here; out of one that ends here */
    double worth;
    struct cut_hint hint; /* of PLACE_PAUSE */
    bool black;           /* a silence with a black picture */
};

struct stretch {
    int64_t begin_ms, end_ms;
};

/* The units between two that the user cut, or all. */
struct run {
    const struct cut_unit *units;
    size_t nb_units;
    int64_t lo_ms, hi_ms, length_ms; /* their range; length of the recording */
    bool by_clock;
    struct stretch *expected; /* of each unit, within the range */
    struct place *places;
    size_t nb_places;
    struct stretch *sound; /* that should be in a talk, in order */
    size_t nb_sound;
};

static int64_t clamp(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* --- expected ranges -------------------------------------------------------------------------- */

/* By the clock. A part without a start of its own follows the one before. */
static void expect_by_clock(struct run *r)
{
    int64_t at = r->lo_ms;
    for (size_t i = 0; i < r->nb_units; i++) {
        const struct cut_unit *u = &r->units[i];
        if (u->start_ms != CUT_UNKNOWN)
            at = u->start_ms;
        int64_t end = at + u->length_ms;
        if (!u->length_ms)
            end = i + 1 < r->nb_units && r->units[i + 1].start_ms != CUT_UNKNOWN
                      ? r->units[i + 1].start_ms
                      : r->hi_ms;
        r->expected[i] =
            (struct stretch){clamp(at, r->lo_ms, r->hi_ms), clamp(end, r->lo_ms, r->hi_ms)};
        at = end;
    }
}

/* In order, with equal gaps between the talks. */
static void expect_in_order(struct run *r)
{
    const double range = (double)(r->hi_ms - r->lo_ms), nb = (double)r->nb_units;
    double sum = 0;
    for (size_t i = 0; i < r->nb_units; i++)
        sum += r->units[i].length_ms ? (double)r->units[i].length_ms : range / nb;
    const double scale = sum > range ? range / sum : 1, gap = (range - sum * scale) / (nb + 1);
    double at = (double)r->lo_ms + gap;
    for (size_t i = 0; i < r->nb_units; i++) {
        const double length =
            (r->units[i].length_ms ? (double)r->units[i].length_ms : range / nb) * scale;
        r->expected[i] = (struct stretch){llround(at), llround(at + length)};
        at += length + gap;
    }
}

/* --- places ---------------------------------------------------------------------------------- */

static void add_place(struct run *r, struct place p)
{
    r->places = mem_grow(r->places, r->nb_places, sizeof *r->places);
    r->places[r->nb_places++] = p;
}

static bool touch(const struct cut_hint *a, const struct cut_hint *b)
{
    return a->begin_ms <= b->end_ms && b->begin_ms <= a->end_ms;
}

static bool near_expected(const struct run *r, int64_t ms)
{
    for (size_t i = 0; i < r->nb_units; i++)
        if (llabs(r->expected[i].begin_ms - ms) <= SCENE_NEAR_MS ||
            llabs(r->expected[i].end_ms - ms) <= SCENE_NEAR_MS)
            return true;
    return false;
}

static void add_pause(struct run *r, const struct cut_hint *m, const struct cut_hint *hints,
                      size_t nb)
{
    const int64_t begin = clamp(m->begin_ms, r->lo_ms, r->hi_ms),
                  end = clamp(m->end_ms, r->lo_ms, r->hi_ms), length = end - begin;
    const int64_t lead = length / 2 < LEAD_MS ? length / 2 : LEAD_MS;
    struct place p = {PLACE_PAUSE, end - lead, begin + lead, point_worth, *m, false};
    if (m->kind == CUT_HINT_SCENE) {
        if (m->begin_ms != begin || !near_expected(r, begin))
            return;
    } else if (length < PAUSE_LEAST_MS) {
        return;
    } else {
        p.worth = fmin(pause_most, 2 * log1p((double)length / 1000));
        for (size_t i = 0; m->kind == CUT_HINT_SILENCE && i < nb && !p.black; i++)
            p.black = hints[i].kind == CUT_HINT_BLACK && touch(m, &hints[i]);
        p.worth += p.black ? with_black : 0;
    }
    add_place(r, p);
}

static int by_worth(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->worth != y->worth)
        return x->worth > y->worth ? -1 : 1;
    return (x->in_ms > y->in_ms) - (x->in_ms < y->in_ms);
}

static void add_point(struct run *r, enum place_kind kind, int64_t ms, double worth)
{
    if (ms >= r->lo_ms && ms <= r->hi_ms)
        add_place(r, (struct place){kind, ms, ms, worth, {0}, false});
}

/* Adds the places at which talks end or begin if they follow each other without a pause, from a
 * known place on, with their listed times. */
static void add_listed_places(struct run *r, const struct place *from)
{
    const bool pause = from->kind == PLACE_PAUSE;
    const int64_t begin = pause ? from->hint.end_ms : from->in_ms,
                  end = pause ? from->hint.begin_ms : from->out_ms;
    for (size_t i = 0; i < r->nb_units; i++) {
        int64_t sum = 0;
        for (size_t k = i; k < r->nb_units && !r->units[k].is_slot && r->units[k].length_ms; k++) {
            sum += r->units[k].length_ms;
            add_point(r, PLACE_LISTED, begin + sum, 0);
            add_point(r, PLACE_LISTED, end - sum, 0);
        }
    }
}

static void find_places(struct run *r, const struct cut_hint *hints, size_t nb)
{
    const size_t nb_chained = CHAINED_MOST / (r->nb_units * (r->nb_units + 1)) + 1;
    for (size_t i = 0; i < nb; i++)
        add_pause(r, &hints[i], hints, nb);
    if (r->nb_places)
        qsort(r->places, r->nb_places, sizeof *r->places, by_worth);
    r->nb_places = r->nb_places < PLACES_MOST ? r->nb_places : PLACES_MOST;
    struct place *pauses = r->places;
    const size_t nb_pauses = r->nb_places;
    r->places = NULL;
    r->nb_places = 0;
    add_point(r, PLACE_BEGIN, r->lo_ms, point_worth);
    add_point(r, PLACE_END, r->hi_ms, point_worth);
    for (size_t i = 0; i < nb_pauses; i++)
        add_place(r, pauses[i]);
    for (size_t i = 0; i < nb_pauses + 2 && i < nb_chained + 2; i++) {
        const struct place from = r->places[i];
        add_listed_places(r, &from);
    }
    for (size_t i = 0; i < r->nb_units; i++) {
        add_point(r, PLACE_EXPECTED, r->expected[i].begin_ms, 0);
        add_point(r, PLACE_EXPECTED, r->expected[i].end_ms, 0);
    }
    free(pauses);
}

/* --- sound that should be in a talk ---------------------------------------------------------- */

static int by_begin(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    return (x->begin_ms > y->begin_ms) - (x->begin_ms < y->begin_ms);
}

static void add_sound(struct run *r, int64_t begin_ms, int64_t end_ms)
{
    if (begin_ms >= end_ms)
        return;
    r->sound = mem_grow(r->sound, r->nb_sound, sizeof *r->sound);
    r->sound[r->nb_sound++] = (struct stretch){begin_ms, end_ms};
}

/* With a clock, the sound within slots, because the sound between them is unknown; else all sound.
 */
static void find_sound(struct run *r, const struct cut_hint *hints, size_t nb)
{
    size_t nb_silences = 0;
    AUTO_FREE struct stretch *silences = mem_zalloc(nb + 1, sizeof *silences);
    AUTO_FREE struct stretch *slots = mem_zalloc(r->nb_units, sizeof *slots);
    for (size_t i = 0; i < nb; i++)
        if (hints[i].kind == CUT_HINT_SILENCE)
            silences[nb_silences++] = (struct stretch){hints[i].begin_ms, hints[i].end_ms};
    qsort(silences, nb_silences, sizeof *silences, by_begin);
    memcpy(slots, r->expected, r->nb_units * sizeof *slots);
    qsort(slots, r->nb_units, sizeof *slots, by_begin);
    int64_t at = r->lo_ms;
    for (size_t i = 0; i < (r->by_clock ? r->nb_units : 1); i++) {
        const struct stretch all = {r->lo_ms, r->hi_ms}, s = r->by_clock ? slots[i] : all;
        at = s.begin_ms > at ? s.begin_ms : at;
        for (size_t k = 0; k < nb_silences && silences[k].begin_ms < s.end_ms; k++) {
            if (silences[k].end_ms <= at)
                continue;
            add_sound(r, at, silences[k].begin_ms);
            at = silences[k].end_ms;
        }
        add_sound(r, at, s.end_ms);
        at = s.end_ms > at ? s.end_ms : at;
    }
}

static double sound_before(const struct run *r, int64_t ms)
{
    int64_t sum = 0;
    for (size_t i = 0; i < r->nb_sound && r->sound[i].begin_ms < ms; i++)
        sum += (r->sound[i].end_ms < ms ? r->sound[i].end_ms : ms) - r->sound[i].begin_ms;
    return (double)sum;
}

/* --- costs ----------------------------------------------------------------------------------- */

/* Small differences cost by how rare they are; large ones have no bound. */
static double cost_off(double off_ms, double scale_ms)
{
    return 4 * log1p(off_ms / scale_ms) + off_ms / 30000;
}

static double cost_of_length(const struct run *r, size_t unit, int64_t length_ms)
{
    const struct cut_unit *u = &r->units[unit];
    /* If by the clock the recording holds only a part of the talk, the length of that part. */
    const int64_t there = r->expected[unit].end_ms - r->expected[unit].begin_ms;
    const double expected = (double)(r->by_clock && there < u->length_ms ? there : u->length_ms),
                 off = (double)length_ms - expected;
    if (!u->length_ms)
        return 0;
    if (!u->is_slot)
        return cost_off(fabs(off), 5000);
    if (off > 0)
        return 2 * log1p(off / 120000) + off / 60000;
    const double lacks = 0.75 - (double)length_ms / expected;
    return lacks > 0 ? 40 * lacks * lacks : 0;
}

/* Talks begin late more often than early. */
static double cost_of_start(const struct run *r, size_t unit, int64_t in_ms)
{
    if (!r->by_clock)
        return 0;
    const double late = (double)(in_ms - r->expected[unit].begin_ms), off = fabs(late);
    return (2 * log1p(off / 60000) + off / 60000) * (late < 0 ? 2 : 1);
}

/* --- the best cuts: dynamic programming over units and places --------------------------------- */

struct step {
    double cost;
    size_t from; /* a place */
};

/* For one unit and each place: the best way to begin it there, to end it there. */
struct layer {
    struct step *in, *out;
};

struct search {
    const struct run *run;
    size_t *by_in, *by_out; /* places, in order */
    double *sound_at_in, *sound_at_out;
    struct layer *layers;
};

static int by_in_ms(const void *a, const void *b, void *opaque)
{
    const struct place *places = opaque;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (places[x].in_ms != places[y].in_ms)
        return places[x].in_ms < places[y].in_ms ? -1 : 1;
    return (x > y) - (x < y);
}

static int by_out_ms(const void *a, const void *b, void *opaque)
{
    const struct place *places = opaque;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (places[x].out_ms != places[y].out_ms)
        return places[x].out_ms < places[y].out_ms ? -1 : 1;
    return (x > y) - (x < y);
}

static void search_init(struct search *s, const struct run *r)
{
    const size_t nb = r->nb_places;
    *s = (struct search){.run = r,
                         .by_in = mem_zalloc(nb, sizeof *s->by_in),
                         .by_out = mem_zalloc(nb, sizeof *s->by_out),
                         .sound_at_in = mem_zalloc(nb, sizeof *s->sound_at_in),
                         .sound_at_out = mem_zalloc(nb, sizeof *s->sound_at_out),
                         .layers = mem_zalloc(r->nb_units, sizeof *s->layers)};
    for (size_t i = 0; i < nb; i++) {
        s->by_in[i] = s->by_out[i] = i;
        s->sound_at_in[i] = left_out_per_ms * sound_before(r, r->places[i].in_ms);
        s->sound_at_out[i] = left_out_per_ms * sound_before(r, r->places[i].out_ms);
    }
    qsort_r(s->by_in, nb, sizeof *s->by_in, by_in_ms, r->places);
    qsort_r(s->by_out, nb, sizeof *s->by_out, by_out_ms, r->places);
    for (size_t i = 0; i < r->nb_units; i++)
        s->layers[i] = (struct layer){.in = mem_zalloc(nb, sizeof(struct step)),
                                      .out = mem_zalloc(nb, sizeof(struct step))};
}

static void search_finish(struct search *s)
{
    for (size_t i = 0; i < s->run->nb_units; i++) {
        free(s->layers[i].in);
        free(s->layers[i].out);
    }
    free(s->layers);
    free(s->by_in);
    free(s->by_out);
    free(s->sound_at_in);
    free(s->sound_at_out);
}

/* The unit may begin at or after the place where the one before it ends. */
static void search_begins(struct search *s, size_t unit)
{
    const struct run *r = s->run;
    struct step best = {unit ? INFINITY : 0, 0};
    size_t ended = 0;
    for (size_t i = 0; i < r->nb_places; i++) {
        const size_t at = s->by_in[i];
        for (; unit && ended < r->nb_places &&
               r->places[s->by_out[ended]].out_ms <= r->places[at].in_ms;
             ended++) {
            const size_t out = s->by_out[ended];
            const double cost = s->layers[unit - 1].out[out].cost - s->sound_at_out[out];
            if (cost < best.cost)
                best = (struct step){cost, out};
        }
        s->layers[unit].in[at] =
            (struct step){best.cost + s->sound_at_in[at] +
                              cost_of_start(r, unit, r->places[at].in_ms) - r->places[at].worth,
                          best.from};
    }
}

static void search_ends(struct search *s, size_t unit)
{
    const struct run *r = s->run;
    for (size_t out = 0; out < r->nb_places; out++) {
        struct step best = {INFINITY, 0};
        for (size_t i = 0; i < r->nb_places; i++) {
            const size_t in = s->by_in[i];
            const int64_t length = r->places[out].out_ms - r->places[in].in_ms;
            if (length <= 0)
                break;
            const double cost = s->layers[unit].in[in].cost + cost_of_length(r, unit, length);
            if (cost < best.cost)
                best = (struct step){cost, in};
        }
        best.cost -= r->places[out].worth;
        s->layers[unit].out[out] = best;
    }
}

/* Fills in and out, the indices of places for each unit; false: there is no room for all units. */
static bool search_run(size_t *in, size_t *out, const struct run *r)
{
    struct search s;
    search_init(&s, r);
    for (size_t i = 0; i < r->nb_units; i++) {
        search_begins(&s, i);
        search_ends(&s, i);
    }
    const struct layer *last = &s.layers[r->nb_units - 1];
    size_t end = 0;
    double least = INFINITY;
    for (size_t i = 0; i < r->nb_places; i++) {
        const double cost = last->out[i].cost - s.sound_at_out[i];
        if (cost < least) {
            least = cost;
            end = i;
        }
    }
    for (size_t i = r->nb_units; i-- > 0 && isfinite(least);) {
        out[i] = end;
        in[i] = s.layers[i].out[end].from;
        end = s.layers[i].in[in[i]].from;
    }
    search_finish(&s);
    return isfinite(least);
}

/* --- reasons, for the user -------------------------------------------------------------------- */

static void describe_pause(struct str *s, const struct place *p)
{
    static const char *const names[] = {"silence", "black", "another picture"};
    char at[CLOCK_BYTES];
    const int64_t length = p->hint.end_ms - p->hint.begin_ms;
    str_add(s, names[p->hint.kind]);
    if (p->hint.kind != CUT_HINT_SCENE && length < 60000)
        str_addf(s, " of %.*f s", length < 10000, (double)length / 1000);
    else if (p->hint.kind != CUT_HINT_SCENE)
        str_addf(s, " of %s", clock_format_ms(at, length, false));
    str_addf(s, "%s at %s", p->black ? " and black" : "",
             clock_format_ms(at, p->hint.begin_ms, false));
}

/* An end of the unit's range: of the recording, or of a cut by the user. */
static void describe_limit(struct str *s, const struct run *r, const struct place *p, size_t unit)
{
    const struct cut_unit *u = &r->units[unit];
    const bool begins = p->kind == PLACE_BEGIN, known = u->start_ms != CUT_UNKNOWN;
    if (begins ? r->lo_ms > 0 : r->hi_ms < r->length_ms)
        str_add(s, begins ? "the previous cut ends" : "the next cut begins");
    else if (begins)
        str_addf(s, "the recording begins%s", known && u->start_ms < 0 ? " in mid-talk" : "");
    else
        str_addf(s, "the recording ends%s",
                 known && u->start_ms + u->length_ms > r->length_ms ? " in mid-talk" : "");
}

static void describe_place(struct str *s, const struct run *r, size_t place, size_t unit)
{
    const struct place *p = &r->places[place];
    switch (p->kind) {
    case PLACE_PAUSE:
        describe_pause(s, p);
        break;
    case PLACE_EXPECTED:
        str_add(s, r->by_clock ? "by the clock alone" : "by the lengths alone");
        break;
    case PLACE_LISTED:
        str_add(s, "by the listed time");
        break;
    case PLACE_BEGIN:
    case PLACE_END:
        describe_limit(s, r, p, unit);
        break;
    }
}

static bool is_loose(const struct place *p)
{
    return p->kind == PLACE_EXPECTED || p->kind == PLACE_LISTED;
}

static void describe(struct proposed_cut *out, const struct run *r, size_t unit, size_t in,
                     size_t end)
{
    const struct place *a = &r->places[in], *b = &r->places[end];
    const double points = a->worth + b->worth - cost_of_start(r, unit, a->in_ms) -
                          cost_of_length(r, unit, b->out_ms - a->in_ms);
    AUTO_STR why = {0};
    str_add(&why, "in: ");
    describe_place(&why, r, in, unit);
    str_add(&why, "; out: ");
    describe_place(&why, r, end, unit);
    *out = (struct proposed_cut){.begin_ms = a->in_ms,
                                 .end_ms = b->out_ms,
                                 .begin_loose = is_loose(a),
                                 .end_loose = is_loose(b),
                                 .score = points > 0 ? 1 - exp2(-points / 4) : 0,
                                 .why = str_take(&why)};
}

/* --- all ------------------------------------------------------------------------------------- */

static void propose_in_run(struct proposed_cut *out, struct run *r, const struct cut_hint *hints,
                           size_t nb_hints)
{
    AUTO_FREE struct stretch *expected = mem_zalloc(r->nb_units, sizeof *expected);
    AUTO_FREE size_t *in = mem_zalloc(r->nb_units, sizeof *in),
                     *end = mem_zalloc(r->nb_units, sizeof *end);
    bool found = false;
    if (r->hi_ms > r->lo_ms) {
        r->expected = expected;
        if (r->by_clock)
            expect_by_clock(r);
        else
            expect_in_order(r);
        find_places(r, hints, nb_hints);
        find_sound(r, hints, nb_hints);
        found = search_run(in, end, r);
    }
    for (size_t i = 0; i < r->nb_units; i++)
        if (found)
            describe(&out[i], r, i, in[i], end[i]);
        else
            out[i] = (struct proposed_cut){
                .begin_ms = clamp(r->lo_ms, 0, r->length_ms),
                .end_ms = clamp(r->lo_ms, 0, r->length_ms),
                .why = mem_strdup("no room is left between the previous and the next cut")};
    free(r->places);
    free(r->sound);
}

void propose_cuts(struct proposed_cut *out, const struct cut_unit *units, size_t nb_units,
                  const struct cut_hint *hints, size_t nb_hints, int64_t length_ms)
{
    bool by_clock = false;
    for (size_t i = 0; i < nb_units; i++)
        by_clock = by_clock || units[i].start_ms != CUT_UNKNOWN;
    for (size_t i = 0, end; i < nb_units; i = end) {
        end = i + 1;
        if (units[i].fixed) {
            out[i] = (struct proposed_cut){.begin_ms = units[i].begin_ms,
                                           .end_ms = units[i].end_ms,
                                           .score = 1,
                                           .why = mem_strdup("set by hand")};
            continue;
        }
        while (end < nb_units && !units[end].fixed)
            end++;
        struct run r = {.units = units + i,
                        .nb_units = end - i,
                        .lo_ms = i ? units[i - 1].end_ms : 0,
                        .hi_ms = end < nb_units ? units[end].begin_ms : length_ms,
                        .length_ms = length_ms,
                        .by_clock = by_clock};
        propose_in_run(&out[i], &r, hints, nb_hints);
    }
}
