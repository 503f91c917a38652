/* Monotone trends of a mean over ordered levels, by paired contrasts. */
#ifndef QD_STATISTICS_TREND_H
#define QD_STATISTICS_TREND_H

#include "statistics/contrast.h"

/* Does a mean rise (or fall) monotonically over ordered levels? Worlds are paired over the levels by common
 * random numbers, so every world gives one slope, one rank statistic and one difference per step.
 *
 *   rise     least-squares slope over the levels times their range, times the direction, averaged over
 *            worlds: in units of the outcome, positive if the trend has the claimed direction
 *   tau      mean over worlds of Kendall's S / (L (L-1) / 2), the sum of sign(y_j - y_i) over levels i < j,
 *            times the direction: the same without assuming a shape (compare Page 1963)
 *   steps    the L - 1 differences of neighbouring levels, times the direction
 *
 * A mean that turns back at one step, or stays flat, may still have a rise. The trend is therefore tested by
 * intersection-union (Berger 1982): it holds if the rise exceeds the margin and every step exceeds 0, each
 * tested one-sided. The largest of these p-values is the p-value of the whole, without a correction for their
 * number. The test then takes a true step of 0 or below for a rise with at most the level's probability. */

typedef struct qd_trend qd_trend_t;

typedef struct {
    qd_contrast_result_t rise;
    qd_contrast_result_t tau; /* against a margin of 0; unpaired_se and reduction are NaN */
    size_t weakest_step;      /* 0 .. L - 2: the step with the largest p_above */
    qd_contrast_result_t weakest;
    double p; /* two-sided: of the intersection-union test where the rise exceeds the margin, else that
                         of the rise; NaN below two worlds */
    double p_against; /* p-value of "some step goes against the direction", Bonferroni-corrected */
    bool turns_back;  /* p_against < 1 - confidence */
    bool monotone;    /* the rise exceeds the margin and p <= 1 - confidence */
} qd_trend_result_t;

/* level[0..levels-1] ascending, levels >= 2, not all equal; direction +1 (rises) or -1 (falls); strata >= 1,
 * whose mean every level is, and whose worlds are independent of each other where there are several. NULL
 * when memory is short. */
qd_trend_t *qd_trend_new(size_t levels, const double level[], int direction, size_t strata);
void qd_trend_free(qd_trend_t *self);

/* States that the outcome lies in [least, most], as for qd_contrast_set_range. */
void qd_trend_set_range(qd_trend_t *self, double least, double most);

/* Adds worlds: column[l strata + s][w] is the outcome at level l in stratum s in the w-th of `count` worlds
 * (where an arm averages over several points: their mean in that world). A world with a NaN is left out of
 * its stratum whole. */
void qd_trend_add(qd_trend_t *self, size_t count, const double *const column[]);

qd_trend_result_t qd_trend_result(const qd_trend_t *self, double confidence, double margin);

#endif
