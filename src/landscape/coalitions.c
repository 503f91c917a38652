#include "landscape/coalitions.h"

#include <stdlib.h>
#include <string.h>

static int64_t total_of(const qd_coalitions_t *self, size_t r)
{
    int64_t total = 0;
    for (size_t i = 0; i < self->voters; i++)
        total += self->weight[r][i];
    return total;
}

double qd_coalitions_cells(const qd_coalitions_t *self)
{
    double cells = (double)self->voters + 1.0;
    for (size_t r = 0; r < self->rules; r++)
        cells *= (double)total_of(self, r) + 1.0;
    return cells;
}

/* ---- generating functions ------------------------------------------------------------------------------ */

/* count[t * cells + x]: sets of t voters whose weights have position x = sum_r weight_r stride_r. A voter's
 * factor moves positions by its own `shift`. Adding weights never carries from one rule into the next,
 * because no set without the voter holds more than total - weight: multiplication and division are those of
 * one variable. */
typedef struct {
    const qd_coalitions_t *game;
    size_t cells;
    size_t extent[QD_POWER_RULES_MAX], stride[QD_POWER_RULES_MAX];
    qd_count_t *count; /* [voters + 1][cells] */
} series_t;

static size_t shift_of(const series_t *self, size_t voter)
{
    size_t shift = 0;
    for (size_t r = 0; r < self->game->rules; r++)
        shift += (size_t)self->game->weight[r][voter] * self->stride[r];
    return shift;
}

static void multiply(series_t *self, size_t voter, size_t sets)
{
    size_t shift = shift_of(self, voter), cells = self->cells;
    for (size_t t = sets; t > 0; t--) {
        qd_count_t *restrict into = self->count + t * cells + shift;
        const qd_count_t *restrict from = self->count + (t - 1) * cells;
        for (size_t x = 0; x + shift < cells; x++)
            into[x] += from[x];
    }
}

static void divide(series_t *self, size_t voter)
{
    size_t shift = shift_of(self, voter), cells = self->cells;
    for (size_t t = 1; t <= self->game->voters; t++) {
        qd_count_t *restrict into = self->count + t * cells + shift;
        const qd_count_t *restrict from = self->count + (t - 1) * cells;
        for (size_t x = 0; x + shift < cells; x++)
            into[x] -= from[x];
    }
}

static bool series_init(series_t *self, const qd_coalitions_t *game)
{
    *self = (series_t){.game = game, .cells = 1};
    for (size_t r = 0; r < game->rules; r++) {
        self->extent[r] = (size_t)total_of(game, r) + 1;
        self->stride[r] = self->cells;
        self->cells *= self->extent[r];
    }
    self->count = calloc((game->voters + 1) * self->cells, sizeof *self->count);
    if (!self->count)
        return false;
    self->count[0] = 1;
    for (size_t i = 0; i < game->voters; i++)
        multiply(self, i, i + 1);
    return true;
}

/* Walks positions 0, 1, 2, ... with the weight held under each rule. */
static void step(const series_t *self, int64_t held[])
{
    for (size_t r = 0; r < self->game->rules; r++) {
        if (++held[r] < (int64_t)self->extent[r])
            return;
        held[r] = 0;
    }
}

static bool wins(const qd_coalitions_t *game, size_t t, const int64_t held[], const int64_t extra[])
{
    bool won = t >= game->least;
    for (size_t r = 0; r < game->rules; r++)
        won = won && held[r] + (extra ? extra[r] : 0) >= game->quota[r];
    return won;
}

/* The series without voter i is at hand: adds up its swings. */
static void add_swings(const series_t *self, size_t i, qd_count_t swing[])
{
    const qd_coalitions_t *game = self->game;
    int64_t own[QD_POWER_RULES_MAX] = {0};
    for (size_t r = 0; r < game->rules; r++)
        own[r] = game->weight[r][i];
    for (size_t t = 0; t < game->voters; t++) {
        int64_t held[QD_POWER_RULES_MAX] = {0};
        for (size_t x = 0; x < self->cells; x++, step(self, held)) {
            qd_count_t count = self->count[t * self->cells + x];
            if (count != 0 && wins(game, t + 1, held, own) && !wins(game, t, held, NULL))
                swing[t] += count;
        }
    }
}

static void add_won(const series_t *self, qd_count_t won[])
{
    for (size_t t = 0; t <= self->game->voters; t++) {
        int64_t held[QD_POWER_RULES_MAX] = {0};
        for (size_t x = 0; x < self->cells; x++, step(self, held))
            if (wins(self->game, t, held, NULL))
                won[t] += self->count[t * self->cells + x];
    }
}

/* A voter before i with the same weights, or i. */
static size_t first_alike(const qd_coalitions_t *self, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        bool alike = true;
        for (size_t r = 0; r < self->rules; r++)
            alike = alike && self->weight[r][j] == self->weight[r][i];
        if (alike)
            return j;
    }
    return i;
}

bool qd_coalitions_count(const qd_coalitions_t *self, qd_swings_t *swings)
{
    series_t series;
    memset(swings, 0, sizeof *swings);
    if (!series_init(&series, self))
        return false;
    add_won(&series, swings->won);
    for (size_t i = 0; i < self->voters; i++) {
        size_t alike = first_alike(self, i);
        if (alike < i) {
            memcpy(swings->swing[i], swings->swing[alike], sizeof swings->swing[i]);
            continue;
        }
        divide(&series, i);
        add_swings(&series, i, swings->swing[i]);
        multiply(&series, i, self->voters);
    }
    free(series.count);
    return true;
}

/* ---- all sets ------------------------------------------------------------------------------------------ */

static void add_set(const qd_coalitions_t *self, uint32_t set, size_t t, int64_t held[], qd_swings_t *swings)
{
    if (!wins(self, t, held, NULL))
        return;
    swings->won[t]++;
    for (uint32_t in = set; in; in &= in - 1) {
        size_t i = (size_t)__builtin_ctz(in);
        int64_t without[QD_POWER_RULES_MAX];
        for (size_t r = 0; r < self->rules; r++)
            without[r] = -self->weight[r][i];
        if (!wins(self, t - 1, held, without))
            swings->swing[i][t - 1]++;
    }
}

void qd_coalitions_walk(const qd_coalitions_t *self, qd_swings_t *swings)
{
    int64_t held[QD_POWER_RULES_MAX] = {0};
    uint32_t set = 0;
    size_t t = 0;
    memset(swings, 0, sizeof *swings);
    add_set(self, set, t, held, swings);
    for (uint32_t k = 1; k < (uint32_t)1 << self->voters; k++) {
        size_t i = (size_t)__builtin_ctz(k);
        bool joins = !(set >> i & 1);
        set ^= (uint32_t)1 << i;
        t = joins ? t + 1 : t - 1;
        for (size_t r = 0; r < self->rules; r++)
            held[r] += joins ? self->weight[r][i] : -self->weight[r][i];
        add_set(self, set, t, held, swings);
    }
}
