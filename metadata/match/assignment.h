/*
 * The optimal assignment: rows to columns, each column at most once, so that the sum of weights is
 * greatest. Rows may stay free (weight 0). Sparse: only the edges given exist, and a row's search
 * never leaves its connected component. Deterministic, whole numbers throughout.
 *
 * Method: shortest augmenting paths with dual potentials (Jonker and Volgenant, Computing 38,
 * 1987), O(n^3) where every edge exists.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct assignment_edge {
    int column;
    int weight; /* above 0 */
};

struct assignment {
    size_t nb_rows, nb_columns;
    const size_t *begin; /* nb_rows + 1: row i has the edges begin[i] … begin[i + 1] - 1 */
    const struct assignment_edge *edges; /* each row's by falling weight */
    int64_t loss_cap;                    /* losses are looked for up to here only */
};

/* column[i] becomes row i's column, -1 for a free row. loss[i] (loss may be NULL) becomes how much
 * the best total falls when that edge is forbidden: 0 where another solution is as good; at most
 * loss_cap, and 0 for a free row. */
void assignment_solve(int *column, int64_t *loss, const struct assignment *problem);
