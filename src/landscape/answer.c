#include "landscape/answer.h"

#include <stdlib.h>

#include "base/memory.h"

qd_status_t qd_answer_allocate(qd_landscape_answer_t *self, size_t count, qd_error_t *error)
{
    size_t n = self->actors;
    self->minimum = qd_new(count, sizeof *self->minimum, error);
    uint16_t *groups = qd_new((count > 0 ? count : 1) * n, sizeof *groups, error);
    if (!self->minimum || !groups) {
        free(groups);
        return QD_ERROR_MEMORY;
    }
    self->minimum[0].group = groups;
    for (size_t m = 0; m < count; m++)
        self->minimum[m].group = groups + m * n;
    self->minima = count;
    return QD_OK;
}

void qd_landscape_answer_free(qd_landscape_answer_t *self)
{
    if (!self)
        return;
    if (self->minimum)
        free(self->minimum[0].group);
    free(self->minimum);
    free(self);
}

size_t qd_partition_renumber(uint16_t group[], size_t n)
{
    uint16_t seen[QD_SEARCH_MAX], number[QD_SEARCH_MAX];
    size_t groups = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < groups && seen[k] != group[i])
            k++;
        if (k == groups) {
            seen[k] = group[i];
            number[k] = (uint16_t)k;
            groups++;
        }
        group[i] = number[k];
    }
    return groups;
}

void qd_answer_evaluate(const qd_weights_t *weights, qd_landscape_rule_t rule, qd_minimum_t *minimum)
{
    size_t last = 0;
    for (size_t i = 0; i < weights->n; i++)
        last = minimum->group[i] > last ? minimum->group[i] : last;
    minimum->groups = last + 1;
    qd_weights_judge(weights, rule, minimum->group, &minimum->energy, &minimum->disagreements);
}

void qd_partition_offers(const qd_weights_t *weights, const uint16_t group[], size_t groups, size_t actor,
                         double offers[])
{
    const double *row = weights->w + actor * weights->padded;
    for (size_t k = 0; k <= groups; k++)
        offers[k] = 0.0;
    for (size_t j = 0; j < weights->n; j++)
        offers[group[j]] += row[j];
}

/* Whether an actor is the only member of its group. */
static bool alone(const uint16_t group[], size_t n, size_t actor)
{
    for (size_t j = 0; j < n; j++)
        if (j != actor && group[j] == group[actor])
            return false;
    return true;
}

qd_moves_t qd_partition_moves(const qd_weights_t *weights, size_t groups_max, const uint16_t group[],
                              size_t groups, double offers[])
{
    qd_moves_t moves = {false, false};
    for (size_t i = 0; i < weights->n; i++) {
        qd_partition_offers(weights, group, groups, i, offers);
        size_t targets = groups < groups_max && !alone(group, weights->n, i) ? groups + 1 : groups;
        for (size_t k = 0; k < targets; k++) {
            if (k == group[i])
                continue;
            int sign = qd_weights_sign(weights, offers[k] - offers[group[i]], group, i, k);
            moves.lowers = moves.lowers || sign > 0;
            moves.level = moves.level || sign == 0;
        }
    }
    return moves;
}
