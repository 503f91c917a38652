/* Fields of an experiment for callers that cannot read the struct. */
#include "quadrille/experiment.h"

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
