#include <math.h>

#include "reference/twin_parts.h"

/* Gini of max(h_i, 0) over those who joined. */
static double burden_gini(const qd_twin_t *t, const qd_twin_crisis_t *crisis, const int x[])
{
    double differences = 0.0, sum = 0.0;
    int joiners = 0;
    for (int i = 0; i < t->n; i++) {
        if (x[i] != 1)
            continue;
        joiners++;
        sum += fmax(crisis->stake[i], 0.0);
        for (int j = 0; j < t->n; j++)
            if (x[j] == 1)
                differences += fabs(fmax(crisis->stake[i], 0.0) - fmax(crisis->stake[j], 0.0));
    }
    return sum == 0.0 ? 0.0 : differences / (2.0 * joiners * sum);
}

static double outsideness(qd_venue_t venue)
{
    static const double o[QD_VENUES] = {[QD_COLLECTIVE] = 0.0,
                                        [QD_ALLIANCE] = 0.5,
                                        [QD_FLEXIBLE] = 1.0,
                                        [QD_UNILATERAL] = 1.0,
                                        [QD_UMBRELLA] = 0.5};
    return o[venue];
}

static void change_institution(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, double l,
                               bool success)
{
    double o = outsideness(venue);
    t->debt += t->p.tension_debt * crisis->s * o * (1.0 - l);
    t->institution -= t->p.institution_erosion * o * (1.0 - l) * t->institution;
    if (venue == QD_COLLECTIVE && success)
        t->institution += t->p.institution_gain * l * (1.0 - t->institution);
}

static void change_cohesion(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, bool success,
                            double gini)
{
    int bloc = qd_twin_bloc(t, crisis->initiator);
    if (bloc == 0)
        return;
    double *cohesion = &t->cohesion[bloc];
    if (venue == QD_ALLIANCE && success)
        *cohesion += t->p.blocs_gain * (1.0 - *cohesion);
    if (venue == QD_UMBRELLA && success)
        *cohesion += t->p.mission_umbrella * t->p.blocs_gain * (1.0 - *cohesion);
    if (venue == QD_ALLIANCE || venue == QD_UMBRELLA)
        *cohesion -= t->p.blocs_burden * gini * *cohesion;
    if (venue == QD_FLEXIBLE || venue == QD_UNILATERAL)
        *cohesion -= t->p.blocs_bypass * *cohesion;
}

void qd_twin_breakdown(qd_twin_t *t, int period, int cause)
{
    if (t->record.breakdown_cause != 0)
        return;
    t->record.breakdown_cause = cause;
    t->record.breakdown_period = period;
}

static void perhaps_war(qd_twin_t *t, const qd_twin_crisis_t *crisis, const qd_twin_game_t *game)
{
    double u =
        qd_random_uniform(t->luck, QD_PURPOSE_ESCALATION, (uint32_t)crisis->period, (uint32_t)crisis->number);
    if (!(u < t->p.escalation_hazard * game->risk))
        return;
    t->tension += t->p.escalation_shock;
    for (int i = 0; i < t->n; i++)
        if (game->x[i] != 0)
            t->c[i] *= 1.0 - t->p.escalation_loss;
    qd_twin_normalise(t);
    t->record.wars++;
    qd_twin_breakdown(t, crisis->period, 1);
}

static double learned(const qd_twin_t *t, qd_venue_t venue, const int x[], int i, int j)
{
    double a = t->affinity[i * t->n + j], alpha = t->p.affinity_learning;
    if (x[i] * x[j] == 1)
        return a + alpha * (1.0 - a);
    if (x[i] * x[j] == -1)
        return a - alpha * (1.0 + a);
    bool one_alone = (x[i] == 0) != (x[j] == 0);
    bool allies = t->label[i] == t->label[j] && qd_twin_bloc(t, i) > 0;
    if (one_alone && allies && venue != QD_COLLECTIVE)
        return a - t->p.affinity_defection * (1.0 + a);
    return a;
}

static void change_affinities(qd_twin_t *t, qd_venue_t venue, const int x[])
{
    int n = t->n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            t->affinity[i * n + j] = t->affinity[j * n + i] = learned(t, venue, x, i, j);
}

static void change_loads(qd_twin_t *t, const qd_twin_crisis_t *crisis, const qd_twin_game_t *game)
{
    double weight = t->p.mission_load * crisis->s * crisis->resistance, added = 0.0;
    if (weight > 0.0)
        added = game->p_plus > 0.0 ? weight / game->p_plus : INFINITY;
    for (int i = 0; i < t->n; i++)
        if (game->x[i] == 1)
            t->load[i] = fmin(0.8, t->load[i] + added);
}

void qd_twin_mission_consequences(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue,
                                  const qd_twin_game_t *game)
{
    double gini = burden_gini(t, crisis, game->x);
    qd_twin_record_mission(t, crisis, venue, game, gini);
    double u =
        qd_random_uniform(t->luck, QD_PURPOSE_OUTCOME, (uint32_t)crisis->period, (uint32_t)crisis->number);
    bool success = u < game->success;
    t->record.successes += success;
    if (success)
        t->tension = fmax(0.0, t->tension - t->p.tension_relief * crisis->s);
    else
        t->tension += t->p.tension_failure * crisis->s;
    change_institution(t, crisis, venue, game->legitimacy, success);
    change_cohesion(t, crisis, venue, success, gini);
    perhaps_war(t, crisis, game);
    change_affinities(t, venue, game->x);
    change_loads(t, crisis, game);
    t->leaning[crisis->initiator * QD_VENUES + (int)venue] +=
        success ? t->p.doctrine_learning : -t->p.doctrine_learning;
}

/* Part 6: practice spreads from the powerful, then fades. */
static void spread_leanings(qd_twin_t *t)
{
    for (int g = 0; g < QD_VENUES; g++) {
        double practice = 0.0;
        for (int j = 0; j < t->n; j++)
            practice += t->c[j] * t->leaning[j * QD_VENUES + g];
        for (int i = 0; i < t->n; i++) {
            double *leaning = &t->leaning[i * QD_VENUES + g];
            *leaning += t->p.doctrine_diffusion * (practice - *leaning);
            *leaning -= t->p.doctrine_memory * *leaning;
        }
    }
}

static void grow(qd_twin_t *t, int period)
{
    for (int i = 0; i < t->n; i++) {
        double shock = qd_random_normal(t->luck, QD_PURPOSE_GROWTH, (uint32_t)period, (uint32_t)i);
        double decline = i < t->poles ? t->p.capability_pole_decline : 0.0;
        t->c[i] *=
            exp(t->p.capability_volatility * shock - t->p.capability_burden_drag * t->load[i] - decline);
    }
    qd_twin_normalise(t);
}

void qd_twin_period_end(qd_twin_t *t, int period)
{
    const qd_parameters_t *p = &t->p;
    spread_leanings(t);
    t->tension += p->tension_interest * p->tension_maturity * t->debt;
    t->debt -= p->tension_maturity * t->debt;
    t->tension -= p->tension_decay * t->tension;
    t->institution += p->institution_renewal * (p->institution_target - t->institution);
    t->institution = fmin(fmax(t->institution, 0.0), 1.0);
    for (int k = 1; k <= t->labels; k++)
        t->cohesion[k] += p->blocs_relaxation * (p->blocs_cohesion - t->cohesion[k]);
    if (t->tension > p->tension_breakdown)
        qd_twin_breakdown(t, period, 2);
    for (int i = 0; i < t->n; i++)
        t->load[i] *= 0.75;
    for (int ij = 0; ij < t->n * t->n; ij++)
        t->affinity[ij] += p->affinity_relaxation * (t->baseline[ij] - t->affinity[ij]);
    grow(t, period);
    if ((period + 1) % (int)p->blocs_review == 0)
        qd_twin_bloc_review(t);
}
