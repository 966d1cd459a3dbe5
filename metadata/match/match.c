#include "match.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "assignment.h"
#include "match_formats.h"
#include "match_judge.h"
#include "mem.h"
#include "programme.h"
#include "score.h"

/* Units and their candidates, recordings with points, as the rows of an assignment. */
struct candidates {
    size_t *begin; /* nb_rows + 1 */
    struct assignment_edge *edges;
    size_t nb_rows, nb_edges;
};

static void candidates_finish(struct candidates *c)
{
    free(c->begin);
    free(c->edges);
    *c = (struct candidates){0};
}

static void add_candidate(struct candidates *c, int recording, int points)
{
    c->edges = mem_grow(c->edges, c->nb_edges, sizeof *c->edges);
    c->edges[c->nb_edges++] = (struct assignment_edge){.column = recording, .weight = points};
}

static int compare_edges(const void *a, const void *b)
{
    const struct assignment_edge *x = a, *y = b;
    return x->weight != y->weight ? (x->weight < y->weight) - (x->weight > y->weight)
                                  : (x->column > y->column) - (x->column < y->column);
}

static void end_row(struct candidates *c)
{
    c->begin[++c->nb_rows] = c->nb_edges;
}

static struct candidates candidates_for(size_t nb_rows)
{
    return (struct candidates){.begin = mem_zalloc(nb_rows + 1, sizeof(size_t))};
}

/* --- recordings, sorted --- */

static int compare_recordings(const void *a, const void *b)
{
    const struct match_recording *const *x = a, *const *y = b;
    const int by_name = strcmp((*x)->name, (*y)->name);
    if (by_name)
        return by_name;
    if ((*x)->duration_ms != (*y)->duration_ms)
        return (*x)->duration_ms < (*y)->duration_ms ? -1 : 1;
    return (*x > *y) - (*x < *y);
}

/* So that the result does not depend on the order in which files were added. original[i] is the
 * caller's index of sorted[i]. */
static void sort_recordings(struct match_recording *sorted, int *original,
                            const struct match_recording *recordings, size_t nb)
{
    AUTO_FREE const struct match_recording **order = mem_zalloc(nb, sizeof *order);
    for (size_t i = 0; i < nb; i++)
        order[i] = &recordings[i];
    qsort(order, nb, sizeof *order, compare_recordings);
    for (size_t i = 0; i < nb; i++) {
        sorted[i] = *order[i];
        original[i] = (int)(order[i] - recordings);
    }
}

/* --- units, and decisions of the user --- */

static void add_unit(struct matching *m, struct unit unit)
{
    m->units = mem_grow(m->units, m->nb_units, sizeof *m->units);
    m->answers = mem_grow(m->answers, m->nb_units, sizeof *m->answers);
    m->answers[m->nb_units] = (struct answer){.fixed = UNIT_FREE, .recording = -1};
    m->units[m->nb_units++] = unit;
}

static void list_units(struct matching *m)
{
    for (size_t i = 0; i < m->programme->nb_talks; i++) {
        const struct talk *talk = &m->programme->talks[i];
        if (talk->gone)
            continue;
        const bool parts = talk->nb_parts > 1;
        add_unit(m, (struct unit){.talk = (int)i,
                                  .listed_s = talk_listed_s(talk),
                                  .slot_s = parts ? 0 : talk->parts[0].slot_s,
                                  .among_parts = parts});
        for (size_t k = 0; parts && k < talk->nb_parts; k++)
            add_unit(m, (struct unit){.talk = (int)i,
                                      .part = talk->parts[k].number,
                                      .listed_s = talk->parts[k].listed_s,
                                      .among_parts = true});
    }
}

/* Decisions about talks or parts that the programme no longer has are ignored. The last decision
 * about a unit counts. */
static void apply_fixed(struct matching *m, const int *original, const struct match_fixed *fixed)
{
    for (size_t i = 0; i < m->nb_units; i++) {
        const struct unit *u = &m->units[i];
        const bool only_part = !u->among_parts && fixed->part == 1;
        if (m->programme->talks[u->talk].number != fixed->talk ||
            (u->part != fixed->part && !only_part))
            continue;
        m->answers[i].fixed = -1;
        for (size_t r = 0; fixed->recording >= 0 && r < m->nb_recordings; r++)
            if (original[r] == fixed->recording)
                m->answers[i].fixed = (int)r;
        m->answers[i].recording = m->answers[i].fixed;
    }
}

/* --- one recording or one for each part --- */

/* The candidates of each unit, without recordings that the user has given to another, and without
 * other formats of recordings. */
static void find_candidates(struct candidates *out, const struct matching *m)
{
    AUTO_FREE bool *taken = mem_zalloc(m->nb_recordings, sizeof *taken);
    AUTO_FREE struct score_candidate *list = mem_zalloc(m->nb_recordings, sizeof *list);
    for (size_t i = 0; i < m->nb_units; i++)
        if (m->answers[i].fixed >= 0)
            taken[m->answers[i].fixed] = true;
    for (size_t r = 0; r < m->nb_recordings; r++)
        taken[r] = taken[r] || m->format_of[r] >= 0;

    *out = candidates_for(m->nb_units);
    for (size_t i = 0; i < m->nb_units; i++) {
        if (m->answers[i].fixed == UNIT_FREE) {
            const size_t nb = score_candidates(list, m->index, &m->units[i]);
            for (size_t k = 0; k < nb; k++)
                if (!taken[list[k].recording])
                    add_candidate(out, list[k].recording, list[k].points);
            if (out->nb_edges > out->begin[i])
                qsort(out->edges + out->begin[i], out->nb_edges - out->begin[i], sizeof *out->edges,
                      compare_edges);
        }
        end_row(out);
    }
}

/* The talk for which a recording has most points, and its most points for another talk. */
struct favourite {
    int talk, points, points_elsewhere;
};

static struct favourite *find_favourites(const struct matching *m, const struct candidates *c)
{
    struct favourite *favourites = mem_zalloc(m->nb_recordings, sizeof *favourites);
    for (size_t i = 0; i < m->nb_units; i++) {
        for (size_t k = c->begin[i]; k < c->begin[i + 1]; k++) {
            struct favourite *f = &favourites[c->edges[k].column];
            const int points = c->edges[k].weight, talk = m->units[i].talk;
            if (points > f->points) {
                if (f->talk != talk)
                    f->points_elsewhere = f->points;
                *f = (struct favourite){talk, points, f->points_elsewhere};
            } else if (talk != f->talk && points > f->points_elsewhere) {
                f->points_elsewhere = points;
            }
        }
    }
    return favourites;
}

/* Whether name or length indicate that the recording holds just this part. */
static bool indicates_part(const struct matching *m, size_t unit, int recording)
{
    struct score e;
    score_pair(&e, m->index, &m->units[unit], recording);
    return e.part > 0 || (e.part == 0 && e.length >= SCORE_CLOSE);
}

/* The most points that units first … first + nb - 1 reach together, without recordings that fit
 * another talk better. */
static int64_t points_together(const struct matching *m, const struct candidates *all,
                               const struct favourite *favourites, size_t first, size_t nb)
{
    struct candidates own = candidates_for(nb);
    for (size_t i = first; i < first + nb; i++) {
        const struct unit *u = &m->units[i];
        for (size_t k = all->begin[i]; k < all->begin[i + 1]; k++) {
            assert(all->edges);
            const struct assignment_edge *edge = &all->edges[k];
            const struct favourite *f = &favourites[edge->column];
            const int elsewhere = f->talk == u->talk ? f->points_elsewhere : f->points;
            if (edge->weight >= elsewhere && (!u->part || indicates_part(m, i, edge->column)))
                add_candidate(&own, edge->column, edge->weight);
        }
        end_row(&own);
    }
    AUTO_FREE int *column = mem_zalloc(nb, sizeof *column);
    assignment_solve(
        column, NULL,
        &(struct assignment){
            .nb_rows = nb, .nb_columns = m->nb_recordings, .begin = own.begin, .edges = own.edges});
    int64_t sum = 0;
    for (size_t i = 0; i < nb; i++)
        for (size_t k = own.begin[i]; k < own.begin[i + 1]; k++)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no edges, no round */
            if (own.edges[k].column == column[i])
                sum += own.edges[k].weight;
    candidates_finish(&own);
    return sum;
}

/* Whether the talk has a recording for each part: as the user decided, else if the parts reach more
 * points together than one recording. */
static bool is_in_parts(const struct matching *m, const struct candidates *all,
                        const struct favourite *favourites, size_t whole, size_t nb_parts)
{
    if (m->answers[whole].fixed != UNIT_FREE)
        return false;
    for (size_t i = whole + 1; i <= whole + nb_parts; i++)
        if (m->answers[i].fixed != UNIT_FREE)
            return true;
    return points_together(m, all, favourites, whole + 1, nb_parts) >
           points_together(m, all, favourites, whole, 1);
}

static void choose_units(struct matching *m, const struct candidates *all)
{
    AUTO_FREE struct favourite *favourites = find_favourites(m, all);
    for (size_t i = 0; i < m->nb_units;) {
        const size_t nb_parts =
            m->units[i].among_parts ? m->programme->talks[m->units[i].talk].nb_parts : 0;
        const bool parts = nb_parts && is_in_parts(m, all, favourites, i, nb_parts);
        m->answers[i].chosen = !parts;
        for (size_t k = i + 1; k <= i + nb_parts; k++)
            m->answers[k].chosen = parts;
        i += nb_parts + 1;
    }
}

/* --- the assignment --- */

static void assign(struct matching *m, const struct candidates *all)
{
    struct candidates c = candidates_for(m->nb_units);
    for (size_t i = 0; i < m->nb_units; i++) {
        for (size_t k = all->begin[i]; m->answers[i].chosen && k < all->begin[i + 1]; k++)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no edges, no round */
            add_candidate(&c, all->edges[k].column, all->edges[k].weight);
        end_row(&c);
    }
    AUTO_FREE int *recording = mem_zalloc(m->nb_units, sizeof *recording);
    AUTO_FREE int64_t *loss = mem_zalloc(m->nb_units, sizeof *loss);
    assignment_solve(recording, loss,
                     &(struct assignment){.nb_rows = m->nb_units,
                                          .nb_columns = m->nb_recordings,
                                          .begin = c.begin,
                                          .edges = c.edges,
                                          .loss_cap = 5 * MATCH_LOSS_SURE});
    for (size_t i = 0; i < m->nb_units; i++) {
        if (m->answers[i].fixed != UNIT_FREE)
            continue;
        m->answers[i].recording = recording[i];
        m->answers[i].loss = loss[i];
    }
    candidates_finish(&c);
}

static void find_formats(struct matching *m)
{
    AUTO_FREE struct format_clue *clues = mem_zalloc(m->nb_recordings + 1, sizeof *clues);
    AUTO_FREE int *talks = mem_zalloc(m->nb_recordings + 1, sizeof *talks);
    score_named_talks(talks, m->index);
    for (size_t r = 0; r < m->nb_recordings; r++)
        clues[r].talk = talks[r];
    for (size_t i = 0; i < m->nb_units; i++)
        if (m->answers[i].fixed >= 0)
            clues[m->answers[i].fixed].chosen = true;
    match_formats_find(m->format_of, m->recordings, clues, m->nb_recordings);
}

static void match_units(struct matching *m)
{
    struct candidates all = {0};
    find_candidates(&all, m);
    choose_units(m, &all);
    assign(m, &all);
    candidates_finish(&all);
}

void match_all(struct match_table *out, const struct programme *programme,
               const struct match_recording *recordings, size_t nb_recordings,
               const struct match_fixed *fixed, size_t nb_fixed)
{
    AUTO_FREE struct match_recording *sorted = mem_zalloc(nb_recordings, sizeof *sorted);
    AUTO_FREE int *original = mem_zalloc(nb_recordings, sizeof *original);
    sort_recordings(sorted, original, recordings, nb_recordings);

    AUTO_FREE int *format_of = mem_zalloc(nb_recordings + 1, sizeof *format_of);
    struct matching m = {.programme = programme,
                         .recordings = sorted,
                         .nb_recordings = nb_recordings,
                         .format_of = format_of};
    list_units(&m);
    for (size_t i = 0; i < nb_fixed; i++) {
        assert(fixed[i].recording < (int)nb_recordings);
        apply_fixed(&m, original, &fixed[i]);
    }
    m.index = score_index_create(programme, m.units, m.nb_units, sorted, nb_recordings);
    find_formats(&m);
    match_units(&m);

    *out = (struct match_table){.format_of = mem_zalloc(nb_recordings + 1, sizeof *format_of),
                                .nb_recordings = nb_recordings};
    for (size_t r = 0; r < nb_recordings; r++)
        out->format_of[original[r]] = format_of[r] < 0 ? -1 : original[format_of[r]];
    for (size_t i = 0; i < m.nb_units; i++) {
        if (!m.answers[i].chosen)
            continue;
        out->rows = mem_grow(out->rows, out->nb_rows, sizeof *out->rows);
        struct match *row = &out->rows[out->nb_rows++];
        match_judge(row, &m, i);
        if (row->recording >= 0)
            row->recording = original[row->recording];
    }
    score_index_destroy(m.index);
    free(m.units);
    free(m.answers);
}

static int compare_candidates(const void *a, const void *b)
{
    const struct score_candidate *x = a, *y = b;
    return x->points != y->points ? (x->points < y->points) - (x->points > y->points)
                                  : (x->recording > y->recording) - (x->recording < y->recording);
}

static const struct unit *find_unit(const struct matching *m, int talk, int part)
{
    for (size_t i = 0; i < m->nb_units; i++) {
        const struct unit *u = &m->units[i];
        if (m->programme->talks[u->talk].number == talk &&
            (u->part == part || (!u->among_parts && part == 1)))
            return u;
    }
    return NULL;
}

size_t match_candidates(struct match_candidate *out, size_t room, const struct programme *programme,
                        const struct match_recording *recordings, size_t nb_recordings, int talk,
                        int part)
{
    struct matching m = {.programme = programme};
    AUTO_FREE struct score_candidate *list = mem_zalloc(nb_recordings + 1, sizeof *list);
    list_units(&m);
    const struct unit *unit = find_unit(&m, talk, part);
    m.index = score_index_create(programme, m.units, m.nb_units, recordings, nb_recordings);
    size_t nb = unit ? score_candidates(list, m.index, unit) : 0;
    if (nb)
        qsort(list, nb, sizeof *list, compare_candidates);
    nb = nb < room ? nb : room;
    for (size_t i = 0; i < nb; i++)
        out[i] = (struct match_candidate){list[i].recording, match_score(list[i].points)};
    score_index_destroy(m.index);
    free(m.units);
    free(m.answers);
    return nb;
}

void match_table_finish(struct match_table *table)
{
    for (size_t i = 0; i < table->nb_rows; i++) {
        free(table->rows[i].reason);
        free(table->rows[i].suspicion);
    }
    free(table->rows);
    free(table->format_of);
    *table = (struct match_table){0};
}
