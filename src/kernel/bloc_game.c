#include "kernel/bloc_game.h"

#include "kernel/mission_game.h"
#include "math/reduce.h"

static inline double hostile(double affinity)
{
    return affinity < 0.0 ? affinity : 0.0;
}

/* out = sum_l weight_l min(A_l., 0), element by element, the sum over l in its order: eight sums are held
 * while the rows go by. */
static void sum_hostility(const qd_bloc_game_t *self, const double *restrict weight, double *restrict out)
{
    size_t n = self->n, padded = self->padded;
    for (size_t i = 0; i < padded; i += 2 * QD_REALS) {
        const double *restrict row = self->affinity + i;
        qd_reals_t first = {0}, second = {0};
        for (size_t l = 0; l < n; l++, row += padded) {
            qd_reals_t a = QD_REALS_OF(row), b = QD_REALS_OF(row + QD_REALS);
            first += weight[l] * QD_REALS_NEGATIVE(a);
            second += weight[l] * QD_REALS_NEGATIVE(b);
        }
        QD_REALS_AT(out + i) = first;
        QD_REALS_AT(out + i + QD_REALS) = second;
    }
}

/* field += threat * m (c s): the threat that a group with hostilities s = m (c 1_group) shares with everyone.
 * Uses up s. */
static void add_shared_threat(const qd_bloc_game_t *self, double *s, double *field)
{
    double *sum = self->scratch + self->padded;
    for (size_t i = 0; i < self->padded; i++)
        s[i] *= self->c[i];
    sum_hostility(self, s, sum);
    qd_add_scaled(field, self->threat, sum, self->padded);
}

/* field += c row, s += c min(row, 0). */
static inline void add_member(double c, const double *restrict row, double *restrict field,
                              double *restrict s, size_t padded)
{
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t a = QD_REALS_OF(row + i);
        QD_REALS_AT(field + i) += c * a;
        QD_REALS_AT(s + i) += c * QD_REALS_NEGATIVE(a);
    }
}

static void start_label(qd_bloc_game_t *self, int k)
{
    double *field = self->field + (size_t)k * self->padded, *s = self->scratch;
    for (size_t i = 0; i < self->padded; i++)
        field[i] = s[i] = 0.0;
    for (size_t j = 0; j < self->n; j++)
        if (self->label[j] == k)
            add_member(self->c[j], self->affinity + j * self->padded, field, s, self->padded);
    if (self->threat != 0.0)
        add_shared_threat(self, s, field);
}

/* What each state adds to its own label's field: c_i W_ii = c_i threat sum_l c_l m_il^2. */
static void start_self_worth(qd_bloc_game_t *self)
{
    size_t n = self->threat != 0.0 ? self->n : 0, padded = self->padded;
    for (size_t i = 0; i < padded; i += QD_REALS) {
        const double *restrict row = self->affinity + i;
        qd_reals_t sum = {0};
        for (size_t l = 0; l < n; l++, row += padded) {
            qd_reals_t a = QD_REALS_OF(row), m = QD_REALS_NEGATIVE(a);
            sum += self->c[l] * (m * m);
        }
        QD_REALS_AT(self->self_worth + i) = sum * (self->threat * QD_REALS_OF(self->c + i));
    }
}

static void count_members(qd_bloc_game_t *self)
{
    for (size_t k = 0; k <= self->labels; k++)
        self->members[k] = 0;
    for (size_t i = 0; i < self->n; i++)
        self->members[self->label[i]]++;
}

void qd_bloc_game_start(qd_bloc_game_t *self)
{
    count_members(self);
    start_self_worth(self);
    for (int k = 1; k <= (int)self->labels; k++)
        if (self->members[k] > 0)
            start_label(self, k);
}

static bool owns(const qd_bloc_game_t *self, size_t i, int k)
{
    return i < self->labels && k == (int)i + 1;
}

double qd_bloc_game_payoff(const qd_bloc_game_t *self, size_t i, int k)
{
    if (k == 0)
        return 0.0;
    int others = self->members[k] - (self->label[i] == k);
    double company = 0.0;
    if (others > 0)
        company =
            self->field[(size_t)k * self->padded + i] - (self->label[i] == k ? self->self_worth[i] : 0.0);
    return self->cohesion[k] * company - (owns(self, i, k) ? 0.0 : self->cost);
}

bool qd_bloc_game_may_hold(const qd_bloc_game_t *self, size_t i, int k)
{
    return k == 0 || k == self->label[i] || owns(self, i, k) || self->members[k] > 0;
}

int qd_bloc_game_best(const qd_bloc_game_t *self, size_t i)
{
    int best = 0;
    double most = 0.0;
    if (i < self->labels) {
        double own = qd_bloc_game_payoff(self, i, (int)i + 1);
        if (own >= 0.0) {
            best = (int)i + 1;
            most = own;
        }
    }
    for (int k = 1; k <= (int)self->labels; k++) {
        if (self->members[k] == 0)
            continue;
        double payoff = qd_bloc_game_payoff(self, i, k);
        if (payoff > most) {
            most = payoff;
            best = k;
        }
    }
    return best;
}

/* worth = W_i. */
static void pair_worths(const qd_bloc_game_t *self, size_t i, double *worth)
{
    const double *row = self->affinity + i * self->padded;
    for (size_t j = 0; j < self->padded; j++)
        worth[j] = row[j];
    if (self->threat == 0.0)
        return;
    double *s = self->scratch + self->padded;
    for (size_t j = 0; j < self->padded; j++)
        s[j] = self->c[j] * hostile(row[j]);
    sum_hostility(self, s, worth);
    for (size_t j = 0; j < self->padded; j++)
        worth[j] = row[j] + self->threat * worth[j];
}

void qd_bloc_game_move(qd_bloc_game_t *self, size_t i, int k)
{
    int before = self->label[i];
    double *worth = self->scratch, *entered = self->field + (size_t)k * self->padded;
    pair_worths(self, i, worth);
    self->label[i] = k;
    self->members[before]--;
    if (before > 0)
        qd_add_scaled(self->field + (size_t)before * self->padded, -self->c[i], worth, self->padded);
    if (k > 0 && self->members[k] == 0)
        for (size_t j = 0; j < self->padded; j++)
            entered[j] = 0.0;
    if (k > 0)
        qd_add_scaled(entered, self->c[i], worth, self->padded);
    self->members[k]++;
    if (self->moved)
        self->moved(self->context, i, before, k);
}

/* Whether a lane's state would gain more than the switching cost by its best label: the payoffs of
 * qd_bloc_game_payoff, a few states at a time, label by label. */
static bool any_would_move(const qd_bloc_game_t *self, size_t group)
{
    qd_reals_t best = {0}, present = {0}, label, self_worth = QD_REALS_OF(self->self_worth + group);
    for (size_t l = 0; l < QD_REALS; l++)
        label[l] = group + l < self->n ? self->label[group + l] : 0;
    for (size_t k = 1; k <= self->labels; k++) {
        if (self->members[k] == 0)
            continue;
        qd_mask_t mine = (qd_mask_t)(label == (double)k);
        qd_reals_t company = QD_REALS_OF(self->field + k * self->padded + group);
        company -= (qd_reals_t)((qd_mask_t)self_worth & mine);
        if (self->members[k] == 1)
            company = (qd_reals_t)((qd_mask_t)company & ~mine);
        qd_reals_t cost = qd_reals_all(self->cost);
        if (k - 1 >= group && k - 1 < group + QD_REALS)
            cost[k - 1 - group] = 0.0; /* the owner's */
        qd_reals_t payoff = self->cohesion[k] * company - cost;
        qd_mask_t better = (qd_mask_t)(payoff > best);
        best = (qd_reals_t)(((qd_mask_t)payoff & better) | ((qd_mask_t)best & ~better));
        present = (qd_reals_t)(((qd_mask_t)payoff & mine) | ((qd_mask_t)present & ~mine));
    }
    qd_reals_t gain = best - present;
    bool any = false;
    for (size_t l = 0; l < QD_REALS && group + l < self->n; l++)
        any |= gain[l] > self->switching_cost;
    return any;
}

/* The best move of state i, if it gains more than the switching cost. */
static bool improve(qd_bloc_game_t *self, size_t i)
{
    int best = qd_bloc_game_best(self, i), present = self->label[i];
    if (best == present ||
        !(qd_bloc_game_payoff(self, i, best) - qd_bloc_game_payoff(self, i, present) > self->switching_cost))
        return false;
    qd_bloc_game_move(self, i, best);
    return true;
}

/* States in index order; a group in which nobody would move is passed over at once. */
static bool pass(qd_bloc_game_t *self)
{
    bool moved = false;
    for (size_t group = 0; group < self->n; group += QD_REALS) {
        if (!any_would_move(self, group))
            continue;
        for (size_t i = group; i < group + QD_REALS && i < self->n; i++)
            moved |= improve(self, i);
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
    count_members(self);
    for (size_t i = 0; i < self->n && i < self->labels; i++)
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
