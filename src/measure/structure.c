#include "measure/structure.h"

#include <math.h>

#include "math/reduce.h"

qd_alignment_t qd_measure_alignment(const qd_state_t *state)
{
    double share[QD_LABELS_MAX + 1] = {0}, squares = 0.0;
    int members[QD_LABELS_MAX + 1] = {0};
    qd_alignment_t out = {0};
    for (size_t i = 0; i < state->n; i++) {
        int k = state->label[i];
        double c = state->c[i], alone = k == 0 ? c : 0.0;
        share[k] += c;
        members[k]++;
        squares += alone * alone;
        out.largest = alone > out.largest ? alone : out.largest;
    }
    out.unaligned = share[0];
    for (size_t k = 1; k <= state->labels; k++) {
        squares += share[k] * share[k];
        out.largest = share[k] > out.largest ? share[k] : out.largest;
        out.unaligned += members[k] == 1 ? share[k] : 0.0;
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
    size_t hostile = 0, n = state->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            hostile += state->affinity[i * state->padded + j] < 0.0;
    return n > 1 ? (double)hostile / (0.5 * (double)n * (double)(n - 1)) : 0.0;
}

/* For each pair i < j: sum over k > j of c_k A_ik A_jk, and of its size. The terms of k <= j are masked by a
 * copy of row i from which they have been cleared. */
double qd_measure_balance(size_t n, size_t padded, const double *sizes, const double *affinity,
                          double *scratch)
{
    double sum = 0.0, size = 0.0;
    for (size_t i = 0; i + 2 < n; i++) {
        const double *a = affinity + i * padded;
        for (size_t k = 0; k < padded; k++)
            scratch[k] = k > i ? sizes[k] * a[k] : 0.0;
        for (size_t j = i + 1; j + 1 < n; j++) {
            const double *b = affinity + j * padded;
            qd_sums_t s = {0}, t = {0};
            scratch[j] = 0.0;
            for (size_t k = (j + 1) / QD_LANES * QD_LANES; k < padded; k += QD_LANES)
                for (size_t v = 0; v < QD_PARTS; v++) {
                    size_t at = k + v * QD_REALS;
                    qd_reals_t triad = QD_REALS_OF(scratch + at) * QD_REALS_OF(b + at);
                    s.part[v] += triad;
                    t.part[v] += QD_REALS_ABSOLUTE(triad);
                }
            double weight = sizes[i] * sizes[j] * a[j];
            sum += weight * qd_sums_join(&s);
            size += fabs(weight) * qd_sums_join(&t);
        }
    }
    return size > 0.0 ? sum / size : 0.0;
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

double qd_measure_gini(size_t n, double *v)
{
    double sum = 0.0, ranked = 0.0;
    for (size_t i = 1; i < n; i++) { /* insertion sort: coalitions are small */
        double x = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
    for (size_t i = 0; i < n; i++) {
        sum += v[i];
        ranked += (double)(i + 1) * v[i];
    }
    if (n < 2 || sum == 0.0)
        return 0.0;
    return 2.0 * ranked / ((double)n * sum) - ((double)n + 1.0) / (double)n;
}
