#include "landscape/games.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "landscape/answer.h"

static void init_mission(qd_landscape_game_t *self)
{
    const qd_weights_t *weights = self->weights;
    size_t padded = weights->padded;
    double *up = self->reals, *down = up + padded, *field = down + padded, *x = field + padded;
    for (size_t i = weights->n; i < padded; i++) {
        up[i] = INFINITY;
        down[i] = -INFINITY;
    }
    self->mission = (qd_mission_game_t){.n = weights->n,
                                        .padded = padded,
                                        .c = weights->size,
                                        .affinity = weights->affinity,
                                        .coupling = 1.0,
                                        .up = up,
                                        .down = down,
                                        .ties_join = true,
                                        .field = field,
                                        .x = x};
}

static void init_bloc(qd_landscape_game_t *self)
{
    const qd_weights_t *weights = self->weights;
    size_t n = weights->n, padded = weights->padded;
    double *cohesion = self->reals, *company = cohesion + n + 1;
    for (size_t k = 0; k <= n; k++)
        cohesion[k] = 1.0;
    self->bloc = (qd_bloc_game_t){.n = n,
                                  .padded = padded,
                                  .labels = n,
                                  .c = weights->size,
                                  .affinity = weights->affinity,
                                  .cohesion = cohesion,
                                  .label = self->integers,
                                  .members = self->integers + padded,
                                  .company = company,
                                  .first = self->integers + padded + n + 1,
                                  .next = self->integers + padded + 2 * (n + 1)};
}

qd_status_t qd_landscape_game_init(qd_landscape_game_t *self, const qd_weights_t *weights,
                                   qd_landscape_rule_t rule, qd_error_t *error)
{
    size_t n = weights->n, padded = weights->padded;
    size_t reals = rule == QD_RULE_TWO_CAMPS ? 5 * padded : n + 1 + (n + 1) * padded;
    *self = (qd_landscape_game_t){.weights = weights, .rule = rule};
    self->reals = qd_new(reals, sizeof *self->reals, error);
    self->integers = qd_new(padded + 3 * n + 2, sizeof *self->integers, error);
    self->group = qd_new(n, sizeof *self->group, error);
    if (!self->reals || !self->integers || !self->group)
        return QD_ERROR_MEMORY;
    if (rule == QD_RULE_TWO_CAMPS)
        init_mission(self);
    else
        init_bloc(self);
    return QD_OK;
}

void qd_landscape_game_free(qd_landscape_game_t *self)
{
    free(self->reals);
    free(self->integers);
    free(self->group);
    *self = (qd_landscape_game_t){0};
}

void qd_landscape_game_enter(qd_landscape_game_t *self, const uint16_t group[])
{
    size_t n = self->weights->n;
    if (self->rule == QD_RULE_TWO_CAMPS) {
        const double *own = self->reals + 4 * self->weights->padded; /* F = 0 */
        for (size_t i = 0; i < n; i++)
            self->mission.x[i] = group[i] == 0 ? 1.0 : -1.0;
        qd_mission_game_start(&self->mission, own);
        return;
    }
    int *label = self->bloc.label, *first = self->bloc.members;
    for (size_t k = 0; k < n; k++)
        first[k] = 0;
    for (size_t i = 0; i < n; i++) {
        if (first[group[i]] == 0)
            first[group[i]] = (int)i + 1;
        label[i] = first[group[i]];
    }
    qd_bloc_game_start(&self->bloc);
}

int qd_landscape_game_settle(qd_landscape_game_t *self)
{
    if (self->rule == QD_RULE_TWO_CAMPS)
        return qd_mission_game_solve(&self->mission);
    int passes = qd_bloc_game_solve(&self->bloc), most = passes;
    /* Every round but the last raises the potential, so that they end; the bound is for gains that are
     * rounding. */
    for (int round = 0; passes > 1 && passes <= QD_PASSES_MAX && round < QD_PASSES_MAX; round++) {
        qd_landscape_game_leave(self, self->group);
        qd_landscape_game_enter(self, self->group);
        passes = qd_bloc_game_solve(&self->bloc);
        most = passes > most ? passes : most;
    }
    return most;
}

void qd_landscape_game_leave(const qd_landscape_game_t *self, uint16_t group[])
{
    size_t n = self->weights->n;
    for (size_t i = 0; i < n; i++) {
        if (self->rule == QD_RULE_TWO_CAMPS)
            group[i] = self->mission.x[i] < 0.0;
        else /* those with label 0 are each on their own: numbers that no label has */
            group[i] = (uint16_t)(self->bloc.label[i] > 0 ? (size_t)self->bloc.label[i] : n + 1 + i);
    }
    qd_partition_renumber(group, n);
}
