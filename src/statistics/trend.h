/* Does a mean rise (or fall) monotonically over ordered levels? Worlds are paired over the levels by common
 * random numbers, so every world gives one slope, one rank statistic and one difference per step.
 *
 *   rise     least-squares slope over the levels times their range, times the direction, averaged over worlds:
 *            in units of the outcome, positive where the trend goes the way that was claimed
 *   tau      mean over worlds of Kendall's S / (L (L-1) / 2), the sum of sign(y_j - y_i) over levels i < j,
 *            times the direction: the same without assuming a shape (compare Page 1963)
 *   steps    the L - 1 differences of neighbouring levels, times the direction
 *
 * A mean that turns back at one step, or stays flat, may still have a rise. The trend is therefore tested by
 * intersection-union (Berger 1982): it holds if the rise exceeds the margin and every step exceeds 0, each
 * tested one-sided. The largest of these p-values is the p-value of the whole, without a correction for their
 * number. A true step of 0 or below is then taken for a rise with at most the level's probability. */
#ifndef QD_STATISTICS_TREND_H
#define QD_STATISTICS_TREND_H

#include <stdbool.h>
#include <stddef.h>

#include "statistics/contrast.h"

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

/* level[0..levels-1] ascending, levels >= 2, not all equal; direction +1 (rises) or -1 (falls). NULL when
 * memory is short. */
qd_trend_t *qd_trend_new(size_t levels, const double level[], int direction);
void qd_trend_free(qd_trend_t *self);

/* Adds worlds: column[l][w] is the outcome at level l in the w-th of `count` worlds (where an arm averages
 * over several points: their mean in that world). A world with a NaN is left out whole. */
void qd_trend_add(qd_trend_t *self, size_t count, const double *const column[]);

qd_trend_result_t qd_trend_result(const qd_trend_t *self, double confidence, double margin);

#endif
