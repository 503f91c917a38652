#include "landscape/answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

qd_found_t qd_found_empty(size_t limit, double tolerance)
{
    return (qd_found_t){.limit = limit, .tolerance = tolerance, .least = INFINITY};
}

static void drop_from(qd_found_t *self, size_t count)
{
    for (size_t m = count; m < self->count; m++)
        free(self->minimum[m].amount);
    self->count = count;
}

void qd_found_free(qd_found_t *self)
{
    drop_from(self, 0);
    free(self->minimum);
    self->minimum = NULL;
    self->room = 0;
}

/* -1, 0 or 1; the digits decide where both have them. */
static int compare_energies(double a, const qd_amount_t *amount_a, double b, const qd_amount_t *amount_b)
{
    if (amount_a && amount_b)
        return qd_amount_compare(amount_a, amount_b);
    return (a > b) - (a < b);
}

static int by_energy_then_key(const void *left, const void *right)
{
    const qd_found_minimum_t *a = left, *b = right;
    int order = compare_energies(a->energy, a->amount, b->energy, b->amount);
    return order ? order : (a->key > b->key) - (a->key < b->key);
}

void qd_found_finish(qd_found_t *self)
{
    if (self->count > 1)
        qsort(self->minimum, self->count, sizeof *self->minimum, by_energy_then_key);
    for (size_t m = 1; m < self->count && self->tolerance > 0.0; m++)
        if (self->minimum[m].energy - self->minimum[m - 1].energy <= self->tolerance)
            self->undecided = true;
    if (self->count > self->limit)
        drop_from(self, self->limit);
}

static bool make_room(qd_found_t *self)
{
    if (self->count < self->room)
        return true;
    /* The list is sorted only when it holds twice the limit: the cost per addition stays logarithmic. */
    if (self->count >= 2 * self->limit) {
        qd_found_finish(self);
        return true;
    }
    size_t room = self->room ? 2 * self->room : 16;
    room = room > 2 * self->limit ? 2 * self->limit : room;
    qd_found_minimum_t *grown = qd_resize(self->minimum, room, sizeof *grown, NULL);
    if (!grown) {
        self->out_of_memory = true;
        return false;
    }
    self->minimum = grown;
    self->room = room;
    return true;
}

static void count_optima(qd_found_t *self, double energy, const qd_amount_t *amount, uint64_t times)
{
    const qd_amount_t *least = self->least_amount.digits > 0 ? &self->least_amount : NULL;
    int order = compare_energies(energy, amount, self->least, least);
    if (self->tolerance > 0.0 && fabs(energy - self->least) <= self->tolerance)
        self->undecided = true;
    self->optima = order < 0 ? times : order == 0 ? self->optima + times : self->optima;
    if (order >= 0)
        return;
    self->least = energy;
    if (amount)
        self->least_amount = *amount;
}

static void keep(qd_found_t *self, qd_found_minimum_t minimum)
{
    if (make_room(self))
        self->minimum[self->count++] = minimum;
    else
        free(minimum.amount);
}

void qd_found_add(qd_found_t *self, double energy, const qd_amount_t *amount, uint64_t key, bool strict)
{
    qd_found_minimum_t minimum = {.energy = energy, .key = key, .strict = strict};
    self->total++;
    count_optima(self, energy, amount, 1);
    if (amount) {
        minimum.amount = qd_new(1, sizeof *minimum.amount, NULL);
        if (!minimum.amount) {
            self->out_of_memory = true;
            return;
        }
        *minimum.amount = *amount;
    }
    keep(self, minimum);
}

void qd_found_merge(qd_found_t *self, qd_found_t *other)
{
    self->total += other->total;
    self->out_of_memory |= other->out_of_memory;
    self->undecided |= other->undecided;
    if (other->total > 0)
        count_optima(self, other->least, other->least_amount.digits > 0 ? &other->least_amount : NULL,
                     other->optima);
    for (size_t m = 0; m < other->count; m++)
        keep(self, other->minimum[m]);
    other->count = 0; /* their amounts now belong to the merged list */
    qd_found_free(other);
}

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

qd_status_t qd_answer_take(qd_landscape_answer_t *self, const qd_found_t *found, const uint32_t basin[],
                           qd_error_t *error)
{
    qd_status_t status = qd_answer_allocate(self, found->count, error);
    for (size_t m = 0; status == QD_OK && m < found->count; m++) {
        self->minimum[m].strict = found->minimum[m].strict;
        self->minimum[m].basin = basin ? basin[found->minimum[m].key] : 0;
    }
    self->minima_total = found->total;
    self->optima = found->optima;
    self->basins = basin != NULL;
    return status;
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

/* offers[k] = sum of w_ij over the members j of group k, for k <= groups (the last: an empty one). */
static void partition_offers(const qd_weights_t *weights, const uint16_t group[], size_t groups, size_t actor,
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
        partition_offers(weights, group, groups, i, offers);
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

/* The greatest number of configurations visited in all; beyond it the answer marks its plateaus as
 * unknown. */
#define PLATEAU_MAX 200000

#define EMPTY UINT32_MAX

/* The visited configurations, each once, with its plateau. The list also serves as the queue of the
 * search. */
typedef struct {
    const qd_weights_t *weights;
    size_t n, groups_max;
    size_t count;
    uint16_t *group;   /* [PLATEAU_MAX][n] */
    uint32_t *plateau; /* [PLATEAU_MAX] */
    uint32_t *slot;    /* [slots] hash table of positions */
    size_t slots;      /* a power of two */
    double *offers;    /* [n + 1] */
    uint16_t *moved;   /* [n] */
} visits_t;

static size_t hash_of(const uint16_t group[], size_t n)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ group[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* Returns the position of a configuration, adding a new one; EMPTY if there is no room. */
static uint32_t visit(visits_t *self, const uint16_t group[], uint32_t plateau)
{
    size_t at = hash_of(group, self->n) & (self->slots - 1);
    for (; self->slot[at] != EMPTY; at = (at + 1) & (self->slots - 1))
        if (memcmp(self->group + self->slot[at] * self->n, group, self->n * sizeof *group) == 0)
            return self->slot[at];
    if (self->count == PLATEAU_MAX)
        return EMPTY;
    memcpy(self->group + self->count * self->n, group, self->n * sizeof *group);
    self->plateau[self->count] = plateau;
    self->slot[at] = (uint32_t)self->count;
    return (uint32_t)self->count++;
}

static size_t groups_of(const uint16_t group[], size_t n)
{
    size_t last = 0;
    for (size_t i = 0; i < n; i++)
        last = group[i] > last ? group[i] : last;
    return last + 1;
}

/* Visits the neighbours of equal energy of the configuration at `at`; sets *exit if a move leads lower.
 * False: no room. */
static bool spread(visits_t *self, size_t at, bool *exit)
{
    const uint16_t *group = self->group + at * self->n;
    size_t groups = groups_of(group, self->n), targets = groups < self->groups_max ? groups + 1 : groups;
    for (size_t i = 0; i < self->n; i++) {
        partition_offers(self->weights, group, groups, i, self->offers);
        for (size_t k = 0; k < targets; k++) {
            double gain = self->offers[k] - self->offers[group[i]];
            int sign = k == group[i] ? -1 : qd_weights_sign(self->weights, gain, group, i, k);
            if (sign < 0)
                continue;
            memcpy(self->moved, group, self->n * sizeof *group);
            self->moved[i] = (uint16_t)k;
            qd_partition_renumber(self->moved, self->n);
            if (sign > 0)
                *exit = true;
            else if (visit(self, self->moved, self->plateau[at]) == EMPTY)
                return false;
        }
    }
    return true;
}

static qd_status_t visits_init(visits_t *self, const qd_weights_t *weights, qd_landscape_rule_t rule,
                               qd_error_t *error)
{
    size_t n = weights->n;
    *self = (visits_t){
        .weights = weights, .n = n, .groups_max = rule == QD_RULE_TWO_CAMPS ? 2 : n, .slots = 1 << 19};
    self->group = qd_new(PLATEAU_MAX * n, sizeof *self->group, error);
    self->plateau = qd_new(PLATEAU_MAX, sizeof *self->plateau, error);
    self->slot = qd_new(self->slots, sizeof *self->slot, error);
    self->offers = qd_new(n + 1, sizeof *self->offers, error);
    self->moved = qd_new(n, sizeof *self->moved, error);
    if (!self->group || !self->plateau || !self->slot || !self->offers || !self->moved)
        return QD_ERROR_MEMORY;
    memset(self->slot, 0xff, self->slots * sizeof *self->slot);
    return QD_OK;
}

static void visits_free(visits_t *self)
{
    free(self->group);
    free(self->plateau);
    free(self->slot);
    free(self->offers);
    free(self->moved);
}

static void forget(qd_landscape_answer_t *answer)
{
    for (size_t m = 0; m < answer->minima; m++) {
        answer->minimum[m].plateau = 0;
        answer->minimum[m].exit = false;
    }
    answer->plateaus = 0;
    answer->plateaus_known = false;
}

/* Visits the plateau of a minimum that has none yet. False: no room. */
static bool walk_plateau(visits_t *self, size_t from, bool *exit)
{
    for (size_t at = from; at < self->count; at++)
        if (!spread(self, at, exit))
            return false;
    return true;
}

qd_status_t qd_plateaus_find(const qd_weights_t *weights, qd_landscape_rule_t rule,
                             qd_landscape_answer_t *answer, qd_error_t *error)
{
    answer->plateaus_known = true;
    size_t level = 0;
    for (size_t m = 0; m < answer->minima; m++)
        level += !answer->minimum[m].strict;
    if (level == 0)
        return QD_OK;
    visits_t visits;
    bool *exit = qd_new(level + 1, sizeof *exit, error);
    qd_status_t status = visits_init(&visits, weights, rule, error);
    if (status == QD_OK && !exit)
        status = QD_ERROR_MEMORY;
    if (status != QD_OK)
        goto out;
    for (size_t m = 0; m < answer->minima; m++) {
        qd_minimum_t *minimum = &answer->minimum[m];
        if (minimum->strict)
            continue;
        size_t before = visits.count;
        uint32_t at = visit(&visits, minimum->group, (uint32_t)answer->plateaus + 1);
        bool is_new = visits.count > before;
        answer->plateaus += is_new;
        if (at == EMPTY || (is_new && !walk_plateau(&visits, before, &exit[answer->plateaus]))) {
            forget(answer);
            goto out;
        }
        minimum->plateau = visits.plateau[at];
        minimum->exit = exit[minimum->plateau];
    }
out:
    visits_free(&visits);
    free(exit);
    return status;
}
