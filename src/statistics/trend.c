#include "statistics/trend.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

struct qd_trend {
    size_t levels, strata;
    double direction;
    qd_contrast_t *rise, *tau;
    qd_contrast_t **step; /* levels - 1 */
    const double **at;    /* 2 strata: columns of one step in one world */
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

/* One weight for each level becomes one for each of its strata, whose mean the level is. Terms lie level by
 * level. */
static qd_contrast_t *of_levels(size_t levels, const double weight[], size_t strata)
{
    double *each = qd_new(levels * strata, sizeof *each, NULL);
    size_t *of = qd_new(levels * strata, sizeof *of, NULL);
    qd_contrast_t *out = NULL;
    for (size_t k = 0; each && of && k < levels * strata; k++) {
        each[k] = weight[k / strata] / (double)strata;
        of[k] = k % strata;
    }
    if (each && of)
        out = qd_contrast_new_strata(levels * strata, each, strata, of);
    free(of);
    free(each);
    return out;
}

static bool make_contrasts(qd_trend_t *self, const double level[])
{
    double *weight = qd_new(self->levels, sizeof *weight, NULL);
    self->step = qd_new(self->levels, sizeof(qd_contrast_t *), NULL);
    self->at = qd_new(2 * self->strata, sizeof(double *), NULL);
    bool made = weight && self->step && self->at;
    if (!made)
        goto out;
    rise_weights(self->levels, level, self->direction, weight);
    self->rise = of_levels(self->levels, weight, self->strata);
    self->tau = qd_contrast_new(1, (const double[]){1.0});
    made = self->rise && self->tau;
    for (size_t l = 0; made && l + 1 < self->levels; l++) {
        self->step[l] = of_levels(2, (const double[]){-self->direction, self->direction}, self->strata);
        made = self->step[l] != NULL;
    }
out:
    free(weight);
    return made;
}

qd_trend_t *qd_trend_new(size_t levels, const double level[], int direction, size_t strata)
{
    qd_trend_t *self = qd_new(1, sizeof *self, NULL);
    if (!self)
        return NULL;
    self->levels = levels;
    self->strata = strata;
    self->direction = direction < 0 ? -1.0 : 1.0;
    if (!make_contrasts(self, level)) {
        qd_trend_free(self);
        return NULL;
    }
    return self;
}

void qd_trend_set_range(qd_trend_t *self, double least, double most)
{
    qd_contrast_set_range(self->rise, least, most);
    qd_contrast_set_range(self->tau, -1.0, 1.0);
    for (size_t l = 0; l + 1 < self->levels; l++)
        qd_contrast_set_range(self->step[l], least, most);
}

void qd_trend_free(qd_trend_t *self)
{
    if (!self)
        return;
    for (size_t l = 0; self->step && l + 1 < self->levels; l++)
        qd_contrast_free(self->step[l]);
    free(self->step);
    free(self->at);
    qd_contrast_free(self->rise);
    qd_contrast_free(self->tau);
    free(self);
}

/* Mean of a level over its strata in one world. */
static double level_mean(const qd_trend_t *self, size_t level, size_t w, const double *const column[])
{
    double sum = 0.0;
    for (size_t s = 0; s < self->strata; s++)
        sum += column[level * self->strata + s][w];
    return sum / (double)self->strata;
}

/* Kendall's S of one world over its greatest value, NaN where a level has no value. */
static double world_tau(const qd_trend_t *self, size_t w, const double *const column[])
{
    double score = 0.0;
    for (size_t i = 0; i < self->levels; i++) {
        double here = level_mean(self, i, w, column);
        if (isnan(here))
            return NAN;
        for (size_t j = i + 1; j < self->levels; j++) {
            double there = level_mean(self, j, w, column);
            score += (double)((there > here) - (there < here));
        }
    }
    return self->direction * score / ((double)self->levels * (double)(self->levels - 1) / 2.0);
}

/* Whether a stratum has a value at every level in a world. */
static bool is_whole(const qd_trend_t *self, size_t stratum, size_t w, const double *const column[])
{
    for (size_t l = 0; l < self->levels; l++)
        if (isnan(column[l * self->strata + stratum][w]))
            return false;
    return true;
}

/* One world's steps; strata that lack a level are left out of all. */
static void add_steps(qd_trend_t *self, size_t w, const double *const column[])
{
    static const double missing = NAN;
    for (size_t l = 0; l + 1 < self->levels; l++) {
        for (size_t s = 0; s < self->strata; s++) {
            bool whole = is_whole(self, s, w, column);
            self->at[s] = whole ? column[l * self->strata + s] + w : &missing;
            self->at[self->strata + s] = whole ? column[(l + 1) * self->strata + s] + w : &missing;
        }
        qd_contrast_add(self->step[l], 1, self->at);
    }
}

void qd_trend_add(qd_trend_t *self, size_t count, const double *const column[])
{
    qd_contrast_add(self->rise, count, column);
    for (size_t w = 0; w < count; w++) {
        double tau = world_tau(self, w, column);
        qd_contrast_add(self->tau, 1, (const double *const[]){&tau});
        add_steps(self, w, column);
    }
}

/* Intersection-union (Berger 1982): "rises at every step" holds at the level of its weakest test,
 * uncorrected. */
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
