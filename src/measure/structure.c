#include "measure/structure.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "math/reduce.h"

bool qd_membership_init(qd_membership_t *self, size_t states)
{
    size_t rows = 1 + (states / 2 < QD_LABELS_MAX ? states / 2 : QD_LABELS_MAX) + 1;
    *self = (qd_membership_t){.row = qd_new_aligned(rows * qd_padded(states), sizeof *self->row, NULL)};
    return self->row;
}

void qd_membership_free(qd_membership_t *self)
{
    free(self->row);
    *self = (qd_membership_t){0};
}

/* Sets row to 1 for the holders of label k, else 0; returns their number. */
static unsigned mark_holders(double *row, const qd_state_t *state, size_t k)
{
    unsigned holders = 0;
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_mask_t holds = QD_REALS_EQUAL(QD_REALS_OF_INTS(state->label + i), qd_reals_all((double)(int)k));
        QD_REALS_AT(row + i) = QD_REALS_WHERE(holds, qd_reals_all(1.0));
        holders += (unsigned)__builtin_popcount(qd_reals_bits(holds));
    }
    return holders;
}

/* A label with one holder is not a bloc: the next label reuses its row. */
void qd_membership_set(qd_membership_t *self, const qd_state_t *state)
{
    double *unaligned = self->row, *row = unaligned + state->padded;
    self->padded = state->padded;
    self->blocs = 0;
    for (size_t i = 0; i < state->padded; i++)
        unaligned[i] = 1.0;
    for (size_t k = 1; k <= state->labels; k++) {
        if (mark_holders(row, state, k) < 2)
            continue;
        qd_add_scaled(unaligned, -1.0, row, state->padded);
        row += state->padded;
        self->blocs++;
    }
}

/* The share of each bloc is a sum over its row; each unaligned state is a share of its own. */
qd_alignment_t qd_measure_alignment(const qd_membership_t *self, const double *c)
{
    qd_sums_t alone = {0}, squares = {0};
    for (size_t i = 0; i < self->padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = i + v * QD_REALS;
            qd_reals_t own = QD_REALS_OF(self->row + at) * QD_REALS_OF(c + at);
            alone.part[v] += own;
            squares.part[v] += own * own;
        }
    double unaligned = qd_sums_join(&alone), sum = qd_sums_join(&squares);
    for (size_t b = 1; b <= self->blocs; b++) {
        double share = qd_dot(self->row + b * self->padded, c, self->padded);
        sum += share * share;
    }
    /* Sums of shares may pass 1 by rounding. */
    return (qd_alignment_t){.effective = sum > 1.0 ? 1.0 : 1.0 / sum,
                            .unaligned = unaligned > 1.0 ? 1.0 : unaligned};
}

double qd_measure_largest_bloc(const qd_membership_t *self, const double *c)
{
    double largest = 0.0;
    for (size_t i = 0; i < self->padded; i++) {
        double own = self->row[i] * c[i];
        largest = own > largest ? own : largest;
    }
    for (size_t b = 1; b <= self->blocs; b++) {
        double share = qd_dot(self->row + b * self->padded, c, self->padded);
        largest = share > largest ? share : largest;
    }
    return largest > 1.0 ? 1.0 : largest; /* by rounding */
}

double qd_measure_cohesion(const qd_state_t *state)
{
    double sum = 0.0, weight = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        if (state->label[i] == 0)
            continue;
        sum += state->c[i] * state->cohesion[state->label[i]];
        weight += state->c[i];
    }
    return weight > 0.0 ? sum / weight : 0.0;
}

double qd_measure_polarisation(const qd_state_t *state)
{
    double sum = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        const double *row = state->affinity + i * state->padded;
        qd_sums_t s = {0};
        for (size_t j = 0; j < state->padded; j += QD_LANES)
            for (size_t v = 0; v < QD_PARTS; v++) {
                size_t at = j + v * QD_REALS;
                qd_reals_t affinity = QD_REALS_OF(row + at);
                s.part[v] += QD_REALS_OF(state->c + at) * -QD_REALS_NEGATIVE(affinity);
            }
        sum += state->c[i] * qd_sums_join(&s);
    }
    return 2.0 * sum; /* each pair was met twice */
}

double qd_measure_hostile_dyads(const qd_state_t *state)
{
    size_t hostile = 0, n = state->n; /* each pair is met twice */
    for (size_t k = 0; k < n * state->padded; k++)
        hostile += state->affinity[k] < 0.0;
    return n > 1 ? (double)hostile / ((double)n * (double)(n - 1)) : 0.0;
}

/* s += w a and t += |w a|, for the columns of one group. */
static inline void add_row(qd_sums_t *s, qd_sums_t *t, double w, const double *a)
{
    for (size_t v = 0; v < QD_PARTS; v++) {
        qd_reals_t term = w * QD_REALS_OF(a + v * QD_REALS);
        s->part[v] += term;
        t->part[v] += QD_REALS_ABSOLUTE(term);
    }
}

/* For each i and each group of columns k > i: sum over i < j < k of c_j A_ij A_jk, and of its size, held in
 * registers over the rows j; then times c_i c_k A_ik. All of a group's own rows count, each half, because
 * every pair within the group is met twice. */
double qd_measure_balance(size_t n, size_t padded, const double *sizes, const double *affinity,
                          double *scratch)
{
    qd_sums_t sum = {0}, size = {0};
    for (size_t i = 0; i + 2 < n; i++) {
        for (size_t k = 0; k < padded; k++)
            scratch[k] = k > i ? sizes[k] * affinity[i * padded + k] : 0.0;
        for (size_t k = (i + 1) / QD_LANES * QD_LANES; k < padded; k += QD_LANES) {
            qd_sums_t s = {0}, t = {0};
            size_t j = i + 1, end = k + QD_LANES < n ? k + QD_LANES : n;
            for (; j < k; j++)
                add_row(&s, &t, scratch[j], affinity + j * padded + k);
            for (; j < end; j++)
                add_row(&s, &t, 0.5 * scratch[j], affinity + j * padded + k);
            for (size_t v = 0; v < QD_PARTS; v++) {
                qd_reals_t weight = sizes[i] * QD_REALS_OF(scratch + k + v * QD_REALS);
                sum.part[v] += weight * s.part[v];
                size.part[v] += QD_REALS_ABSOLUTE(weight) * t.part[v];
            }
        }
    }
    double whole = qd_sums_join(&size);
    return whole > 0.0 ? qd_sums_join(&sum) / whole : 0.0;
}

/* Uses sum c^2 - 1/N = sum (c - 1/N)^2, so that equal shares give 0 instead of the root of a rounding
 * error. */
double qd_measure_concentration(size_t n, const double *c)
{
    double squares = 0.0, even = 1.0 / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (c[i] - even) * (c[i] - even);
    double share = n > 1 ? squares / (1.0 - even) : 0.0;
    return share < 1.0 ? sqrt(share) : 1.0; /* with one state, rounding may exceed 1 */
}

int qd_measure_polarity(size_t n, const double *c)
{
    double first = 0.0, second = 0.0, great = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (c[i] < 0.05)
            continue;
        great += c[i];
        if (c[i] > first) {
            second = first;
            first = c[i];
        } else if (c[i] > second) {
            second = c[i];
        }
    }
    if (great == 0.0)
        return 3;
    if (first >= 0.5 * great && second < 0.25 * great)
        return 0;
    if (second >= 0.25 * great && first + second >= 0.5 * great)
        return 1;
    return 2;
}

/* sum += min(v_i, v_j) over the rows i from..end-1 and the columns j of a group, side by side. */
static inline void add_smaller(qd_sums_t *sum, const double *columns, const double *v, size_t from,
                               size_t end)
{
    for (size_t i = from; i < end; i++)
        for (size_t p = 0; p < QD_PARTS; p++)
            sum->part[p] += QD_REALS_SMALLER(QD_REALS_OF(columns + p * QD_REALS), qd_reals_all(v[i]));
}

/* |a - b| = a + b - 2 min(a, b), so the differences of all pairs add up to 2 n sum v - 2 sum min(v_i, v_j);
 * zeros add nothing. A pair within a group of columns is met as (i, j) and as (j, i), any other pair once. */
double qd_measure_gini(size_t n, const double *v)
{
    qd_sums_t above = {0}, within = {0};
    for (size_t j = 0; j < n; j += QD_LANES) {
        add_smaller(&above, v + j, v, 0, j);
        add_smaller(&within, v + j, v, j, j + QD_LANES);
    }
    double most = (double)n * qd_sum(v, qd_padded(n)); /* the sum of the minima if all are equal */
    double minima = 2.0 * qd_sums_join(&above) + qd_sums_join(&within);
    return minima < most ? (most - minima) / most : 0.0;
}

bool qd_depths_init(qd_depths_t *self, size_t states)
{
    *self = (qd_depths_t){.deepest = qd_new_aligned(qd_padded(states), sizeof(double), NULL),
                          .minor = qd_new_aligned(qd_padded(states), sizeof(double), NULL)};
    return self->deepest && self->minor;
}

void qd_depths_free(qd_depths_t *self)
{
    free(self->deepest);
    free(self->minor);
    *self = (qd_depths_t){0};
}

void qd_depths_set(qd_depths_t *self, const qd_state_t *state)
{
    double share = 1.0 / (double)state->depth;
    self->padded = state->padded;
    for (size_t i = 0; i < state->padded; i++) {
        bool minor = i >= state->poles && i < state->n;
        double deepest = 0.0;
        for (size_t k = 0; minor && k < state->poles; k++) {
            double level = state->level[k * state->padded + i];
            deepest = level > deepest ? level : deepest;
        }
        self->deepest[i] = deepest * share;
        self->minor[i] = minor ? 1.0 : 0.0;
    }
}

double qd_measure_integration(const qd_depths_t *self, const double *c)
{
    if (self->padded == 0)
        return 0.0;
    double whole = qd_dot(self->minor, c, self->padded), deep = qd_dot(self->deepest, c, self->padded);
    return whole > 0.0 ? deep / whole : 0.0;
}

/* Number of clubs of which state i is a member. */
static size_t clubs_of(const qd_state_t *state, size_t i)
{
    size_t clubs = 0;
    for (size_t k = 0; k < state->poles; k++)
        clubs += state->level[k * state->padded + i] > 0.0;
    return clubs;
}

double qd_measure_overlap(const qd_state_t *state)
{
    size_t several = 0, minors = state->n - state->poles;
    for (size_t i = state->poles; state->depth > 0 && i < state->n; i++)
        several += clubs_of(state, i) > 1;
    return minors > 0 ? (double)several / (double)minors : 0.0;
}

/* Number of the members of a club, of these levels, towards whom a state with this row of affinities is
 * hostile. */
static size_t count_rivals(const double *level, const double *row, size_t padded)
{
    const qd_reals_t zero = {0};
    size_t rivals = 0;
    for (size_t j = 0; j < padded; j += QD_REALS) {
        qd_mask_t member = QD_REALS_BELOW(zero, QD_REALS_OF(level + j));
        qd_mask_t hostile = QD_REALS_BELOW(QD_REALS_OF(row + j), zero);
        rivals += (size_t)__builtin_popcount(qd_reals_bits(qd_mask_and(member, hostile)));
    }
    return rivals;
}

/* Counts each pair of members twice; the patron is one, at the deepest level, and its pairs are left out. */
double qd_measure_rival_spokes(const qd_state_t *state)
{
    size_t padded = state->padded, pairs = 0, rivals = 0;
    for (size_t k = 0; state->depth > 0 && k < state->poles; k++) {
        const double *level = state->level + k * padded;
        size_t members = 0;
        for (size_t i = 0; i < state->n; i++) {
            const double *row = state->affinity + i * padded;
            if (i == k || !(level[i] > 0.0))
                continue;
            members++;
            rivals += count_rivals(level, row, padded) - (row[k] < 0.0);
        }
        pairs += members * members - members;
    }
    return pairs > 0 ? (double)rivals / (double)pairs : 0.0;
}

double qd_measure_support(const qd_state_t *state)
{
    double support = qd_dot(state->c, state->support, state->padded);
    return support > 1.0 ? 1.0 : support; /* by rounding */
}

double qd_measure_values_spread(const qd_state_t *state)
{
    double sum = 0.0;
    for (size_t d = 0; d < 2; d++) {
        const double *v = state->value + d * state->padded;
        double mean = qd_dot(state->c, v, state->padded);
        for (size_t i = 0; i < state->n; i++)
            sum += state->c[i] * (v[i] - mean) * (v[i] - mean);
    }
    return sqrt(sum);
}
