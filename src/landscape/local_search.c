#include "landscape/local_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "math/elementary.h"

#define DEPTH 40 /* moves of a Kernighan-Lin pass after its lowest point, at most */

/* ---- neighbours ---------------------------------------------------------------------------------------- */

static size_t count_ties(size_t n, size_t stride, const double w[])
{
    size_t ties = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            ties += w[i * stride + j] != 0.0;
    return ties;
}

qd_status_t qd_neighbours_init(qd_neighbours_t *self, size_t n, size_t stride, const double w[],
                               qd_error_t *error)
{
    size_t ties = count_ties(n, stride, w), at = 0;
    *self = (qd_neighbours_t){.n = n};
    self->first = qd_new(n + 1, sizeof *self->first, error);
    self->other = qd_new(ties, sizeof *self->other, error);
    self->weight = qd_new(ties, sizeof *self->weight, error);
    if (!self->first || !self->other || !self->weight)
        return QD_ERROR_MEMORY;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        self->first[i] = at;
        for (size_t j = 0; j < n; j++) {
            double weight = w[i * stride + j];
            if (weight == 0.0)
                continue;
            self->other[at] = (uint16_t)j;
            self->weight[at++] = weight;
            sum += fabs(weight);
        }
    }
    self->first[n] = at;
    self->mean_weight = at > 0 ? sum / (double)at : 0.0;
    self->mean_degree = (double)at / (double)n;
    return QD_OK;
}

void qd_neighbours_free(qd_neighbours_t *self)
{
    free(self->first);
    free(self->other);
    free(self->weight);
    *self = (qd_neighbours_t){0};
}

/* ---- state --------------------------------------------------------------------------------------------- */

qd_status_t qd_local_search_init(qd_local_search_t *self, const qd_neighbours_t *ties, size_t groups_max,
                                 double tolerance, qd_error_t *error)
{
    size_t n = ties->n;
    *self = (qd_local_search_t){.ties = ties, .tolerance = tolerance, .n = n, .groups_max = groups_max};
    self->group = qd_new(n, sizeof *self->group, error);
    self->members = qd_new(groups_max, sizeof *self->members, error);
    self->used = qd_new(groups_max, sizeof *self->used, error);
    self->place = qd_new(groups_max, sizeof *self->place, error);
    self->offer = qd_new(n * groups_max, sizeof *self->offer, error);
    self->moves = qd_new(2 * n, sizeof *self->moves, error);
    self->locked = qd_new(n, sizeof *self->locked, error);
    if (!self->group || !self->members || !self->used || !self->place || !self->offer || !self->moves ||
        !self->locked)
        return QD_ERROR_MEMORY;
    return QD_OK;
}

void qd_local_search_free(qd_local_search_t *self)
{
    free(self->group);
    free(self->members);
    free(self->used);
    free(self->place);
    free(self->offer);
    free(self->moves);
    free(self->locked);
    *self = (qd_local_search_t){0};
}

void qd_local_search_enter(qd_local_search_t *self, const uint16_t group[])
{
    const qd_neighbours_t *ties = self->ties;
    memset(self->members, 0, self->groups_max * sizeof *self->members);
    memset(self->offer, 0, self->n * self->groups_max * sizeof *self->offer);
    for (size_t i = 0; i < self->n; i++) {
        self->group[i] = group[i];
        self->members[group[i]]++;
        for (size_t t = ties->first[i]; t < ties->first[i + 1]; t++)
            self->offer[i * self->groups_max + group[ties->other[t]]] += ties->weight[t];
    }
    self->groups = 0;
    for (size_t k = 0; k < self->groups_max; k++)
        if (self->members[k] > 0)
            self->used[self->groups++] = (uint16_t)k;
    for (size_t k = 0, at = self->groups; k < self->groups_max; k++)
        if (self->members[k] == 0)
            self->used[at++] = (uint16_t)k;
    for (size_t at = 0; at < self->groups_max; at++)
        self->place[self->used[at]] = (uint16_t)at;
}

static void swap_places(qd_local_search_t *self, size_t a, size_t b)
{
    uint16_t first = self->used[a], second = self->used[b];
    self->used[a] = second;
    self->used[b] = first;
    self->place[second] = (uint16_t)a;
    self->place[first] = (uint16_t)b;
}

static void move(qd_local_search_t *self, size_t i, uint16_t to)
{
    const qd_neighbours_t *ties = self->ties;
    uint16_t from = self->group[i];
    for (size_t t = ties->first[i]; t < ties->first[i + 1]; t++) {
        double *offer = self->offer + ties->other[t] * self->groups_max;
        offer[from] -= ties->weight[t];
        offer[to] += ties->weight[t];
    }
    self->group[i] = to;
    if (self->members[to]++ == 0)
        swap_places(self, self->place[to], self->groups++);
    if (--self->members[from] == 0)
        swap_places(self, self->place[from], --self->groups);
}

/* The number of groups open to an actor: the groups in use, and one empty group if there is one. */
static size_t choices(const qd_local_search_t *self)
{
    return self->groups < self->groups_max ? self->groups + 1 : self->groups;
}

/* ---- annealing ----------------------------------------------------------------------------------------- */

static void sweep(qd_local_search_t *self, qd_luck_t luck, uint32_t period, double temperature)
{
    for (size_t i = 0; i < self->n; i++) {
        uint64_t bits = qd_random_bits(luck, QD_PURPOSE_LANDSCAPE, period, (uint32_t)i);
        uint16_t to = self->used[(bits >> 32) * choices(self) >> 32], from = self->group[i];
        const double *offer = self->offer + i * self->groups_max;
        double gain = offer[to] - offer[from];
        if (to == from)
            continue;
        double u = (double)(uint32_t)bits * 0x1p-32;
        if (gain >= 0.0 || u < qd_exp(gain / temperature))
            move(self, i, to);
    }
}

void qd_local_search_anneal(qd_local_search_t *self, const qd_annealing_t *annealing)
{
    const qd_neighbours_t *ties = self->ties;
    if (ties->mean_weight == 0.0 || annealing->sweeps < 2)
        return;
    double cold = 0.1 * ties->mean_weight, hot = annealing->hot * ties->mean_weight * sqrt(ties->mean_degree);
    hot = hot > cold ? hot : cold;
    double factor = qd_exp(-qd_log(hot / cold) / (double)(annealing->sweeps - 1));
    double temperature = hot;
    for (uint32_t s = 0; s < annealing->sweeps; s++, temperature *= factor)
        sweep(self, annealing->luck, annealing->period + s, temperature);
}

/* ---- Kernighan and Lin --------------------------------------------------------------------------------- */

typedef struct {
    size_t actor;
    uint16_t to;
    double gain;
} choice_t;

/* The best move of an actor that is not locked; ties to the lowest actor. False if all are locked. */
static bool best_move(const qd_local_search_t *self, choice_t *best)
{
    bool any = false;
    size_t targets = choices(self);
    for (size_t i = 0; i < self->n; i++) {
        if (self->locked[i])
            continue;
        const double *offer = self->offer + i * self->groups_max;
        double present = offer[self->group[i]];
        for (size_t at = 0; at < targets; at++) {
            uint16_t k = self->used[at];
            double gain = offer[k] - present;
            if (k == self->group[i] || (any && gain <= best->gain))
                continue;
            *best = (choice_t){.actor = i, .to = k, .gain = gain};
            any = true;
        }
    }
    return any;
}

/* One pass. Returns its gain; 0 if it is within the tolerance. */
static double pass(qd_local_search_t *self)
{
    double sum = 0.0, most = self->tolerance;
    size_t made = 0, kept = 0;
    choice_t best = {0};
    memset(self->locked, 0, self->n * sizeof *self->locked);
    while (made < self->n && made - kept < DEPTH && best_move(self, &best)) {
        self->moves[made] = (uint16_t)best.actor;
        self->moves[self->n + made++] = self->group[best.actor];
        self->locked[best.actor] = true;
        move(self, best.actor, best.to);
        sum += best.gain;
        if (sum > most) {
            most = sum;
            kept = made;
        }
    }
    while (made > kept) {
        made--;
        move(self, self->moves[made], self->moves[self->n + made]);
    }
    return kept > 0 ? most : 0.0;
}

void qd_local_search_kernighan_lin(qd_local_search_t *self)
{
    while (pass(self) > 0.0)
        continue;
}

/* Numbers the pairs (a_i, b_i) by first appearance; first[m] is the first actor of node m. Returns
 * the number of nodes. */
static size_t common_nodes(size_t n, const uint16_t a[], const uint16_t b[], uint16_t node[],
                           uint16_t first[])
{
    size_t nodes = 0;
    for (size_t i = 0; i < n; i++) {
        size_t m = 0;
        while (m < nodes && (a[first[m]] != a[i] || b[first[m]] != b[i]))
            m++;
        if (m == nodes)
            first[nodes++] = (uint16_t)i;
        node[i] = (uint16_t)m;
    }
    return nodes;
}

static void sum_ties(const qd_weights_t *weights, const uint16_t node[], size_t nodes, double w[])
{
    for (size_t i = 0; i < weights->n; i++)
        for (size_t j = 0; j < weights->n; j++)
            w[node[i] * nodes + node[j]] += weights->w[i * weights->padded + j];
    for (size_t m = 0; m < nodes; m++)
        w[m * nodes + m] = 0.0;
}

/* Searches the network of nodes from the partition `from`; group[i] becomes that of actor i's node. */
static qd_status_t search_nodes(size_t n, size_t nodes, const double w[], size_t groups_max, double tolerance,
                                const qd_annealing_t *annealing, const uint16_t from[], const uint16_t node[],
                                uint16_t group[], qd_error_t *error)
{
    qd_neighbours_t ties;
    qd_local_search_t local = {0};
    qd_status_t status = qd_neighbours_init(&ties, nodes, nodes, w, error);
    if (status == QD_OK)
        status = qd_local_search_init(&local, &ties, groups_max, tolerance, error);
    if (status != QD_OK)
        goto out;
    qd_local_search_enter(&local, from);
    qd_local_search_anneal(&local, annealing);
    qd_local_search_kernighan_lin(&local);
    for (size_t i = 0; i < n; i++)
        group[i] = local.group[node[i]];
out:
    qd_local_search_free(&local);
    qd_neighbours_free(&ties);
    return status;
}

static void keep_best(const qd_weights_t *weights, uint16_t a[], const uint16_t b[], const uint16_t fused[])
{
    double of_a = qd_weights_disagreements(weights, a), of_b = qd_weights_disagreements(weights, b);
    double of_fused = qd_weights_disagreements(weights, fused);
    const uint16_t *best = of_fused < of_a && of_fused <= of_b ? fused : of_b < of_a ? b : NULL;
    if (best)
        memcpy(a, best, weights->n * sizeof *a);
}

qd_status_t qd_fuse(const qd_weights_t *weights, qd_local_search_t *local, const qd_annealing_t *annealing,
                    uint16_t a[], const uint16_t b[], qd_error_t *error)
{
    size_t n = weights->n;
    qd_status_t status = QD_OK;
    double *w = NULL;
    uint16_t *numbers = qd_new(4 * n, sizeof *numbers, error);
    if (!numbers)
        return QD_ERROR_MEMORY;
    uint16_t *node = numbers, *first = numbers + n, *from = numbers + 2 * n, *group = numbers + 3 * n;
    size_t nodes = common_nodes(n, a, b, node, first);
    w = qd_new(nodes * nodes, sizeof *w, error);
    if (!w) {
        status = QD_ERROR_MEMORY;
        goto out;
    }
    sum_ties(weights, node, nodes, w);
    for (size_t m = 0; m < nodes; m++)
        from[m] = a[first[m]];
    status =
        search_nodes(n, nodes, w, local->groups_max, weights->tolerance, annealing, from, node, group, error);
    if (status != QD_OK)
        goto out;
    qd_local_search_enter(local, group);
    qd_local_search_kernighan_lin(local);
    keep_best(weights, a, b, local->group);
out:
    free(numbers);
    free(w);
    return status;
}
