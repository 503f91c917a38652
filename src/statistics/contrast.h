/* Paired contrasts on common random numbers: a linear combination of design points (or orders), taken world by
 * world.
 *
 * d_w = sum_k weight_k y_{k,w}, where y_{k,w} is the outcome of term k in world w. Every point has the same random
 * numbers in world w, so the terms are correlated and the standard error of the mean of d is (usually much) below
 * that of independent samples: var d = sum_jk weight_j weight_k cov(y_j, y_k). Examples of weights:
 *
 *   two points         more: +1, less: -1
 *   arms of points     more: +1/|more| each, less: -1/|less| each
 *   interaction        (where_more - where_less) - (against_more - against_less)
 *
 * Sums run in the order of the worlds given (Welford 1962), so equal input gives equal bits.
 *
 * Rounding does not count as an effect: weights that sum to 0 are applied to differences from the first term, and a
 * d_w below 2^-40 of sum_k |weight_k y_{k,w}| is 0. Terms that are equal in every world give an estimate of exactly
 * 0, the interval [0, 0] and p = 1.
 *
 * The p-values are the larger of Student's and of the sign-flip test (Fisher 1935: under the hypothesis each d_w -
 * margin is as likely with either sign), which is enumerated where at most 16 worlds differ from the margin, is the
 * sign test where all differences have one size (those of flags), and otherwise is at least 2^(1-m) where m worlds
 * differ. Student's test alone rejects falsely where the few differences happen to be equal. The sign-flip test
 * assumes that d is symmetric about the margin. */
#ifndef QD_STATISTICS_CONTRAST_H
#define QD_STATISTICS_CONTRAST_H

#include <stddef.h>
#include <stdint.h>

#include "statistics/interval.h"

typedef struct qd_contrast qd_contrast_t;

/* Undefined values are NaN: all but the counts below two worlds, and the estimate below one. */
typedef struct {
    uint64_t count;         /* worlds in which every term has a value */
    uint64_t differing;     /* worlds whose difference is not 0 */
    double estimate, se;    /* mean of d and its standard error */
    double margin;          /* the margin of the tests */
    qd_interval_t interval; /* see qd_contrast_interval */
    double p;               /* two-sided: "equals margin" against "differs" */
    double p_above;         /* one-sided: "at most margin" against "above" */
    double p_below;         /* one-sided: "at least margin" against "below" */
    double unpaired_se;     /* the standard error of independent samples of as many worlds */
    double reduction;       /* variance reduction of pairing: (unpaired_se / se)^2; NaN where se is 0 */
} qd_contrast_result_t;

/* NULL when memory is short. `weight` is copied. */
qd_contrast_t *qd_contrast_new(size_t terms, const double weight[]);
void qd_contrast_free(qd_contrast_t *self);

/* Adds worlds; column[k][w] is term k in the w-th of `count` worlds. A world with a NaN is left out whole. */
void qd_contrast_add(qd_contrast_t *self, size_t count, const double *const column[]);

/* The mean of d against `margin`; the interval has `confidence`, in (0,1). */
qd_contrast_result_t qd_contrast_result(const qd_contrast_t *self, double confidence, double margin);

/* Student's two-sided interval of another confidence, widened to the margin where the p-value does not exclude it
 * at that confidence; [0, 0] where no world differs. NaN where so few worlds can bound nothing:
 * 2^(1-count) > 1 - confidence. */
qd_interval_t qd_contrast_interval(const qd_contrast_result_t *self, double confidence);

#endif
