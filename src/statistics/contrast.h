/* Paired contrasts on common random numbers: a linear combination of design points (or orders), taken world
 * by world.
 *
 * d_w = sum_k weight_k y_{k,w}, where y_{k,w} is the outcome of term k in world w. Every point has the same
 * random numbers in world w, so the terms are correlated and the standard error of the mean of d is (usually
 * much) below that of independent samples: var d = sum_jk weight_j weight_k cov(y_j, y_k). Examples of
 * weights:
 *
 *   two points         more: +1, less: -1
 *   arms of points     more: +1/|more| each, less: -1/|less| each
 *   interaction        (where_more - where_less) - (against_more - against_less)
 *
 * Terms may lie in strata whose worlds are independent of each other (`luck: by-order`: the orders). Only the
 * terms of one stratum s are then paired: d_w is the sum of d_{s,w} = sum_{k in s} weight_k y_{k,w}, each
 * stratum has the worlds n_s in which its own terms have values, and
 *
 *   se^2 = sum_s var(d_s) / n_s,
 *   degrees of freedom (Welch 1947): se^4 / sum_s (var(d_s) / n_s)^2 / (n_s - 1)
 *
 * The sign flips take d_w of the worlds that all strata have: independent worlds may be matched in any way.
 *
 * Sums run in the order of the worlds given (Welford 1962), so equal input gives equal bits.
 *
 * Rounding does not count as an effect: weights that sum to 0 are applied to differences from the first term,
 * and a d_w below 2^-40 of sum_k |weight_k y_{k,w}| is 0. Terms that are equal in every world give an
 * estimate of exactly 0, the interval [0, 0] and p = 1.
 *
 * The p-values are the larger of Student's and of the sign-flip test (Fisher 1935: under the hypothesis each
 * d_w - margin is as likely with either sign), which is enumerated where at most 16 worlds differ from the
 * margin, is the sign test where all differences have one size (those of flags), and otherwise is at least
 * 2^(1-m) where m worlds differ. Student's test alone rejects falsely where the few differences happen to be
 * equal. The sign-flip test assumes that d is symmetric about the margin. Where at most 16 worlds differ, and
 * fewer than half of all, that is no small assumption: the p-value is then at least that of the interval of
 * few differences (qd_interval_rare), 1 where d has no bounds. Differences of one size against a margin of 0
 * are exempt, as the sign test needs no symmetry there.
 *
 * Skewed differences. Student's test rejects a true margin too often on the side of the short tail. In 20000
 * samples of n differences of tension_mean with a skewness of 8.5 (rare breakdowns) it rejected in 25 % (n =
 * 100), 12 % (200), 8 % (500) and 6 % (2000) at the 5 % level. Hall's (1992) and Johnson's (1978) corrected
 * statistics gave 24, 8, 2 and 5 %: they help only where the sample shows the skewness, and with 20 symmetric
 * differences of heavy tails they reject in 7 %. They are therefore not used. qd_contrast_is_skewed tells:
 * from 200 worlds on, the samples that it passes reject in at most 5.7 % altogether (exponential; 4.6 % of
 * those above). */
#ifndef QD_STATISTICS_CONTRAST_H
#define QD_STATISTICS_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statistics/interval.h"

typedef struct qd_contrast qd_contrast_t;

/* Worlds with a difference that are remembered: 2^16 sign patterns, and the interval where so few of them
 * differ. */
#define QD_CONTRAST_FEW 16

/* Undefined values are NaN: with fewer than two worlds all but the counts and the estimate, with none the
 * estimate too. */
typedef struct {
    uint64_t count;              /* worlds in which every term has a value */
    uint64_t differing;          /* worlds whose difference is not 0 */
    double estimate, se;         /* mean of d and its standard error */
    double skewness;             /* of the estimate: that of d over sqrt(count); 0 where se is */
    double freedom;              /* degrees of freedom of se: count - 1, or Welch's */
    double margin;               /* the margin of the tests */
    qd_interval_t interval;      /* see qd_contrast_interval */
    double p;                    /* two-sided: "equals margin" against "differs" */
    double p_above;              /* one-sided: "at most margin" against "above" */
    double p_below;              /* one-sided: "at least margin" against "below" */
    double unpaired_se;          /* the standard error of independent samples of as many worlds */
    double reduction;            /* variance reduction of pairing: (unpaired_se / se)^2; NaN where se is 0 */
    double low, high;            /* bounds of d_w; infinite where none are known */
    double few[QD_CONTRAST_FEW]; /* the differences that are not 0, if so few are not */
} qd_contrast_result_t;

/* NULL when memory is short. `weight` is copied. */
qd_contrast_t *qd_contrast_new(size_t terms, const double weight[]);

/* The same with term k in stratum of[k] < strata, each of which has a term; strata = 1: as above, `of` is not
 * read. */
qd_contrast_t *qd_contrast_new_strata(size_t terms, const double weight[], size_t strata, const size_t of[]);
void qd_contrast_free(qd_contrast_t *self);

/* The weights; and d_w of one world, w its position in the columns, NaN if a term is NaN. Neither depends on
 * the worlds added. */
const double *qd_contrast_weights(const qd_contrast_t *self);
double qd_contrast_of(const qd_contrast_t *self, size_t w, const double *const column[]);

/* States that every term lies in [least, most], which bounds the differences of worlds that were not played.
 * Without it they are unbounded. */
void qd_contrast_set_range(qd_contrast_t *self, double least, double most);

/* Adds worlds; column[k][w] is term k in the w-th of `count` worlds. A world with a NaN is left out of its
 * stratum, and of `count`, whole. */
void qd_contrast_add(qd_contrast_t *self, size_t count, const double *const column[]);

/* The mean of d against `margin`; the interval has `confidence`, in (0,1). */
qd_contrast_result_t qd_contrast_result(const qd_contrast_t *self, double confidence, double margin);

/* Whether the estimate is too skewed for Student's interval and test, by Cochran's rule (1977): count <= 25
 * g^2, g the skewness of the differences. No where few worlds differ, whose interval is another. Where the
 * large differences are so rare that no world has one, nothing in the sample shows it. */
bool qd_contrast_is_skewed(const qd_contrast_result_t *self);

/* Student's two-sided interval of another confidence; where at most QD_CONTRAST_FEW worlds differ, and fewer
 * than half of all, qd_interval_rare with the bounds of d_w if it has any, because the standard error
 * reflects only the differences seen; [0, 0] where no world differs and the margin is 0. Widened to the
 * margin where the p-value does not exclude it at that confidence, and cut at it where the p-value does. NaN
 * if the worlds are too few for a bound: 2^(1-count) > 1 - confidence. */
qd_interval_t qd_contrast_interval(const qd_contrast_result_t *self, double confidence);

#endif
