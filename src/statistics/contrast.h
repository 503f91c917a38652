/* Paired contrasts on common random numbers: a linear combination of design points (or orders), taken world
 * by world.
 *
 * d_w = sum_k weight_k y_{k,w}, where y_{k,w} is the outcome of term k in world w. As every point meets the
 * same luck in world w, the terms are correlated and the standard error of mean d is (usually much) below
 * that of independent samples: var d = sum_jk weight_j weight_k cov(y_j, y_k). Examples: two points more: +1,
 * less: -1 arms of points   more: +1/|more| each, less: -1/|less| each interaction      (where_more -
 * where_less) - (against_more - against_less) Terms of one point may be merged by adding their weights. Sums
 * run in the order of the worlds given (Welford 1962), so equal input gives equal bits. */
#ifndef QD_STATISTICS_CONTRAST_H
#define QD_STATISTICS_CONTRAST_H

#include <stddef.h>
#include <stdint.h>

#include "statistics/interval.h"

typedef struct qd_contrast qd_contrast_t;

typedef struct {
    uint64_t count;         /* worlds in which every term has a value */
    double estimate, se;    /* mean of d and its standard error; NaN where undefined */
    qd_interval_t interval; /* Student's, two-sided */
    double p;               /* two-sided: "equals margin" against "differs" (qd_p_differs) */
    double p_below;         /* one-sided: "at least margin" against "below" */
    double unpaired_se;     /* had the terms been independent samples of as many worlds */
    double reduction;       /* variance reduction of pairing: (unpaired_se / se)^2; NaN where se is 0 */
} qd_contrast_result_t;

/* NULL when memory is short. `weight` is copied. */
qd_contrast_t *qd_contrast_new(size_t terms, const double weight[]);
void qd_contrast_free(qd_contrast_t *self);

/* Adds worlds; column[k][w] is term k in the w-th of `count` worlds. A world with a NaN is left out whole. */
void qd_contrast_add(qd_contrast_t *self, size_t count, const double *const column[]);

qd_contrast_result_t qd_contrast_result(const qd_contrast_t *self, double confidence, double margin);

#endif
