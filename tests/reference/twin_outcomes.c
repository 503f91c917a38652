#include <math.h>
#include <stddef.h>

#include "reference/twin_parts.h"

static double ratio(double sum, double count)
{
    return count > 0.0 ? sum / count : 0.0;
}

/* ---- while the world is played ------------------------------------------------------------------------- */

/* Share of the pairs of joiners that dislike each other. */
static double strange_partners(const qd_twin_t *t, const int x[])
{
    int pairs = 0, strange = 0;
    for (int i = 0; i < t->n; i++)
        for (int j = 0; j < i; j++)
            if (x[i] == 1 && x[j] == 1) {
                pairs++;
                strange += t->affinity[i * t->n + j] < 0.0;
            }
    return ratio(strange, pairs);
}

static double jaccard(int n, const int before[], const int x[])
{
    int both = 0, either = 0;
    for (int i = 0; i < n; i++) {
        both += before[i] && x[i] == 1;
        either += before[i] || x[i] == 1;
    }
    return ratio(both, either);
}

static void record_halves(qd_twin_t *t, int period, bool flexible)
{
    qd_twin_record_t *r = &t->record;
    bool early = period < t->periods / 2;
    r->missions_early += early;
    r->missions_late += !early;
    r->flexible_early += early && flexible;
    r->flexible_late += !early && flexible;
    r->missions_now++;
    r->flexible_now += flexible;
}

void qd_twin_record_mission(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue,
                            const qd_twin_game_t *game, double gini)
{
    qd_twin_record_t *r = &t->record;
    if (r->missions > 0)
        r->jaccard += jaccard(t->n, r->last_joined, game->x);
    r->missions++;
    r->missions_by_venue[venue]++;
    record_halves(t, crisis->period, venue == QD_FLEXIBLE);
    int joiners = 0;
    for (int i = 0; i < t->n; i++) {
        r->last_joined[i] = game->x[i] == 1;
        joiners += game->x[i] == 1;
    }
    r->coalition_size += joiners;
    r->legitimacy += game->legitimacy;
    r->burden_gini += gini;
    r->strange_partners += strange_partners(t, game->x);
    r->passes += game->passes;
    r->passes_max = game->passes > r->passes_max ? game->passes : r->passes_max;
}

/* ---- the partition into blocs and unaligned states ----------------------------------------------------- */

typedef struct {
    double effective, unaligned, largest;
} partition_t;

static partition_t measure_partition(const qd_twin_t *t)
{
    double squares = 0.0, unaligned = 0.0, largest = 0.0;
    for (int k = 1; k <= t->labels; k++) {
        double share = 0.0;
        for (int i = 0; i < t->n; i++)
            if (qd_twin_bloc(t, i) == k)
                share += t->c[i];
        squares += share * share;
        largest = fmax(largest, share);
    }
    for (int i = 0; i < t->n; i++) {
        if (qd_twin_bloc(t, i) > 0)
            continue;
        squares += t->c[i] * t->c[i];
        unaligned += t->c[i];
        largest = fmax(largest, t->c[i]);
    }
    return (partition_t){1.0 / squares, unaligned, largest};
}

/* Over the states that are no poles: their depth in the deepest club, weighted by capability. */
static double integration(const qd_twin_t *t)
{
    double sum = 0.0, weight = 0.0;
    for (int i = t->poles; i < t->n; i++) {
        sum += t->c[i] * qd_twin_deepest(t, i);
        weight += t->c[i];
    }
    return ratio(sum, weight);
}

static double support(const qd_twin_t *t)
{
    double sum = 0.0;
    for (int i = 0; i < t->n; i++)
        sum += t->c[i] * t->support[i];
    return sum;
}

void qd_twin_record_period(qd_twin_t *t, int period, double *path)
{
    qd_twin_record_t *r = &t->record;
    if (period < t->periods / 2)
        r->tension_early += t->tension;
    else
        r->tension_late += t->tension;
    if (path == NULL)
        return;
    partition_t partition = measure_partition(t);
    double now[QD_SERIES_COUNT] = {
        [QD_S_tension] = t->tension,
        [QD_S_institution] = t->institution,
        [QD_S_debt] = t->debt,
        [QD_S_effective_blocs] = partition.effective,
        [QD_S_unaligned] = partition.unaligned,
        [QD_S_integration] = integration(t),
        [QD_S_support] = support(t),
        [QD_S_flexible] = r->missions_now > 0 ? (double)r->flexible_now / r->missions_now : NAN,
    };
    for (int s = 0; s < QD_SERIES_COUNT; s++)
        path[s * t->periods + period] = now[s];
}

/* ---- at the end ---------------------------------------------------------------------------------------- */

static double cohesion_end(const qd_twin_t *t)
{
    double sum = 0.0, weight = 0.0;
    for (int i = 0; i < t->n; i++)
        if (t->label[i] >= 1) {
            sum += t->c[i] * t->cohesion[t->label[i]];
            weight += t->c[i];
        }
    return ratio(sum, weight);
}

static double balance(const qd_twin_t *t)
{
    int n = t->n;
    const double *a = t->affinity;
    double sum = 0.0, size = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            for (int k = j + 1; k < n; k++) {
                double w = t->c[i] * t->c[j] * t->c[k];
                double triad = a[i * n + j] * a[j * n + k] * a[i * n + k];
                sum += w * triad;
                size += w * fabs(triad);
            }
    return ratio(sum, size);
}

static double polarisation(const qd_twin_t *t)
{
    double sum = 0.0;
    for (int i = 0; i < t->n; i++)
        for (int j = i + 1; j < t->n; j++)
            sum += t->c[i] * t->c[j] * fmax(-t->affinity[i * t->n + j], 0.0);
    return 4.0 * sum;
}

static double hostile_dyads(const qd_twin_t *t)
{
    int hostile = 0, pairs = 0;
    for (int i = 0; i < t->n; i++)
        for (int j = i + 1; j < t->n; j++) {
            hostile += t->affinity[i * t->n + j] < 0.0;
            pairs++;
        }
    return ratio(hostile, pairs);
}

static double concentration(const qd_twin_t *t)
{
    double squares = 0.0, equal = 1.0 / t->n;
    for (int i = 0; i < t->n; i++)
        squares += t->c[i] * t->c[i];
    return sqrt(fmax(0.0, (squares - equal) / (1.0 - equal)));
}

static double polarity(const qd_twin_t *t)
{
    double g = 0.0, first = 0.0, second = 0.0;
    for (int i = 0; i < t->n; i++) {
        double c = t->c[i];
        if (c < 0.05)
            continue;
        g += c;
        second = c > first ? first : fmax(second, c);
        first = fmax(first, c);
    }
    if (g == 0.0)
        return 3.0;
    if (first >= g / 2.0 && second < g / 4.0)
        return 0.0;
    return second >= g / 4.0 && first + second >= g / 2.0 ? 1.0 : 2.0;
}

static double learned_flexibility(const qd_twin_t *t)
{
    double sum = 0.0;
    for (int i = 0; i < t->n; i++) {
        const double *leaning = &t->leaning[i * QD_VENUES];
        sum += t->c[i] * (leaning[QD_FLEXIBLE] - leaning[QD_COLLECTIVE]);
    }
    return sum;
}

static double overlap(const qd_twin_t *t)
{
    int in_several = 0;
    for (int i = t->poles; i < t->n; i++) {
        int clubs = 0;
        for (int k = 0; k < t->poles; k++)
            clubs += t->level[i * t->poles + k] >= 1;
        in_several += clubs >= 2;
    }
    return ratio(in_several, t->n - t->poles);
}

static double rival_spokes(const qd_twin_t *t)
{
    int rivals = 0, pairs = 0;
    for (int k = 0; k < t->poles; k++)
        for (int i = 0; i < t->n; i++)
            for (int j = 0; j < i; j++) {
                if (i == k || j == k || t->level[i * t->poles + k] < 1 || t->level[j * t->poles + k] < 1)
                    continue;
                pairs++;
                rivals += t->affinity[i * t->n + j] < 0.0;
            }
    return ratio(rivals, pairs);
}

static double values_spread(const qd_twin_t *t)
{
    double mean[2] = {0.0, 0.0}, sum = 0.0;
    for (int i = 0; i < t->n; i++)
        for (int d = 0; d < 2; d++)
            mean[d] += t->c[i] * t->value[2 * i + d];
    for (int i = 0; i < t->n; i++)
        for (int d = 0; d < 2; d++)
            sum += t->c[i] * (t->value[2 * i + d] - mean[d]) * (t->value[2 * i + d] - mean[d]);
    return sqrt(sum);
}

static void stability(const qd_twin_t *t, qd_outcomes_t *o)
{
    const qd_twin_record_t *r = &t->record;
    int early = t->periods / 2, late = t->periods - early;
    o->breakdown = r->breakdown_cause != 0;
    o->breakdown_cause = r->breakdown_cause;
    o->survival = r->breakdown_cause != 0 ? r->breakdown_period : t->periods;
    o->wars = r->wars;
    o->crises = r->crises;
    o->resolved = ratio(r->successes, r->crises);
    o->tension_mean = ratio(r->tension_early + r->tension_late, t->periods);
    o->tension_early = ratio(r->tension_early, early);
    o->tension_late = ratio(r->tension_late, late);
    o->tension_end = t->tension;
    o->institution_end = t->institution;
    o->debt_end = t->debt;
    o->cohesion_end = cohesion_end(t);
    o->paralysis = ratio(r->paralyses, r->crises);
    o->balance = balance(t);
    o->persistence = ratio(r->jaccard, r->missions - 1);
}

static void fragmentation(const qd_twin_t *t, qd_outcomes_t *o)
{
    partition_t partition = measure_partition(t);
    o->effective_blocs = partition.effective;
    o->unaligned = partition.unaligned;
    o->largest_bloc = partition.largest;
    o->turnover = ratio(t->record.turnover, t->record.reviews);
    o->polarisation = polarisation(t);
    o->hostile_dyads = hostile_dyads(t);
    o->concentration = concentration(t);
    o->polarity_end = polarity(t);
}

static void coalitions(const qd_twin_t *t, qd_outcomes_t *o)
{
    const qd_twin_record_t *r = &t->record;
    o->share_collective = ratio(r->missions_by_venue[QD_COLLECTIVE], r->crises);
    o->share_alliance = ratio(r->missions_by_venue[QD_ALLIANCE], r->crises);
    o->share_flexible = ratio(r->missions_by_venue[QD_FLEXIBLE], r->crises);
    o->share_unilateral = ratio(r->missions_by_venue[QD_UNILATERAL], r->crises);
    o->share_umbrella = ratio(r->missions_by_venue[QD_UMBRELLA], r->crises);
    o->share_abstain = ratio(r->abstained, r->crises);
    o->learned_flexibility = learned_flexibility(t);
    o->flexible_early = ratio(r->flexible_early, r->missions_early);
    o->flexible_late = ratio(r->flexible_late, r->missions_late);
    o->legitimacy = ratio(r->legitimacy, r->missions);
    o->coalition_size = ratio(r->coalition_size, r->missions);
    o->burden_gini = ratio(r->burden_gini, r->missions);
    o->strange_partners = ratio(r->strange_partners, r->missions);
    o->passes_mean = ratio(r->passes, r->missions);
    o->passes_max = r->passes_max;
    o->not_converged = r->not_converged;
}

/* Part 13. */
static void second_edition(const qd_twin_t *t, qd_outcomes_t *o)
{
    const qd_twin_record_t *r = &t->record;
    o->share_hub = ratio(r->missions_by_venue[QD_HUB], r->crises);
    o->integration = integration(t);
    o->overlap = overlap(t);
    o->rival_spokes = rival_spokes(t);
    o->club_turnover = ratio(r->club_turnover, r->club_reviews);
    o->enduring = ratio(r->endured, r->missions);
    o->mission_length = ratio(r->length, r->missions);
    o->withdrawals = ratio(r->withdrawn, r->partners);
    o->support_end = support(t);
    o->values_spread = values_spread(t);
    o->success = ratio(r->successes, r->missions);
}

void qd_twin_outcomes(const qd_twin_t *t, qd_outcomes_t *outcomes)
{
    stability(t, outcomes);
    fragmentation(t, outcomes);
    coalitions(t, outcomes);
    second_edition(t, outcomes);
}
