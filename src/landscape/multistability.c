#include "landscape/multistability.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct qd_multistability {
    size_t states, starts;
    size_t found;
    uint16_t *bloc;    /* [starts][states] distinct partitions; 0: in no bloc, others by first appearance */
    uint32_t *count;   /* [starts] starts that ended in each */
    double *potential; /* [starts] highest Phi seen with each */
    int *before;       /* [states] */
    int *number;       /* [states] number of the bloc whose first member this is */
};

qd_multistability_t *qd_multistability_new(size_t states, size_t starts)
{
    qd_multistability_t *self = qd_new(1, sizeof *self, NULL);
    if (!self)
        return NULL;
    self->states = states;
    self->starts = starts;
    self->bloc = qd_new(starts * states, sizeof *self->bloc, NULL);
    self->count = qd_new(starts, sizeof *self->count, NULL);
    self->potential = qd_new(starts, sizeof *self->potential, NULL);
    self->before = qd_new(states, sizeof *self->before, NULL);
    self->number = qd_new(states, sizeof *self->number, NULL);
    if (self->bloc && self->count && self->potential && self->before && self->number)
        return self;
    qd_multistability_free(self);
    return NULL;
}

void qd_multistability_free(qd_multistability_t *self)
{
    if (!self)
        return;
    free(self->bloc);
    free(self->count);
    free(self->potential);
    free(self->before);
    free(self->number);
    free(self);
}

/* The game's labels as a partition: blocs numbered by first appearance, 0 for states in none. */
static void canonise(const qd_multistability_t *self, const qd_bloc_game_t *game, uint16_t bloc[])
{
    int blocs = 0;
    for (size_t i = 0; i < game->n; i++) {
        int k = game->label[i];
        bloc[i] = 0;
        if (k == 0 || game->members[k] < 2)
            continue;
        size_t j = 0;
        while (game->label[j] != k)
            j++;
        if (j == i)
            self->number[i] = ++blocs;
        bloc[i] = (uint16_t)self->number[j];
    }
}

static void add(qd_multistability_t *self, const qd_bloc_game_t *game)
{
    size_t n = game->n, at = 0;
    uint16_t *bloc = self->bloc + self->found * n;
    double potential = qd_bloc_game_potential(game);
    canonise(self, game, bloc);
    while (at < self->found && memcmp(self->bloc + at * n, bloc, n * sizeof *bloc) != 0)
        at++;
    if (at == self->found) {
        self->found++;
        self->count[at] = 0;
        self->potential[at] = potential;
    }
    self->count[at]++;
    self->potential[at] = potential > self->potential[at] ? potential : self->potential[at];
}

static double gap(const qd_multistability_t *self)
{
    double best = self->potential[0], scale = 0.0, next = -INFINITY;
    for (size_t m = 0; m < self->found; m++) {
        best = self->potential[m] > best ? self->potential[m] : best;
        scale = fabs(self->potential[m]) > scale ? fabs(self->potential[m]) : scale;
    }
    for (size_t m = 0; m < self->found; m++)
        if (self->potential[m] < best - 1e-12 * scale && self->potential[m] > next)
            next = self->potential[m];
    return next > -INFINITY ? best - next : 0.0;
}

static void draw_labels(qd_bloc_game_t *game, qd_luck_t luck, uint32_t period, size_t start)
{
    for (size_t i = 0; i < game->n; i++) {
        double u = qd_random_uniform(luck, QD_PURPOSE_LANDSCAPE, period, (uint32_t)(start * game->n + i));
        game->label[i] = (int)(u * (double)(game->labels + 1));
    }
}

qd_multistability_result_t qd_multistability_measure(qd_multistability_t *self, qd_bloc_game_t *game,
                                                     qd_luck_t luck, uint32_t period)
{
    uint32_t most = 0;
    memcpy(self->before, game->label, game->n * sizeof *game->label);
    self->found = 0;
    for (size_t start = 0; start < self->starts; start++) {
        draw_labels(game, luck, period, start);
        qd_bloc_game_review(game);
        add(self, game);
    }
    for (size_t m = 0; m < self->found; m++)
        most = self->count[m] > most ? self->count[m] : most;
    memcpy(game->label, self->before, game->n * sizeof *game->label);
    qd_bloc_game_start(game);
    return (qd_multistability_result_t){.distinct = (double)self->found,
                                        .most_common = (double)most / (double)self->starts,
                                        .potential_gap = gap(self)};
}
