/* Factors of a design: look-up, and in sampled designs the map from a place in the unit interval to a coordinate. */
#ifndef QD_EXPERIMENT_SAMPLED_FACTORS_H
#define QD_EXPERIMENT_SAMPLED_FACTORS_H

#include "quadrille/experiment.h"

/* The outermost grid levels of a normal or lognormal factor in a Morris design are these quantiles of it, as
 * far as the parameter's range reaches; other distributions are bounded and have their ends. */
#define QD_MORRIS_LOW_QUANTILE  0.01
#define QD_MORRIS_HIGH_QUANTILE 0.99

/* Position of the factor of a parameter (or QD_DOCTRINE), or -1. */
int qd_factor_find(const qd_design_t *design, int parameter);

/* The number of values of a factor (listed levels, choices of positive weight without repetitions, whole
 * numbers); 0 for a continuous one. */
size_t qd_factor_values(const qd_factor_t *self);

/* Coordinates x[0], x[stride], ... from places unit[0], unit[stride], ... in [0,1): quantiles of the factor's
 * distribution; listed levels are equally likely. */
void qd_factor_draw(const qd_factor_t *self, size_t points, size_t stride, const double unit[], double x[]);

/* The same from grid positions in [0,1] of a Morris design: of a factor with n values the one at position
 * (n - 1) unit among them, weights aside; else quantiles. */
void qd_factor_place(const qd_factor_t *self, size_t points, size_t stride, const double unit[], double x[]);

/* The design of a Morris experiment: qd_design_morris with as many grid levels for a factor as it has values,
 * and design->levels for a continuous one. unit: points x factors; moved: trajectories x factors. */
QD_MUST_USE qd_status_t qd_factors_morris(const qd_design_t *design, uint64_t seed, double unit[],
                                          size_t moved[], qd_error_t *error);

#endif
