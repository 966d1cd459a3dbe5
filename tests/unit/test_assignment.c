#include "assignment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 6 };

/* The best sum for the rows from row on, over all ways; except_row may not have except_column. */
static int64_t brute(int weights[MOST][MOST], int nb_rows, int nb_columns, int row, unsigned used,
                     int except_row, int except_column)
{
    if (row == nb_rows)
        return 0;
    int64_t best = brute(weights, nb_rows, nb_columns, row + 1, used, except_row, except_column);
    for (int j = 0; j < nb_columns; j++) {
        if (!weights[row][j] || used & 1u << j || (row == except_row && j == except_column))
            continue;
        const int64_t sum = weights[row][j] + brute(weights, nb_rows, nb_columns, row + 1,
                                                    used | 1u << j, except_row, except_column);
        best = sum > best ? sum : best;
    }
    return best;
}

static unsigned next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

static int compare_weights(const void *a, const void *b)
{
    return ((const struct assignment_edge *)b)->weight -
           ((const struct assignment_edge *)a)->weight;
}

static void check_random_assignment(uint64_t *seed)
{
    enum { CAP = 25 };
    const int nb_rows = (int)(next_random(seed) % (MOST + 1));
    const int nb_columns = (int)(next_random(seed) % (MOST + 1));
    const unsigned range = next_random(seed) % 2 ? 4 : 40; /* many ties, or few */
    int weights[MOST][MOST] = {0}, nb_edges = 0;
    size_t begin[MOST + 1] = {0};
    struct assignment_edge edges[MOST * MOST];
    for (int i = 0; i < nb_rows; i++) {
        for (int j = 0; j < nb_columns; j++) {
            if (next_random(seed) % 3 == 0)
                continue;
            weights[i][j] = 1 + (int)(next_random(seed) % range);
            edges[nb_edges++] = (struct assignment_edge){j, weights[i][j]};
        }
        begin[i + 1] = (size_t)nb_edges;
        qsort(edges + begin[i], begin[i + 1] - begin[i], sizeof *edges, compare_weights);
    }
    int column[MOST];
    int64_t loss[MOST], sum = 0;
    assignment_solve(column, loss,
                     &(struct assignment){(size_t)nb_rows, (size_t)nb_columns, begin, edges, CAP});
    unsigned used = 0;
    for (int i = 0; i < nb_rows; i++) {
        if (column[i] < 0)
            continue;
        assert_true(weights[i][column[i]] && !(used & 1u << column[i]));
        used |= 1u << column[i];
        sum += weights[i][column[i]];
    }
    const int64_t best = brute(weights, nb_rows, nb_columns, 0, 0, -1, -1);
    assert_int_equal(sum, best);
    for (int i = 0; i < nb_rows; i++) {
        const int64_t lost =
            column[i] < 0 ? 0 : best - brute(weights, nb_rows, nb_columns, 0, 0, i, column[i]);
        assert_int_equal(loss[i], lost < CAP ? lost : CAP);
    }
}

static void test_assignment_against_brute_force(void **state)
{
    (void)state;
    uint64_t seed = 20100428;
    for (int i = 0; i < 3000; i++)
        check_random_assignment(&seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assignment_against_brute_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
