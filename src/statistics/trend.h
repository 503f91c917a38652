/* Does a mean rise (or fall) monotonically over ordered levels? Worlds are paired over the levels by common
 * random numbers, so every world gives one slope, one rank statistic and one difference per step.
 *
 *   rise    least-squares slope over the levels times their range, times the direction, averaged over worlds:
 * in units of the outcome, positive where the trend goes the way that was claimed tau     mean over worlds of
 * Kendall's S / (L (L-1) / 2), sum of sign(y_j - y_i) over levels i < j, times the direction: the same
 * without assuming a shape (compare Page 1963) steps   the L - 1 differences of neighbouring levels, times
 * the direction
 *
 * A mean that is flat but for one step has a rise, yet a mean that turns back has one, too: `monotone`
 * therefore also asks that no step be significantly against the direction, each at (1 - confidence) / (L - 1)
 * one-sided (Bonferroni). */
#ifndef QD_STATISTICS_TREND_H
#define QD_STATISTICS_TREND_H

#include <stdbool.h>
#include <stddef.h>

#include "statistics/contrast.h"

typedef struct qd_trend qd_trend_t;

typedef struct {
    qd_contrast_result_t rise;
    qd_contrast_result_t tau;   /* against a margin of 0; unpaired_se and reduction are NaN */
    size_t worst_step;          /* 0 .. L - 2: the step most against the direction, by p */
    qd_contrast_result_t worst; /* that step */
    double p_against;           /* p that it goes against the direction, Bonferroni-corrected, at most 1 */
    bool turns_back;            /* p_against < 1 - confidence */
    bool monotone;              /* the interval of `rise` lies above the margin and nothing turns back */
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
