/* A Latin hypercube that grows by doubling (after the replicated and nested designs of Sallaberry, Helton and
 * Hora 2008, and Tong 2006). Once the first n = 2^k points fill the n strata of every dimension, each stratum
 * has one half taken and one free; the next n points take the free halves, in an order shuffled for each
 * dimension on its own. */
#include "design/design.h"

#include "design/design_draws.h"

#include <stdlib.h>

#define POINTS_MAX ((size_t)1 << 20) /* 21 bits of stratum and 32 of place are exact in a double */

/* Place of a point inside its stratum, a multiple of 2^-32. */
static double place(qd_luck_t luck, size_t point)
{
    return (double)(qd_random_bits(luck, QD_PURPOSE_DESIGN, QD_USE_LHS_PLACE, (uint32_t)point) >> 32) *
           0x1p-32;
}

/* Adds points n .. min(2 n, points) - 1 to the column that begins at x; order, taken: scratch for n and 2 n.
 */
static void double_column(double x[], size_t stride, size_t n, size_t points, qd_luck_t luck, size_t order[],
                          unsigned char taken[])
{
    double strata = (double)(2 * n);
    for (size_t i = 0; i < 2 * n; i++)
        taken[i] = 0;
    for (size_t i = 0; i < n; i++) {
        taken[(size_t)(x[i * stride] * strata)] = 1;
        order[i] = i;
    }
    qd_design_shuffle(order, n, luck, QD_USE_LHS_ORDER, (uint32_t)n);
    for (size_t i = 0; i < n && n + i < points; i++) {
        size_t free_half = 2 * order[i] + taken[2 * order[i]];
        x[(n + i) * stride] = ((double)free_half + place(luck, n + i)) / strata;
    }
}

qd_status_t qd_design_lhs(size_t points, size_t dimensions, uint64_t seed, double unit[], qd_error_t *error)
{
    if (points > POINTS_MAX)
        return qd_error_add(error, QD_ERROR_INPUT, "a Latin hypercube has at most %zu points, not %zu",
                            POINTS_MAX, points);
    size_t *order = calloc(points + 1, sizeof *order);
    unsigned char *taken = calloc(points + 1, 2);
    qd_status_t status = QD_OK;
    if (order == NULL || taken == NULL) {
        status =
            qd_error_add(error, QD_ERROR_MEMORY, "no memory for a Latin hypercube of %zu points", points);
        goto out;
    }
    for (size_t d = 0; points > 0 && d < dimensions; d++) {
        qd_luck_t luck = {.seed = seed, .world = d};
        unit[d] = place(luck, 0);
        for (size_t n = 1; n < points; n *= 2)
            double_column(unit + d, dimensions, n, points, luck, order, taken);
    }
out:
    free(order);
    free(taken);
    return status;
}
