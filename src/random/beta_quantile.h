#ifndef QD_RANDOM_BETA_QUANTILE_H
#define QD_RANDOM_BETA_QUANTILE_H

/* Quantile of the beta distribution with shapes a, b > 0 at 0 <= u < 1, absolute error below 4e-14 for shapes
 * up to 1000. */
double qd_beta_quantile(double a, double b, double u);

/* Regularised incomplete beta function I_x(a, b), 0 <= x <= 1. */
double qd_beta_probability(double a, double b, double x);

#endif
