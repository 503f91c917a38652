/* A Latin hypercube that grows by doubling (after the replicated and nested designs of Sallaberry, Helton and
 * Hora 2008, and Tong 2006). With n = m 2^k, m odd: the first m points fill the m strata of every dimension in
 * an order shuffled for each on its own (McKay, Beckman and Conover 1979). Then, k times, each stratum has one
 * half taken and one free; as many points again take the free halves, in another order. */
#include "design/design.h"

#include "design/design_draws.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define POINTS_MAX ((size_t)1 << 20) /* 21 bits of stratum and 32 of place are exact in a double */

/* Place of a point inside its stratum, a multiple of 2^-32. */
static double place(qd_luck_t luck, size_t point)
{
    return (double)(qd_random_bits(luck, QD_PURPOSE_DESIGN, QD_USE_LHS_PLACE, (uint32_t)point) >> 32) *
           0x1p-32;
}

/* The number whose stratum among n is `stratum`, at a place inside it: rounding must not move it to another. */
static double inside(size_t stratum, double at, size_t n)
{
    double strata = (double)n, x = ((double)stratum + at) / strata;
    while ((size_t)(x * strata) < stratum)
        x = nextafter(x, 1.0);
    while ((size_t)(x * strata) > stratum)
        x = nextafter(x, 0.0);
    return x;
}

static size_t odd_part(size_t n)
{
    while (n > 0 && n % 2 == 0)
        n /= 2;
    return n;
}

/* Points 0 .. n - 1 of a column. */
static void start_column(double x[], size_t stride, size_t n, qd_luck_t luck, size_t order[])
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qd_design_shuffle(order, n, luck, QD_USE_LHS_FIRST, 0);
    for (size_t i = 0; i < n; i++)
        x[i * stride] = inside(order[i], place(luck, i), n);
}

/* Adds points n .. 2 n - 1 to the column that begins at x; order, taken: scratch for n and 2 n. */
static void double_column(double x[], size_t stride, size_t n, qd_luck_t luck, size_t order[],
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
    for (size_t i = 0; i < n; i++) {
        size_t free_half = 2 * order[i] + taken[2 * order[i]];
        x[(n + i) * stride] = inside(free_half, place(luck, n + i), 2 * n);
    }
}

qd_status_t qd_design_lhs(size_t points, size_t dimensions, uint64_t seed, double unit[], qd_error_t *error)
{
    if (points > POINTS_MAX)
        return qd_error_add(error, QD_ERROR_INPUT, "a Latin hypercube has at most %zu points, not %zu",
                            POINTS_MAX, points);
    size_t *order = qd_new(points + 1, sizeof *order, error);
    unsigned char *taken = qd_new(points + 1, 2, error);
    qd_status_t status = QD_OK;
    if (order == NULL || taken == NULL) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    for (size_t d = 0; points > 0 && d < dimensions; d++) {
        qd_luck_t luck = {.seed = seed, .world = d};
        size_t n = odd_part(points);
        start_column(unit + d, dimensions, n, luck, order);
        for (; n < points; n *= 2)
            double_column(unit + d, dimensions, n, luck, order, taken);
    }
out:
    free(order);
    free(taken);
    return status;
}

void qd_design_lhs_align(size_t points, size_t dimensions, size_t dimension, uint64_t seed, double unit[])
{
    qd_luck_t luck = {.seed = seed, .world = dimension};
    double common = qd_random_open(luck, QD_PURPOSE_DESIGN, QD_USE_LHS_COMMON, 0);
    for (size_t i = 0; i < points; i++) {
        double *x = &unit[i * dimensions + dimension];
        *x = inside((size_t)(*x * (double)points), common, points);
    }
}
