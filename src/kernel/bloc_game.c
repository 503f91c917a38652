#include "kernel/bloc_game.h"

#include <math.h>
#include <string.h>

#include "kernel/mission_game.h"
#include "math/reduce.h"

static inline double hostile(double affinity)
{
    return affinity < 0.0 ? affinity : 0.0;
}

/* Sums over states go by blocks of columns. The sums of a block stay in registers over all rows, each in the
 * order of its rows, whatever the width. A block has PARTS vectors, or half as many if it needs more
 * registers and at the end of a row. Its functions are small loops of constant length, which stay in
 * registers only if they are inlined. */
#define PARTS  4
#define FEWER  (QD_REALS == 8 ? 1 : 2)
#define INLINE static inline __attribute__((always_inline))

/* Counts the holders of each label and chains them in their order. */
#define NOBODY (-1)
static void list_members(qd_bloc_game_t *self)
{
    int *restrict members = self->members, *restrict first = self->first, *restrict next = self->next;
    for (size_t k = 0; k <= self->labels; k++) {
        members[k] = 0;
        first[k] = NOBODY;
    }
    for (size_t i = self->n; i-- > 0;) {
        int k = self->label[i];
        members[k]++;
        next[i] = first[k];
        first[k] = (int)i;
    }
}

/* Computes the columns from i of company_k = A (c 1_k) for every label k in use and, with `shared`, of
 * hostility_k = m (c 1_k) and of exposure from the same rows. As c is not negative, c m = min(c A, 0) and c
 * m^2 = c m A. */
INLINE void add_company(const qd_bloc_game_t *self, size_t i, size_t parts, bool shared)
{
    size_t padded = self->padded, labels = self->labels;
    const double *restrict c = self->c, *restrict affinity = self->affinity + i;
    const int *restrict first = self->first, *restrict next = self->next;
    double *restrict companies = self->company + i, *restrict hostilities =
                                                        shared ? self->hostility + i : NULL;
    qd_reals_t squares[PARTS] = {0};
    for (size_t k = 0; k <= labels; k++) {
        qd_reals_t company[PARTS] = {0}, hostile[PARTS] = {0};
        if (first[k] == NOBODY)
            continue;
        for (int j = first[k]; j != NOBODY; j = next[j]) {
            const double *row = affinity + (size_t)j * padded;
            double size = c[j];
            for (size_t v = 0; v < parts; v++) {
                qd_reals_t a = QD_REALS_OF(row + v * QD_REALS), weighed = size * a;
                company[v] += weighed;
                if (shared) {
                    weighed = QD_REALS_NEGATIVE(weighed);
                    hostile[v] += weighed;
                    squares[v] += weighed * a;
                }
            }
        }
        for (size_t v = 0; v < parts; v++) {
            QD_REALS_AT(companies + k * padded + v * QD_REALS) = company[v];
            if (shared)
                QD_REALS_AT(hostilities + k * padded + v * QD_REALS) = hostile[v];
        }
    }
    for (size_t v = 0; shared && v < parts; v++)
        QD_REALS_AT(self->exposure + i + v * QD_REALS) = squares[v];
}

INLINE void add_all_company(const qd_bloc_game_t *self, bool shared)
{
    size_t i = 0, padded = self->padded;
    for (; i + PARTS * QD_REALS <= padded; i += PARTS * QD_REALS)
        add_company(self, i, PARTS, shared);
    for (; i < padded; i += FEWER * QD_REALS)
        add_company(self, i, FEWER, shared);
}

static void measure_reach(qd_bloc_game_t *self, size_t k)
{
    self->reach[k] = qd_threat_reach(self->c, self->hostility + k * self->padded, self->padded);
}

void qd_bloc_game_start(qd_bloc_game_t *self)
{
    list_members(self);
    if (self->threat == 0.0) {
        add_all_company(self, false);
        return;
    }
    add_all_company(self, true);
    for (size_t i = 0; i < self->padded; i++)
        self->exposure[i] = sqrt(self->exposure[i]);
    for (size_t k = 1; k <= self->labels; k++)
        if (self->members[k] > 0)
            measure_reach(self, k);
}

static bool owns(const qd_bloc_game_t *self, size_t i, int k)
{
    return i < self->labels && k == (int)i + 1;
}

/* Returns sum_{j in k} c_j E_ij over the members of k other than i. */
static double shared_threat(const qd_bloc_game_t *self, size_t i, int k)
{
    const double *row = self->affinity + i * self->padded,
                 *hostility = self->hostility + (size_t)k * self->padded;
    double own = self->label[i] == k ? self->c[i] * (self->exposure[i] * self->exposure[i]) : 0.0;
    return qd_threat_shared(row, self->c, hostility, self->padded) - own;
}

double qd_bloc_game_payoff(const qd_bloc_game_t *self, size_t i, int k)
{
    if (k == 0)
        return 0.0;
    bool alone = self->members[k] == (self->label[i] == k);
    double worth = alone ? 0.0 : self->company[(size_t)k * self->padded + i];
    if (!alone && self->threat != 0.0)
        worth += self->threat * shared_threat(self, i, k);
    return self->cohesion[k] * worth - (owns(self, i, k) ? 0.0 : self->cost);
}

/* A state's best label, the payoff of that label and that of the present one; every sum is computed once. */
typedef struct {
    int label;
    double payoff, present;
} best_t;

static best_t find_best(const qd_bloc_game_t *self, size_t i)
{
    best_t best = {0, 0.0, 0.0};
    int own = i < self->labels ? (int)i + 1 : 0, present = self->label[i];
    double most_own = own > 0 ? qd_bloc_game_payoff(self, i, own) : -1.0;
    if (most_own >= 0.0)
        best = (best_t){.label = own, .payoff = most_own};
    for (int k = 1; k <= (int)self->labels; k++) {
        if (self->members[k] == 0)
            continue;
        double payoff = k == own ? most_own : qd_bloc_game_payoff(self, i, k);
        if (k == present)
            best.present = payoff;
        if (payoff > best.payoff) {
            best.payoff = payoff;
            best.label = k;
        }
    }
    return best;
}

/* Updates label k's sums by state i, with its size in k (negative when it leaves). */
static void count_in(qd_bloc_game_t *self, size_t i, size_t k, double size)
{
    const double *restrict row = self->affinity + i * self->padded;
    qd_add_scaled(self->company + k * self->padded, size, row, self->padded);
    if (self->threat == 0.0)
        return;
    qd_threat_count_in(self->hostility + k * self->padded, size, row, self->padded);
    measure_reach(self, k);
}

static void clear_label(qd_bloc_game_t *self, size_t k)
{
    size_t bytes = self->padded * sizeof(double);
    memset(self->company + k * self->padded, 0, bytes);
    if (self->threat != 0.0)
        memset(self->hostility + k * self->padded, 0, bytes);
}

void qd_bloc_game_move(qd_bloc_game_t *self, size_t i, int k)
{
    int before = self->label[i];
    self->label[i] = k;
    self->members[before]--;
    if (before > 0)
        count_in(self, i, (size_t)before, -self->c[i]);
    if (k > 0 && self->members[k] == 0)
        clear_label(self, (size_t)k);
    if (k > 0)
        count_in(self, i, (size_t)k, self->c[i]);
    self->members[k]++;
    if (self->moved)
        self->moved(self->context, i, before, k);
}

/* Returns as bits which of eight states may gain more than the switching cost by their best label: compares
 * the least payoff of their present label with the greatest of the others, label by label. Without shared
 * threats the bounds are the payoffs. */
static unsigned may_move(const qd_bloc_game_t *self, size_t group)
{
    static const double ordinal[QD_LANES] = {1, 2, 3, 4, 5, 6, 7, 8};
    const bool shared = self->threat != 0.0;
    const double rounding = shared ? 1e-12 : 0.0; /* exceeds the rounding error */
    qd_reals_t label[QD_PARTS], exposure[QD_PARTS] = {0}, most[QD_PARTS] = {0}, present[QD_PARTS] = {0};
    qd_reals_t cost = qd_reals_all(self->cost);
    for (size_t v = 0; v < QD_PARTS; v++) {
        label[v] = QD_REALS_OF_INTS(self->label + group + v * QD_REALS);
        if (shared)
            exposure[v] = QD_REALS_OF(self->exposure + group + v * QD_REALS);
    }
    for (size_t k = 1; k <= self->labels; k++) {
        const double *company = self->company + k * self->padded + group;
        double here = (double)(int)k, owner = here - (double)(int)group;
        if (self->members[k] == 0)
            continue;
        double reach = shared ? self->threat * (self->reach[k] * (1.0 + 1e-9)) : 0.0;
        for (size_t v = 0; v < QD_PARTS; v++) {
            qd_mask_t mine = QD_REALS_EQUAL(label[v], qd_reals_all(here));
            qd_mask_t others = qd_mask_not(mine);
            qd_mask_t guest = QD_REALS_DIFFER(QD_REALS_OF(ordinal + v * QD_REALS), qd_reals_all(owner));
            qd_reals_t worth =
                QD_REALS_OF(company + v * QD_REALS) + QD_REALS_WHERE(others, reach * exposure[v]);
            if (self->members[k] == 1)
                worth = QD_REALS_WHERE(others, worth);
            qd_reals_t payoff = self->cohesion[k] * worth - QD_REALS_WHERE(guest, cost);
            most[v] = QD_REALS_LARGER(QD_REALS_WHERE(others, payoff), most[v]);
            present[v] += QD_REALS_WHERE(mine, payoff);
        }
    }
    unsigned may = 0;
    for (size_t v = 0; v < QD_PARTS; v++) {
        qd_reals_t gain = most[v] - present[v] + rounding;
        may |= qd_reals_bits(QD_REALS_BELOW(qd_reals_all(self->switching_cost), gain)) << v * QD_REALS;
    }
    return may;
}

/* A smaller gain may be a rounding error: with a switching cost of 0 the move could repeat without end. */
#define LEAST_GAIN 1e-13

/* Makes the best move of state i if it gains more than the switching cost. */
static bool improve(qd_bloc_game_t *self, size_t i)
{
    best_t best = find_best(self, i);
    if (best.label == self->label[i] || !(best.payoff - best.present > self->switching_cost + LEAST_GAIN))
        return false;
    qd_bloc_game_move(self, i, best.label);
    return true;
}

/* Visits states in index order, by eights. Of each eight it asks only the states that may move; a move renews
 * the answer for the rest. */
static bool pass(qd_bloc_game_t *self)
{
    bool moved = false;
    for (size_t group = 0; group < self->n; group += QD_LANES) {
        unsigned may = may_move(self, group);
        while (may) {
            size_t i = group + (size_t)__builtin_ctz(may);
            may &= may - 1;
            if (!improve(self, i))
                continue;
            moved = true;
            may = may_move(self, group) & ~0u << (i - group) << 1;
        }
    }
    return moved;
}

int qd_bloc_game_solve(qd_bloc_game_t *self)
{
    for (int passes = 1; passes <= QD_PASSES_MAX; passes++)
        if (!pass(self))
            return passes;
    return QD_PASSES_MAX + 1;
}

void qd_bloc_game_return_owners(qd_bloc_game_t *self)
{
    size_t owners = self->n < self->labels ? self->n : self->labels;
    bool away = false;
    for (size_t i = 0; i < owners; i++)
        away |= self->label[i] == 0;
    if (!away)
        return;
    list_members(self);
    for (size_t i = 0; i < owners; i++)
        if (self->label[i] == 0 && self->members[i + 1] == 0) {
            self->label[i] = (int)i + 1;
            self->members[i + 1] = 1;
            self->members[0]--;
        }
}

int qd_bloc_game_review(qd_bloc_game_t *self)
{
    qd_bloc_game_return_owners(self);
    qd_bloc_game_start(self);
    return qd_bloc_game_solve(self);
}

static double pair_worth_of(const qd_bloc_game_t *self, size_t i, size_t j)
{
    const double *a = self->affinity + i * self->padded, *b = self->affinity + j * self->padded;
    double shared = 0.0;
    for (size_t l = 0; l < self->n; l++)
        shared += self->c[l] * hostile(a[l]) * hostile(b[l]);
    return a[j] + self->threat * shared;
}

double qd_bloc_game_potential(const qd_bloc_game_t *self)
{
    double phi = 0.0;
    for (size_t i = 0; i < self->n; i++) {
        int k = self->label[i];
        if (k == 0)
            continue;
        for (size_t j = 0; j < i; j++)
            if (self->label[j] == k)
                phi += self->cohesion[k] * self->c[i] * self->c[j] * pair_worth_of(self, i, j);
        phi -= owns(self, i, k) ? 0.0 : self->c[i] * self->cost;
    }
    return phi;
}
