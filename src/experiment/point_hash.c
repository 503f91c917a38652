#include "experiment/point_hash.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

#include "experiment/settings.h"

/* One setting in a fixed layout; `at` is -1 outside a schedule. */
static uint64_t setting_hash(qd_parameter_t parameter, const qd_distribution_t *d, int at, uint64_t seed)
{
    double fields[10 + 2 * QD_CHOICES_MAX] = {(double)at, (double)d->kind, (double)d->key, d->n, d->a, d->b,
                                              d->c,       d->low,          d->high,        0.0};
    size_t used = 10;
    fields[9] = (double)XXH32(qd_parameter_name(parameter), strlen(qd_parameter_name(parameter)), 0);
    for (int i = 0; i < d->n; i++) {
        fields[used++] = d->value[i];
        fields[used++] = d->cumulative[i];
    }
    for (size_t i = 0; i < used; i++)
        fields[i] += 0.0; /* one zero only */
    return XXH3_64bits_withSeed(fields, used * sizeof *fields, seed);
}

static uint64_t coordinate_hash(const qd_factor_t *factor, double value)
{
    uint64_t sum = 0;
    qd_setting_t expanded[QD_DOCTRINE_FIELDS];
    qd_given_t given = {factor->parameter, qd_constant(value)};
    size_t n = qd_given_expand(&given, expanded);
    for (size_t i = 0; i < n; i++)
        sum += setting_hash(expanded[i].parameter, &expanded[i].distribution, -1, 0);
    return sum;
}

/* A sum, so that the order of what was given does not matter; changes are seeded by their place in the
 * schedule. */
uint64_t qd_point_hash(const qd_design_t *design, const qd_point_t *point)
{
    uint64_t sum = 0;
    for (size_t f = 0; f < design->factors; f++)
        if (!isnan(point->coordinate[f]))
            sum += coordinate_hash(&design->factor[f], point->coordinate[f]);
    for (size_t i = 0; i < point->settings; i++)
        sum += setting_hash(point->setting[i].parameter, &point->setting[i].distribution, -1, 0);
    for (size_t i = 0; i < point->changes; i++)
        sum += setting_hash(point->change[i].parameter, &point->change[i].distribution, point->change[i].at,
                            i + 1);
    return XXH3_64bits(&sum, sizeof sum);
}

uint64_t qd_point_hash_varied(const qd_experiment_t *experiment, const qd_point_t *point)
{
    const qd_robustness_t *robustness = &experiment->robustness;
    const qd_variation_t *group = &robustness->group[point->group];
    const double *value = robustness->value + (point->variation - 1) * robustness->factors;
    uint64_t sum = 0;
    for (size_t f = 0; f < robustness->factors; f++)
        if (group->free[f])
            sum += coordinate_hash(&robustness->factor[f], value[f]);
    return XXH3_64bits_withSeed(&sum, sizeof sum, qd_point_hash(&experiment->design, point));
}
