#ifndef QD_RANDOM_DISTRIBUTION_H
#define QD_RANDOM_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/random.h"

/* Quantile of the beta distribution with shapes a, b > 0 at 0 <= u < 1, absolute error below 4e-14 for shapes
 * up to 1000. */
double qd_beta_quantile(double a, double b, double u);

/* Regularised incomplete beta function I_x(a, b), 0 <= x <= 1. */
double qd_beta_probability(double a, double b, double x);

/* The table of distributions (quadrille/distributions.def): how each is written and checked, and its
 * values. */

#define QD_NUMBERS_MAX 4 /* greatest number of parameters of a distribution */

/* Types of parameters that may have a distribution. */
typedef enum {
    QD_VALUES_REAL,  /* real ones */
    QD_VALUES_WHOLE, /* real and whole ones */
    QD_VALUES_ANY    /* all */
} qd_values_t;

/* One number of a distribution's definition. */
typedef struct {
    const char *word; /* its key in files; NULL after the last */
    size_t field;     /* its offset in qd_distribution_t */
    bool free;        /* any finite number; otherwise a value within the parameter's range */
} qd_distribution_number_t;

typedef struct {
    const char *name;
    qd_values_t values;
    /* least and greatest number of values in a file; 0, 0: not written as numbers */
    size_t shortest, longest;
    qd_distribution_number_t number[QD_NUMBERS_MAX + 1];
    /* qd_distribution_finish, qd_distribution_quantile and qd_distribution_value for this kind */
    const char *(*finish)(qd_distribution_t *self, double range_low, double range_high);
    double (*quantile)(const qd_distribution_t *self, double u);
    size_t (*value)(const qd_distribution_t *self, size_t at, double *value);
} qd_distribution_info_t;

extern const qd_distribution_info_t qd_distribution_table[QD_DISTRIBUTIONS];

/* The number of different values of a finished distribution that have a probability above 0; 0 for a
 * continuous one. *value = value `at`, counted from 0, where there is one; otherwise it is left unchanged. */
size_t qd_distribution_value(const qd_distribution_t *self, size_t at, double *value);

#endif
