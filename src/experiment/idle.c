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

/* The first period of a plan's changes at which no world is played any more; -1: there is none. */
static int first_too_late(const qd_plan_t *plan)
{
    for (size_t i = 0; i < plan->changes; i++)
        if ((size_t)plan->change[i].at >= qd_plan_periods_max(plan))
            return plan->change[i].at;
    return -1;
}

/* Room for the plan of a point. */
typedef struct {
    qd_change_t *change;
    qd_plan_t *plan;
} room_t;

/* Whether a change of a point's schedules comes after the end of its worlds: the first such change, and the
 * number of periods. The orders have equal numbers of periods. */
static bool is_late(const qd_experiment_t *self, size_t point, room_t *room, int *at, size_t *periods)
{
    qd_experiment_plan(self, point, 0, room->change, room->plan);
    *at = first_too_late(room->plan);
    *periods = qd_plan_periods_max(room->plan);
    return *at >= 0;
}

/* Notes changes after the end of the worlds: the first point with one, and the number of such points. */
static void write_late(const qd_experiment_t *self, room_t *room, FILE *notes)
{
    size_t points = points_of(self), late = 0, first = 0;
    int plain = -1; /* whether points are late that set neither periods nor a schedule; -1: not known */
    for (size_t p = 0; p < points; p++) {
        bool own = self->point[p].changes > 0 || qd_experiment_sets_frame(self, p);
        int at;
        size_t periods;
        bool found = own || plain < 0 ? is_late(self, p, room, &at, &periods) : plain > 0;
        plain = own ? plain : found;
        first = found && late == 0 ? p : first;
        late += found;
    }
    int at;
    size_t periods;
    if (late == 0 || !is_late(self, first, room, &at, &periods))
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

static void note_late_changes(qd_loading_t *load, FILE *notes)
{
    const qd_experiment_t *self = load->self;
    size_t most = self->changes;
    for (size_t p = 0; p < self->points; p++)
        most = self->changes + self->point[p].changes > most ? self->changes + self->point[p].changes : most;
    if (most == 0)
        return;
    room_t room = {.change = qd_loading_room(load, most, sizeof *room.change),
                   .plan = qd_loading_room(load, 1, sizeof *room.plan)};
    if (room.change && room.plan)
        write_late(self, &room, notes);
    free(room.change);
    free(room.plan);
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
