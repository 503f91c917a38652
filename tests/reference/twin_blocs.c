#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/twin_parts.h"

int qd_twin_members(const qd_twin_t *t, int label)
{
    int members = 0;
    for (int i = 0; i < t->n; i++)
        members += t->label[i] == label;
    return members;
}

int qd_twin_bloc(const qd_twin_t *t, int state)
{
    int label = t->label[state];
    return label > 0 && qd_twin_members(t, label) >= 2 ? label : 0;
}

/* W_ij = A_ij + threat * E_ij, E_ij = sum over l of c_l min(A_il, 0) min(A_jl, 0). Affinities stand still
 * during a review, so the whole matrix is made once. */
double *qd_twin_pair_worths(const qd_twin_t *t)
{
    int n = t->n;
    double *worth = qd_twin_zeros((size_t)(n * n), sizeof *worth);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double threat = 0.0;
            for (int l = 0; l < n; l++)
                threat += t->c[l] * fmin(t->affinity[i * n + l], 0.0) * fmin(t->affinity[j * n + l], 0.0);
            worth[i * n + j] = t->affinity[i * n + j] + t->p.blocs_threat * threat;
        }
    return worth;
}

static int own_label(const qd_twin_t *t, int i)
{
    return i < t->labels ? i + 1 : 0;
}

/* u_i(k) */
static double payoff(const qd_twin_t *t, const double *worth, int i, int k)
{
    if (k == 0)
        return 0.0;
    double sum = 0.0;
    for (int j = 0; j < t->n; j++)
        if (j != i && t->label[j] == k)
            sum += t->c[j] * worth[i * t->n + j];
    double cost = k == own_label(t, i) ? 0.0 : t->p.blocs_cost;
    return t->cohesion[k] * sum - cost;
}

static int members_besides(const qd_twin_t *t, int i, int k)
{
    return qd_twin_members(t, k) - (t->label[i] == k);
}

/* The best label that i may be in: its own before 0 before the lowest, so that only a better one replaces it.
 */
static int best_label(const qd_twin_t *t, const double *worth, int i)
{
    int best = own_label(t, i);
    if (payoff(t, worth, i, 0) > payoff(t, worth, i, best))
        best = 0;
    for (int k = 1; k <= t->labels; k++)
        if (members_besides(t, i, k) > 0 && payoff(t, worth, i, k) > payoff(t, worth, i, best))
            best = k;
    return best;
}

static bool move(qd_twin_t *t, const double *worth, int i)
{
    int best = best_label(t, worth, i);
    double gain = payoff(t, worth, i, best) - payoff(t, worth, i, t->label[i]);
    if (!(gain > t->p.blocs_switching_cost))
        return false;
    t->label[i] = best;
    return true;
}

void qd_twin_bloc_game(qd_twin_t *t)
{
    double *worth = qd_twin_pair_worths(t);
    for (int i = 0; i < t->n && i < t->labels; i++)
        if (t->label[i] == 0 && qd_twin_members(t, own_label(t, i)) == 0)
            t->label[i] = own_label(t, i);
    bool moved = true;
    for (int pass = 0; pass < QD_TWIN_PASSES && moved; pass++) {
        moved = false;
        for (int i = 0; i < t->n; i++)
            moved = move(t, worth, i) || moved;
    }
    t->record.not_converged += moved;
    free(worth);
}

void qd_twin_bloc_review(qd_twin_t *t)
{
    size_t size = (size_t)t->n * sizeof *t->label;
    int *before = qd_twin_zeros(1, size);
    memcpy(before, t->label, size);
    qd_twin_bloc_game(t);
    int changed = 0;
    for (int i = 0; i < t->n; i++)
        changed += t->label[i] != before[i];
    t->record.turnover += (double)changed / t->n;
    t->record.reviews++;
    free(before);
}
