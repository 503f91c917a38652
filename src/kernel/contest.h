/* The contest success function (Tullock 1980; Skaperdas 1996): q = P^g / (P^g + Q^g). */
#ifndef QD_KERNEL_CONTEST_H
#define QD_KERNEL_CONTEST_H

#include "math/elementary.h"

/* The same with g = 2, the default: without logarithms, and without a branch. */
static inline double qd_contest_of_squares(double p, double q)
{
    double ratio = q / p, success = 1.0 / (1.0 + ratio * ratio);
    return p == q ? 0.5 : success; /* both may be 0 */
}

/* Probability that effort p >= 0 prevails over effort q >= 0 with exponent g >= 0. Both 0: 1/2; one 0: the
 * other prevails, unless g = 0, which makes every contest even. */
static inline double qd_contest_success(double p, double q, double g)
{
    if (g == 0.0 || p == q)
        return 0.5;
    if (p == 0.0 || q == 0.0)
        return p > q ? 1.0 : 0.0;
    if (g == 2.0)
        return qd_contest_of_squares(p, q);
    return 1.0 / (1.0 + qd_exp(g * (qd_log(q) - qd_log(p))));
}

#endif
