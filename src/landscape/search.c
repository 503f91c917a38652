#include "landscape/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/answer.h"
#include "landscape/local_search.h"
#include "landscape/methods.h"

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
    /* Every round but the last raises the potential, so that the loop ends. The bound is for gains within
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
        else /* an actor with label 0 is alone: a number unlike any label */
            group[i] = (uint16_t)(self->bloc.label[i] > 0 ? (size_t)self->bloc.label[i] : n + 1 + i);
    }
    qd_partition_renumber(group, n);
}

/* Greatest number of distinct results that a search keeps, and that its answer lists. */
#define SEARCH_KEPT_MAX 10000

#define SEARCH_LISTED_MAX 100

#define ROUND   128 /* starts between two merges */
#define ANNEALS 4   /* per start; a power of two: they are fused in pairs */
#define SWEEPS  250
#define PERIODS 1000 /* periods of random numbers reserved for one annealing or fusion */

/* Lowest distinct results so far, ascending in energy, first found first. */
typedef struct {
    size_t n, count, limit;
    uint16_t *group; /* [limit + 1][n] */
    double *disagreements;
    uint64_t *hits;
    double least;        /* least disagreements of any start */
    uint64_t least_hits; /* starts that reached them */
} kept_t;

typedef struct {
    const qd_weights_t *weights;
    qd_landscape_rule_t rule;
    uint64_t seed, first;
    qd_neighbours_t ties;
    uint16_t *group;       /* [ROUND][n] results of this round */
    double *disagreements; /* [ROUND] */
    qd_status_t status[ROUND];
} round_t;

/* Draws random sides, or random labels among a random number of blocs. */
static void draw_start(const round_t *self, qd_luck_t luck, uint32_t period, uint16_t group[])
{
    size_t n = self->weights->n;
    uint64_t bits = qd_random_bits(luck, QD_PURPOSE_LANDSCAPE, period, 0);
    size_t blocs = self->rule == QD_RULE_TWO_CAMPS ? 2 : 1 + (size_t)((bits >> 32) * n >> 32);
    for (size_t i = 0; i < n; i++) {
        bits = qd_random_bits(luck, QD_PURPOSE_LANDSCAPE, period, (uint32_t)i + 1);
        group[i] = (uint16_t)((bits >> 32) * blocs >> 32);
    }
    qd_partition_renumber(group, n);
}

/* Descends from a random configuration: best replies of the kernel, annealing, Kernighan and Lin. */
static void descend(const round_t *self, qd_luck_t luck, uint32_t part, qd_landscape_game_t *game,
                    qd_local_search_t *local, uint16_t group[])
{
    draw_start(self, luck, part * PERIODS, group);
    qd_landscape_game_enter(game, group);
    qd_landscape_game_settle(game);
    qd_landscape_game_leave(game, group);
    qd_local_search_enter(local, group);
    /* Hot and cool starts of the schedule suit different networks: half of each. */
    qd_local_search_anneal(local, &(qd_annealing_t){.luck = luck,
                                                    .period = part * PERIODS + 1,
                                                    .sweeps = SWEEPS,
                                                    .hot = part % 2 ? 0.2 : 0.5});
    qd_local_search_kernighan_lin(local);
    memcpy(group, local->group, self->weights->n * sizeof *group);
}

/* Fuses ANNEALS results in pairs, then pairs of pairs, into the first. */
static qd_status_t fuse_all(const round_t *self, qd_luck_t luck, qd_local_search_t *local, uint16_t group[],
                            qd_error_t *error)
{
    size_t n = self->weights->n;
    uint32_t part = ANNEALS;
    qd_status_t status = QD_OK;
    for (size_t step = 1; step < ANNEALS && status == QD_OK; step *= 2)
        for (size_t a = 0; a + step < ANNEALS && status == QD_OK; a += 2 * step)
            status = qd_fuse(
                self->weights, local,
                &(qd_annealing_t){.luck = luck, .period = part++ * PERIODS, .sweeps = SWEEPS, .hot = 0.2},
                group + a * n, group + (a + step) * n, error);
    return status;
}

static qd_status_t search_once(const round_t *self, qd_luck_t luck, uint16_t result[], qd_error_t *error)
{
    size_t n = self->weights->n;
    qd_landscape_game_t game;
    qd_local_search_t local = {0};
    uint16_t *group = qd_new(ANNEALS * n, sizeof *group, error);
    qd_status_t status = qd_landscape_game_init(&game, self->weights, self->rule, error);
    if (status == QD_OK)
        status = qd_local_search_init(&local, &self->ties, self->rule == QD_RULE_TWO_CAMPS ? 2 : n,
                                      self->weights->tolerance, error);
    if (status == QD_OK && !group)
        status = QD_ERROR_MEMORY;
    if (status != QD_OK)
        goto out;
    for (uint32_t part = 0; part < ANNEALS; part++)
        descend(self, luck, part, &game, &local, group + part * n);
    status = fuse_all(self, luck, &local, group, error);
    if (status != QD_OK)
        goto out;
    memcpy(result, group, n * sizeof *result);
    qd_partition_renumber(result, n);
    qd_landscape_game_enter(&game, result);
    qd_landscape_game_settle(&game);
    qd_landscape_game_leave(&game, result);
out:
    free(group);
    qd_local_search_free(&local);
    qd_landscape_game_free(&game);
    return status;
}

static void search_task(void *context, size_t index)
{
    round_t *self = context;
    qd_error_t error = QD_ERROR_NONE;
    uint16_t *group = self->group + index * self->weights->n;
    qd_luck_t luck = {.seed = self->seed, .world = self->first + index};
    self->status[index] = search_once(self, luck, group, &error);
    if (self->status[index] == QD_OK)
        self->disagreements[index] = qd_weights_disagreements(self->weights, group);
}

static void keep(kept_t *self, const uint16_t group[], double disagreements, double tolerance)
{
    size_t bytes = self->n * sizeof *group, at = 0;
    if (disagreements < self->least - tolerance) {
        self->least = disagreements;
        self->least_hits = 0;
    }
    self->least_hits += disagreements <= self->least + tolerance;
    for (; at < self->count && self->disagreements[at] <= disagreements + tolerance; at++)
        if (memcmp(self->group + at * self->n, group, bytes) == 0) {
            self->hits[at]++;
            return;
        }
    while (at > 0 && self->disagreements[at - 1] > disagreements)
        at--;
    if (at == self->limit)
        return;
    memmove(self->group + (at + 1) * self->n, self->group + at * self->n, (self->count - at) * bytes);
    memmove(self->disagreements + at + 1, self->disagreements + at, (self->count - at) * sizeof(double));
    memmove(self->hits + at + 1, self->hits + at, (self->count - at) * sizeof(uint64_t));
    memcpy(self->group + at * self->n, group, bytes);
    self->disagreements[at] = disagreements;
    self->hits[at] = 1;
    self->count += self->count < self->limit;
}

static qd_status_t run_starts(round_t *round, uint64_t starts, const qd_runner_t *runner, kept_t *kept,
                              qd_error_t *error)
{
    for (; round->first < starts; round->first += ROUND) {
        size_t count = starts - round->first < ROUND ? (size_t)(starts - round->first) : ROUND;
        qd_runner_run(runner, count, search_task, round);
        for (size_t k = 0; k < count; k++) {
            if (round->status[k] != QD_OK)
                return qd_no_memory(error); /* nothing else fails there */
            keep(kept, round->group + k * kept->n, round->disagreements[k], round->weights->tolerance);
        }
    }
    return QD_OK;
}

static qd_status_t take_kept(const qd_landscape_t *landscape, const qd_weights_t *weights, const kept_t *kept,
                             qd_landscape_answer_t *answer, qd_error_t *error)
{
    size_t n = weights->n, most = landscape->rule == QD_RULE_TWO_CAMPS ? 2 : n;
    double *offers = qd_new(n + 1, sizeof *offers, error);
    size_t listed = kept->count < SEARCH_LISTED_MAX ? kept->count : SEARCH_LISTED_MAX;
    qd_status_t status = qd_answer_allocate(answer, listed, error);
    if (status == QD_OK && !offers)
        status = QD_ERROR_MEMORY;
    for (size_t m = 0; status == QD_OK && m < listed; m++) {
        qd_minimum_t *minimum = &answer->minimum[m];
        memcpy(minimum->group, kept->group + m * n, n * sizeof *minimum->group);
        qd_answer_evaluate(weights, landscape->rule, minimum);
        minimum->strict = !qd_partition_moves(weights, most, minimum->group, minimum->groups, offers).level;
        minimum->basin = kept->hits[m];
    }
    answer->hits = kept->least_hits;
    while (answer->optima < kept->count &&
           kept->disagreements[answer->optima] <= kept->least + weights->tolerance)
        answer->optima++;
    free(offers);
    return status;
}

qd_status_t qd_search_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                            const qd_runner_t *runner, qd_landscape_answer_t *answer, qd_error_t *error)
{
    size_t n = weights->n;
    round_t round = {.weights = weights, .rule = landscape->rule, .seed = landscape->seed};
    uint64_t starts = landscape->starts;
    kept_t kept = {
        .n = n, .least = INFINITY, .limit = starts < SEARCH_KEPT_MAX ? (size_t)starts : SEARCH_KEPT_MAX};
    qd_status_t status = qd_neighbours_init(&round.ties, n, weights->padded, weights->w, error);
    if (status != QD_OK)
        goto out;
    round.group = qd_new(ROUND * n, sizeof *round.group, error);
    round.disagreements = qd_new(ROUND, sizeof *round.disagreements, error);
    kept.group = qd_new((kept.limit + 1) * n, sizeof *kept.group, error);
    kept.disagreements = qd_new(kept.limit + 1, sizeof *kept.disagreements, error);
    kept.hits = qd_new(kept.limit + 1, sizeof *kept.hits, error);
    if (!round.group || !round.disagreements || !kept.group || !kept.disagreements || !kept.hits) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    status = run_starts(&round, starts, runner, &kept, error);
    if (status != QD_OK)
        goto out;
    answer->configurations = landscape->rule == QD_RULE_BLOCS ? qd_bell_number(n) : ldexp(1.0, (int)n - 1);
    answer->scope = QD_MINIMA_FOUND;
    answer->starts = starts;
    answer->minima_total = kept.count;
    status = take_kept(landscape, weights, &kept, answer, error);
out:
    qd_neighbours_free(&round.ties);
    free(round.group);
    free(round.disagreements);
    free(kept.group);
    free(kept.disagreements);
    free(kept.hits);
    return status;
}
