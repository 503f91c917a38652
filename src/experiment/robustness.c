#include "experiment/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/design.h"
#include "experiment/distributions.h"
#include "experiment/points.h"
#include "experiment/settings.h"

#define ROWS_MIN   10
#define ROWS_MAX   100000
#define WORLDS_MIN 2

static void free_group(qd_variation_t *self)
{
    free(self->free);
    free(self->position);
}

void qd_robustness_free(qd_experiment_t *self)
{
    qd_robustness_t *robustness = &self->robustness;
    for (size_t g = 0; g < robustness->groups; g++)
        free_group(&robustness->group[g]);
    for (size_t f = 0; f < robustness->factors; f++)
        free(robustness->factor[f].name);
    free(robustness->group);
    free(robustness->factor);
    free(robustness->value);
    free(robustness->of_claim);
}

/* ---- the varied parameters ----------------------------------------------------------------------------- */

static bool is_scheduled(const qd_experiment_t *self, qd_parameter_t parameter)
{
    for (size_t i = 0; i < self->changes; i++)
        if (self->change[i].parameter == parameter)
            return true;
    return false;
}

/* The distribution of a parameter in an order, from the file's `parameters` or the default. */
static const qd_distribution_t *value_in(const qd_experiment_t *self, size_t order, qd_parameter_t parameter)
{
    const qd_distribution_t *found = &qd_parameter_info(parameter)->by_order[self->order[order].kind];
    for (size_t i = 0; i < self->settings; i++)
        if (self->setting[i].parameter == parameter)
            found = &self->setting[i].distribution;
    return found;
}

/* Whether all orders and worlds have one value. */
static bool common_value(const qd_experiment_t *self, qd_parameter_t parameter, double *value)
{
    *value = value_in(self, 0, parameter)->a;
    for (size_t o = 0; o < self->orders; o++) {
        const qd_distribution_t *here = value_in(self, o, parameter);
        if (here->kind != QD_CONSTANT || here->a != *value)
            return false;
    }
    return true;
}

/* The values within a share of `value` and the parameter's range; false where there is only one. */
static bool around(qd_parameter_t parameter, double value, double range, qd_distribution_t *out)
{
    const qd_parameter_info_t *info = qd_parameter_info(parameter);
    double low = fmax(info->low, value - range * fabs(value)),
           high = fmin(info->high, value + range * fabs(value));
    bool whole = info->type == QD_TYPE_WHOLE;
    *out = (qd_distribution_t){.kind = whole ? QD_INTEGERS : QD_UNIFORM,
                               .a = whole ? ceil(low) : low,
                               .b = whole ? floor(high) : high};
    return (whole || info->type == QD_TYPE_REAL) && out->a < out->b;
}

static bool add_factor(qd_loading_t *load, qd_parameter_t parameter, const qd_distribution_t *written)
{
    qd_robustness_t *robustness = &load->self->robustness;
    char *name = qd_loading_copy(load, qd_parameter_name(parameter));
    if (!name)
        return false;
    robustness->factor[robustness->factors++] =
        (qd_factor_t){.name = name, .parameter = (int)parameter, .distribution = *written};
    return true;
}

/* Whether `parameters` may give a distribution for a parameter. */
static bool check_own(qd_loading_t *load, const qd_yaml_node_t *map, const qd_given_t *given)
{
    const qd_yaml_node_t *node = qd_yaml_get(map, qd_given_name(given->parameter));
    if (given->parameter == QD_DOCTRINE)
        return qd_yaml_fail_key(node, "found `doctrine`; expected parameters, such as doctrine.foresight");
    if (given->written.kind == QD_CONSTANT)
        return qd_yaml_expected(node, "a distribution, such as {uniform: [low, high]}");
    if (qd_factor_find(&load->self->design, given->parameter) >= 0)
        return qd_yaml_fail_key(
            node, "found `%s`, a factor of the design; expected a parameter that it leaves alone",
            qd_given_name(given->parameter));
    if (is_scheduled(load->self, (qd_parameter_t)given->parameter))
        return qd_yaml_fail_key(
            node, "found `%s`, which the schedule changes; expected a parameter that it leaves alone",
            qd_given_name(given->parameter));
    return true;
}

/* Fills the list of factors, in the registry's order. */
static bool list_factors(qd_loading_t *load, const qd_yaml_node_t *own, const qd_block_t *block)
{
    qd_experiment_t *self = load->self;
    bool good = true;
    self->robustness.factor = qd_loading_room(load, QD_PARAMETER_COUNT, sizeof *self->robustness.factor);
    for (size_t i = 0; i < block->count; i++)
        good = check_own(load, own, &block->given[i]) && good;
    for (size_t i = 0; self->robustness.factor && good && i < QD_PARAMETER_COUNT; i++) {
        qd_parameter_t parameter = (qd_parameter_t)i;
        const qd_given_t *given = qd_block_find(block, (int)i);
        qd_distribution_t written;
        double value;
        if (given)
            good = add_factor(load, parameter, &given->written);
        else if (self->robustness.range > 0.0 && !qd_parameter_is_frame((int)i) &&
                 !is_scheduled(self, parameter) && common_value(self, parameter, &value) &&
                 around(parameter, value, self->robustness.range, &written))
            good = add_factor(load, parameter, &written);
    }
    return good && self->robustness.factor;
}

/* ---- the hypercube ------------------------------------------------------------------------------------- */

static bool fill_values(qd_loading_t *load)
{
    qd_robustness_t *robustness = &load->self->robustness;
    size_t rows = robustness->rows, factors = robustness->factors;
    double *unit = qd_loading_room(load, rows * factors, sizeof *unit);
    robustness->value = unit;
    if (!unit || qd_design_lhs(rows, factors, load->self->seed, unit, load->error) != QD_OK)
        return false;
    for (size_t f = 0; f < factors; f++) {
        if (qd_factor_values(&robustness->factor[f]) > 0)
            qd_design_lhs_align(rows, factors, f, load->self->seed, unit);
        qd_factor_draw(&robustness->factor[f], rows, factors, unit + f, unit + f);
    }
    return true;
}

/* ---- free parameters of claims ------------------------------------------------------------------------- */

static void hold(qd_variation_t *group, const qd_robustness_t *robustness, int parameter)
{
    qd_given_t given = {parameter, qd_constant(0.0)};
    qd_setting_t setting[QD_DOCTRINE_FIELDS];
    size_t settings = qd_given_expand(&given, setting);
    for (size_t f = 0; f < robustness->factors; f++)
        for (size_t s = 0; s < settings; s++)
            if (robustness->factor[f].parameter == (int)setting[s].parameter)
                group->free[f] = false;
}

/* Fixes every parameter that a point sets. */
static void hold_settings(const qd_experiment_t *self, const qd_point_t *point, qd_variation_t *group)
{
    for (size_t f = 0; f < self->design.factors; f++)
        if (!isnan(point->coordinate[f]))
            hold(group, &self->robustness, self->design.factor[f].parameter);
    for (size_t i = 0; i < point->settings; i++)
        hold(group, &self->robustness, (int)point->setting[i].parameter);
    for (size_t i = 0; i < point->changes; i++)
        hold(group, &self->robustness, (int)point->change[i].parameter);
}

/* The group of a claim: one with the same free parameters, or a new one; SIZE_MAX when memory is short. */
static size_t group_of(qd_loading_t *load, const bool named[], size_t points)
{
    qd_experiment_t *self = load->self;
    qd_robustness_t *robustness = &self->robustness;
    qd_variation_t *group = &robustness->group[robustness->groups];
    size_t size = robustness->factors * sizeof *group->free, at = 0;
    *group = (qd_variation_t){.free = qd_loading_room(load, robustness->factors, sizeof *group->free),
                              .position = qd_loading_room(load, points, sizeof *group->position),
                              .points = points};
    robustness->groups++;
    if (!group->free || !group->position)
        return SIZE_MAX;
    memset(group->free, 1, size);
    for (size_t p = 0; p < points; p++) {
        group->position[p] = SIZE_MAX;
        if (named[p])
            hold_settings(self, &self->point[p], group);
    }
    while (at + 1 < robustness->groups && memcmp(robustness->group[at].free, group->free, size) != 0)
        at++;
    if (at + 1 < robustness->groups)
        free_group(&robustness->group[--robustness->groups]);
    return at;
}

/* Adds the named points to the members of a group. */
static void add_members(qd_variation_t *group, const bool named[])
{
    for (size_t p = 0; p < group->points; p++)
        if (named[p] && group->position[p] == SIZE_MAX)
            group->position[p] = group->members++;
}

static bool has_free(const qd_robustness_t *self, const qd_variation_t *group)
{
    for (size_t f = 0; f < self->factors; f++)
        if (group->free[f])
            return true;
    return false;
}

static bool find_groups(qd_loading_t *load, const qd_yaml_node_t *node, size_t points)
{
    qd_experiment_t *self = load->self;
    qd_robustness_t *robustness = &self->robustness;
    bool *named = qd_loading_room(load, points, sizeof *named), good = true;
    robustness->group = qd_loading_room(load, self->claims, sizeof *robustness->group);
    robustness->of_claim = qd_loading_room(load, self->claims, sizeof *robustness->of_claim);
    good = named && robustness->group && robustness->of_claim;
    for (size_t c = 0; good && c < self->claims; c++) {
        robustness->of_claim[c] = SIZE_MAX;
        if (self->claim[c].kind == QD_CLAIM_BIMODAL)
            continue;
        memset(named, 0, points * sizeof *named);
        qd_claim_mark(&self->claim[c], named);
        size_t g = robustness->of_claim[c] = group_of(load, named, points);
        good = g != SIZE_MAX;
        if (good)
            add_members(&robustness->group[g], named);
        if (good && !has_free(robustness, &robustness->group[g]))
            good = qd_yaml_fail(
                node, "found no parameter to vary for the claim `%s`; expected one that its arms leave alone",
                self->claim[c].id);
    }
    free(named);
    if (good && robustness->groups == 0)
        good =
            qd_yaml_fail(node, "found no claim about an effect; expected one whose robustness can be judged");
    return good;
}

/* ---- counterparts -------------------------------------------------------------------------------------- */

/* `hash`: of the row (qd_variation_hash). */
static bool make_counterpart(qd_loading_t *load, size_t g, size_t row, uint64_t hash, size_t p)
{
    qd_experiment_t *self = load->self;
    qd_point_t counterpart;
    char suffix[60];
    if (self->robustness.groups > 1)
        snprintf(suffix, sizeof suffix, "robustness %zu:%zu", g + 1, row + 1);
    else
        snprintf(suffix, sizeof suffix, "robustness %zu", row + 1);
    if (!qd_counterpart_make(load, &self->point[p], 0, NULL, suffix, &counterpart))
        return false;
    counterpart.variation = 1 + row;
    counterpart.group = g;
    counterpart.hash = qd_point_hash_varied(&self->design, &counterpart, hash);
    self->point[self->points++] = counterpart;
    return true;
}

static bool make_counterparts(qd_loading_t *load, const qd_yaml_node_t *node)
{
    qd_robustness_t *robustness = &load->self->robustness;
    size_t members = 0;
    bool good = true;
    for (size_t g = 0; g < robustness->groups; g++)
        members += robustness->group[g].members;
    if (!qd_counterparts_reserve(load, node, members * robustness->rows))
        return false;
    for (size_t g = 0; g < robustness->groups; g++) {
        qd_variation_t *group = &robustness->group[g];
        size_t *member = qd_loading_room(load, group->members, sizeof *member);
        good = good && member;
        group->first = load->self->points;
        for (size_t p = 0; member && p < group->points; p++)
            if (group->position[p] != SIZE_MAX)
                member[group->position[p]] = p;
        for (size_t row = 0; good && row < robustness->rows; row++) {
            uint64_t hash = qd_variation_hash(robustness, g, row);
            for (size_t i = 0; good && i < group->members; i++)
                good = make_counterpart(load, g, row, hash, member[i]);
        }
        free(member);
    }
    return good;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static bool read_numbers(qd_loading_t *load, const qd_yaml_node_t *map, uint64_t *rows)
{
    qd_robustness_t *robustness = &load->self->robustness;
    const qd_yaml_node_t *points = qd_yaml_get(map, "points"), *worlds = qd_yaml_get(map, "worlds"),
                         *range = qd_yaml_get(map, "range");
    bool good = (!points || qd_yaml_whole(points, ROWS_MIN, ROWS_MAX, rows));
    good = (!worlds || qd_yaml_whole(worlds, WORLDS_MIN, QD_WORLDS_MAX, &robustness->worlds)) && good;
    return (!range || qd_yaml_real(range, 0.0, 1.0, &robustness->range)) && good;
}

static bool override_numbers(qd_loading_t *load, const qd_overrides_t *overrides, uint64_t *rows)
{
    uint64_t points = overrides->robustness_points, worlds = overrides->robustness_worlds;
    if (points < ROWS_MIN || points > ROWS_MAX || worlds < WORLDS_MIN || worlds > QD_WORLDS_MAX) {
        (void)qd_error_add(load->error, QD_ERROR_INPUT,
                           "--robustness: found %" PRIu64 "x%" PRIu64
                           "; expected 0, or %d to %d points and at least %d worlds",
                           points, worlds, ROWS_MIN, ROWS_MAX, WORLDS_MIN);
        return false;
    }
    *rows = points;
    load->self->robustness.worlds = worlds;
    return true;
}

static bool read_all(qd_loading_t *load, const qd_yaml_node_t *map, const qd_overrides_t *overrides,
                     qd_block_t *block)
{
    static const char *const keys[] = {"points", "worlds", "range", "parameters"};
    const qd_yaml_node_t *own = qd_yaml_get(map, "parameters");
    uint64_t rows = 200;
    load->self->robustness = (qd_robustness_t){.worlds = 200, .range = own ? 0.0 : 0.5};
    bool good = !map || qd_yaml_check_keys(map, sizeof keys / sizeof *keys, keys);
    good = read_numbers(load, map, &rows) && good;
    good = (!overrides || !overrides->has_robustness || override_numbers(load, overrides, &rows)) && good;
    good = (!own || qd_block_read(load, own, false, block)) && good;
    good = good && list_factors(load, own, block);
    load->self->robustness.rows = good ? (size_t)rows : 0;
    return good;
}

void qd_robustness_read(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides)
{
    const qd_yaml_node_t *map = load->robustness, *place = map ? map : root;
    qd_block_t block = {0};
    size_t points = load->self->points;
    if (overrides && overrides->has_robustness ? overrides->robustness_points == 0 : !map)
        return;
    if (map && !qd_yaml_expect(map, QD_YAML_MAP, "{points: 200, worlds: 200, range: 0.5}"))
        return;
    if (read_all(load, map, overrides, &block) && find_groups(load, place, points) && fill_values(load))
        (void)make_counterparts(load, place);
    qd_block_free(&block);
}

/* ---- canonical text ------------------------------------------------------------------------------------ */

void qd_write_robustness(FILE *out, const qd_loading_t *load)
{
    const qd_robustness_t *robustness = &load->self->robustness;
    const qd_yaml_node_t *own = qd_yaml_get(load->robustness, "parameters");
    fprintf(out, "{points: %zu, worlds: %" PRIu64 ", range: ", robustness->rows, robustness->worlds);
    qd_write_real(out, robustness->range);
    if (own) {
        fputs(", parameters: ", out);
        qd_write_node(out, own);
    }
    fputs("}", out);
}
