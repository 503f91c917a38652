#include "engine/worker.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "experiment/points.h"
#include "kernel/world.h"

qd_change_t *qd_worker_schedule(const qd_experiment_t *experiment)
{
    size_t most = 0;
    for (size_t p = 0; p < experiment->points; p++)
        if (experiment->point[p].changes > most)
            most = experiment->point[p].changes;
    return qd_new(experiment->changes + most, sizeof(qd_change_t), NULL);
}

static qd_cell_size_t size_at(const qd_experiment_t *experiment, size_t point, size_t order, qd_plan_t *plan)
{
    qd_experiment_frame(experiment, point, order, plan);
    return (qd_cell_size_t){qd_plan_states_max(plan), qd_plan_periods_max(plan)};
}

qd_cell_size_t *qd_worker_cell_sizes(const qd_experiment_t *experiment)
{
    size_t orders = experiment->orders, cells = experiment->points * orders;
    qd_cell_size_t *size = qd_new(cells, sizeof *size, NULL);
    qd_plan_t plan;
    for (size_t i = 0; size && i < cells; i++)
        size[i] = size_at(experiment, i / orders, i % orders, &plan);
    return size;
}

void qd_worker_sizes(const qd_experiment_t *experiment, size_t *states, size_t *periods)
{
    qd_plan_t plan;
    *states = *periods = 0;
    for (size_t p = 0; p < experiment->points; p++)
        for (size_t o = 0; o < experiment->orders; o++) {
            qd_cell_size_t size = size_at(experiment, p, o, &plan);
            *states = size.states > *states ? size.states : *states;
            *periods = size.periods > *periods ? size.periods : *periods;
        }
}

qd_status_t qd_worker_init(qd_worker_t *self, const qd_experiment_t *experiment, size_t states,
                           size_t periods, qd_error_t *error)
{
    *self = (qd_worker_t){.experiment = experiment};
    qd_status_t status = qd_experiment_check_plugin(experiment, error);
    if (status != QD_OK)
        return status;
    self->world = qd_world_new(states, periods);
    self->change = qd_worker_schedule(experiment);
    self->row = qd_new(QD_UNIT_MAX, sizeof *self->row, error);
    self->failure = qd_new(QD_UNIT_MAX, sizeof *self->failure, error);
    bool complete = self->world && self->change && self->row && self->failure;
    if (experiment->output.landscape) {
        self->landscape = qd_multistability_new(states, QD_LANDSCAPE_STARTS);
        self->extra = qd_new((size_t)QD_UNIT_MAX * QD_LANDSCAPE_OUTCOMES, sizeof *self->extra, error);
        complete = complete && self->landscape && self->extra;
    }
    if (complete)
        return QD_OK;
    qd_worker_free(self);
    return qd_no_memory(error);
}

void qd_worker_free(qd_worker_t *self)
{
    qd_world_free(self->world);
    qd_tally_free(self->tally);
    free(self->change);
    free(self->row);
    free(self->failure);
    free(self->extra);
    qd_multistability_free(self->landscape);
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
    bool paths = qd_experiment_keeps_paths(self->experiment, work->point);
    if (self->tally && self->periods == periods && self->paths == paths) {
        qd_tally_clear(self->tally);
        return QD_OK;
    }
    qd_tally_free(self->tally);
    self->periods = periods;
    self->paths = paths;
    qd_world_keep_paths(self->world, paths);
    self->tally = qd_tally_new(periods, self->paths);
    return self->tally ? QD_OK : qd_no_memory(error);
}

/* Computes the group `landscape` of the world just played. */
static void measure_landscape(qd_worker_t *self, qd_luck_t luck, const qd_result_t *result, double *extra)
{
    qd_bloc_game_t game = qd_world_bloc_game(self->world);
    qd_multistability_result_t found =
        qd_multistability_measure(self->landscape, &game, luck, (uint32_t)result->periods);
    extra[QD_L_stable_partitions] = found.distinct;
    extra[QD_L_common_partition] = found.most_common;
    extra[QD_L_potential_gap] = found.potential_gap;
}

/* Plays one world into row `at` of the unit. */
static void play_world(qd_worker_t *self, uint64_t world, size_t at, qd_segment_t *segment)
{
    qd_luck_t luck = qd_experiment_luck(self->experiment, segment->order, world);
    qd_result_t result;
    qd_world_play(self->world, &self->plan, luck, NULL, &result);
    double *extra = self->extra ? self->extra + at * QD_LANDSCAPE_OUTCOMES : NULL;
    if (!result.failure) {
        self->row[at] = result.outcomes;
        qd_tally_add(self->tally, world, &result);
        if (extra)
            measure_landscape(self, luck, &result, extra);
        return;
    }
    for (size_t o = 0; o < qd_outcome_count; o++)
        self->row[at].value[o] = (double)NAN;
    for (size_t o = 0; extra && o < QD_LANDSCAPE_OUTCOMES; o++)
        extra[o] = (double)NAN;
    self->failure[segment->failures++] = (qd_failure_t){world, result.failure};
    qd_tally_add_failure(self->tally, world, result.failure);
}

qd_status_t qd_worker_play(qd_worker_t *self, const qd_work_t *work, const volatile sig_atomic_t *stop,
                           qd_segment_t *segment, qd_error_t *error)
{
    qd_status_t status = prepare(self, work, error);
    if (status != QD_OK)
        return status;
    *segment = (qd_segment_t){.point = work->point, .order = work->order, .first = work->range.first};
    for (; segment->worlds < work->range.count && !*stop; segment->worlds++)
        play_world(self, work->range.first + segment->worlds, segment->worlds, segment);
    self->size = 0;
    status = qd_tally_encode(self->tally, &self->bytes, &self->size, &self->capacity, error);
    segment->row = self->row;
    segment->extra = self->extra;
    segment->tally = self->bytes;
    segment->tally_size = self->size;
    segment->periods = self->periods;
    segment->failure = self->failure;
    return status;
}
