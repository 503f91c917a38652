#include "design/design.h"

#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "quadrille/random.h"

/* The address of each random number of a design: purpose DESIGN, with the "world" and the draw stated here,
 * and the use as the "period". Part of the format: an entry may be added, never moved. */

typedef enum {
    USE_SOBOL_SHIFT = 0, /* world: dimension; draw 0: 64 bits, of which the upper 53 are the digital shift */
    USE_LHS_ORDER = 1, /* world: dimension; draw n + i: swap i of the shuffle that adds points n .. 2 n - 1 */
    USE_LHS_PLACE = 2, /* world: dimension; draw: point; place inside the stratum */
    /* 3 and 4 belonged to an earlier method of choosing levels */
    USE_MORRIS_ORDER = 5,  /* world: trajectory; draw i: swap i of the shuffle of factors */
    USE_MORRIS_LEVELS = 6, /* world: 2^32 factor + round; draw i: swap i of the shuffle of levels */
    USE_MORRIS_SHIFT = 7,  /* world: the same; draw 0: which of two shifts */
    USE_LHS_FIRST = 8,     /* world: dimension; draw i: swap i of the shuffle of the first, odd, points */
    USE_LHS_COMMON = 9     /* world: dimension; draw 0: place inside the strata common to all points */
} design_use_t;

/* Shuffles item[0..n-1] (Fisher and Yates): i = n-1 down to 1 swaps with floor(u (i + 1)), u the draw
 * first_draw + i. */
static void design_shuffle(size_t item[], size_t n, qd_luck_t luck, design_use_t use, uint32_t first_draw)
{
    for (size_t i = n; i-- > 1;) {
        double u = qd_random_uniform(luck, QD_PURPOSE_DESIGN, use, first_draw + (uint32_t)i);
        size_t other = (size_t)(u * (double)(i + 1)), kept = item[i];
        item[i] = item[other];
        item[other] = kept;
    }
}

/* A Latin hypercube that grows by doubling (after the replicated and nested designs of Sallaberry, Helton and
 * Hora 2008, and Tong 2006). With n = m 2^k, m odd: the first m points fill the m strata of every dimension
 * in an order shuffled for each on its own (McKay, Beckman and Conover 1979). Then, k times, every stratum is
 * halved: one half is taken and one is free. As many points again take the free halves, in another order. */

#define POINTS_MAX ((size_t)1 << 20) /* 21 bits of stratum and 32 of place are exact in a double */

/* Place of a point inside its stratum, a multiple of 2^-32. */
static double place(qd_luck_t luck, size_t point)
{
    return (double)(qd_random_bits(luck, QD_PURPOSE_DESIGN, USE_LHS_PLACE, (uint32_t)point) >> 32) * 0x1p-32;
}

/* The number whose stratum among n is `stratum`, at a place inside it: rounding must not move it to
 * another. */
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
    design_shuffle(order, n, luck, USE_LHS_FIRST, 0);
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
    design_shuffle(order, n, luck, USE_LHS_ORDER, (uint32_t)n);
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
    size_t *order = qd_new(points, sizeof *order, error);
    unsigned char *taken = qd_new(points, 1, error);
    qd_status_t status = QD_OK;
    if (!order || !taken) {
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
    double common = qd_random_open(luck, QD_PURPOSE_DESIGN, USE_LHS_COMMON, 0);
    for (size_t i = 0; i < points; i++) {
        double *x = &unit[i * dimensions + dimension];
        *x = inside((size_t)(*x * (double)points), common, points);
    }
}

/* Sobol's (1967) sequence with a random digital shift: every coordinate's bits are XORed with one random word
 * of its dimension, which keeps the net and makes each point uniform (Owen 1995 and 2021). The origin stays
 * as point 0, because the first 2^k points would be unbalanced without it. */

#define GSL_BITS 30 /* digits of GSL's generator */

static void shift_row(size_t dimensions, uint64_t seed, double row[])
{
    for (size_t d = 0; d < dimensions; d++) {
        uint64_t digits = (uint64_t)(row[d] * (double)(1u << GSL_BITS)) << (53 - GSL_BITS);
        qd_luck_t luck = {.seed = seed, .world = d};
        uint64_t shift = qd_random_bits(luck, QD_PURPOSE_DESIGN, USE_SOBOL_SHIFT, 0) >> 11;
        row[d] = (double)(digits ^ shift) * 0x1p-53;
    }
}

qd_status_t qd_design_sobol(size_t points, size_t dimensions, uint64_t seed, double unit[], qd_error_t *error)
{
    if (dimensions < 1 || dimensions > QD_SOBOL_DIMENSIONS)
        return qd_error_add(error, QD_ERROR_INPUT, "a Sobol' sequence has 1 to %d dimensions, not %zu",
                            QD_SOBOL_DIMENSIONS, dimensions);
    if (points > (size_t)1 << GSL_BITS)
        return qd_error_add(error, QD_ERROR_INPUT, "a Sobol' sequence has at most 2^%d points, not %zu",
                            GSL_BITS, points);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)dimensions);
    if (!sequence)
        return qd_no_memory(error);
    for (size_t i = 0; i < points; i++) {
        double *row = unit + i * dimensions;
        for (size_t d = 0; d < dimensions; d++)
            row[d] = 0.0;
        if (i > 0)
            gsl_qrng_get(sequence, row);
        shift_row(dimensions, seed, row);
    }
    gsl_qrng_free(sequence);
    return QD_OK;
}

/* One block of dimensions + 2 rows from one row (a, b) of the base sequence. */
static void fill_block(size_t dimensions, const double ab[], double block[])
{
    const double *a = ab, *b = ab + dimensions;
    size_t row = dimensions * sizeof *a;
    for (size_t i = 0; i <= dimensions; i++)
        memcpy(block + i * dimensions, a, row);
    for (size_t i = 0; i < dimensions; i++)
        block[(i + 1) * dimensions + i] = b[i];
    memcpy(block + (dimensions + 1) * dimensions, b, row);
}

qd_status_t qd_design_saltelli(size_t base, size_t dimensions, uint64_t seed, double unit[],
                               qd_error_t *error)
{
    if (dimensions < 1 || 2 * dimensions > QD_SOBOL_DIMENSIONS)
        return qd_error_add(error, QD_ERROR_INPUT, "a Saltelli design has 1 to %d factors, not %zu",
                            QD_SOBOL_DIMENSIONS / 2, dimensions);
    double *sequence = qd_new(base, 2 * dimensions * sizeof *sequence, error);
    if (!sequence)
        return QD_ERROR_MEMORY;
    qd_status_t status = qd_design_sobol(base, 2 * dimensions, seed, sequence, error);
    for (size_t k = 0; status == QD_OK && k < base; k++)
        fill_block(dimensions, sequence + k * 2 * dimensions, unit + k * (dimensions + 2) * dimensions);
    free(sequence);
    return status;
}

/* Morris's (1991) trajectories, with levels that are used equally often.
 *
 * Morris moves a factor by half of its levels, up from the lower half or down from the upper one: level l
 * goes to l + L/2 modulo L. This form works for any number of levels: a shift modulo L maps every level to
 * another one and uses each once. Rounds of L trajectories begin at the L levels in random order. */

/* Levels by which a round shifts: half of them; where that is no whole number, one of its neighbours. */
static size_t shift_of(size_t levels, qd_luck_t luck)
{
    bool up = qd_random_uniform(luck, QD_PURPOSE_DESIGN, USE_MORRIS_SHIFT, 0) < 0.5;
    return levels < 2 ? 0 : levels / 2 + (levels % 2 == 1 && up);
}

/* Levels of one factor before and after its move, for every trajectory; order: scratch for `levels`. */
static void choose_levels(size_t trajectories, size_t levels, uint64_t seed, size_t factor, size_t order[],
                          size_t before[], size_t after[])
{
    for (size_t first = 0; first < trajectories; first += levels) {
        qd_luck_t luck = {.seed = seed, .world = (uint64_t)factor << 32 | first / levels};
        size_t shift = shift_of(levels, luck);
        for (size_t l = 0; l < levels; l++)
            order[l] = l;
        design_shuffle(order, levels, luck, USE_MORRIS_LEVELS, 0);
        for (size_t i = 0; i < levels && first + i < trajectories; i++) {
            before[first + i] = order[i];
            after[first + i] = (order[i] + shift) % levels;
        }
    }
}

static double level_value(size_t level, size_t levels)
{
    return levels < 2 ? 0.0 : (double)level / (double)(levels - 1);
}

static void choose_order(size_t dimensions, uint64_t seed, size_t trajectory, size_t moved[])
{
    qd_luck_t luck = {.seed = seed, .world = trajectory};
    for (size_t d = 0; d < dimensions; d++)
        moved[d] = d;
    design_shuffle(moved, dimensions, luck, USE_MORRIS_ORDER, 0);
}

/* One factor's column of the rows of one trajectory, in which it is moved by step k. */
static void fill_column(size_t dimensions, size_t k, double before, double after, double column[])
{
    for (size_t r = 0; r <= dimensions; r++)
        column[r * dimensions] = r <= k ? before : after;
}

static void fill_factor(size_t trajectories, size_t dimensions, size_t factor, size_t levels,
                        const size_t before[], const size_t after[], const size_t moved[], double unit[])
{
    for (size_t t = 0; t < trajectories; t++) {
        size_t k = 0;
        while (moved[t * dimensions + k] != factor)
            k++;
        fill_column(dimensions, k, level_value(before[t], levels), level_value(after[t], levels),
                    unit + t * (dimensions + 1) * dimensions + factor);
    }
}

static qd_status_t check_levels(size_t dimensions, const size_t levels[], size_t *most, qd_error_t *error)
{
    *most = 0;
    if (dimensions < 1)
        return qd_error_add(error, QD_ERROR_INPUT, "a Morris design needs at least one factor");
    for (size_t d = 0; d < dimensions; d++) {
        if (levels[d] < 1)
            return qd_error_add(error, QD_ERROR_INPUT, "a factor of a Morris design has no levels");
        *most = levels[d] > *most ? levels[d] : *most;
    }
    return QD_OK;
}

qd_status_t qd_design_morris(size_t trajectories, size_t dimensions, const size_t levels[], uint64_t seed,
                             double unit[], size_t moved[], qd_error_t *error)
{
    size_t most;
    qd_status_t status = check_levels(dimensions, levels, &most, error);
    if (status != QD_OK)
        return status;
    size_t *order = qd_new(most + 2 * trajectories, sizeof *order, error);
    if (!order)
        return QD_ERROR_MEMORY;
    size_t *before = order + most, *after = before + trajectories;
    for (size_t t = 0; t < trajectories; t++)
        choose_order(dimensions, seed, t, moved + t * dimensions);
    for (size_t d = 0; d < dimensions; d++) {
        choose_levels(trajectories, levels[d], seed, d, order, before, after);
        fill_factor(trajectories, dimensions, d, levels[d], before, after, moved, unit);
    }
    free(order);
    return QD_OK;
}
