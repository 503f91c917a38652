#include "kernel/bloc_game.h"

#include "kernel/mission_game.h"
#include "math/reduce.h"

static inline double hostile(double affinity)
{
    return affinity < 0.0 ? affinity : 0.0;
}

/* y += k min(row, 0), element by element. */
static inline void add_hostile(double *restrict y, double k, const double *restrict row, size_t padded)
{
    for (size_t i = 0; i < padded; i++)
        y[i] += k * hostile(row[i]);
}

/* field += threat * m (c s): the threat that a group with hostilities s = m (c 1_group) shares with everyone. */
static void add_shared_threat(const qd_bloc_game_t *self, const double *s, double *field)
{
    double *sum = self->scratch + self->padded;
    for (size_t i = 0; i < self->padded; i++)
        sum[i] = 0.0;
    for (size_t l = 0; l < self->n; l++)
        if (s[l] != 0.0)
            add_hostile(sum, self->c[l] * s[l], self->affinity + l * self->padded, self->padded);
    qd_add_scaled(field, self->threat, sum, self->padded);
}

static void start_label(qd_bloc_game_t *self, int k)
{
    double *field = self->field + (size_t)k * self->padded, *s = self->scratch;
    for (size_t i = 0; i < self->padded; i++)
        field[i] = s[i] = 0.0;
    for (size_t j = 0; j < self->n; j++) {
        if (self->label[j] != k)
            continue;
        const double *row = self->affinity + j * self->padded;
        qd_add_scaled(field, self->c[j], row, self->padded);
        if (self->threat != 0.0)
            add_hostile(s, self->c[j], row, self->padded);
    }
    if (self->threat != 0.0)
        add_shared_threat(self, s, field);
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
    for (size_t i = 0; i < self->padded; i++)
        self->self_worth[i] = 0.0;
    if (self->threat != 0.0)
        for (size_t l = 0; l < self->n; l++) {
            const double *restrict row = self->affinity + l * self->padded;
            double *restrict worth = self->self_worth;
            for (size_t i = 0; i < self->padded; i++)
                worth[i] += self->c[l] * (hostile(row[i]) * hostile(row[i]));
        }
    for (size_t i = 0; i < self->padded; i++)
        self->self_worth[i] *= self->threat * self->c[i];
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
        company = self->field[(size_t)k * self->padded + i] - (self->label[i] == k ? self->self_worth[i] : 0.0);
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

void qd_bloc_game_move(qd_bloc_game_t *self, size_t i, int k)
{
    int before = self->label[i];
    const double *row = self->affinity + i * self->padded;
    double *worth = self->scratch; /* c_i W_i. */
    for (size_t j = 0; j < self->padded; j++)
        worth[j] = hostile(row[j]);
    if (self->threat != 0.0) {
        double *sum = self->scratch + self->padded;
        for (size_t j = 0; j < self->padded; j++)
            sum[j] = 0.0;
        for (size_t l = 0; l < self->n; l++)
            if (worth[l] != 0.0)
                add_hostile(sum, self->c[l] * worth[l], self->affinity + l * self->padded, self->padded);
        for (size_t j = 0; j < self->padded; j++)
            worth[j] = row[j] + self->threat * sum[j];
    } else {
        for (size_t j = 0; j < self->padded; j++)
            worth[j] = row[j];
    }
    self->label[i] = k;
    self->members[before]--;
    if (before > 0)
        qd_add_scaled(self->field + (size_t)before * self->padded, -self->c[i], worth, self->padded);
    double *entered = self->field + (size_t)k * self->padded;
    if (k > 0 && self->members[k] == 0)
        for (size_t j = 0; j < self->padded; j++)
            entered[j] = 0.0;
    if (k > 0)
        qd_add_scaled(entered, self->c[i], worth, self->padded);
    self->members[k]++;
    if (self->moved)
        self->moved(self->context, i, before, k);
}

int qd_bloc_game_solve(qd_bloc_game_t *self)
{
    for (int pass = 1; pass <= QD_PASSES_MAX; pass++) {
        bool moved = false;
        for (size_t i = 0; i < self->n; i++) {
            int best = qd_bloc_game_best(self, i), present = self->label[i];
            if (best == present || !(qd_bloc_game_payoff(self, i, best) - qd_bloc_game_payoff(self, i, present) >
                                     self->switching_cost))
                continue;
            qd_bloc_game_move(self, i, best);
            moved = true;
        }
        if (!moved)
            return pass;
    }
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

static double pair_worth(const qd_bloc_game_t *self, size_t i, size_t j)
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
                phi += self->cohesion[k] * self->c[i] * self->c[j] * pair_worth(self, i, j);
        phi -= owns(self, i, k) ? 0.0 : self->c[i] * self->cost;
    }
    return phi;
}
