#include "statistics/trend.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

struct qd_trend {
    size_t levels;
    double direction;
    qd_contrast_t *rise, *tau;
    qd_contrast_t **step; /* levels - 1 */
};

/* Weights of the least-squares slope, times the range of the levels and the direction. */
static void rise_weights(size_t levels, const double level[], double direction, double weight[])
{
    double mean = 0.0, squares = 0.0;
    for (size_t l = 0; l < levels; l++)
        mean += level[l] / (double)levels;
    for (size_t l = 0; l < levels; l++)
        squares += (level[l] - mean) * (level[l] - mean);
    for (size_t l = 0; l < levels; l++)
        weight[l] = direction * (level[l] - mean) / squares * (level[levels - 1] - level[0]);
}

static bool make_contrasts(qd_trend_t *self, const double level[])
{
    double *weight = qd_new(self->levels, sizeof *weight, NULL);
    self->step = qd_new(self->levels, sizeof(qd_contrast_t *), NULL);
    bool made = weight != NULL && self->step != NULL;
    if (!made)
        goto out;
    rise_weights(self->levels, level, self->direction, weight);
    self->rise = qd_contrast_new(self->levels, weight);
    self->tau = qd_contrast_new(1, (const double[]){1.0});
    made = self->rise != NULL && self->tau != NULL;
    for (size_t l = 0; made && l + 1 < self->levels; l++) {
        self->step[l] = qd_contrast_new(2, (const double[]){-self->direction, self->direction});
        made = self->step[l] != NULL;
    }
out:
    free(weight);
    return made;
}

qd_trend_t *qd_trend_new(size_t levels, const double level[], int direction)
{
    qd_trend_t *self = qd_new(1, sizeof *self, NULL);
    if (self == NULL)
        return NULL;
    self->levels = levels;
    self->direction = direction < 0 ? -1.0 : 1.0;
    if (!make_contrasts(self, level)) {
        qd_trend_free(self);
        return NULL;
    }
    return self;
}

void qd_trend_free(qd_trend_t *self)
{
    if (self == NULL)
        return;
    for (size_t l = 0; self->step != NULL && l + 1 < self->levels; l++)
        qd_contrast_free(self->step[l]);
    free(self->step);
    qd_contrast_free(self->rise);
    qd_contrast_free(self->tau);
    free(self);
}

/* Kendall's S of one world over its greatest value, NaN where a level has no value. */
static double world_tau(const qd_trend_t *self, size_t w, const double *const column[])
{
    double score = 0.0;
    for (size_t i = 0; i < self->levels; i++) {
        if (isnan(column[i][w]))
            return NAN;
        for (size_t j = i + 1; j < self->levels; j++)
            score += (double)((column[j][w] > column[i][w]) - (column[j][w] < column[i][w]));
    }
    return self->direction * score / ((double)self->levels * (double)(self->levels - 1) / 2.0);
}

void qd_trend_add(qd_trend_t *self, size_t count, const double *const column[])
{
    qd_contrast_add(self->rise, count, column);
    for (size_t w = 0; w < count; w++) {
        double tau = world_tau(self, w, column);
        qd_contrast_add(self->tau, 1, (const double *const[]){&tau});
        if (isnan(tau))
            continue;
        for (size_t l = 0; l + 1 < self->levels; l++)
            qd_contrast_add(self->step[l], 1, (const double *const[]){column[l] + w, column[l + 1] + w});
    }
}

/* Intersection-union (Berger 1982): "rises at every step" holds at the level of its weakest test, uncorrected. */
static double supporting_p(const qd_trend_result_t *found)
{
    return fmin(1.0, 2.0 * fmax(found->rise.p_above, found->weakest.p_above));
}

qd_trend_result_t qd_trend_result(const qd_trend_t *self, double confidence, double margin)
{
    qd_trend_result_t out = {.rise = qd_contrast_result(self->rise, confidence, margin),
                             .tau = qd_contrast_result(self->tau, confidence, 0.0),
                             .p = NAN,
                             .p_against = NAN};
    double steps = (double)(self->levels - 1);
    out.tau.unpaired_se = out.tau.reduction = NAN;
    for (size_t l = 0; l + 1 < self->levels; l++) {
        qd_contrast_result_t step = qd_contrast_result(self->step[l], confidence, 0.0);
        if (l == 0 || step.p_above > out.weakest.p_above) {
            out.weakest = step;
            out.weakest_step = l;
        }
        double against = fmin(1.0, step.p_below * steps);
        out.p_against = l == 0 ? against : fmin(out.p_against, against);
    }
    if (out.rise.count < 2)
        return out;
    out.turns_back = out.p_against < 1.0 - confidence;
    out.p = out.rise.estimate > margin ? supporting_p(&out) : out.rise.p;
    out.monotone = out.rise.estimate > margin && out.p <= 1.0 - confidence;
    return out;
}
