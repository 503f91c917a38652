/* Pair weights w_ij = s_i s_j p_ij, as whole numbers where the input allows it.
 *
 * A number written with d decimals is an integer after multiplication by 10^d. If all sizes have at most a
 * decimals, all propensities at most b, and 2 sum |w| 10^(2a+b) stays below 2^53, everything is scaled by
 * these powers of ten: sums of weights are then exact in double precision in any order, and equal energies
 * compare equal. */
#ifndef QD_LANDSCAPE_WEIGHTS_H
#define QD_LANDSCAPE_WEIGHTS_H

#include "quadrille/landscape.h"

typedef struct {
    size_t n, padded;
    bool exact;
    double unit;      /* what one unit of a scaled weight is: energies are divided by it; 1 unless exact */
    double tolerance; /* scaled energies that differ by no more are equal; 0 if exact */
    double *size;     /* [padded] scaled sizes, as the kernel's games take them */
    double *affinity; /* [n][padded] scaled propensities, diagonal 0 */
    double *w;        /* [n][padded] their products with the sizes */
    double sum;       /* sum_{i<j} w_ij */
    double hostile;   /* sum_{i<j} max(-w_ij, 0) */
} qd_weights_t;

/* Number of decimals (0..9) with which `x` can be written, or -1 if it needs more. */
int qd_decimals(double x);

/* 10^decimals, exact for 0 <= decimals <= 22. */
double qd_power_of_ten(int decimals);

/* QD_ERROR_INPUT where a product of two sizes and the propensity of their pair, or part of it, is not a
 * normal double although no factor is 0, or where the products add up beyond them: energies would be
 * infinite, or level where they are not. pair: the actors, both 0 where it is the sum. */
QD_MUST_USE qd_status_t qd_weights_check(const qd_landscape_t *landscape, size_t pair[2], qd_error_t *error);

/* Weights of a checked landscape; released by qd_weights_free, also after a failure. */
QD_MUST_USE qd_status_t qd_weights_init(qd_weights_t *self, const qd_landscape_t *landscape,
                                        qd_error_t *error);
void qd_weights_free(qd_weights_t *self);

/* Scaled disagreements of the partition group[0..n-1]. */
double qd_weights_disagreements(const qd_weights_t *self, const uint16_t group[]);

/* The answer's energy for scaled disagreements: 2 (D - hostile) for two camps, D for blocs, in the user's
 * units. */
double qd_weights_energy(const qd_weights_t *self, qd_landscape_rule_t rule, double disagreements);

#endif
