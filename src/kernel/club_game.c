#include "kernel/club_game.h"

#include <string.h>

#include "kernel/mission_game.h"
#include "math/lanes.h"
#include "math/reduce.h"

/* Where club k's sums of level e >= 1 begin. */
static inline size_t at(const qd_club_game_t *self, size_t k, size_t e)
{
    return (k * self->depth + (e - 1)) * self->padded;
}

/* ---- sums over members --------------------------------------------------------------------------------- */

/* State j, of this size (or, leaving, of minus its size), counts among those at level e of club k. */
static void count_in(qd_club_game_t *self, size_t j, size_t k, size_t e, double size)
{
    const double *restrict row = self->affinity + j * self->padded;
    double *restrict company = self->company + at(self, k, e);
    double *restrict hostility = self->threat != 0.0 ? self->hostility + at(self, k, e) : NULL;
    qd_add_scaled(company, size, row, self->padded);
    for (size_t i = 0; hostility && i < self->padded; i += QD_REALS)
        QD_REALS_AT(hostility + i) += size * QD_REALS_NEGATIVE(QD_REALS_OF(row + i));
}

/* Companies and hostilities of one club: of those exactly at each level, and then of those as deep. */
static void gather_club(qd_club_game_t *self, size_t k)
{
    const double *level = self->level + k * self->padded;
    size_t bytes = self->depth * self->padded * sizeof(double);
    memset(self->company + at(self, k, 1), 0, bytes);
    if (self->threat != 0.0)
        memset(self->hostility + at(self, k, 1), 0, bytes);
    for (size_t j = 0; j < self->n; j++)
        if (level[j] > 0.0)
            count_in(self, j, k, (size_t)level[j], self->c[j]);
    for (size_t e = self->depth; e-- > 1;) {
        qd_add_scaled(self->company + at(self, k, e), 1.0, self->company + at(self, k, e + 1), self->padded);
        if (self->threat != 0.0)
            qd_add_scaled(self->hostility + at(self, k, e), 1.0, self->hostility + at(self, k, e + 1),
                          self->padded);
    }
}

/* Some columns of one club's and level's shared threats, sum_l c_l m_il hostility(l), held in registers while
 * the rows l go by. */
#define PARTS 4
static inline __attribute__((always_inline)) void add_columns(const qd_club_game_t *self,
                                                              const double *restrict hostility, size_t i,
                                                              size_t parts, double *restrict out)
{
    const double *restrict c = self->c, *restrict row = self->affinity + i;
    qd_reals_t sum[PARTS] = {{0}};
    for (size_t l = 0; l < self->n; l++, row += self->padded) {
        double weight = c[l] * hostility[l];
        for (size_t v = 0; v < parts; v++)
            sum[v] += weight * QD_REALS_NEGATIVE(QD_REALS_OF(row + v * QD_REALS));
    }
    for (size_t v = 0; v < parts; v++)
        QD_REALS_AT(out + i + v * QD_REALS) = sum[v];
}

static void share_threats(const qd_club_game_t *self, const double *hostility, double *out)
{
    size_t i = 0;
    for (; i + PARTS * QD_REALS <= self->padded; i += PARTS * QD_REALS)
        add_columns(self, hostility, i, PARTS, out);
    if (i < self->padded)
        add_columns(self, hostility, i, PARTS / 2, out);
}

/* Whether the same states are as deep as e and as e + 1. */
static bool same_as_deeper(const qd_club_game_t *self, size_t k, size_t e)
{
    const double *level = self->level + k * self->padded;
    bool same = e < self->depth;
    for (size_t j = 0; same && j < self->n; j++)
        same = level[j] != (double)e;
    return same;
}

/* The worth of club k's level e to all states. */
static void set_worth(qd_club_game_t *self, size_t k, size_t e)
{
    double *restrict worth = self->worth + at(self, k, e), deep = (double)e;
    const double *restrict company = self->company + at(self, k, e), *restrict c = self->c;
    const double *restrict level = self->level + k * self->padded;
    self->stale[k * self->depth + e - 1] = false;
    if (self->threat == 0.0) {
        memcpy(worth, company, self->padded * sizeof *worth);
        return;
    }
    share_threats(self, self->hostility + at(self, k, e), worth);
    for (size_t i = 0; i < self->padded; i += QD_REALS) {
        qd_mask_t inside = (qd_mask_t)(QD_REALS_OF(level + i) >= deep);
        qd_reals_t own = QD_REALS_WHERE(inside, QD_REALS_OF(c + i) * QD_REALS_OF(self->exposure + i));
        QD_REALS_AT(worth + i) = QD_REALS_OF(company + i) + self->threat * (QD_REALS_OF(worth + i) - own);
    }
}

/* Every worth that a move has made stale, or all of them. */
static void refresh(qd_club_game_t *self, bool all)
{
    for (size_t k = 0; k < self->clubs; k++)
        for (size_t e = self->depth; e >= 1; e--) {
            if (!all && !self->stale[k * self->depth + e - 1])
                continue;
            if (!all || !same_as_deeper(self, k, e))
                set_worth(self, k, e);
            else {
                memcpy(self->worth + at(self, k, e), self->worth + at(self, k, e + 1),
                       self->padded * sizeof(double));
                self->stale[k * self->depth + e - 1] = false;
            }
        }
}

static void set_exposure(qd_club_game_t *self)
{
    memset(self->exposure, 0, self->padded * sizeof *self->exposure);
    for (size_t l = 0; self->threat != 0.0 && l < self->n; l++) {
        const double *restrict row = self->affinity + l * self->padded;
        for (size_t i = 0; i < self->padded; i += QD_REALS) {
            qd_reals_t m = QD_REALS_NEGATIVE(QD_REALS_OF(row + i));
            QD_REALS_AT(self->exposure + i) += self->c[l] * m * m;
        }
    }
}

void qd_club_game_start(qd_club_game_t *self)
{
    for (size_t k = 0; k < self->clubs; k++) {
        for (size_t l = 0; l < self->clubs; l++) {
            double a = self->affinity[k * self->padded + l];
            self->hostile[k][l] = a < 0.0 ? self->rivalry * -a : 0.0;
        }
        gather_club(self, k);
    }
    set_exposure(self);
    refresh(self, true);
}

/* ---- choices ------------------------------------------------------------------------------------------- */

/* worth_ke(i) as it is now. */
static double worth_of(const qd_club_game_t *self, size_t i, size_t k, size_t e)
{
    if (!self->stale[k * self->depth + e - 1])
        return self->worth[at(self, k, e) + i];
    double company = self->company[at(self, k, e) + i];
    if (self->threat == 0.0)
        return company;
    const double *restrict row = self->affinity + i * self->padded, *restrict c = self->c;
    const double *restrict hostility = self->hostility + at(self, k, e);
    qd_sums_t sum = {0};
    for (size_t l = 0; l < self->padded; l += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t here = l + v * QD_REALS;
            qd_reals_t m = QD_REALS_NEGATIVE(QD_REALS_OF(row + here));
            sum.part[v] += QD_REALS_OF(c + here) * QD_REALS_OF(hostility + here) * m;
        }
    bool inside = self->level[k * self->padded + i] >= (double)e;
    return company + self->threat * (qd_sums_join(&sum) - (inside ? c[i] * self->exposure[i] : 0.0));
}

/* What levels 0..depth of club k are worth to state i. */
static void weigh_levels(const qd_club_game_t *self, size_t i, size_t k, double value[QD_DEPTH_MAX + 1])
{
    double share = 1.0 / (double)self->depth, worth = 0.0;
    value[0] = 0.0;
    for (size_t d = 1; d <= self->depth; d++) {
        double deep = (double)d * share, rivalry = 0.0;
        worth += worth_of(self, i, k, d);
        for (size_t l = 0; l < self->clubs; l++) {
            double other = self->level[l * self->padded + i];
            rivalry += l == k ? 0.0 : self->hostile[k][l] * (other < (double)d ? other : (double)d);
        }
        value[d] = worth * share - self->cost[i] * (deep * deep) - rivalry * share;
    }
}

double qd_club_game_payoff(const qd_club_game_t *self, size_t i, size_t k, double d)
{
    double value[QD_DEPTH_MAX + 1];
    weigh_levels(self, i, k, value);
    return value[(size_t)d];
}

/* A smaller gain is one of rounding (bloc_game.c). */
#define LEAST_GAIN 1e-13

/* Of QD_REALS states from i on, those that may gain more than the switching cost in club k, as bits: what
 * weigh_levels finds, side by side. A club with a stale worth is asked state by state. */
static unsigned may_move(const qd_club_game_t *self, size_t i, size_t k)
{
    double share = 1.0 / (double)self->depth;
    qd_reals_t level = QD_REALS_OF(self->level + k * self->padded + i), cost = QD_REALS_OF(self->cost + i);
    qd_reals_t most = {0}, present = {0}, worth = {0};
    for (size_t d = 1; d <= self->depth; d++) {
        const qd_reals_t deep = qd_reals_all((double)d);
        qd_reals_t rivalry = {0};
        if (self->stale[k * self->depth + d - 1])
            return (1u << QD_REALS) - 1;
        worth += QD_REALS_OF(self->worth + at(self, k, d) + i);
        for (size_t l = 0; l < self->clubs; l++)
            if (l != k && self->hostile[k][l] != 0.0)
                rivalry += self->hostile[k][l] *
                           QD_REALS_SMALLER(QD_REALS_OF(self->level + l * self->padded + i), deep);
        qd_reals_t value = worth * share - cost * ((double)d * share * ((double)d * share)) - rivalry * share;
        most = QD_REALS_LARGER(value, most);
        present += QD_REALS_WHERE((qd_mask_t)(level == deep), value);
    }
    return qd_reals_bits((qd_mask_t)(most - present > self->switching_cost));
}

static void move(qd_club_game_t *self, size_t i, size_t k, size_t to)
{
    double *level = &self->level[k * self->padded + i], before = *level;
    size_t from = (size_t)before;
    for (size_t e = (from < to ? from : to) + 1; e <= (from < to ? to : from); e++) {
        count_in(self, i, k, e, from < to ? self->c[i] : -self->c[i]);
        self->stale[k * self->depth + e - 1] = true;
    }
    *level = (double)to;
    if (self->moved)
        self->moved(self->context, i, k, before, (double)to);
}

/* State i's best level of club k, if it gains more than the switching cost: ties go to the present one, then
 * to the lowest. */
static bool improve(qd_club_game_t *self, size_t i, size_t k)
{
    double value[QD_DEPTH_MAX + 1];
    size_t present = (size_t)self->level[k * self->padded + i], best = present;
    weigh_levels(self, i, k, value);
    for (size_t d = 0; d <= self->depth; d++)
        if (value[d] > value[best])
            best = d;
    if (best == present || !(value[best] - value[present] > self->switching_cost + LEAST_GAIN))
        return false;
    move(self, i, k, best);
    return true;
}

/* Of the states from group on, those that may move in some club. */
static unsigned may_move_anywhere(const qd_club_game_t *self, size_t group)
{
    unsigned may = 0;
    for (size_t k = 0; k < self->clubs; k++)
        for (size_t v = 0; v < QD_LANES; v += QD_REALS)
            may |= may_move(self, group + v, k) << v;
    return may;
}

/* So many states are asked sooner side by side than one by one: after a move the worth is made anew for all. */
#define FEW 128

static bool pass(qd_club_game_t *self)
{
    bool moved = false;
    for (size_t group = 0; group < self->n; group += QD_LANES) {
        unsigned may = may_move_anywhere(self, group);
        while (may) {
            size_t i = group + (size_t)__builtin_ctz(may);
            bool moves = false;
            may &= may - 1;
            for (size_t k = 0; k < self->clubs && i < self->n; k++)
                moves |= k != i && improve(self, i, k);
            if (!moves)
                continue;
            moved = true;
            if (self->n <= FEW)
                refresh(self, false);
            may = may_move_anywhere(self, group) & ~0u << (i - group) << 1;
        }
    }
    return moved;
}

int qd_club_game_review(qd_club_game_t *self)
{
    qd_club_game_start(self);
    for (int passes = 1; passes <= QD_PASSES_MAX; passes++) {
        if (!pass(self))
            return passes;
        refresh(self, false);
    }
    return QD_PASSES_MAX + 1;
}

/* ---- for tests ----------------------------------------------------------------------------------------- */

static double pair_worth_of(const qd_club_game_t *self, size_t i, size_t j)
{
    const double *a = self->affinity + i * self->padded, *b = self->affinity + j * self->padded;
    double shared = 0.0;
    for (size_t l = 0; l < self->n; l++)
        shared += a[l] < 0.0 && b[l] < 0.0 ? self->c[l] * a[l] * b[l] : 0.0;
    return a[j] + self->threat * shared;
}

/* State i's costs and rivalry. */
static double price_of(const qd_club_game_t *self, size_t i)
{
    double price = 0.0, share = 1.0 / (double)self->depth;
    for (size_t k = 0; k < self->clubs; k++) {
        double d = self->level[k * self->padded + i];
        price += k == i ? 0.0 : self->cost[i] * (d * share) * (d * share);
        for (size_t l = 0; l < k; l++) {
            double other = self->level[l * self->padded + i];
            price += self->hostile[k][l] * (d < other ? d : other) * share;
        }
    }
    return price;
}

double qd_club_game_potential(const qd_club_game_t *self)
{
    double phi = 0.0;
    for (size_t i = 0; i < self->n; i++) {
        phi -= self->c[i] * price_of(self, i);
        for (size_t j = 0; j < i; j++) {
            double common = 0.0;
            for (size_t k = 0; k < self->clubs; k++) {
                double a = self->level[k * self->padded + i], b = self->level[k * self->padded + j];
                common += a < b ? a : b;
            }
            phi += self->c[i] * self->c[j] * pair_worth_of(self, i, j) * common / (double)self->depth;
        }
    }
    return phi;
}
