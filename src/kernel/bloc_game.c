#include "kernel/bloc_game.h"

#include "kernel/mission_game.h"
#include "math/reduce.h"

static inline double hostile(double affinity)
{
    return affinity < 0.0 ? affinity : 0.0;
}

/* Sums over states go by blocks of columns: the sums of a block are held in registers while the rows go by,
 * each sum in the order of its rows, whatever the width. A block is of PARTS vectors, or of half as many:
 * where it needs more registers, and at the end of a row. Its functions are small loops of constant length,
 * which stay in registers only where they are inlined. */
#define PARTS  4
#define INLINE static inline __attribute__((always_inline))

/* How many hold each label, and a chain of them in their order. */
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

/* The columns from i of field_k = A (c 1_k), for every label k that is held. With `shared`, from the same
 * rows: how hostile the label's members are to each state, hostility_k = c m (c 1_k) with m = min(A, 0); and
 * what each state adds to its own label's field, c_i W_ii = c_i threat sum_l c_l m_il^2. As c is not
 * negative, c m = min(c A, 0) and c m^2 = c m A. */
INLINE void add_company(const qd_bloc_game_t *self, size_t i, size_t parts, bool shared)
{
    size_t padded = self->padded, labels = self->labels;
    const double *restrict c = self->c, *restrict affinity = self->affinity + i;
    const int *restrict first = self->first, *restrict next = self->next;
    double *restrict field = self->field + i, *restrict hostility = shared ? self->hostility + i : NULL;
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
            size_t at = v * QD_REALS;
            QD_REALS_AT(field + k * padded + at) = company[v];
            if (shared)
                QD_REALS_AT(hostility + k * padded + at) = QD_REALS_OF(c + i + at) * hostile[v];
        }
    }
    for (size_t v = 0; v < parts; v++) {
        size_t at = i + v * QD_REALS;
        QD_REALS_AT(self->self_worth + at) = squares[v] * (self->threat * QD_REALS_OF(c + at));
    }
}

INLINE void add_all_company(const qd_bloc_game_t *self, bool shared)
{
    size_t i = 0, padded = self->padded;
    for (; i + PARTS * QD_REALS <= padded; i += PARTS * QD_REALS)
        add_company(self, i, PARTS, shared);
    if (i < padded)
        add_company(self, i, PARTS / 2, shared);
}

/* The columns from i of field_k += threat * m hostility_k for `count` labels at once: the threat that a
 * label's members share with everyone. */
INLINE void add_shared_threats(const qd_bloc_game_t *self, const size_t *label, size_t count, size_t i,
                               size_t parts)
{
    size_t n = self->n, padded = self->padded;
    const double *restrict row = self->affinity + i, *hostility[QD_BLOC_TOGETHER];
    qd_reals_t shared[QD_BLOC_TOGETHER][PARTS] = {0};
    for (size_t k = 0; k < count; k++)
        hostility[k] = self->hostility + label[k] * padded;
    for (size_t l = 0; l < n; l++, row += padded)
        for (size_t v = 0; v < parts; v++) {
            qd_reals_t m = QD_REALS_NEGATIVE(QD_REALS_OF(row + v * QD_REALS));
            for (size_t k = 0; k < count; k++)
                shared[k][v] += hostility[k][l] * m;
        }
    for (size_t k = 0; k < count; k++)
        for (size_t v = 0; v < parts; v++)
            QD_REALS_AT(self->field + label[k] * padded + i + v * QD_REALS) += self->threat * shared[k][v];
}

INLINE void add_all_shared_threats(const qd_bloc_game_t *self, const size_t *label, size_t count,
                                   size_t parts)
{
    size_t i = 0, padded = self->padded;
    for (; i + parts * QD_REALS <= padded; i += parts * QD_REALS)
        add_shared_threats(self, label, count, i, parts);
    if (i < padded)
        add_shared_threats(self, label, count, i, PARTS / 2);
}

static void share_threats(const qd_bloc_game_t *self, const size_t *label, size_t count)
{
    switch (count) {
    case 1:
        add_all_shared_threats(self, label, 1, PARTS);
        break;
    case 2:
        add_all_shared_threats(self, label, 2, PARTS);
        break;
    case 3:
        add_all_shared_threats(self, label, 3, PARTS / 2);
        break;
    default:
        add_all_shared_threats(self, label, QD_BLOC_TOGETHER, PARTS / 2);
    }
}

/* m is passed over once for every few labels. */
static void share_all_threats(const qd_bloc_game_t *self)
{
    size_t together[QD_BLOC_TOGETHER], count = 0;
    for (size_t k = 1; k <= self->labels; k++) {
        if (self->members[k] > 0)
            together[count++] = k;
        if (count == QD_BLOC_TOGETHER || (count > 0 && k == self->labels)) {
            share_threats(self, together, count);
            count = 0;
        }
    }
}

void qd_bloc_game_start(qd_bloc_game_t *self)
{
    list_members(self);
    if (self->threat == 0.0) {
        add_all_company(self, false);
        return;
    }
    add_all_company(self, true);
    share_all_threats(self);
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

/* The columns from j of W_i, whose hostility_l = c_l m_il is given. */
INLINE void add_pair_worths(const qd_bloc_game_t *self, size_t i, size_t j, size_t parts,
                            const double *restrict hostility, double *restrict worth)
{
    size_t n = self->n, padded = self->padded;
    const double *restrict row = self->affinity + j, *restrict affinity = row + i * padded;
    qd_reals_t shared[PARTS] = {0};
    for (size_t l = 0; l < n; l++, row += padded)
        for (size_t v = 0; v < parts; v++)
            shared[v] += hostility[l] * QD_REALS_NEGATIVE(QD_REALS_OF(row + v * QD_REALS));
    for (size_t v = 0; v < parts; v++) {
        size_t at = v * QD_REALS;
        QD_REALS_AT(worth + j + at) = QD_REALS_OF(affinity + at) + self->threat * shared[v];
    }
}

/* W_i, in scratch; where no threat is shared, A_i itself. */
static const double *pair_worths(const qd_bloc_game_t *self, size_t i)
{
    size_t padded = self->padded, j = 0;
    const double *restrict affinity = self->affinity + i * padded;
    double *restrict worth = self->scratch, *restrict hostility = worth + padded;
    if (self->threat == 0.0)
        return affinity;
    for (size_t l = 0; l < padded; l += QD_REALS)
        QD_REALS_AT(hostility + l) = QD_REALS_OF(self->c + l) * QD_REALS_NEGATIVE(QD_REALS_OF(affinity + l));
    for (; j + PARTS * QD_REALS <= padded; j += PARTS * QD_REALS)
        add_pair_worths(self, i, j, PARTS, hostility, worth);
    if (j < padded)
        add_pair_worths(self, i, j, PARTS / 2, hostility, worth);
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

/* Which of eight states would gain more than the switching cost by their best label, as bits: the payoffs of
 * qd_bloc_game_payoff, side by side, label by label. */
static unsigned would_move(const qd_bloc_game_t *self, size_t group)
{
    static const double ordinal[QD_LANES] = {1, 2, 3, 4, 5, 6, 7, 8};
    qd_reals_t label[QD_PARTS], self_worth[QD_PARTS], best[QD_PARTS] = {0}, present[QD_PARTS] = {0};
    qd_reals_t cost = qd_reals_all(self->cost);
    for (size_t v = 0; v < QD_PARTS; v++) {
        label[v] = QD_REALS_OF_INTS(self->label + group + v * QD_REALS);
        self_worth[v] = QD_REALS_OF(self->self_worth + group + v * QD_REALS);
    }
    for (size_t k = 1; k <= self->labels; k++) {
        const double *field = self->field + k * self->padded + group;
        double here = (double)(int)k, owner = here - (double)(int)group;
        if (self->members[k] == 0)
            continue;
        for (size_t v = 0; v < QD_PARTS; v++) {
            qd_mask_t mine = (qd_mask_t)(label[v] == here);
            qd_reals_t company = QD_REALS_OF(field + v * QD_REALS) - QD_REALS_WHERE(mine, self_worth[v]);
            if (self->members[k] == 1)
                company = QD_REALS_WHERE(~mine, company);
            qd_mask_t guest = (qd_mask_t)(QD_REALS_OF(ordinal + v * QD_REALS) != owner);
            qd_reals_t payoff = self->cohesion[k] * company - QD_REALS_WHERE(guest, cost);
            best[v] = QD_REALS_LARGER(payoff, best[v]);
            present[v] += QD_REALS_WHERE(mine, payoff);
        }
    }
    unsigned would = 0;
    for (size_t v = 0; v < QD_PARTS; v++)
        would |= qd_reals_bits((qd_mask_t)(best[v] - present[v] > self->switching_cost)) << v * QD_REALS;
    return would;
}

/* States in index order: of eight the first that would move does, and those after it are asked again. */
static bool pass(qd_bloc_game_t *self)
{
    bool moved = false;
    for (size_t group = 0; group < self->n; group += QD_LANES) {
        unsigned would = would_move(self, group);
        while (would) {
            size_t i = group + (size_t)__builtin_ctz(would);
            qd_bloc_game_move(self, i, qd_bloc_game_best(self, i));
            moved = true;
            would = would_move(self, group) & ~0u << (i - group) << 1;
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
