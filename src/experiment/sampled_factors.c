#include "experiment/sampled_factors.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "design/design.h"
#include "experiment/distributions.h"
#include "random/distribution.h"

static qd_distribution_t finished(const qd_factor_t *factor)
{
    qd_given_t given = {factor->parameter, factor->distribution};
    return qd_given_finished(&given);
}

int qd_factor_find(const qd_design_t *design, int parameter)
{
    for (size_t f = 0; f < design->factors; f++)
        if (design->factor[f].parameter == parameter)
            return (int)f;
    return -1;
}

size_t qd_factor_values(const qd_factor_t *self)
{
    double first;
    qd_distribution_t distribution = finished(self);
    return self->levels > 0 ? self->levels : qd_distribution_value(&distribution, 0, &first);
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

/* Truncates an unbounded distribution (u_low < u_high) at the outermost quantiles of a Morris design. If the
 * parameter's range leaves only a tail beyond them, the distribution stays unchanged; so does a bounded one, whose
 * u_low and u_high are 0. */
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
    double value = NAN;
    qd_distribution_value(distribution, number, &value);
    return value;
}

void qd_factor_place(const qd_factor_t *self, size_t points, size_t stride, const double unit[], double x[])
{
    size_t values = qd_factor_values(self);
    qd_distribution_t distribution = finished(self);
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
    size_t *levels = qd_new(design->factors + 1, sizeof *levels, error);
    if (levels == NULL)
        return QD_ERROR_MEMORY;
    for (size_t f = 0; f < design->factors; f++) {
        size_t values = qd_factor_values(&design->factor[f]);
        levels[f] = values > 0 ? values : design->levels;
    }
    qd_status_t status = qd_design_morris(design->size, design->factors, levels, seed, unit, moved, error);
    free(levels);
    return status;
}
