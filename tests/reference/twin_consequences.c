#include <math.h>
#include <stdlib.h>

#include "reference/twin_parts.h"

/* Gini of max(h_i, 0) over the joiners. */
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
    static const double o[QD_VENUES] = {[QD_COLLECTIVE] = 0.0, [QD_ALLIANCE] = 0.5, [QD_FLEXIBLE] = 1.0,
                                        [QD_UNILATERAL] = 1.0, [QD_UMBRELLA] = 0.5, [QD_HUB] = 0.5};
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
        if (game->x[i] != 0) {
            t->c[i] *= 1.0 - t->p.escalation_loss;
            t->support[i] -= t->p.publics_loss * t->support[i];
        }
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

double qd_twin_load(double weight, double p_plus)
{
    if (!(weight > 0.0))
        return 0.0;
    return p_plus > 0.0 ? weight / p_plus : INFINITY;
}

static void change_loads(qd_twin_t *t, const qd_twin_crisis_t *crisis, const qd_twin_game_t *game)
{
    double added = qd_twin_load(t->p.mission_load * crisis->s * crisis->resistance, game->p_plus);
    for (int i = 0; i < t->n; i++)
        if (game->x[i] == 1)
            t->load[i] = fmin(0.8, t->load[i] + added);
}

/* Part 12: joiners move towards their mean. */
static void converge(qd_twin_t *t, const int x[])
{
    double mean[2] = {0.0, 0.0}, weight = 0.0;
    size_t size = 2 * (size_t)t->n;
    double *value = qd_twin_zeros(size, sizeof *value);
    for (int i = 0; i < t->n; i++)
        if (x[i] == 1) {
            weight += t->c[i];
            mean[0] += t->c[i] * t->value[2 * i];
            mean[1] += t->c[i] * t->value[2 * i + 1];
        }
    for (int i = 0; i < t->n; i++)
        for (int d = 0; d < 2; d++) {
            double now = t->value[2 * i + d];
            value[2 * i + d] = x[i] == 1 ? now + t->p.affinity_convergence * (mean[d] / weight - now) : now;
        }
    qd_twin_move_values(t, value);
    free(value);
}

static void return_to_roots(qd_twin_t *t)
{
    int size = 2 * t->n;
    double *value = qd_twin_zeros((size_t)size, sizeof *value);
    for (int d = 0; d < size; d++)
        value[d] = t->value[d] + t->p.affinity_roots * (t->roots[d] - t->value[d]);
    qd_twin_move_values(t, value);
    free(value);
}

/* Effects of success and failure at the end of a mission: tension, the initiator's leaning, support. */
void qd_twin_result(qd_twin_t *t, double s, int initiator, qd_venue_t venue, const int x[], bool success)
{
    const qd_parameters_t *p = &t->p;
    t->record.successes += success;
    if (success)
        t->tension = fmax(0.0, t->tension - p->tension_relief * s);
    else
        t->tension += p->tension_failure * s;
    t->leaning[initiator * QD_VENUES + (int)venue] += success ? p->doctrine_learning : -p->doctrine_learning;
    for (int i = 0; i < t->n; i++)
        if (x[i] == 1)
            t->support[i] +=
                success ? p->publics_gain * (1.0 - t->support[i]) : -p->publics_loss * t->support[i];
}

void qd_twin_mission_consequences(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue,
                                  const qd_twin_game_t *game)
{
    double gini = burden_gini(t, crisis, game->x);
    qd_twin_record_mission(t, crisis, venue, game, gini);
    double u =
        qd_random_uniform(t->luck, QD_PURPOSE_OUTCOME, (uint32_t)crisis->period, (uint32_t)crisis->number);
    bool success = u < game->success;
    if (!success && qd_twin_endures(t, crisis)) {
        qd_twin_mission_begin(t, crisis, venue, game);
    } else {
        qd_twin_result(t, crisis->s, crisis->initiator, venue, game->x, success);
        t->record.length += 1.0;
    }
    change_institution(t, crisis, venue, game->legitimacy, success);
    change_cohesion(t, crisis, venue, success, gini);
    perhaps_war(t, crisis, game);
    change_affinities(t, venue, game->x);
    converge(t, game->x);
    change_loads(t, crisis, game);
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

/* Towards B' = clamp(B + deepening): part 9. */
static void relax_affinities(qd_twin_t *t)
{
    int n = t->n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (i == j)
                continue;
            double goal = t->baseline[i * n + j] + t->p.clubs_deepening * qd_twin_shared_depth(t, i, j);
            goal = fmin(fmax(goal, -1.0), 1.0);
            t->affinity[i * n + j] += t->p.affinity_relaxation * (goal - t->affinity[i * n + j]);
        }
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
    for (int i = 0; i < t->n; i++)
        t->support[i] += p->publics_relaxation * (0.5 - t->support[i]);
    if (t->tension > p->tension_breakdown)
        qd_twin_breakdown(t, period, 2);
    for (int i = 0; i < t->n; i++)
        t->load[i] *= 0.75;
    return_to_roots(t);
    relax_affinities(t);
    grow(t, period);
    if ((period + 1) % (int)p->blocs_review == 0) {
        qd_twin_bloc_review(t);
        qd_twin_club_review(t);
    }
}
