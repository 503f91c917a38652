#include "experiment/points.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "design/design.h"
#include "experiment/distributions.h"
#include "experiment/settings.h"
#include "quadrille/experiment.h"
#include "random/distribution.h"

/* The outermost grid levels of a normal or lognormal factor in a Morris design are these quantiles of it, as
 * far as the parameter's range reaches; other distributions are bounded and have their ends. */
#define MORRIS_LOW_QUANTILE 0.01

#define MORRIS_HIGH_QUANTILE 0.99

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

/* Truncates an unbounded distribution (u_low < u_high) at the outermost quantiles of a Morris design. The
 * distribution stays unchanged if the parameter's range leaves only a tail beyond them. A bounded
 * distribution, with u_low and u_high 0, stays unchanged too. */
static void cut_tails(qd_distribution_t *self)
{
    double low = fmax(self->u_low, MORRIS_LOW_QUANTILE), high = fmin(self->u_high, MORRIS_HIGH_QUANTILE);
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

/* The same from grid positions in [0,1] of a Morris design. A factor with n values takes its value at
 * position (n - 1) unit, weights ignored; any other factor takes quantiles. */
static void factor_place(const qd_factor_t *self, size_t points, size_t stride, const double unit[],
                         double x[])
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
    size_t *levels = qd_new(design->factors, sizeof *levels, error);
    if (!levels)
        return QD_ERROR_MEMORY;
    for (size_t f = 0; f < design->factors; f++) {
        size_t values = qd_factor_values(&design->factor[f]);
        levels[f] = values > 0 ? values : design->levels;
    }
    qd_status_t status = qd_design_morris(design->size, design->factors, levels, seed, unit, moved, error);
    free(levels);
    return status;
}

void qd_point_free(qd_point_t *point)
{
    free(point->label);
    free(point->coordinate);
    free(point->setting);
    free(point->change);
    *point = (qd_point_t){0};
}

bool qd_point_of_block(qd_loading_t *load, const qd_block_t *block, const qd_schedule_t *schedule,
                       const char *label, qd_point_t *out)
{
    const qd_design_t *design = &load->self->design;
    qd_block_t rest = {0};
    bool good = true;
    *out = (qd_point_t){.label = qd_loading_copy(load, label),
                        .coordinate = qd_loading_room(load, design->factors, sizeof(double))};
    if (!out->label || !out->coordinate)
        return false;
    for (size_t f = 0; f < design->factors; f++)
        out->coordinate[f] = (double)NAN;
    for (size_t i = 0; good && i < block->count; i++) {
        int factor = qd_factor_find(design, block->given[i].parameter);
        if (factor >= 0 && block->given[i].written.kind == QD_CONSTANT)
            out->coordinate[factor] = block->given[i].written.a;
        else
            good = qd_block_put(load, &rest, &block->given[i]);
    }
    if (good && rest.count > 0)
        good = qd_block_expand(load, &rest, &out->setting, &out->settings);
    if (good && schedule && schedule->count > 0)
        good = qd_schedule_expand(load, schedule, &out->change, &out->changes);
    qd_block_free(&rest);
    out->hash = qd_point_hash(design, out);
    return good;
}

/* Makes room for `count` points without settings other than coordinates. */
static bool make_room(qd_loading_t *load, size_t count)
{
    qd_experiment_t *self = load->self;
    char label[32];
    self->point = qd_loading_room(load, count, sizeof *self->point);
    if (!self->point)
        return false;
    for (; self->points < count; self->points++) {
        qd_point_t *point = &self->point[self->points];
        snprintf(label, sizeof label, "%zu", self->points);
        point->label = qd_loading_copy(load, label);
        point->coordinate = qd_loading_room(load, self->design.factors, sizeof *point->coordinate);
        if (!point->label || !point->coordinate) {
            self->points++;
            return false;
        }
    }
    return true;
}

static bool make_none(qd_loading_t *load)
{
    return make_room(load, 1);
}

static bool make_grid(qd_loading_t *load)
{
    const qd_design_t *design = &load->self->design;
    size_t count = 1;
    for (size_t f = 0; f < design->factors; f++)
        count *= design->factor[f].levels;
    if (!make_room(load, count))
        return false;
    for (size_t p = 0; p < count; p++) {
        size_t rest = p;
        for (size_t f = design->factors; f-- > 0; rest /= design->factor[f].levels)
            load->self->point[p].coordinate[f] = design->factor[f].level[rest % design->factor[f].levels];
    }
    return true;
}

static bool make_zipped(qd_loading_t *load)
{
    const qd_design_t *design = &load->self->design;
    if (!make_room(load, design->factor[0].levels))
        return false;
    for (size_t p = 0; p < load->self->points; p++)
        for (size_t f = 0; f < design->factors; f++)
            load->self->point[p].coordinate[f] = design->factor[f].level[p];
    return true;
}

static bool make_listed(qd_loading_t *load)
{
    qd_experiment_t *self = load->self;
    self->point = qd_loading_room(load, load->items, sizeof *self->point);
    bool good = self->point != NULL;
    for (size_t i = 0; good && i < load->items; i++) {
        const qd_item_t *item = &load->item[i];
        good =
            qd_point_of_block(load, &item->block, &item->schedule, item->label, &self->point[self->points++]);
    }
    return good;
}

static bool make_list(qd_loading_t *load)
{
    return load->items ? make_listed(load) : make_zipped(load);
}

/* ---- sampled designs: points of the unit cube, and the values of factors there ------------------------- */

/* Fills unit[points x factors]; moved: room for size x factors positions. */
typedef qd_status_t fill_t(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                           qd_error_t *error);
/* Values of a factor at points of the unit cube (qd_factor_draw, factor_place). */
typedef void place_t(const qd_factor_t *factor, size_t points, size_t stride, const double unit[],
                     double x[]);

static bool make_sampled(qd_loading_t *load, fill_t *fill, place_t *place)
{
    qd_experiment_t *self = load->self;
    const qd_design_t *design = &self->design;
    size_t d = design->factors, count = design->size * qd_design_block(design);
    double *unit = qd_loading_room(load, count * d, sizeof *unit);
    size_t *moved = qd_loading_room(load, design->size * d, sizeof *moved);
    bool good = unit && moved && make_room(load, count) &&
                fill(design, self->seed, unit, moved, load->error) == QD_OK;
    for (size_t f = 0; good && f < d; f++)
        place(&design->factor[f], count, d, unit + f, unit + f);
    for (size_t i = 0; good && i < count * d; i++)
        self->point[i / d].coordinate[i % d] = unit[i];
    free(unit);
    free(moved);
    return good;
}

static qd_status_t fill_lhs(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                            qd_error_t *error)
{
    (void)moved;
    qd_status_t status = qd_design_lhs(design->size, design->factors, seed, unit, error);
    for (size_t f = 0; status == QD_OK && f < design->factors; f++)
        if (qd_factor_values(&design->factor[f]) > 0)
            qd_design_lhs_align(design->size, design->factors, f, seed, unit);
    return status;
}

static bool make_lhs(qd_loading_t *load)
{
    return make_sampled(load, fill_lhs, qd_factor_draw);
}

static qd_status_t fill_sobol(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                              qd_error_t *error)
{
    (void)moved;
    return qd_design_sobol(design->size, design->factors, seed, unit, error);
}

static bool make_sobol(qd_loading_t *load)
{
    return make_sampled(load, fill_sobol, qd_factor_draw);
}

static qd_status_t fill_saltelli(const qd_design_t *design, uint64_t seed, double unit[], size_t moved[],
                                 qd_error_t *error)
{
    (void)moved;
    return qd_design_saltelli(design->size, design->factors, seed, unit, error);
}

static bool make_saltelli(qd_loading_t *load)
{
    return make_sampled(load, fill_saltelli, qd_factor_draw);
}

static bool make_morris(qd_loading_t *load)
{
    return make_sampled(load, qd_factors_morris, factor_place);
}

/* ---- the table ----------------------------------------------------------------------------------------- */

_Static_assert(QD_SOBOL_DIMENSIONS == 40, "the limits in quadrille/designs.def");

#define LISTED    false
#define SAMPLED   true
#define ALONE     false, 1
#define BESIDE(k) true, k

const qd_design_info_t qd_design_table[QD_DESIGNS] = {
#define QD_DESIGN(id, name, size, each, factors_most, limit, levels)                                         \
    [QD_DESIGN_##id] = {#name, size, each, factors_most, limit, levels, make_##name},
#include "quadrille/designs.def"
#undef QD_DESIGN
};

size_t qd_design_block(const qd_design_t *design)
{
    const qd_design_info_t *info = &qd_design_table[design->type];
    return info->blocks ? design->factors + info->extra : info->extra;
}

bool qd_points_make(qd_loading_t *load)
{
    if (!qd_design_table[load->self->design.type].make(load))
        return false;
    for (size_t p = 0; p < load->self->points; p++)
        load->self->point[p].hash = qd_point_hash(&load->self->design, &load->self->point[p]);
    return true;
}

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

/* A sum, so that the hash does not depend on the order of the settings; the seed of a change is its place in
 * the schedule. */
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

uint64_t qd_variation_hash(const qd_robustness_t *self, size_t group, size_t row)
{
    const double *value = self->value + row * self->factors;
    uint64_t sum = 0;
    for (size_t f = 0; f < self->factors; f++)
        if (self->group[group].free[f])
            sum += coordinate_hash(&self->factor[f], value[f]);
    return sum;
}

uint64_t qd_point_hash_varied(const qd_design_t *design, const qd_point_t *point, uint64_t variation)
{
    return XXH3_64bits_withSeed(&variation, sizeof variation, qd_point_hash(design, point));
}

#define CHECKS_TOLD 5 /* reported faults between parameters, at most */

static const qd_parameter_t frame[] = {QD_P_order_states, QD_P_order_periods, QD_P_order_poles};

#define FRAMES (sizeof frame / sizeof frame[0])

bool qd_parameter_is_frame(int parameter)
{
    for (size_t i = 0; i < FRAMES; i++)
        if (parameter == (int)frame[i])
            return true;
    return false;
}

/* ---- places of parameters in the file ------------------------------------------------------------------ */

static const qd_yaml_node_t *child(const qd_yaml_node_t *map, const char *key)
{
    return map ? qd_yaml_get(map, key) : NULL;
}

static const qd_yaml_node_t *item(const qd_yaml_node_t *list, size_t position)
{
    const qd_yaml_node_t *node = list ? qd_yaml_first(list) : NULL;
    while (node && position-- > 0)
        node = qd_yaml_next(node);
    return node;
}

/* In the design: among its factors, or in the point's item of a list. */
static const qd_yaml_node_t *stated_by_point(const qd_yaml_node_t *root, size_t point, const char *name)
{
    const qd_yaml_node_t *design = qd_yaml_get(root, "design"),
                         *factor = child(child(design, "factors"), name);
    if (factor)
        return factor;
    const qd_yaml_node_t *at = item(child(design, "points"), point), *set = child(at, "set");
    return child(set ? set : at, name);
}

/* Writes "FILE:LINE:COLUMN" or "--set NAME=VALUE" into out. Searches in the order in which settings override
 * each other. */
static void write_place(const qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides,
                        size_t point, size_t order, char *out, size_t room)
{
    /* The kind of an order sets its number of poles, unless it is multipolar. */
    bool free_poles = load->self->order[order].kind == QD_MULTIPOLAR;
    const char *const name[2] = {free_poles ? "order.states" : "order.poles",
                                 free_poles ? "order.poles" : "order.states"};
    const qd_yaml_node_t *node = NULL;
    const char *set = NULL;
    if (load->self->point[point].from_claim)
        node = qd_yaml_get(root, load->self->point[point].variation > 0 ? "robustness" : "claims");
    for (size_t i = 0; !node && i < 2; i++)
        node = stated_by_point(root, point, name[i]);
    for (size_t i = 0; !node && !set && i < 2; i++)
        set = qd_set_of(overrides, name[i]);
    for (size_t i = 0; !node && !set && i < 2; i++)
        node = child(qd_yaml_get(root, "parameters"), name[i]);
    if (!node && !set)
        node = item(qd_yaml_get(root, "orders"), order);
    if (node)
        snprintf(out, room, "%s:%d:%d", load->self->path, qd_yaml_line(node), qd_yaml_column(node));
    else if (set)
        snprintf(out, room, "--set %.200s", set);
    else
        snprintf(out, room, "%s", load->self->path);
}

/* ---- checks -------------------------------------------------------------------------------------------- */

static qd_status_t tell(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides,
                        const qd_plan_t *plan, size_t point, size_t order)
{
    const qd_experiment_t *self = load->self;
    char place[512], where[1024];
    write_place(load, root, overrides, point, order, place, sizeof place);
    if (self->points > 1)
        snprintf(where, sizeof where, "%s: point `%s`, order `%s`", place, self->point[point].label,
                 self->order[order].label);
    else
        snprintf(where, sizeof where, "%s: order `%s`", place, self->order[order].label);
    return qd_plan_check(plan, where, load->error);
}

/* Faults that were told. */
typedef struct {
    size_t count, order[CHECKS_TOLD];
    qd_plan_t plan[CHECKS_TOLD + 1]; /* plan[count]: the one that is checked */
} told_t;

/* Whether qd_plan_check reads the same numbers in a plan of the same order that was told. */
static bool is_told(const told_t *self, const qd_plan_t *plan, size_t order)
{
    static const qd_parameter_t read[] = {QD_P_order_states, QD_P_order_poles};
    for (size_t i = 0; i < self->count; i++) {
        bool same = self->order[i] == order;
        for (size_t k = 0; k < sizeof read / sizeof read[0]; k++) {
            const qd_distribution_t *a = &self->plan[i].parameter[read[k]], *b = &plan->parameter[read[k]];
            same = same && a->low == b->low && a->high == b->high;
        }
        if (same)
            return true;
    }
    return false;
}

/* Searches for the place only after a fault, because each search walks a list of points. */
void qd_plans_check(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides)
{
    const qd_experiment_t *self = load->self;
    qd_error_t untold = QD_ERROR_NONE;
    told_t *told = qd_loading_room(load, 1, sizeof *told);
    for (size_t p = 0; told && p < self->points; p++)
        for (size_t o = 0; o < self->orders && told->count < CHECKS_TOLD; o++) {
            qd_plan_t *plan = &told->plan[told->count];
            qd_experiment_frame(self, p, o, plan);
            if (is_told(told, plan, o) || qd_plan_check(plan, "", &untold) == QD_OK)
                continue;
            (void)tell(load, root, overrides, plan, p, o);
            told->order[told->count++] = o;
        }
    free(told);
}

/* ---- the plan of one (point, order), the kernel's input ------------------------------------------------ */

/* The parameters that a plan gets. */
typedef enum { WHOLE, FRAME } scope_t;

static bool is_in(scope_t scope, int parameter)
{
    return scope == WHOLE || qd_parameter_is_frame(parameter);
}

static void apply(const qd_setting_t setting[], size_t count, scope_t scope, qd_plan_t *plan)
{
    for (size_t i = 0; i < count; i++)
        if (is_in(scope, (int)setting[i].parameter))
            plan->parameter[setting[i].parameter] = setting[i].distribution;
}

/* The doctrine's coordinate comes first, so that settings by name override the six values of a preset. */
static void apply_doctrine(const qd_design_t *design, const qd_point_t *point, qd_plan_t *plan)
{
    for (size_t f = 0; f < design->factors; f++) {
        if (design->factor[f].parameter >= 0 || isnan(point->coordinate[f]))
            continue;
        const qd_doctrine_info_t *doctrine = &qd_doctrine_table[(size_t)point->coordinate[f]];
        for (size_t i = 0; i < QD_DOCTRINE_FIELDS; i++)
            plan->parameter[qd_doctrine_fields[i]] = qd_constant(doctrine->value[i]);
    }
}

static void apply_coordinates(const qd_design_t *design, const qd_point_t *point, scope_t scope,
                              qd_plan_t *plan)
{
    for (size_t f = 0; f < design->factors; f++)
        if (design->factor[f].parameter >= 0 && is_in(scope, design->factor[f].parameter) &&
            !isnan(point->coordinate[f]))
            plan->parameter[design->factor[f].parameter] = qd_constant(point->coordinate[f]);
}

static void apply_variation(const qd_robustness_t *self, const qd_point_t *point, scope_t scope,
                            qd_plan_t *plan)
{
    for (size_t f = 0; point->variation > 0 && f < self->factors; f++)
        if (is_in(scope, self->factor[f].parameter) && self->group[point->group].free[f])
            plan->parameter[self->factor[f].parameter] =
                qd_constant(self->value[(point->variation - 1) * self->factors + f]);
}

/* Sets the parameters of a plan that has the defaults of the order's kind. */
static void apply_all(const qd_experiment_t *self, size_t point, size_t order, scope_t scope, qd_plan_t *plan)
{
    const qd_point_t *at = &self->point[point];
    plan->empirical = self->order[order].empirical;
    apply(self->setting, self->settings, scope, plan);
    if (scope == WHOLE)
        apply_doctrine(&self->design, at, plan);
    apply(at->setting, at->settings, scope, plan);
    apply_coordinates(&self->design, at, scope, plan);
    apply_variation(&self->robustness, at, scope, plan);
}

void qd_experiment_frame(const qd_experiment_t *self, size_t point, size_t order, qd_plan_t *plan)
{
    plan->kind = self->order[order].kind;
    for (size_t i = 0; i < FRAMES; i++)
        plan->parameter[frame[i]] = qd_parameter_info(frame[i])->by_order[plan->kind];
    apply_all(self, point, order, FRAME, plan);
}

/* Both lists are sorted. Within a period the file's changes come first, so that the point's override them. */
static size_t merge_changes(const qd_experiment_t *self, const qd_point_t *point, qd_change_t out[])
{
    size_t i = 0, k = 0, n = 0;
    while (i < self->changes || k < point->changes) {
        bool from_file =
            k == point->changes || (i < self->changes && self->change[i].at <= point->change[k].at);
        out[n++] = from_file ? self->change[i++] : point->change[k++];
    }
    return n;
}

void qd_experiment_plan(const qd_experiment_t *self, size_t point, size_t order, qd_change_t change[],
                        qd_plan_t *plan)
{
    *plan = qd_plan_default(self->order[order].kind);
    apply_all(self, point, order, WHOLE, plan);
    plan->changes = merge_changes(self, &self->point[point], change);
    plan->change = change;
}
