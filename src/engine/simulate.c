#include "quadrille/simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/parallel.h"
#include "engine/worker.h"

#define CHUNK 16 /* worlds that a thread takes together */

#define DOCTRINE (-1) /* stands for a preset in place of a parameter's position, as in qd_factor_t */

typedef struct {
    const qd_experiment_t *experiment;
    const qd_batch_t *batch;
    int *parameter; /* [factors] position in the registry, or DOCTRINE */
    double *out;
    int threads;
} simulation_t;

/* ---- the request --------------------------------------------------------------------------------------- */

static qd_status_t find_factors(simulation_t *self, qd_error_t *error)
{
    const qd_batch_t *batch = self->batch;
    for (size_t f = 0; f < batch->factors; f++) {
        const char *name = batch->factor[f];
        bool doctrine = strcmp(name, "doctrine") == 0;
        self->parameter[f] = doctrine ? DOCTRINE : qd_parameter_find(name);
        if (!doctrine && self->parameter[f] < 0) {
            const char *near = qd_nearest_name(name, qd_parameter_count, qd_parameter_name);
            (void)qd_error_add(error, QD_ERROR_INPUT,
                               "found the unknown factor `%.60s`; expected a parameter or `doctrine`%s", name,
                               qd_near(near).text);
            continue;
        }
        for (size_t g = 0; g < f; g++)
            if (self->parameter[g] == self->parameter[f])
                (void)qd_error_add(error, QD_ERROR_INPUT, "found the factor `%s` twice; expected it once",
                                   name);
    }
    return error->status;
}

static bool fits(int parameter, double value)
{
    if (isnan(value))
        return true;
    if (parameter == DOCTRINE)
        return value >= 0.0 && value < (double)qd_doctrine_count && value == floor(value);
    const qd_parameter_info_t *info = qd_parameter_info((size_t)parameter);
    return value >= info->low && value <= info->high && (info->type == QD_TYPE_REAL || value == floor(value));
}

static qd_status_t check_values(const simulation_t *self, qd_error_t *error)
{
    const qd_batch_t *batch = self->batch;
    for (size_t p = 0; p < batch->points; p++)
        for (size_t f = 0; f < batch->factors; f++) {
            double value = batch->value[p * batch->factors + f];
            if (fits(self->parameter[f], value))
                continue;
            if (self->parameter[f] == DOCTRINE)
                return qd_error_add(error, QD_ERROR_INPUT,
                                    "point %zu: found %.9g for `doctrine`; expected a row from 0 to %zu", p,
                                    value, qd_doctrine_count - 1);
            const qd_parameter_info_t *info = qd_parameter_info((size_t)self->parameter[f]);
            return qd_error_add(error, QD_ERROR_INPUT,
                                "point %zu: found %.9g for `%s`; expected a %s from %.9g to %.9g", p, value,
                                info->name, info->type == QD_TYPE_REAL ? "number" : "whole number", info->low,
                                info->high);
        }
    return QD_OK;
}

/* ---- plans --------------------------------------------------------------------------------------------- */

/* Settings of the point by name override the six values of a preset. */
static void make_plan(const simulation_t *self, size_t point, size_t order, qd_change_t change[],
                      qd_plan_t *plan)
{
    const double *value = self->batch->value + point * self->batch->factors;
    qd_experiment_plan(self->experiment, 0, order, change, plan);
    for (size_t f = 0; f < self->batch->factors; f++)
        if (self->parameter[f] == DOCTRINE && !isnan(value[f]))
            for (size_t i = 0; i < QD_DOCTRINE_FIELDS; i++)
                plan->parameter[qd_doctrine_fields[i]] =
                    qd_constant(qd_doctrine_table[(size_t)value[f]].value[i]);
    for (size_t f = 0; f < self->batch->factors; f++)
        if (self->parameter[f] != DOCTRINE && !isnan(value[f]))
            plan->parameter[self->parameter[f]] = qd_constant(value[f]);
}

static qd_status_t check_plans(const simulation_t *self, qd_change_t change[], size_t *states,
                               size_t *periods, qd_error_t *error)
{
    *states = *periods = 0;
    for (size_t p = 0; p < self->batch->points; p++)
        for (size_t o = 0; o < self->experiment->orders; o++) {
            qd_plan_t plan;
            char where[160];
            make_plan(self, p, o, change, &plan);
            snprintf(where, sizeof where, "point %zu, order `%s`", p, self->experiment->order[o].label);
            qd_status_t status = qd_plan_check(&plan, where, error);
            if (status != QD_OK)
                return status;
            size_t n = qd_plan_states_max(&plan), t = qd_plan_periods_max(&plan);
            *states = n > *states ? n : *states;
            *periods = t > *periods ? t : *periods;
        }
    return QD_OK;
}

/* ---- play ---------------------------------------------------------------------------------------------- */

/* Worlds `from` .. `until` - 1 of the batch at one cell: cell = point * orders + order. */
static void play_chunk(const simulation_t *self, qd_world_t *world, const qd_plan_t *plan, size_t cell,
                       uint64_t from, uint64_t until)
{
    const qd_batch_t *batch = self->batch;
    size_t order = cell % self->experiment->orders;
    for (uint64_t w = from; w < until; w++) {
        double *row = self->out + (cell * (size_t)batch->worlds + (size_t)w) * batch->outcomes;
        qd_result_t result;
        qd_luck_t luck = qd_experiment_luck(self->experiment, order, batch->first + w);
        qd_world_play(world, plan, luck, NULL, &result);
        for (size_t i = 0; i < batch->outcomes; i++)
            row[i] = result.failure ? (double)NAN : result.outcomes.value[batch->outcome[i]];
    }
}

static bool is_stopped(const simulation_t *self)
{
    return self->batch->stop && *self->batch->stop != 0;
}

/* Numbers the chunks through all cells, so that a batch of few worlds at many points and one of many worlds
 * at few points both keep all threads busy. Each world has a slot of its own: the result does not depend on
 * the threads. */
static bool play_all(const simulation_t *self, size_t states, size_t periods)
{
    const qd_batch_t *batch = self->batch;
    uint64_t chunks = (batch->worlds + CHUNK - 1) / CHUNK;
    uint64_t total = chunks * batch->points * self->experiment->orders;
    bool memory = true;
#pragma omp parallel num_threads(self->threads) reduction(&& : memory)
    {
        qd_world_t *world = qd_world_new(states, periods);
        qd_change_t *change = qd_worker_schedule(self->experiment);
        qd_plan_t plan;
        size_t planned = SIZE_MAX;
        memory = world && change;
#pragma omp for schedule(dynamic, 1)
        for (uint64_t k = 0; k < total; k++) {
            size_t cell = (size_t)(k / chunks);
            uint64_t from = k % chunks * CHUNK,
                     until = from + CHUNK < batch->worlds ? from + CHUNK : batch->worlds;
            if (!memory || is_stopped(self))
                continue;
            if (cell != planned)
                make_plan(self, cell / self->experiment->orders, cell % self->experiment->orders, change,
                          &plan);
            planned = cell;
            play_chunk(self, world, &plan, cell, from, until);
        }
        free(change);
        qd_world_free(world);
    }
    return memory;
}

static qd_status_t check_batch(const qd_batch_t *batch, qd_error_t *error)
{
    if (batch->points == 0 || batch->worlds == 0 || batch->outcomes == 0)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "found %zu point%s, %llu world%s and %zu outcome%s; expected at least one of each", batch->points,
            QD_S(batch->points), (unsigned long long)batch->worlds, QD_S(batch->worlds), batch->outcomes,
            QD_S(batch->outcomes));
    if (batch->first >= QD_WORLDS_MAX || batch->worlds > QD_WORLDS_MAX - batch->first)
        return qd_error_add(error, QD_ERROR_INPUT,
                            "found worlds from %llu, %llu of them; expected them below 2^40",
                            (unsigned long long)batch->first, (unsigned long long)batch->worlds);
    for (size_t i = 0; i < batch->outcomes; i++)
        if ((int)batch->outcome[i] < 0 || (size_t)batch->outcome[i] >= qd_outcome_count)
            return qd_error_add(error, QD_ERROR_INPUT, "found the outcome %d; expected 0 to %zu",
                                (int)batch->outcome[i], qd_outcome_count - 1);
    return QD_OK;
}

qd_status_t qd_simulate(const qd_experiment_t *experiment, const qd_batch_t *batch, double out[],
                        qd_error_t *error)
{
    size_t states, periods;
    simulation_t self = {.experiment = experiment, .batch = batch, .out = out};
    qd_change_t *change = NULL;
    qd_status_t status = qd_experiment_check_plugin(experiment, error);
    if (status == QD_OK)
        status = check_batch(batch, error);
    if (status == QD_OK)
        status = qd_parallel_choose(batch->threads, &self.threads, error);
    if (status != QD_OK)
        return status;
    self.parameter = qd_new(batch->factors, sizeof *self.parameter, error);
    change = qd_worker_schedule(experiment);
    if (!self.parameter || !change) {
        status = self.parameter ? qd_no_memory(error) : QD_ERROR_MEMORY;
        goto out;
    }
    status = find_factors(&self, error);
    if (status == QD_OK)
        status = check_values(&self, error);
    if (status == QD_OK)
        status = check_plans(&self, change, &states, &periods, error);
    if (status != QD_OK)
        goto out;
    size_t size = batch->points * experiment->orders * (size_t)batch->worlds * batch->outcomes;
    for (size_t i = 0; i < size; i++)
        out[i] = NAN;
    if (!play_all(&self, states, periods))
        status = qd_no_memory(error);
    else if (is_stopped(&self))
        status = QD_ERROR_STOPPED;
out:
    free(change);
    free(self.parameter);
    return status;
}
