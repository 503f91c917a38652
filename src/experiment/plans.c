#include "experiment/plans.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quadrille/experiment.h"

#define CHECKS_TOLD 5 /* faults between parameters that are told before the others are left untold */

/* Whether the point sets what qd_plan_check looks at; the others are as the first one in this. */
static bool touches_order(const qd_experiment_t *self, const qd_point_t *point)
{
    for (size_t i = 0; i < point->settings; i++)
        if (strncmp(qd_parameter_name(point->setting[i].parameter), "order.", 6) == 0)
            return true;
    for (size_t f = 0; f < self->design.factors; f++)
        if (strncmp(self->design.factor[f].name, "order.", 6) == 0)
            return true;
    for (size_t f = 0; point->variation > 0 && f < self->robustness.factors; f++)
        if (strncmp(self->robustness.factor[f].name, "order.", 6) == 0)
            return true;
    return false;
}

/* ---- where a parameter was stated ---------------------------------------------------------------------- */

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

/* By the design: among its factors, or in the point's item of a list. */
static const qd_yaml_node_t *stated_by_point(const qd_yaml_node_t *root, size_t point, const char *name)
{
    const qd_yaml_node_t *design = qd_yaml_get(root, "design"),
                         *factor = child(child(design, "factors"), name);
    if (factor)
        return factor;
    const qd_yaml_node_t *at = item(child(design, "points"), point), *set = child(at, "set");
    return child(set ? set : at, name);
}

/* The last --set of that name, or NULL. */
static const char *stated_by_set(const qd_overrides_t *overrides, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = overrides ? overrides->sets : 0; i-- > 0;)
        if (strncmp(overrides->set[i], name, length) == 0 && overrides->set[i][length] == '=')
            return overrides->set[i];
    return NULL;
}

/* "FILE:LINE:COLUMN" or "--set NAME=VALUE" into out. What wins in the plan is looked for first. */
static void write_place(const qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides,
                        size_t point, size_t order, char *out, size_t room)
{
    /* The kind of an order says how many poles it has, unless it is a multipolar one. */
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
        set = stated_by_set(overrides, name[i]);
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

/* Places are looked for only where there is a fault: a list of points is walked for each. */
void qd_plans_check(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides)
{
    const qd_experiment_t *self = load->self;
    qd_error_t untold = QD_ERROR_NONE;
    size_t told = 0, most = self->changes;
    for (size_t p = 0; p < self->points; p++)
        most = self->changes + self->point[p].changes > most ? self->changes + self->point[p].changes : most;
    qd_change_t *change = qd_loading_room(load, most, sizeof *change);
    qd_plan_t *plan = qd_loading_room(load, 1, sizeof *plan);
    for (size_t p = 0; change && plan && p < self->points; p++) {
        if (p > 0 && !touches_order(self, &self->point[p]))
            continue;
        for (size_t o = 0; o < self->orders && told < CHECKS_TOLD; o++) {
            qd_experiment_plan(self, p, o, change, plan);
            if (qd_plan_check(plan, "", &untold) != QD_OK)
                told += tell(load, root, overrides, plan, p, o) != QD_OK;
        }
    }
    free(change);
    free(plan);
}

/* The plan of one (point, order): what the kernel plays. */

static void apply(const qd_setting_t setting[], size_t count, qd_plan_t *plan)
{
    for (size_t i = 0; i < count; i++)
        plan->parameter[setting[i].parameter] = setting[i].distribution;
}

/* A preset's six values give way to whatever the point sets by name: the doctrine's coordinate comes first.
 */
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

static void apply_coordinates(const qd_design_t *design, const qd_point_t *point, qd_plan_t *plan)
{
    for (size_t f = 0; f < design->factors; f++)
        if (design->factor[f].parameter >= 0 && !isnan(point->coordinate[f]))
            plan->parameter[design->factor[f].parameter] = qd_constant(point->coordinate[f]);
}

static void apply_variation(const qd_robustness_t *self, const qd_point_t *point, qd_plan_t *plan)
{
    for (size_t f = 0; point->variation > 0 && f < self->factors; f++)
        if (self->group[point->group].free[f])
            plan->parameter[self->factor[f].parameter] =
                qd_constant(self->value[(point->variation - 1) * self->factors + f]);
}

/* Both lists are sorted; of one period, the file's changes come first, so that the point's win. */
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
    const qd_point_t *at = &self->point[point];
    *plan = qd_plan_default(self->order[order].kind);
    plan->empirical = self->order[order].empirical;
    apply(self->setting, self->settings, plan);
    apply_doctrine(&self->design, at, plan);
    apply(at->setting, at->settings, plan);
    apply_coordinates(&self->design, at, plan);
    apply_variation(&self->robustness, at, plan);
    plan->changes = merge_changes(self, at, change);
    plan->change = change;
}
