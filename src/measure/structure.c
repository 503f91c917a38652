#include "measure/structure.h"

#include <math.h>
#include <string.h>

#include "math/reduce.h"

/* Capability share and number of members, side by side. */
typedef double pair_t __attribute__((vector_size(16)));

/* What states add to labels, state i to bank i mod QD_LANES: most states share a label, and a sum in one
 * place would wait for itself at each of them. */
typedef struct {
    pair_t label[QD_LABELS_MAX + 1][QD_LANES];
} banks_t;

static void fill_banks(banks_t *self, const qd_state_t *state)
{
    memset(self->label, 0, (state->labels + 1) * sizeof *self->label);
    for (size_t i = 0; i < state->padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++) /* beyond n, label 0 gets members without a share */
            self->label[state->label[i + l]][l] += (pair_t){state->c[i + l], 1.0};
}

static pair_t join_banks(const pair_t bank[QD_LANES])
{
    return ((bank[0] + bank[4]) + (bank[2] + bank[6])) + ((bank[1] + bank[5]) + (bank[3] + bank[7]));
}

/* The sum of squares of the shares of those with label 0, and the largest. */
static double alone(const qd_state_t *state, double *largest)
{
    qd_sums_t squares = {0}, most = {0};
    for (size_t i = 0; i < state->padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = i + v * QD_REALS;
            qd_reals_t label = QD_REALS_OF_INTS(state->label + at);
            qd_reals_t c = QD_REALS_WHERE(label == 0.0, QD_REALS_OF(state->c + at));
            squares.part[v] += c * c;
            most.part[v] = QD_REALS_LARGER(most.part[v], c);
        }
    *largest = 0.0;
    for (size_t v = 0; v < QD_PARTS; v++)
        for (size_t l = 0; l < QD_REALS; l++)
            *largest = most.part[v][l] > *largest ? most.part[v][l] : *largest;
    return qd_sums_join(&squares);
}

qd_alignment_t qd_measure_alignment(const qd_state_t *state)
{
    banks_t banks;
    qd_alignment_t out = {0};
    fill_banks(&banks, state);
    double squares = alone(state, &out.largest);
    out.unaligned = join_banks(banks.label[0])[0];
    for (size_t k = 1; k <= state->labels; k++) {
        pair_t joined = join_banks(banks.label[k]);
        double share = joined[0];
        squares += share * share;
        out.largest = share > out.largest ? share : out.largest;
        out.unaligned += joined[1] == 1.0 ? share : 0.0;
    }
    out.effective = 1.0 / squares;
    /* Sums of shares may pass 1 by rounding. */
    out.unaligned = out.unaligned > 1.0 ? 1.0 : out.unaligned;
    out.largest = out.largest > 1.0 ? 1.0 : out.largest;
    out.effective = out.effective < 1.0 ? 1.0 : out.effective;
    return out;
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

/* s += w a and t += |w a|, for the columns of one group; of a row within the group, only those beyond it. */
static inline void add_row(qd_sums_t *s, qd_sums_t *t, double w, const double *a)
{
    for (size_t v = 0; v < QD_PARTS; v++) {
        qd_reals_t term = w * QD_REALS_OF(a + v * QD_REALS);
        s->part[v] += term;
        t->part[v] += QD_REALS_ABSOLUTE(term);
    }
}

static inline void add_row_within(qd_sums_t *s, qd_sums_t *t, double w, const double *a, size_t row)
{
    static const double lane[QD_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
    double beyond[QD_LANES];
    for (size_t l = 0; l < QD_LANES; l += QD_REALS)
        QD_REALS_AT(beyond + l) = QD_REALS_WHERE(QD_REALS_OF(lane + l) > (double)row, QD_REALS_OF(a + l));
    add_row(s, t, w, beyond);
}

/* For each i and each group of columns k: sum over i < j < k of c_j A_ij A_jk, and of its size, held in
 * registers while the rows j go by; then times c_i c_k A_ik. */
double qd_measure_balance(size_t n, size_t padded, const double *sizes, const double *affinity,
                          double *scratch)
{
    qd_sums_t sum = {0}, size = {0};
    for (size_t i = 0; i + 2 < n; i++) {
        for (size_t k = 0; k < padded; k++)
            scratch[k] = sizes[k] * affinity[i * padded + k];
        for (size_t k = (i + 2) / QD_LANES * QD_LANES; k < padded; k += QD_LANES) {
            qd_sums_t s = {0}, t = {0};
            size_t j = i + 1, end = k + QD_LANES < n ? k + QD_LANES : n;
            for (; j < k; j++)
                add_row(&s, &t, scratch[j], affinity + j * padded + k);
            for (; j < end; j++)
                add_row_within(&s, &t, scratch[j], affinity + j * padded + k, j - k);
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

/* As deviations from the even share, sum c^2 - 1/N = sum (c - 1/N)^2: so equal shares give 0, not the root of
 * a rounding error. */
double qd_measure_concentration(size_t n, const double *c)
{
    double squares = 0.0, even = 1.0 / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (c[i] - even) * (c[i] - even);
    double share = n > 1 ? squares / (1.0 - even) : 0.0;
    return share < 1.0 ? sqrt(share) : 1.0; /* one state that has everything may pass 1 by rounding */
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
 * zeros add nothing. Of a pair within a group of columns both (i, j) and (j, i) are met, of others one. */
double qd_measure_gini(size_t n, const double *v)
{
    qd_sums_t above = {0}, within = {0};
    for (size_t j = 0; j < n; j += QD_LANES) {
        add_smaller(&above, v + j, v, 0, j);
        add_smaller(&within, v + j, v, j, j + QD_LANES);
    }
    double most = (double)n * qd_sum(v, qd_padded(n)); /* what the minima add up to where all are equal */
    double minima = 2.0 * qd_sums_join(&above) + qd_sums_join(&within);
    return minima < most ? (most - minima) / most : 0.0;
}
