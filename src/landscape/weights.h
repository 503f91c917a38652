/* Pair weights and their exact sums.
 *
 * Amounts are for weights that no common power of ten scales to whole numbers within a double.
 *
 * An amount is a whole number of units in the base 2^46, one digit per double, the lowest digit first. Digits
 * of products are whole numbers below 2^46 in magnitude, so that adding up to 2^7 of them is exact. A settled
 * amount has digits in [0, 2^46) below the highest one, which carries the sign. */
#ifndef QD_LANDSCAPE_WEIGHTS_H
#define QD_LANDSCAPE_WEIGHTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/landscape.h"

#define QD_DIGITS_MAX 16 /* the highest is reserved for carries: 690 bits, 207 decimal digits */

typedef struct {
    size_t digits;
    double digit[QD_DIGITS_MAX];
} qd_amount_t;

/* Carries from the lowest digit to the highest. */
void qd_amount_settle(qd_amount_t *self);

/* Adds factor * other to a settled amount of as many digits and settles it; factor: 1 or -1. */
void qd_amount_add(qd_amount_t *self, double factor, const qd_amount_t *other);

/* The sign of a settled amount: -1, 0 or 1. */
int qd_amount_sign(const qd_amount_t *self);
int qd_amount_compare(const qd_amount_t *a, const qd_amount_t *b);

/* Pair weights w_ij = s_i s_j p_ij, as whole numbers where the input allows it.
 *
 * A number written with d decimals is an integer after multiplication by 10^d. If all sizes have at most a
 * decimals, all propensities at most b, and 2 sum |w| 10^(2a+b) stays below 2^53, everything is scaled by
 * these powers of ten: sums of weights are then exact in double precision in any order, and equal energies
 * compare equal.
 *
 * Otherwise sums of doubles decide wherever they differ by more than `tolerance`. A closer pair is recorded,
 * and the method `exact` solves the landscape again with qd_weights_add_digits. Each weight then has the
 * digits of the product of the three shortest decimals in the base 2^46 too, and exact sums of digits decide
 * those pairs.
 *
 * The tolerance, 1e-12 sum |w|, exceeds the largest error of a difference of two sums of doubles. A walk adds
 * at most 4096 + 36 rows before it recomputes; each addition errs by at most 2^-53 sum |w| and each weight by
 * 2^-52 of itself, in total by less than 4.7e-13 sum |w| for each sum. */

typedef struct {
    size_t n, padded;
    bool exact;
    double
        unit; /* units of a scaled weight per unit of the input: energies are divided by it; 1 unless exact */
    double tolerance;       /* sums of doubles that differ by at most this are undecided; 0 if exact */
    size_t digits;          /* of each weight in the base 2^46; 0: none */
    int power;              /* the unit of the digits is 10^power */
    double *digit;          /* [n][digits][padded] */
    atomic_bool *undecided; /* a comparison needed digits and there were none */
    double *size;           /* [padded] scaled sizes, for the kernel's games */
    double *affinity;       /* [n][padded] scaled propensities, diagonal 0 */
    double *w;              /* [n][padded] their products with the sizes */
    double sum;             /* sum_{i<j} w_ij */
    double hostile;         /* sum_{i<j} max(-w_ij, 0) */
} qd_weights_t;

/* The number of decimals (0..9) of `x`, or -1 if it needs more. */
int qd_decimals(double x);

/* 10^decimals, exact for 0 <= decimals <= 22. */
double qd_power_of_ten(int decimals);

/* QD_ERROR_INPUT if a product of two sizes and the propensity of their pair, or a partial product, is not a
 * normal double although no factor is 0, or if the sum of the products overflows: energies would be infinite,
 * or equal where they differ. pair: the two actors; both 0 if the sum is at fault. */
QD_MUST_USE qd_status_t qd_weights_check(const qd_landscape_t *landscape, size_t pair[2], qd_error_t *error);

/* Weights of a checked landscape; released by qd_weights_free, also after a failure. */
QD_MUST_USE qd_status_t qd_weights_init(qd_weights_t *self, const qd_landscape_t *landscape,
                                        qd_error_t *error);
void qd_weights_free(qd_weights_t *self);

/* Adds the digits. QD_ERROR_INPUT if the weights spread over more digits than an amount has. */
QD_MUST_USE qd_status_t qd_weights_add_digits(qd_weights_t *self, const qd_landscape_t *landscape,
                                              qd_error_t *error);

/* The comparison of sums of doubles that agree to the tolerance, without digits: 0, equal. Records it as
 * undecided unless the doubles are exact. */
static inline int qd_weights_level(const qd_weights_t *self)
{
    if (!self->exact)
        atomic_store_explicit(self->undecided, true, memory_order_relaxed);
    return 0;
}

/* sum_j x_j w_actor,j by digits, settled; x: [padded] whole numbers of magnitude 2 at most. Needs digits. */
qd_amount_t qd_weights_row(const qd_weights_t *self, size_t actor, const double x[]);

/* The gain of `actor` from moving to group k, by digits: its ties there minus its present ones. */
qd_amount_t qd_weights_gain(const qd_weights_t *self, const uint16_t group[], size_t actor, size_t k);

/* Sign of a gain whose sum of doubles is `gain`: -1, 0 or 1, exactly where weights are exact or have
 * digits. */
int qd_weights_sign(const qd_weights_t *self, double gain, const uint16_t group[], size_t actor, size_t k);

/* Sum of w over the pairs within groups, by digits. */
qd_amount_t qd_weights_within(const qd_weights_t *self, const uint16_t group[]);

/* The energy and the disagreements of the partition group[0..n-1], in the user's units: 2 (D - hostile) and D
 * for two camps, D and D for blocs. */
void qd_weights_judge(const qd_weights_t *self, qd_landscape_rule_t rule, const uint16_t group[],
                      double *energy, double *disagreements);

/* Scaled disagreements as a sum of doubles. */
double qd_weights_disagreements(const qd_weights_t *self, const uint16_t group[]);

#endif
