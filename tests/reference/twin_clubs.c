#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/twin_parts.h"
#include "world/draws.h"

static int *level_of(const qd_twin_t *t, int i, int k)
{
    return &t->level[i * t->poles + k];
}

static bool have_pact(const qd_twin_t *t, int i, int j)
{
    const qd_empirical_t *empirical = t->plan->empirical;
    return empirical != NULL && empirical->pact != NULL && empirical->pact[i * t->n + j];
}

/* Part 9: all begin at 0, but patrons; part 14: those with a pact with the patron at 1. */
void qd_twin_clubs_begin(qd_twin_t *t)
{
    t->depth = (int)t->p.clubs_depth;
    for (int i = 0; i < t->n; i++) {
        t->readiness[i] = qd_random_normal(t->luck, QD_PURPOSE_SAMPLER, QD_DRAW_READINESS, (uint32_t)i);
        for (int k = 0; k < t->poles; k++)
            *level_of(t, i, k) = t->depth == 0 ? 0 : i == k ? t->depth : have_pact(t, i, k) ? 1 : 0;
    }
}

/* min(d_ik, d_jl) / Lambda */
static double common(const qd_twin_t *t, int i, int k, int j, int l)
{
    int a = *level_of(t, i, k), b = *level_of(t, j, l);
    return (double)(a < b ? a : b) / t->depth;
}

/* The payoff of i. */
static double payoff(const qd_twin_t *t, const double *worth, int i)
{
    double sum = 0.0, rivalry = 0.0;
    double price = t->p.clubs_cost * exp(t->p.clubs_readiness * t->readiness[i]);
    for (int k = 0; k < t->poles; k++) {
        if (k == i)
            continue;
        for (int j = 0; j < t->n; j++)
            if (j != i)
                sum += t->c[j] * worth[i * t->n + j] * common(t, i, k, j, k);
        double depth = (double)*level_of(t, i, k) / t->depth;
        sum -= price * depth * depth;
    }
    for (int k = 0; k < t->poles; k++)
        for (int l = k + 1; l < t->poles; l++)
            rivalry += fmax(-t->affinity[k * t->n + l], 0.0) * common(t, i, k, i, l);
    return sum - t->p.clubs_rivalry * rivalry;
}

/* Whether i goes to another level of club k. */
static bool move(qd_twin_t *t, const double *worth, int i, int k)
{
    int *level = level_of(t, i, k), present = *level, best = present;
    double now = payoff(t, worth, i), most = now;
    for (int d = 0; d <= t->depth; d++) {
        *level = d;
        double there = payoff(t, worth, i);
        if (d != present && there > most) {
            most = there;
            best = d;
        }
    }
    *level = most - now > t->p.clubs_switching_cost ? best : present;
    return *level != present;
}

void qd_twin_club_game(qd_twin_t *t)
{
    if (t->depth == 0)
        return;
    double *worth = qd_twin_pair_worths(t);
    bool moved = true;
    for (int pass = 0; pass < QD_TWIN_PASSES && moved; pass++) {
        moved = false;
        for (int i = 0; i < t->n; i++)
            for (int k = 0; k < t->poles; k++)
                if (k != i)
                    moved = move(t, worth, i, k) || moved;
    }
    t->record.not_converged += moved;
    free(worth);
}

void qd_twin_club_review(qd_twin_t *t)
{
    if (t->depth == 0)
        return;
    size_t pairs = (size_t)(t->n * t->poles);
    int *before = qd_twin_zeros(pairs, sizeof *before), changed = 0;
    memcpy(before, t->level, pairs * sizeof *before);
    qd_twin_club_game(t);
    for (size_t p = 0; p < pairs; p++)
        changed += t->level[p] != before[p];
    t->record.club_turnover += (double)changed / ((t->n - 1) * t->poles);
    t->record.club_reviews++;
    free(before);
}

double qd_twin_shared_depth(const qd_twin_t *t, int i, int j)
{
    double most = 0.0;
    for (int k = 0; k < t->poles && t->depth > 0; k++)
        most = fmax(most, common(t, i, k, j, k));
    return most;
}

double qd_twin_deepest(const qd_twin_t *t, int i)
{
    return qd_twin_shared_depth(t, i, i);
}
