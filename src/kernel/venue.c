#include "kernel/venue.h"

#include "math/reals.h"

const char *qd_venue_name(qd_venue_t venue)
{
    static const char *const names[] = {
#define QD_VENUE(id, name, frame, joiners, savers, outside, start, effect) #name,
#include "quadrille/venues.def"
#undef QD_VENUE
        "abstain"};
    return names[venue];
}

int qd_venue_bloc(const qd_state_t *state, int i)
{
    int label = state->label[i], members = 0;
    if (label == 0)
        return 0;
    for (size_t j = 0; j < state->n; j++)
        members += state->label[j] == label;
    return members > 1 ? label : 0;
}

const double *qd_venue_club(const qd_state_t *state, int i, int target, double *club)
{
    if (state->depth == 0 || (size_t)i >= state->poles)
        return NULL;
    const double *restrict level = state->level + (size_t)i * state->padded;
    double share = 1.0 / (double)state->depth;
    size_t members = 0;
    for (size_t j = 0; j < state->padded; j++) {
        club[j] = level[j] * share;
        members += level[j] > 0.0;
    }
    members -= 1 + (size_t)(target != QD_NOBODY && level[target] > 0.0); /* the patron itself, the target */
    club[i] = 0.0;
    return members > 0 ? club : NULL;
}

void qd_venue_shuffle(const qd_crisis_t *crisis, size_t n, qd_luck_t luck, uint32_t *order)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n - 1; i > 0; i--) {
        double u = qd_random_uniform(luck, QD_PURPOSE_MOVE_ORDER, crisis->period,
                                     65536u * crisis->number + (uint32_t)i);
        size_t j = (size_t)(u * (double)(i + 1));
        uint32_t moved = order[i];
        order[i] = order[j];
        order[j] = moved;
    }
}

void qd_venue_prepare(qd_venue_scratch_t *self, const qd_case_t *given)
{
    const qd_crisis_t *crisis = given->crisis;
    const qd_state_t *state = given->state;
    const qd_parameters_t *p = given->p;
    size_t padded = state->padded, initiator = (size_t)crisis->initiator;
    bool targeted = crisis->target != QD_NOBODY;
    size_t target = targeted ? (size_t)crisis->target : 0;
    const double *restrict patron = state->affinity + initiator * padded;
    const double *restrict enemy = state->affinity + target * padded;
    double pull = p->mission_patronage * state->c[initiator];
    double press = p->mission_coupling * state->c[initiator];
    double against = targeted ? p->mission_coupling * state->c[target] : 0.0;
    double saving = p->mission_flexible_saving * p->mission_join_cost;
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t ally = QD_REALS_OF(patron + i), less = QD_REALS_OF(crisis->price + i) - saving;
        QD_REALS_AT(self->open + i) =
            QD_REALS_OF(crisis->stake + i) + pull * ally + (press * ally - against * QD_REALS_OF(enemy + i));
        QD_REALS_AT(self->saved + i) = QD_REALS_WHERE(QD_REALS_BELOW(qd_reals_all(0.0), less), less);
        QD_REALS_AT(self->strength + i) = QD_REALS_OF(state->c + i) * (1.0 - QD_REALS_OF(state->load + i));
    }
}

double qd_venue_depth(qd_venue_t g, const qd_case_t *given, size_t i)
{
    if (qd_venue_row(g).frame == QD_FRAME_CLUB)
        return given->club[i];
    return qd_venue_member(given->state, given->bloc, i) ? 1.0 : 0.0;
}

void qd_venue_keep(qd_venue_t g, const qd_case_t *given, double *term, double *saves, double *member)
{
    qd_venue_rules_t rules = qd_venue_rules(g, given);
    bool hub = qd_venue_row(g).frame == QD_FRAME_CLUB;
    for (size_t i = 0; i < given->state->padded; i++) {
        double depth = qd_venue_depth(g, given, i);
        term[i] = rules.pull + rules.obliged * depth;
        saves[i] = (depth > 0.0 ? rules.saves_members : rules.saves_outsiders) ? 1.0 : 0.0;
        member[i] = hub && depth > 0.0 ? 1.0 : 0.0;
    }
}

static bool institution_fails(const qd_venue_game_t *self, const qd_state_t *state, double quorum)
{
    for (size_t i = 0; i < state->poles; i++)
        if (self->x[i] < 0.0)
            return true;
    return (double)(state->n - self->opponents) < quorum * (double)state->n;
}

bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given)
{
    const qd_state_t *state = given->state;
    int start = (int)qd_venue_row(g).start;
    double quorum = given->p->doctrine_quorum, whole = 0.0, joined = 0.0, opposed = 0.0;
    if (start == QD_START_NOTHING)
        return false;
    if (start == QD_START_VOTE)
        return institution_fails(self, state, quorum);
    for (size_t i = 0; i < state->n; i++) {
        if (state->label[i] != given->bloc)
            continue;
        whole += state->c[i];
        joined += self->x[i] > 0.0 ? state->c[i] : 0.0;
        opposed += self->x[i] < 0.0 ? state->c[i] : 0.0;
    }
    if (start == QD_START_BLOCKING)
        return opposed > (1.0 - quorum) * whole;
    return opposed > 0.0 || joined < quorum * whole;
}
