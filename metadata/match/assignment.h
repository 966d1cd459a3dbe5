/*
 * The optimal assignment of rows to columns: each column at most once, with the greatest sum of
 * weights. Rows may stay free (weight 0). Sparse: only the given edges exist, and the search from a
 * row stays in its connected component. Deterministic; integers only. Pure.
 *
 * Method: shortest augmenting paths with dual potentials (Jonker and Volgenant, Computing 38,
 * 1987), O(n^3) if every edge exists.
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
    const size_t *begin; /* nb_rows + 1 elements: row i has edges begin[i] … begin[i + 1] - 1 */
    const struct assignment_edge *edges; /* of each row, sorted by falling weight */
    int64_t loss_cap;                    /* larger losses are reported as this */
};

/* Sets column[i] to row i's column, -1 for a free row, and loss[i] (loss may be NULL) to the amount
 * by which the best total falls if that edge is forbidden: 0 if another solution is as good, and
 * for a free row; at most loss_cap. */
void assignment_solve(int *column, int64_t *loss, const struct assignment *problem);
