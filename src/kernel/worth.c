#include "kernel/worth.h"

#include "kernel/contest.h"

/* L = (1 + heads / N) / 2, and what the venue's frame adds. */
static void find_legitimacy(qd_worths_t *self, double n)
{
    for (size_t g = 0; g < QD_WORTHS; g++) {
        double base = 0.5 * (1.0 + self->heads[g] / n);
        self->legitimacy[g] = base + (1.0 - base) * self->frame[g];
    }
}

static void find_success(qd_worths_t *self, double exponent)
{
    if (exponent == 2.0)
        for (size_t g = 0; g < QD_WORTHS; g++)
            self->success[g] = qd_contest_of_squares(self->effort[g], self->counter[g]);
    else
        for (size_t g = 0; g < QD_WORTHS; g++)
            self->success[g] = qd_contest_success(self->effort[g], self->counter[g], exponent);
}

/* epsilon = min(C+, C-) / max(C+, C-) (1 - L) */
static void find_escalation(qd_worths_t *self)
{
    for (size_t g = 0; g < QD_WORTHS; g++) {
        double ours = self->support[g], theirs = self->opposition[g];
        double less = ours < theirs ? ours : theirs, more = ours < theirs ? theirs : ours;
        self->escalation[g] = less / more * (1.0 - self->legitimacy[g]);
    }
}

void qd_worths_find(qd_worths_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p)
{
    size_t i = (size_t)crisis->initiator;
    double stake = crisis->stake[i], cost = p->doctrine_cost * crisis->resistance;
    double brings = state->c[i] * (1.0 - state->load[i]);
    for (size_t g = 0; g < QD_WORTHS; g++) {
        self->effort[g] = p->mission_effort * self->support[g];
        self->counter[g] = crisis->resistance + p->mission_opposition_effort * self->opposition[g];
    }
    find_legitimacy(self, (double)state->n);
    find_success(self, p->mission_contest_exponent);
    find_escalation(self);
    for (size_t g = 0; g < QD_WORTHS; g++)
        self->worth[g] = stake * self->success[g] + p->doctrine_legitimacy * self->legitimacy[g] -
                         p->doctrine_prudence * self->escalation[g] +
                         (self->leaning[g] - cost * (brings / self->support[g]));
}
