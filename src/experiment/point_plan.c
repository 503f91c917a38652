/* The plan of one (point, order): what the kernel plays. */
#include "quadrille/experiment.h"

#include <math.h>

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
    plan->changes = merge_changes(self, at, change);
    plan->change = change;
}
