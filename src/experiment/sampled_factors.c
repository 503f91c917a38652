#include "experiment/sampled_factors.h"

#include <math.h>
#include <stdlib.h>

#include "design/design.h"
#include "experiment/distributions.h"

static qd_distribution_t finished(const qd_factor_t *factor)
{
    qd_given_t given = {factor->parameter, factor->distribution};
    return qd_given_finished(&given);
}

static double weight_of(const qd_distribution_t *choice, int i)
{
    return choice->cumulative[i] - (i > 0 ? choice->cumulative[i - 1] : 0.0);
}

/* Whether choice i has weight and does not repeat one before that has. */
static bool counts(const qd_distribution_t *choice, int i)
{
    for (int k = 0; k < i; k++)
        if (choice->value[k] == choice->value[i] && weight_of(choice, k) > 0.0)
            return false;
    return weight_of(choice, i) > 0.0;
}

static size_t choices(const qd_distribution_t *choice)
{
    size_t count = 0;
    for (int i = 0; i < choice->n; i++)
        count += counts(choice, i);
    return count;
}

static double choice_number(const qd_distribution_t *choice, size_t number)
{
    for (int i = 0; i < choice->n; i++)
        if (counts(choice, i) && number-- == 0)
            return choice->value[i];
    return NAN;
}

size_t qd_factor_values(const qd_factor_t *self)
{
    qd_distribution_t distribution = finished(self);
    if (self->levels > 0)
        return self->levels;
    switch (distribution.kind) {
    case QD_CHOICE:
        return choices(&distribution);
    case QD_INTEGERS:
        return (size_t)(distribution.b - distribution.a) + 1;
    case QD_CONSTANT:
        return 1;
    default:
        return 0;
    }
}

void qd_factor_draw(const qd_factor_t *self, size_t points, size_t stride, const double unit[], double x[])
{
    qd_distribution_t distribution = finished(self);
    for (size_t i = 0; i < points * stride; i += stride) {
        size_t level = (size_t)(unit[i] * (double)self->levels);
        if (self->levels > 0)
            x[i] = self->level[level < self->levels ? level : self->levels - 1];
        else
            x[i] = qd_distribution_quantile(&distribution, unit[i]);
    }
}

/* Leaves a normal its part between the outermost quantiles. A distribution of which the range of the parameter
 * leaves nothing but a tail beyond them stays as it is. */
static void cut_tails(qd_distribution_t *self)
{
    double low = fmax(self->u_low, QD_MORRIS_LOW_QUANTILE),
           high = fmin(self->u_high, QD_MORRIS_HIGH_QUANTILE);
    if (low < high) {
        self->u_low = low;
        self->u_high = high;
    }
}

/* Value `number` of a factor that has values. */
static double value_of(const qd_factor_t *self, const qd_distribution_t *distribution, size_t number)
{
    if (self->levels > 0)
        return self->level[number];
    return distribution->kind == QD_CHOICE ? choice_number(distribution, number)
                                           : distribution->a + (double)number;
}

void qd_factor_place(const qd_factor_t *self, size_t points, size_t stride, const double unit[], double x[])
{
    size_t values = qd_factor_values(self);
    qd_distribution_t distribution = finished(self);
    if (distribution.kind == QD_NORMAL || distribution.kind == QD_LOGNORMAL)
        cut_tails(&distribution);
    for (size_t i = 0; i < points * stride; i += stride)
        if (values > 0)
            x[i] = value_of(self, &distribution, (size_t)rint(unit[i] * (double)(values - 1)));
        else
            x[i] = qd_distribution_quantile(&distribution, unit[i]);
}

qd_status_t qd_factors_morris(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                              qd_error_t *error)
{
    size_t *levels = malloc((design->factors + 1) * sizeof *levels);
    if (levels == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for the levels of %zu factors",
                            design->factors);
    for (size_t f = 0; f < design->factors; f++) {
        size_t values = qd_factor_values(&design->factor[f]);
        levels[f] = values > 0 ? values : design->levels;
    }
    qd_status_t status = qd_design_morris(design->size, design->factors, levels, seed, unit, moved, error);
    free(levels);
    return status;
}
