/* Fields of an experiment for callers that cannot read the struct. */
#include "quadrille/experiment.h"
#include "quadrille/plugin.h"

qd_status_t qd_experiment_check_plugin(const qd_experiment_t *self, qd_error_t *error)
{
    if (!self->plugin || qd_plugin_in_use())
        return QD_OK;
    return qd_error_add(
        error, QD_ERROR_INPUT,
        "%s: found no plugin; expected --plugin with `%s` (SHA-256 %s), by which these worlds are played",
        self->path, self->plugin, self->plugin_digest);
}

size_t qd_experiment_points(const qd_experiment_t *self)
{
    return self->points;
}

size_t qd_experiment_orders(const qd_experiment_t *self)
{
    return self->orders;
}

uint64_t qd_experiment_worlds(const qd_experiment_t *self)
{
    return self->worlds;
}

uint64_t qd_experiment_worlds_at(const qd_experiment_t *self, size_t point)
{
    uint64_t varied = self->robustness.worlds;
    return self->point[point].variation > 0 && varied < self->worlds ? varied : self->worlds;
}

size_t qd_experiment_unvaried(const qd_experiment_t *self)
{
    return self->robustness.groups > 0 ? self->robustness.group[0].first : self->points;
}

bool qd_experiment_keeps_paths(const qd_experiment_t *self, size_t point)
{
    return self->output.paths && self->point[point].variation == 0;
}

void qd_experiment_variation(const qd_experiment_t *self, size_t group, size_t row, size_t points,
                             size_t twin[])
{
    const qd_variation_t *at = &self->robustness.group[group];
    for (size_t p = 0; p < points; p++) {
        bool varied = p < at->points && at->position[p] != SIZE_MAX;
        twin[p] = varied ? at->first + row * at->members + at->position[p] : p;
    }
}

const char *qd_experiment_point_label(const qd_experiment_t *self, size_t point)
{
    return self->point[point].label;
}

const char *qd_experiment_order_label(const qd_experiment_t *self, size_t order)
{
    return self->order[order].label;
}

const char *qd_experiment_name(const qd_experiment_t *self)
{
    return self->name;
}

const char *qd_experiment_config(const qd_experiment_t *self)
{
    return self->config;
}
