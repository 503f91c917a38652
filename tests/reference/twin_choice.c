#include <stdlib.h>

#include "reference/twin_parts.h"

static bool collective_fails(const qd_twin_t *t, const int x[])
{
    int opponents = 0;
    for (int i = 0; i < t->n; i++) {
        opponents += x[i] == -1;
        if (i < t->poles && x[i] == -1)
            return true;
    }
    return (double)(t->n - opponents) / t->n < t->p.doctrine_quorum;
}

/* Capability of the bloc's members: all members, joiners, opponents. */
typedef struct {
    double all, joined, opposed;
    bool anyone_opposes;
} bloc_count_t;

static bloc_count_t count_bloc(const qd_twin_t *t, int bloc, const int x[])
{
    bloc_count_t count = {0};
    for (int i = 0; i < t->n; i++) {
        if (t->label[i] != bloc)
            continue;
        count.all += t->c[i];
        if (x[i] == 1)
            count.joined += t->c[i];
        if (x[i] == -1)
            count.opposed += t->c[i];
        count.anyone_opposes = count.anyone_opposes || x[i] == -1;
    }
    return count;
}

static bool fails(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, const int x[])
{
    if (venue == QD_COLLECTIVE)
        return collective_fails(t, x);
    if (venue != QD_ALLIANCE && venue != QD_UMBRELLA)
        return false;
    bloc_count_t count = count_bloc(t, qd_twin_bloc(t, crisis->initiator), x);
    if (venue == QD_UMBRELLA)
        return count.opposed / count.all > 1.0 - t->p.doctrine_quorum;
    return count.anyone_opposes || count.joined / count.all < t->p.doctrine_quorum;
}

static void paralysis(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue)
{
    if (venue == QD_COLLECTIVE) {
        t->institution -= t->p.institution_paralysis * t->institution;
    } else {
        double *cohesion = &t->cohesion[t->label[crisis->initiator]];
        *cohesion -= t->p.blocs_paralysis * *cohesion;
    }
    t->leaning[crisis->initiator * QD_VENUES + (int)venue] -= t->p.doctrine_learning;
    t->record.paralyses++;
}

/* The best untried open venue with a worth above 0, or QD_ABSTAIN. Ties go to the earlier one. */
static qd_venue_t next_best(const qd_twin_game_t game[])
{
    int best = QD_ABSTAIN;
    for (int g = 0; g < QD_VENUES; g++)
        if (game[g].exists && game[g].open && game[g].untried && game[g].worth > 0.0 &&
            (best == QD_ABSTAIN || game[g].worth > game[best].worth))
            best = g;
    return (qd_venue_t)best;
}

static void abstain(qd_twin_t *t, const qd_twin_crisis_t *crisis)
{
    t->tension += t->p.tension_neglect * crisis->s;
    t->record.abstained++;
}

static void respond(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_twin_game_t game[])
{
    for (;;) {
        qd_venue_t venue = next_best(game);
        if (venue == QD_ABSTAIN) {
            abstain(t, crisis);
            return;
        }
        if (!fails(t, crisis, venue, game[venue].x)) {
            qd_twin_mission_consequences(t, crisis, venue, &game[venue]);
            return;
        }
        game[venue].untried = false;
        double u = qd_random_uniform(t->luck, QD_PURPOSE_FORESIGHT, (uint32_t)crisis->period,
                                     (uint32_t)(8 * crisis->number + (int)venue));
        if (!(u < t->p.doctrine_foresight))
            paralysis(t, crisis, venue);
    }
}

static bool is_left_alone(const qd_twin_t *t, const qd_twin_crisis_t *crisis)
{
    int p = crisis->initiator;
    if (p < 0)
        return true;
    if (t->support[p] < t->p.doctrine_support)
        return true;
    bool by_neutral = t->p.doctrine_scope != 0.0 && p != qd_twin_leader(t);
    return crisis->stake[p] < (by_neutral ? 0.0 : t->p.doctrine_vital_interest);
}

void qd_twin_crisis_play(qd_twin_t *t, int period, int number)
{
    size_t n = (size_t)t->n;
    qd_twin_crisis_t crisis = {.period = period, .number = number};
    crisis.stake = qd_twin_zeros(n, sizeof *crisis.stake);
    crisis.order = qd_twin_zeros(n, sizeof *crisis.order);
    t->record.crises++;
    qd_twin_crisis_draw(t, &crisis);
    if (is_left_alone(t, &crisis)) {
        abstain(t, &crisis);
    } else {
        qd_twin_game_t game[QD_VENUES] = {0};
        for (int g = 0; g < QD_VENUES; g++) {
            game[g].x = qd_twin_zeros(n, sizeof *game[g].x);
            game[g].term = qd_twin_zeros(n, sizeof *game[g].term);
            qd_twin_game_solve(t, &crisis, (qd_venue_t)g, &game[g]);
        }
        respond(t, &crisis, game);
        for (int g = 0; g < QD_VENUES; g++) {
            free(game[g].x);
            free(game[g].term);
        }
    }
    free(crisis.stake);
    free(crisis.order);
}
