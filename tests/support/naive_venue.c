#include "support/naive_venue.h"

#include <math.h>

bool qd_test_is_free(const qd_test_venue_t *self, size_t i)
{
    return (int)i != self->crisis->initiator && (int)i != self->crisis->target;
}

static bool member(const qd_test_venue_t *self, size_t i)
{
    return self->bloc > 0 && self->state->label[i] == self->bloc;
}

/* d_ip / Lambda in the initiator's club; 0 for the initiator and for states outside it. */
static double depth(const qd_test_venue_t *self, size_t i)
{
    const qd_state_t *state = self->state;
    size_t patron = (size_t)self->crisis->initiator;
    if (state->depth == 0 || patron >= state->poles || i == patron)
        return 0.0;
    return state->level[patron * state->padded + i] / (double)state->depth;
}

/* The factor of the coupling between two states. */
static double bond(const qd_test_venue_t *self, size_t i, size_t j)
{
    bool members = self->venue == QD_HUB && depth(self, i) > 0.0 && depth(self, j) > 0.0;
    return members ? 1.0 - self->parameters->mission_shuttle : 1.0;
}

bool qd_test_may_join(const qd_test_venue_t *self, size_t i)
{
    switch (self->venue) {
    case QD_ALLIANCE:
        return member(self, i);
    case QD_HUB:
        return depth(self, i) > 0.0;
    case QD_UNILATERAL:
        return false;
    default:
        return true;
    }
}

/* V(v_i, v_m) */
static double similar(const qd_test_venue_t *self, size_t i)
{
    const double *vx = self->state->value, *vy = vx + self->state->padded;
    double h = self->parameters->affinity_values_scale;
    double dx = vx[i] - self->crisis->values[0], dy = vy[i] - self->crisis->values[1];
    return 2.0 * exp(-(dx * dx + dy * dy) / (2.0 * h * h)) - 1.0;
}

double qd_test_price(const qd_test_venue_t *self, size_t i)
{
    const qd_parameters_t *p = self->parameters;
    double price = p->mission_join_cost + p->mission_audience_cost * 0.5 * (1.0 - similar(self, i)) +
                   p->mission_overstretch * self->state->load[i] +
                   p->publics_weight * (1.0 - 2.0 * self->state->support[i]);
    price = fmax(0.0, price);
    bool saves = self->venue == QD_FLEXIBLE || (self->venue == QD_UMBRELLA && !member(self, i)) ||
                 (self->venue == QD_HUB && depth(self, i) > 0.0);
    return saves ? fmax(0.0, price - p->mission_flexible_saving * p->mission_join_cost) : price;
}

double qd_test_own_field(const qd_test_venue_t *self, size_t i)
{
    const qd_parameters_t *p = self->parameters;
    const qd_state_t *state = self->state;
    size_t initiator = (size_t)self->crisis->initiator;
    double f = self->crisis->stake[i] +
               p->mission_patronage * state->c[initiator] * state->affinity[i * state->padded + initiator];
    if (self->venue == QD_COLLECTIVE)
        f += p->mission_legitimacy_pull * state->institution;
    if (self->venue == QD_ALLIANCE && member(self, i))
        f += p->mission_obligation * state->cohesion[self->bloc];
    if (self->venue == QD_UMBRELLA && member(self, i))
        f += p->mission_umbrella * p->mission_obligation * state->cohesion[self->bloc];
    if (self->venue == QD_HUB)
        f += p->mission_hub_obligation * depth(self, i);
    return f;
}

double qd_test_field(const qd_test_venue_t *self, size_t i, const double x[])
{
    const qd_state_t *state = self->state;
    double sum = 0.0;
    for (size_t j = 0; j < state->n; j++)
        sum += bond(self, i, j) * state->c[j] * state->affinity[i * state->padded + j] * x[j];
    return qd_test_own_field(self, i) + self->parameters->mission_coupling * sum;
}

double qd_test_potential(const qd_test_venue_t *self, const double x[])
{
    const qd_state_t *state = self->state;
    double phi = 0.0;
    for (size_t i = 0; i < state->n; i++) {
        phi += state->c[i] * (qd_test_own_field(self, i) * x[i] - qd_test_price(self, i) * fabs(x[i]));
        for (size_t j = 0; j < i; j++)
            phi += self->parameters->mission_coupling * bond(self, i, j) * state->c[i] * state->c[j] *
                   state->affinity[i * state->padded + j] * x[i] * x[j];
    }
    return phi;
}

double qd_test_gain(const qd_test_venue_t *self, size_t i, double x, const double present[])
{
    double field = qd_test_field(self, i, present), price = qd_test_price(self, i);
    return field * (x - present[i]) - price * (fabs(x) - fabs(present[i]));
}

/* Mean depth of the joiners but the initiator, weighted by capability. */
static double mean_depth(const qd_test_venue_t *self, const double x[])
{
    double deep = 0.0, whole = 0.0;
    for (size_t i = 0; i < self->state->n; i++)
        if (x[i] == 1.0 && (int)i != self->crisis->initiator) {
            deep += self->state->c[i] * depth(self, i);
            whole += self->state->c[i];
        }
    return whole > 0.0 ? deep / whole : 0.0;
}

static double legitimacy(const qd_test_venue_t *self, const qd_venue_game_t *game, const double x[])
{
    const qd_state_t *state = self->state;
    double l = 0.5 * (1.0 + ((double)game->joiners - (double)game->opponents) / (double)state->n);
    double cohesion = state->cohesion[self->bloc];
    if (self->venue == QD_COLLECTIVE)
        l += (1.0 - l) * state->institution;
    if (self->venue == QD_ALLIANCE)
        l += (1.0 - l) * 0.5 * cohesion * state->institution;
    if (self->venue == QD_UMBRELLA)
        l += (1.0 - l) * 0.5 * self->parameters->mission_umbrella * cohesion * state->institution;
    if (self->venue == QD_HUB)
        l += (1.0 - l) * 0.5 * mean_depth(self, x) * state->institution;
    return l;
}

qd_venue_game_t qd_test_weigh(const qd_test_venue_t *self, const double x[])
{
    const qd_state_t *state = self->state;
    const qd_parameters_t *p = self->parameters;
    size_t initiator = (size_t)self->crisis->initiator;
    qd_venue_game_t out = {.exists = true};
    for (size_t i = 0; i < state->n; i++) {
        out.joiners += x[i] == 1.0;
        out.opponents += x[i] == -1.0;
        out.support += x[i] == 1.0 ? state->c[i] * (1.0 - state->load[i]) : 0.0;
        out.opposition += x[i] == -1.0 && (int)i != self->crisis->target ? state->c[i] : 0.0;
    }
    out.effort = p->mission_effort * out.support;
    out.counter = self->crisis->resistance + p->mission_opposition_effort * out.opposition;
    double win = pow(out.effort, p->mission_contest_exponent),
           lose = pow(out.counter, p->mission_contest_exponent);
    out.success = win + lose > 0.0 ? win / (win + lose) : out.effort > out.counter ? 1.0 : 0.0;
    out.success = out.effort == out.counter ? 0.5 : out.success;
    out.legitimacy = legitimacy(self, &out, x);
    if (out.support > 0.0 && out.opposition > 0.0)
        out.escalation =
            fmin(out.support, out.opposition) / fmax(out.support, out.opposition) * (1.0 - out.legitimacy);
    double share = state->c[initiator] * (1.0 - state->load[initiator]) / out.support;
    out.worth =
        self->crisis->stake[initiator] * out.success - p->doctrine_cost * self->crisis->resistance * share +
        p->doctrine_legitimacy * out.legitimacy - p->doctrine_prudence * out.escalation +
        self->leaning->bias[self->venue] + state->learned[(size_t)self->venue * state->padded + initiator];
    out.open = out.effort >= self->leaning->force_ratio * out.counter;
    return out;
}

static bool institution_fails(const qd_test_venue_t *self, const double x[])
{
    double willing = 0.0;
    bool veto = false;
    for (size_t i = 0; i < self->state->n; i++) {
        veto = veto || (x[i] == -1.0 && i < self->state->poles);
        willing += x[i] != -1.0;
    }
    return veto || willing < self->parameters->doctrine_quorum * (double)self->state->n;
}

bool qd_test_fails(const qd_test_venue_t *self, const double x[])
{
    if (self->venue == QD_COLLECTIVE)
        return institution_fails(self, x);
    if (self->venue != QD_ALLIANCE && self->venue != QD_UMBRELLA)
        return false;
    double whole = 0.0, with = 0.0, against = 0.0;
    for (size_t i = 0; i < self->state->n; i++) {
        if (!member(self, i))
            continue;
        whole += self->state->c[i];
        with += x[i] == 1.0 ? self->state->c[i] : 0.0;
        against += x[i] == -1.0 ? self->state->c[i] : 0.0;
    }
    double quorum = self->parameters->doctrine_quorum;
    return self->venue == QD_UMBRELLA ? against > (1.0 - quorum) * whole
                                      : against > 0.0 || with < quorum * whole;
}
