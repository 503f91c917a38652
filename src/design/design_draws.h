/* The address of each random number of a design: purpose DESIGN, with the "world" and the draw stated here, and the
 * use as the "period". Part of the format: an entry may be added, never moved. */
#ifndef QD_DESIGN_DESIGN_DRAWS_H
#define QD_DESIGN_DESIGN_DRAWS_H

#include "quadrille/random.h"

typedef enum {
    QD_USE_SOBOL_SHIFT =
        0, /* world: dimension; draw 0: 64 bits, of which the upper 53 are the digital shift */
    QD_USE_LHS_ORDER =
        1, /* world: dimension; draw n + i: swap i of the shuffle that adds points n .. 2 n - 1 */
    QD_USE_LHS_PLACE = 2, /* world: dimension; draw: point; place inside the stratum */
    /* 3 and 4 belonged to an earlier way of choosing levels */
    QD_USE_MORRIS_ORDER = 5,  /* world: trajectory; draw i: swap i of the shuffle of factors */
    QD_USE_MORRIS_LEVELS = 6, /* world: 2^32 factor + round; draw i: swap i of the shuffle of levels */
    QD_USE_MORRIS_SHIFT = 7,  /* world: the same; draw 0: which of two shifts */
    QD_USE_LHS_FIRST = 8,     /* world: dimension; draw i: swap i of the shuffle of the first, odd, points */
    QD_USE_LHS_COMMON = 9     /* world: dimension; draw 0: place inside the strata common to all points */
} qd_design_use_t;

/* Shuffles item[0..n-1] (Fisher and Yates): i = n-1 down to 1 swaps with floor(u (i + 1)), u the draw
 * first_draw + i. */
void qd_design_shuffle(size_t item[], size_t n, qd_luck_t luck, qd_design_use_t use, uint32_t first_draw);

#endif
