/* Notes about settings without effect. They are no faults: one file may be the base of several designs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "experiment/parts.h"
#include "experiment/points.h"
#include "experiment/settings.h"

static bool is_doctrine_field(qd_parameter_t parameter)
{
    for (size_t i = 0; i < QD_DOCTRINE_FIELDS; i++)
        if (qd_doctrine_fields[i] == parameter)
            return true;
    return false;
}

/* Whether a point has a value of its own for a parameter. */
static bool sets(const qd_experiment_t *self, const qd_point_t *point, qd_parameter_t parameter)
{
    for (size_t f = 0; f < self->design.factors; f++) {
        int factor = self->design.factor[f].parameter;
        bool same = factor == (int)parameter || (factor == QD_DOCTRINE && is_doctrine_field(parameter));
        if (same && !isnan(point->coordinate[f]))
            return true;
    }
    for (size_t i = 0; i < point->settings; i++)
        if (point->setting[i].parameter == parameter)
            return true;
    return false;
}

/* The points of the design and of claims; counterparts, which follow them, have the settings of these. */
static size_t points_of(const qd_experiment_t *self)
{
    size_t count = 0;
    while (count < self->points && self->point[count].ablation == 0 && self->point[count].variation == 0)
        count++;
    return count;
}

/* Whether every point sets a parameter. */
static bool all_set(const qd_experiment_t *self, qd_parameter_t parameter)
{
    for (size_t p = 0, points = points_of(self); p < points; p++)
        if (!sets(self, &self->point[p], parameter))
            return false;
    return true;
}

/* Begins a line about a setting. */
static void begin(const qd_loading_t *load, const qd_yaml_node_t *node, FILE *notes)
{
    fprintf(notes, "%s:%d: ", load->self->path, qd_yaml_line(node));
}

/* Notes values that the design overrides at every point. */
static void note_overridden(const qd_loading_t *load, const qd_yaml_node_t *parameters,
                            const qd_overrides_t *overrides, FILE *notes)
{
    for (size_t i = 0; i < load->base.count; i++) {
        const char *name = qd_given_name(load->base.given[i].parameter), *set = qd_set_of(overrides, name);
        const qd_yaml_node_t *node = parameters ? qd_yaml_get(parameters, name) : NULL;
        qd_setting_t expanded[QD_DOCTRINE_FIELDS];
        size_t count = qd_given_expand(&load->base.given[i], expanded), overridden = 0;
        for (size_t k = 0; k < count; k++)
            overridden += all_set(load->self, expanded[k].parameter);
        if (overridden < count)
            continue;
        if (set)
            fprintf(notes, "--set %.200s has no effect: every point of the design sets it\n", set);
        else if (node) {
            begin(load, node, notes);
            fprintf(notes, "`%s` has no effect: every point of the design sets it\n", name);
        }
    }
}

/* ---- empirical orders ---------------------------------------------------------------------------------- */

/* Parameters that only serve to draw what an empirical order takes from its data. */
static bool is_of_data(int parameter)
{
    switch (parameter) {
    case QD_P_order_states:
    case QD_P_order_poles:
    case QD_P_order_pole_share:
    case QD_P_order_pole_ratio:
    case QD_P_order_minor_sigma:
        return true;
    default:
        return false;
    }
}

static bool all_empirical(const qd_experiment_t *self)
{
    for (size_t o = 0; o < self->orders; o++)
        if (!self->order[o].empirical)
            return false;
    return true;
}

static void note_data(const qd_loading_t *load, const qd_yaml_node_t *node, int parameter, FILE *notes)
{
    if (!node || !is_of_data(parameter))
        return;
    begin(load, node, notes);
    fprintf(notes, "`%s` has no effect: the data of the orders determine it\n", qd_given_name(parameter));
}

/* Notes parameters of the drawing of states where all orders take them from data. */
static void note_empirical(const qd_loading_t *load, const qd_yaml_node_t *root,
                           const qd_overrides_t *overrides, FILE *notes)
{
    const qd_yaml_node_t *parameters = qd_yaml_get(root, "parameters"), *design = qd_yaml_get(root, "design");
    const qd_yaml_node_t *factors = design ? qd_yaml_get(design, "factors") : NULL;
    if (!all_empirical(load->self))
        return;
    for (size_t i = 0; i < load->base.count; i++) {
        int parameter = load->base.given[i].parameter;
        const char *name = qd_given_name(parameter), *set = qd_set_of(overrides, name);
        if (!set)
            note_data(load, parameters ? qd_yaml_get(parameters, name) : NULL, parameter, notes);
        else if (is_of_data(parameter))
            fprintf(notes, "--set %.200s has no effect: the data of the orders determine it\n", set);
    }
    for (size_t f = 0; factors && f < load->self->design.factors; f++)
        note_data(load, qd_yaml_get(factors, load->self->design.factor[f].name),
                  load->self->design.factor[f].parameter, notes);
}

/* ---- claims -------------------------------------------------------------------------------------------- */

/* Notes ablations and references without claims to judge again. */
static void note_claims(const qd_loading_t *load, const qd_yaml_node_t *root, FILE *notes)
{
    const qd_yaml_node_t *baseline = qd_yaml_get(root, "baseline");
    bool wanted = false, contrasts = false;
    for (size_t c = 0; c < load->self->claims; c++)
        contrasts = contrasts || load->self->claim[c].kind == QD_CLAIM_CONTRAST;
    if (load->ablate && load->self->claims == 0) {
        begin(load, load->ablate, notes);
        fputs("`ablate` has no effect: there are no claims\n", notes);
    }
    if (baseline && !contrasts && qd_yaml_flag(baseline, &wanted) && wanted) {
        begin(load, baseline, notes);
        fputs("`baseline` has no effect: no claim is a plain contrast\n", notes);
    }
}

/* ---- schedules ----------------------------------------------------------------------------------------- */

/* The earliest of some changes that comes after the last period; -1: there is none. They are sorted. */
static int first_too_late(const qd_change_t change[], size_t changes, size_t periods)
{
    for (size_t i = 0; i < changes; i++)
        if ((size_t)change[i].at >= periods)
            return change[i].at;
    return -1;
}

/* The earliest change in a point's schedules after the end of its worlds, which have *periods; -1: there is
 * none. The orders have equal numbers of periods. */
static int late_change(const qd_experiment_t *self, size_t point, qd_plan_t *plan, size_t *periods)
{
    const qd_point_t *own = &self->point[point];
    if (self->changes + own->changes == 0)
        return -1;
    qd_experiment_frame(self, point, 0, plan);
    *periods = qd_plan_periods_max(plan);
    int a = first_too_late(self->change, self->changes, *periods),
        b = first_too_late(own->change, own->changes, *periods);
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Notes changes after the end of the worlds: the first point with one, and the number of such points. */
static void note_late_changes(qd_loading_t *load, FILE *notes)
{
    const qd_experiment_t *self = load->self;
    size_t points = points_of(self), late = 0, first = 0, periods;
    qd_plan_t *plan = qd_loading_room(load, 1, sizeof *plan);
    for (size_t p = 0; plan && p < points; p++)
        if (late_change(self, p, plan, &periods) >= 0 && late++ == 0)
            first = p;
    int at = late > 0 ? late_change(self, first, plan, &periods) : -1;
    free(plan);
    if (late == 0)
        return;
    if (points == 1)
        fprintf(notes, "the change at period %d never takes place: worlds have %zu periods (order.periods)\n",
                at, periods);
    else
        fprintf(
            notes,
            "the change at period %d never takes place at point `%s` (%zu of %zu points): its worlds have "
            "%zu periods (order.periods)\n",
            at, self->point[first].label, late, points, periods);
}

void qd_idle_note(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides)
{
    qd_memory_t text = {0};
    FILE *notes = qd_memory_open(&text);
    if (notes && !load->resolved) {
        note_overridden(load, qd_yaml_get(root, "parameters"), overrides, notes);
        note_empirical(load, root, overrides, notes);
        note_claims(load, root, notes);
        note_late_changes(load, notes);
    }
    load->self->notes = notes ? qd_memory_close(notes, &text) : NULL;
    if (!load->self->notes)
        (void)qd_no_memory(load->error);
}
