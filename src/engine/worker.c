#include "engine/worker.h"

#include <math.h>
#include <stdlib.h>

/* Room for the schedule of any (point, order). */
static size_t changes_max(const qd_experiment_t *experiment)
{
    size_t most = 0;
    for (size_t p = 0; p < experiment->points; p++)
        if (experiment->point[p].changes > most)
            most = experiment->point[p].changes;
    return experiment->changes + most + 1;
}

qd_status_t qd_worker_sizes(const qd_experiment_t *experiment, size_t *states, size_t *periods, qd_error_t *error)
{
    qd_change_t *change = malloc(changes_max(experiment) * sizeof *change);
    if (!change)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a schedule");
    *states = *periods = 0;
    for (size_t p = 0; p < experiment->points; p++)
        for (size_t o = 0; o < experiment->orders; o++) {
            qd_plan_t plan;
            qd_experiment_plan(experiment, p, o, change, &plan);
            size_t n = qd_plan_states_max(&plan), t = qd_plan_periods_max(&plan);
            *states = n > *states ? n : *states;
            *periods = t > *periods ? t : *periods;
        }
    free(change);
    return QD_OK;
}

qd_status_t qd_worker_init(qd_worker_t *self, const qd_experiment_t *experiment, size_t states, size_t periods,
                           qd_error_t *error)
{
    *self = (qd_worker_t){.experiment = experiment, .paths = experiment->output.paths};
    self->world = qd_world_new(states, periods);
    self->change = malloc(changes_max(experiment) * sizeof *self->change);
    self->row = malloc(QD_UNIT_MAX * sizeof *self->row);
    self->failure = malloc(QD_UNIT_MAX * sizeof *self->failure);
    if (self->world && self->change && self->row && self->failure)
        return QD_OK;
    qd_worker_free(self);
    return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a world of %zu states and %zu periods", states,
                        periods);
}

void qd_worker_free(qd_worker_t *self)
{
    qd_world_free(self->world);
    qd_tally_free(self->tally);
    free(self->change);
    free(self->row);
    free(self->failure);
    free(self->bytes);
    *self = (qd_worker_t){0};
}

/* Makes the plan of the unit's (point, order) and a tally that fits it. */
static qd_status_t prepare(qd_worker_t *self, const qd_work_t *work, qd_error_t *error)
{
    if (!self->planned || self->point != work->point || self->order != work->order) {
        qd_experiment_plan(self->experiment, work->point, work->order, self->change, &self->plan);
        self->planned = true;
        self->point = work->point;
        self->order = work->order;
    }
    size_t periods = qd_plan_periods_max(&self->plan);
    if (self->tally && self->periods == periods) {
        qd_tally_clear(self->tally);
        return QD_OK;
    }
    qd_tally_free(self->tally);
    self->periods = periods;
    self->tally = qd_tally_new(periods, self->paths);
    return self->tally ? QD_OK : qd_error_add(error, QD_ERROR_MEMORY, "no memory for a tally");
}

qd_status_t qd_worker_play(qd_worker_t *self, const qd_work_t *work, const volatile sig_atomic_t *stop,
                           qd_segment_t *segment, qd_error_t *error)
{
    qd_status_t status = prepare(self, work, error);
    if (status != QD_OK)
        return status;
    *segment = (qd_segment_t){.point = work->point, .order = work->order, .first = work->range.first};
    while (segment->worlds < work->range.count && !*stop) {
        uint64_t world = work->range.first + segment->worlds;
        qd_result_t result;
        qd_world_play(self->world, &self->plan, (qd_luck_t){self->experiment->seed, world}, NULL, &result);
        qd_outcomes_t *row = &self->row[segment->worlds++];
        if (!result.failure) {
            *row = result.outcomes;
            qd_tally_add(self->tally, world, &result);
            continue;
        }
        for (size_t o = 0; o < QD_OUTCOMES; o++)
            row->value[o] = (double)NAN;
        self->failure[segment->failures++] = (qd_failure_t){world, result.failure};
        qd_tally_add_failure(self->tally, world, result.failure);
    }
    self->size = 0;
    status = qd_tally_encode(self->tally, &self->bytes, &self->size, &self->capacity, error);
    segment->row = self->row;
    segment->tally = self->bytes;
    segment->tally_size = self->size;
    segment->periods = self->periods;
    segment->failure = self->failure;
    return status;
}
