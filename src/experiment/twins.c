#include "experiment/twins.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/points.h"

/* ---- which points have twins --------------------------------------------------------------------------- */

void qd_arm_mark(const qd_arm_t *arm, bool wanted[])
{
    for (size_t i = 0; i < arm->points; i++)
        wanted[arm->point[i]] = true;
}

void qd_claim_mark(const qd_claim_t *claim, bool wanted[])
{
    qd_arm_mark(&claim->more, wanted);
    qd_arm_mark(&claim->less, wanted);
    qd_arm_mark(&claim->where_more, wanted);
    qd_arm_mark(&claim->where_less, wanted);
    for (size_t l = 0; l < claim->levels; l++)
        qd_arm_mark(&claim->level[l], wanted);
}

/* ---- twins --------------------------------------------------------------------------------------------- */

/* What is in force. */
typedef struct {
    size_t settings;
    const qd_setting_t *setting;
} forced_t;

static const qd_setting_t *forced(const forced_t *self, qd_parameter_t parameter)
{
    const qd_setting_t *found = NULL;
    for (size_t i = 0; i < self->settings; i++)
        if (self->setting[i].parameter == parameter)
            found = &self->setting[i];
    return found;
}

/* The design's values, but for those of forced parameters, which would win over settings. */
static bool copy_coordinates(qd_loading_t *load, const forced_t *force, const qd_point_t *point,
                             qd_point_t *out)
{
    const qd_design_t *design = &load->self->design;
    out->coordinate = qd_loading_room(load, design->factors, sizeof *out->coordinate);
    for (size_t f = 0; out->coordinate && f < design->factors; f++) {
        int parameter = design->factor[f].parameter;
        bool off = parameter >= 0 && forced(force, (qd_parameter_t)parameter);
        out->coordinate[f] = off ? (double)NAN : point->coordinate[f];
    }
    return out->coordinate != NULL;
}

/* The point's settings and then the forced ones: later ones win. */
static bool join_settings(qd_loading_t *load, const forced_t *force, const qd_point_t *point, qd_point_t *out)
{
    out->setting = qd_loading_room(load, point->settings + force->settings, sizeof *out->setting);
    if (!out->setting)
        return false;
    for (size_t i = 0; i < point->settings; i++)
        out->setting[out->settings++] = point->setting[i];
    for (size_t i = 0; i < force->settings; i++)
        out->setting[out->settings++] = force->setting[i];
    return true;
}

static void insert_change(qd_point_t *out, qd_change_t change)
{
    size_t i = out->changes++;
    for (; i > 0 && out->change[i - 1].at > change.at; i--)
        out->change[i] = out->change[i - 1];
    out->change[i] = change;
}

/* The point's changes of other parameters; and wherever the file changes a forced one, it is set back (a
 * point's changes come after the file's). */
static bool join_changes(qd_loading_t *load, const forced_t *force, const qd_point_t *point, qd_point_t *out)
{
    const qd_experiment_t *self = load->self;
    out->change = qd_loading_room(load, point->changes + self->changes, sizeof *out->change);
    if (!out->change)
        return false;
    for (size_t i = 0; i < point->changes; i++)
        if (!forced(force, point->change[i].parameter))
            insert_change(out, point->change[i]);
    for (size_t i = 0; i < self->changes; i++) {
        const qd_setting_t *off = forced(force, self->change[i].parameter);
        if (!off)
            continue;
        qd_change_t back = self->change[i];
        back.distribution = off->distribution;
        insert_change(out, back);
    }
    return true;
}

bool qd_twin_make(qd_loading_t *load, const qd_point_t *point, size_t settings, const qd_setting_t setting[],
                  const char *suffix, qd_point_t *twin)
{
    const forced_t force = {settings, setting};
    size_t size = strlen(point->label) + strlen(suffix) + sizeof ", ";
    *twin = (qd_point_t){.label = qd_loading_room(load, size, 1), .from_claim = true};
    if (!twin->label || !copy_coordinates(load, &force, point, twin) ||
        !join_settings(load, &force, point, twin) || !join_changes(load, &force, point, twin)) {
        qd_point_free(twin);
        return false;
    }
    snprintf(twin->label, size, "%s, %s", point->label, suffix);
    return true;
}

bool qd_twins_reserve(qd_loading_t *load, const qd_yaml_node_t *node, size_t count)
{
    qd_experiment_t *self = load->self;
    if (count > QD_POINTS_MAX || count + self->points > QD_POINTS_MAX)
        return qd_yaml_fail(node, "found %zu points and %zu more; expected at most %d in all", self->points,
                            count, QD_POINTS_MAX);
    qd_point_t *larger = realloc(self->point, (self->points + count + 1) * sizeof *larger);
    if (larger)
        self->point = larger;
    else
        (void)qd_error_add(load->error, QD_ERROR_MEMORY, "out of memory");
    return larger != NULL;
}
