#include "assignment.h"

#include <stdbool.h>
#include <stdlib.h>

#include "mem.h"

/* Costs are negative weights, whose sum is to be least. After the real columns, each row has one of
 * its own with cost 0, which means "free": so every row always has a column. */
struct entry {
    int64_t dist;
    bool used; /* at equal distance, free columns come first: the search ends there */
    int column;
};

struct solver {
    const struct assignment *p;
    int nb_columns;     /* with the rows' own */
    int64_t *of_row;    /* potentials: cost >= of_row + of_column, with equality if assigned; */
    int64_t *of_column; /* never above 0, and 0 for an unused column */
    int *column, *row;  /* assigned to each other; -1: none */
    int64_t *dist;      /* from the start of the search; INT64_MAX: not reached */
    int *from;          /* the row before the column on the path */
    bool *done;
    int *touched; /* columns whose dist, from, done are set */
    size_t nb_touched;
    int target;    /* of the search; -1: any unused column */
    int64_t bound; /* distances from here on do not matter */
    int *used;     /* the assigned columns, sorted by falling potential, from 0 */
    size_t nb_used;
    struct entry *heap;
    size_t nb_heap, heap_room;
};

static void solver_init(struct solver *s, const struct assignment *p)
{
    const size_t nb = p->nb_columns + p->nb_rows;
    *s = (struct solver){
        .p = p,
        .nb_columns = (int)nb,
        .of_row = mem_zalloc(p->nb_rows, sizeof *s->of_row),
        .of_column = mem_zalloc(nb, sizeof *s->of_column),
        .column = mem_zalloc(p->nb_rows, sizeof *s->column),
        .row = mem_zalloc(nb, sizeof *s->row),
        .dist = mem_zalloc(nb, sizeof *s->dist),
        .from = mem_zalloc(nb, sizeof *s->from),
        .done = mem_zalloc(nb, sizeof *s->done),
        .touched = mem_zalloc(nb, sizeof *s->touched),
    };
    for (size_t i = 0; i < p->nb_rows; i++)
        s->column[i] = -1;
    for (size_t j = 0; j < nb; j++) {
        s->row[j] = -1;
        s->dist[j] = INT64_MAX;
    }
}

static void solver_finish(struct solver *s)
{
    free(s->of_row);
    free(s->of_column);
    free(s->column);
    free(s->row);
    free(s->dist);
    free(s->from);
    free(s->done);
    free(s->touched);
    free(s->used);
    free(s->heap);
}

static bool before(const struct entry *a, const struct entry *b)
{
    if (a->dist != b->dist)
        return a->dist < b->dist;
    if (a->used != b->used)
        return b->used;
    return a->column < b->column;
}

static void heap_push(struct solver *s, struct entry e)
{
    if (s->nb_heap == s->heap_room) { /* not by nb_heap, because the heap also shrinks */
        s->heap = mem_grow(s->heap, s->heap_room, sizeof *s->heap);
        s->heap_room = s->heap_room ? 2 * s->heap_room : 1;
    }
    size_t at = s->nb_heap++;
    for (; at && before(&e, &s->heap[(at - 1) / 2]); at = (at - 1) / 2)
        s->heap[at] = s->heap[(at - 1) / 2];
    s->heap[at] = e;
}

static struct entry heap_pop(struct solver *s)
{
    const struct entry top = s->heap[0], last = s->heap[--s->nb_heap];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < s->nb_heap; at = child) {
        if (child + 1 < s->nb_heap && before(&s->heap[child + 1], &s->heap[child]))
            child++;
        if (!before(&s->heap[child], &last))
            break;
        s->heap[at] = s->heap[child];
    }
    s->heap[at] = last;
    return top;
}

static void search_begin(struct solver *s, int target, int64_t bound)
{
    for (size_t k = 0; k < s->nb_touched; k++) {
        s->dist[s->touched[k]] = INT64_MAX;
        s->done[s->touched[k]] = false;
    }
    s->nb_touched = 0;
    s->nb_heap = 0;
    s->target = target;
    s->bound = bound;
}

/* Column j is reached over row from at distance dist. */
static void reach(struct solver *s, int j, int from, int64_t dist)
{
    if (dist >= s->dist[j] || dist >= s->bound || s->done[j])
        return;
    if (s->dist[j] == INT64_MAX)
        s->touched[s->nb_touched++] = j;
    s->dist[j] = dist;
    s->from[j] = from;
    heap_push(s, (struct entry){.dist = dist, .used = s->row[j] >= 0, .column = j});
    /* + 1: an unused column as near, but with a lower number, comes first. */
    if (s->target < 0 && s->row[j] < 0 && dist + 1 < s->bound)
        s->bound = dist + 1;
    if (j == s->target)
        s->bound = dist;
}

static void reach_from_row(struct solver *s, int i, int64_t dist, int except)
{
    const struct assignment *p = s->p;
    dist -= s->of_row[i];
    reach(s, (int)p->nb_columns + i, i, dist);
    for (size_t k = p->begin[i]; k < p->begin[i + 1] && dist - p->edges[k].weight < s->bound; k++) {
        const int j = p->edges[k].column;
        if (j != except)
            reach(s, j, i, dist - p->edges[k].weight - s->of_column[j]);
    }
}

/* The nearest column that is not done; -1: there is none. */
static int next_column(struct solver *s)
{
    while (s->nb_heap) {
        const int j = heap_pop(s).column;
        if (!s->done[j]) {
            s->done[j] = true;
            return j;
        }
    }
    return -1;
}

/* Gives row i a column, along the shortest path to an unused one. There is a path, because the
 * row's own column is unused at first. */
static void augment(struct solver *s, int i)
{
    search_begin(s, -1, INT64_MAX);
    reach_from_row(s, i, 0, -1);
    int end = next_column(s);
    for (; s->row[end] >= 0; end = next_column(s))
        reach_from_row(s, s->row[end], s->dist[end], -1);

    const int64_t length = s->dist[end];
    s->of_row[i] += length;
    for (size_t k = 0; k < s->nb_touched; k++) {
        const int j = s->touched[k];
        if (!s->done[j] || j == end)
            continue;
        s->of_row[s->row[j]] += length - s->dist[j];
        s->of_column[j] += s->dist[j] - length;
    }
    for (int j = end, row = -1; row != i;) {
        row = s->from[j];
        const int given_up = s->column[row];
        s->column[row] = j;
        s->row[j] = row;
        j = given_up;
    }
}

static int compare_potentials(const void *a, const void *b, void *opaque)
{
    const struct solver *s = opaque;
    const int64_t x = s->of_column[*(const int *)a], y = s->of_column[*(const int *)b];
    return (x < y) - (x > y);
}

static void list_used(struct solver *s)
{
    s->used = mem_zalloc(s->p->nb_rows, sizeof *s->used);
    for (int j = 0; j < s->nb_columns; j++)
        if (s->row[j] >= 0)
            s->used[s->nb_used++] = j;
    qsort_r(s->used, s->nb_used, sizeof *s->used, compare_potentials, s);
}

/* The loss of the total if row i may not have its column: the shortest path, in the residual graph,
 * from the row back to that column. A path may pass the sink, where all columns meet: there an
 * unused column comes into use (potential 0), and a used one, at the cost of its potential, goes
 * out of use, which frees its row. */
static int64_t loss_of(struct solver *s, int i)
{
    const int target = s->column[i];
    const int64_t cap = s->p->loss_cap;
    bool sink = false;
    search_begin(s, target, cap);
    reach_from_row(s, i, 0, target);
    for (int j; (j = next_column(s)) >= 0 && j != target;) {
        const int64_t dist = s->dist[j];
        if (s->row[j] >= 0) {
            reach_from_row(s, s->row[j], dist, -1);
        } else if (!sink) {
            sink = true;
            reach(s, target, -1, dist - s->of_column[target]);
            for (size_t k = 0; k < s->nb_used; k++) {
                const int64_t there = dist - s->of_column[s->used[k]];
                if (there >= s->bound)
                    break;
                reach(s, s->used[k], -1, there);
            }
        }
    }
    return s->dist[target] < cap ? s->dist[target] : cap;
}

void assignment_solve(int *column, int64_t *loss, const struct assignment *problem)
{
    struct solver s;
    solver_init(&s, problem);
    for (size_t i = 0; i < problem->nb_rows; i++)
        augment(&s, (int)i);
    list_used(&s);
    for (size_t i = 0; i < problem->nb_rows; i++) {
        const bool assigned = s.column[i] < (int)problem->nb_columns;
        column[i] = assigned ? s.column[i] : -1;
        if (loss)
            loss[i] = assigned ? loss_of(&s, (int)i) : 0;
    }
    solver_finish(&s);
}
