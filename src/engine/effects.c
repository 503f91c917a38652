#include "engine/effects.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

/* ---- inputs -------------------------------------------------------------------------------------------- */

static const qd_point_t *design_point(const qd_experiment_t *experiment, size_t p)
{
    return experiment->point[p].from_claim ? NULL : &experiment->point[p];
}

static bool is_met(const qd_effects_t *self, size_t factor, double level)
{
    for (size_t i = 0; i < self->inputs; i++)
        if (self->input[i].factor == factor && self->input[i].level == level)
            return true;
    return false;
}

/* One input for each doctrine of the design but the first. */
static void add_doctrines(qd_effects_t *self, size_t factor)
{
    double first = NAN;
    for (size_t p = 0; p < self->experiment->points; p++) {
        const qd_point_t *point = design_point(self->experiment, p);
        double level = point ? point->coordinate[factor] : (double)NAN;
        first = isnan(first) ? level : first;
        if (isnan(level) || level == first || is_met(self, factor, level))
            continue;
        qd_factor_effect_t *input = &self->input[self->inputs++];
        *input = (qd_factor_effect_t){.factor = factor, .level = level};
        snprintf(input->name, sizeof input->name, "%s (not %s)", qd_doctrine_table[(size_t)level].name,
                 qd_doctrine_table[(size_t)first].name);
    }
}

static void add_inputs(qd_effects_t *self)
{
    const qd_design_t *design = &self->experiment->design;
    for (size_t f = 0; f < design->factors; f++) {
        if (design->factor[f].parameter < 0) {
            add_doctrines(self, f);
            continue;
        }
        qd_factor_effect_t *input = &self->input[self->inputs++];
        *input = (qd_factor_effect_t){.factor = f, .level = NAN};
        snprintf(input->name, sizeof input->name, "%s", design->factor[f].name);
    }
}

qd_status_t qd_effects_init(qd_effects_t *self, qd_result_file_t *file, const qd_experiment_t *experiment,
                            qd_error_t *error)
{
    *self = (qd_effects_t){.file = file, .experiment = experiment};
    if (!experiment || experiment->points != qd_result_file_points(file) ||
        (experiment->design.type != QD_DESIGN_LHS && experiment->design.type != QD_DESIGN_SOBOL))
        return QD_OK;
    size_t most = experiment->design.factors + qd_doctrine_count;
    self->input = qd_new(most, sizeof *self->input, error);
    self->sorted = qd_new(most, sizeof *self->sorted, error);
    self->found = qd_new(most, sizeof *self->found, error);
    self->x = qd_new(experiment->points * most, sizeof *self->x, error);
    self->y = qd_new(experiment->points, sizeof *self->y, error);
    if (!self->input || !self->sorted || !self->found || !self->x || !self->y)
        return QD_ERROR_MEMORY;
    add_inputs(self);
    return QD_OK;
}

void qd_effects_clear(qd_effects_t *self)
{
    free(self->input);
    free(self->sorted);
    free(self->found);
    free(self->x);
    free(self->y);
    *self = (qd_effects_t){0};
}

/* ---- correlations -------------------------------------------------------------------------------------- */

/* Fills x and y with the points that have a mean. */
static qd_status_t read_points(qd_effects_t *self, size_t order, qd_outcome_t outcome, qd_error_t *error)
{
    self->points = 0;
    for (size_t p = 0; p < self->experiment->points; p++) {
        const qd_point_t *point = design_point(self->experiment, p);
        qd_result_summary_t summary;
        if (!point)
            continue;
        qd_status_t status = qd_result_file_summary(self->file, p, order, outcome, &summary, error);
        if (status != QD_OK)
            return status;
        if (summary.count == 0 || !isfinite(summary.mean))
            continue;
        for (size_t i = 0; i < self->inputs; i++) {
            double value = point->coordinate[self->input[i].factor];
            self->x[self->points * self->inputs + i] = isnan(self->input[i].level)     ? value
                                                       : value == self->input[i].level ? 1.0
                                                                                       : 0.0;
        }
        self->y[self->points++] = summary.mean;
    }
    return QD_OK;
}

static int stronger(const void *a, const void *b)
{
    double x = fabs(((const qd_factor_effect_t *)a)->effect.r),
           y = fabs(((const qd_factor_effect_t *)b)->effect.r);
    return (x < y || (isnan(x) && !isnan(y))) - (x > y || (isnan(y) && !isnan(x)));
}

qd_status_t qd_effects_find(qd_effects_t *self, size_t order, qd_outcome_t outcome, qd_error_t *error)
{
    static const qd_rank_correlation_t unknown = {NAN, {NAN, NAN}};
    qd_status_t status = read_points(self, order, outcome, error);
    self->partial = false;
    for (size_t i = 0; i < self->inputs; i++)
        self->found[i] = unknown;
    if (status == QD_OK && self->points >= 4)
        status = qd_rank_correlations(self->points, self->inputs, self->x, self->y, QD_EFFECTS_CONFIDENCE,
                                      self->found, &self->partial, error);
    for (size_t i = 0; i < self->inputs; i++) {
        self->sorted[i] = self->input[i];
        self->sorted[i].effect = self->found[i];
    }
    qsort(self->sorted, self->inputs, sizeof *self->sorted, stronger);
    return status;
}

qd_result_effect_t qd_effects_row(const qd_effects_t *self, size_t i, const char *order, const char *outcome)
{
    const qd_factor_effect_t *input = &self->sorted[i];
    return (qd_result_effect_t){.outcome = outcome,
                                .order = order,
                                .factor = input->name,
                                .method = self->partial ? "prcc" : "spearman",
                                .points = (int64_t)self->points,
                                .estimate = input->effect.r,
                                .low = input->effect.interval.low,
                                .high = input->effect.interval.high,
                                .confidence = QD_EFFECTS_CONFIDENCE};
}
