#include "kernel/bloc_game.h"

#include "kernel/mission_game.h"
#include "math/reduce.h"

static inline double hostile(double affinity)
{
    return affinity < 0.0 ? affinity : 0.0;
}

/* Sums over states go by blocks of columns: the sums of a block are held in registers while the rows go by,
 * each sum in the order of its rows, whatever the width. */
#define COLUMNS (2 * QD_REALS)
typedef struct {
    qd_reals_t part[2];
} columns_t;

static inline columns_t columns_of(const double *at)
{
    return (columns_t){{QD_REALS_OF(at), QD_REALS_OF(at + QD_REALS)}};
}

static inline columns_t hostile_columns_of(const double *at)
{
    return (columns_t){{QD_REALS_NEGATIVE(QD_REALS_OF(at)), QD_REALS_NEGATIVE(QD_REALS_OF(at + QD_REALS))}};
}

static inline void add_columns(columns_t *sum, double weight, columns_t term)
{
    sum->part[0] += weight * term.part[0];
    sum->part[1] += weight * term.part[1];
}

static inline void put_columns(double *at, columns_t columns)
{
    QD_REALS_AT(at) = columns.part[0];
    QD_REALS_AT(at + QD_REALS) = columns.part[1];
}

/* Label k's members are listed. */
static size_t list_members(qd_bloc_game_t *self, int k)
{
    const int *restrict label = self->label;
    int *restrict listed = self->listed;
    size_t n = self->n, count = 0;
    for (size_t j = 0; j < n; j++) {
        listed[count] = (int)j;
        count += label[j] == k;
    }
    return count;
}

/* field_k = A (c 1_k); and with `hostility`, from the same rows, how hostile the label's members are to each
 * state: hostility = c m (c 1_k). To be inlined with and without. */
static inline void add_members(qd_bloc_game_t *self, int k, double *restrict hostility)
{
    double *restrict field = self->field + (size_t)k * self->padded;
    size_t count = list_members(self, k);
    for (size_t i = 0; i < self->padded; i += COLUMNS) {
        columns_t company = {0}, sum = {0}, c = columns_of(self->c + i);
        for (size_t m = 0; m < count; m++) {
            size_t j = (size_t)self->listed[m];
            const double *row = self->affinity + j * self->padded + i;
            add_columns(&company, self->c[j], columns_of(row));
            if (hostility)
                add_columns(&sum, self->c[j], hostile_columns_of(row));
        }
        put_columns(field + i, company);
        if (hostility)
            put_columns(hostility + i, (columns_t){{c.part[0] * sum.part[0], c.part[1] * sum.part[1]}});
    }
}

/* field_k += threat * m hostility_k for `count` labels at once, with hostility_k in rows of scratch: the
 * threat that a label's members share with everyone. With `own`, the same pass over m adds up what each state
 * adds to its own label's field: c_i W_ii = c_i threat sum_l c_l m_il^2. To be inlined with a constant count.
 */
static inline void add_shared_threats(const qd_bloc_game_t *self, const int *label, size_t count, bool own)
{
    size_t n = self->n, padded = self->padded;
    for (size_t i = 0; i < padded; i += COLUMNS) {
        const double *restrict row = self->affinity + i;
        const double *restrict c = self->c, *restrict hostility = self->scratch;
        columns_t shared[QD_BLOC_TOGETHER] = {0}, squares = {0};
        for (size_t l = 0; l < n; l++, row += padded) {
            columns_t m = hostile_columns_of(row);
            if (own)
                add_columns(&squares, c[l], (columns_t){{m.part[0] * m.part[0], m.part[1] * m.part[1]}});
            for (size_t k = 0; k < count; k++)
                add_columns(&shared[k], hostility[k * padded + l], m);
        }
        for (size_t k = 0; k < count; k++) {
            double *at = self->field + (size_t)label[k] * padded + i;
            columns_t field = columns_of(at);
            add_columns(&field, self->threat, shared[k]);
            put_columns(at, field);
        }
        if (own)
            for (size_t v = 0; v < 2; v++)
                QD_REALS_AT(self->self_worth + i + v * QD_REALS) =
                    squares.part[v] * (self->threat * QD_REALS_OF(c + i + v * QD_REALS));
    }
}

static void share_threats(const qd_bloc_game_t *self, const int *label, size_t count, bool own)
{
    switch (count) {
    case 0:
        add_shared_threats(self, label, 0, own);
        break;
    case 1:
        add_shared_threats(self, label, 1, own);
        break;
    case 2:
        add_shared_threats(self, label, 2, own);
        break;
    case 3:
        add_shared_threats(self, label, 3, own);
        break;
    default:
        add_shared_threats(self, label, QD_BLOC_TOGETHER, own);
    }
}

static void count_members(qd_bloc_game_t *self)
{
    for (size_t k = 0; k <= self->labels; k++)
        self->members[k] = 0;
    for (size_t i = 0; i < self->n; i++)
        self->members[self->label[i]]++;
}

/* Fields without a shared threat. */
static void start_company(qd_bloc_game_t *self)
{
    for (size_t i = 0; i < self->padded; i++)
        self->self_worth[i] = 0.0;
    for (size_t k = 1; k <= self->labels; k++)
        if (self->members[k] > 0)
            add_members(self, (int)k, NULL);
}

/* Fields and own worths for the labels that have members. m is passed over once for every few labels. */
static void start_fields(qd_bloc_game_t *self)
{
    int together[QD_BLOC_TOGETHER];
    size_t count = 0;
    bool own = true;
    if (self->threat == 0.0) {
        start_company(self);
        return;
    }
    for (size_t k = 1; k <= self->labels; k++) {
        if (self->members[k] == 0)
            continue;
        add_members(self, (int)k, self->scratch + count * self->padded);
        together[count++] = (int)k;
        if (count == QD_BLOC_TOGETHER) {
            share_threats(self, together, count, own);
            count = 0;
            own = false;
        }
    }
    if (count > 0 || own)
        share_threats(self, together, count, own);
}

void qd_bloc_game_start(qd_bloc_game_t *self)
{
    count_members(self);
    start_fields(self);
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

/* W_i, in scratch; where no threat is shared, A_i itself. Only the rows of those that i is hostile to count.
 */
static const double *pair_worths(const qd_bloc_game_t *self, size_t i)
{
    size_t n = self->n, padded = self->padded, count = 0;
    const double *own = self->affinity + i * padded;
    double *restrict hostility = self->scratch, *restrict worth = hostility + padded;
    if (self->threat == 0.0)
        return own;
    for (size_t l = 0; l < n; l++) {
        self->listed[count] = (int)l;
        hostility[count] = self->c[l] * own[l];
        count += own[l] < 0.0;
    }
    for (size_t j = 0; j < padded; j += COLUMNS) {
        columns_t shared = {0}, w = columns_of(own + j);
        for (size_t m = 0; m < count; m++) {
            const double *row = self->affinity + (size_t)self->listed[m] * padded + j;
            add_columns(&shared, hostility[m], hostile_columns_of(row));
        }
        add_columns(&w, self->threat, shared);
        put_columns(worth + j, w);
    }
    return worth;
}

void qd_bloc_game_move(qd_bloc_game_t *self, size_t i, int k)
{
    int before = self->label[i];
    double *entered = self->field + (size_t)k * self->padded;
    const double *worth = pair_worths(self, i);
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
    const double *restrict field = self->field + group;
    static const double ordinal[4] = {1, 2, 3, 4};
    qd_reals_t best = {0}, present = {0}, label = QD_REALS_OF_INTS(self->label + group);
    qd_reals_t owned = QD_REALS_OF(ordinal) + (double)group;
    qd_reals_t self_worth = QD_REALS_OF(self->self_worth + group), cost = qd_reals_all(self->cost);
    for (size_t k = 1; k <= self->labels; k++) {
        if (self->members[k] == 0)
            continue;
        qd_mask_t mine = (qd_mask_t)(label == (double)k);
        qd_reals_t company = QD_REALS_OF(field + k * self->padded) - QD_REALS_WHERE(mine, self_worth);
        if (self->members[k] == 1)
            company = QD_REALS_WHERE(~mine, company);
        qd_reals_t payoff = self->cohesion[k] * company - QD_REALS_WHERE(owned != (double)k, cost);
        best = QD_REALS_LARGER(payoff, best);
        present += QD_REALS_WHERE(mine, payoff);
    }
    return qd_reals_bits((qd_mask_t)(best - present > self->switching_cost)) != 0;
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
    start_fields(self);
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
