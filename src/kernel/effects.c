/* Steps of a mission's consequences that an enduring mission takes again, each by itself (model.md parts 5,
 * 10), and the effects on publics (part 11). */
#include "kernel/world.h"
#include "math/reduce.h"

void qd_world_change_tension(qd_world_t *self, double severity, bool success)
{
    const qd_parameters_t *p = &self->parameters;
    double *tension = &self->state.tension;
    if (!success) {
        *tension += p->tension_failure * severity;
        return;
    }
    *tension -= p->tension_relief * severity;
    *tension = *tension > 0.0 ? *tension : 0.0;
}

void qd_world_learn(qd_world_t *self, qd_venue_t g, int initiator, double direction)
{
    double step = self->parameters.doctrine_learning;
    if (step == 0.0)
        return;
    self->learning = true;
    self->state.learned[(size_t)g * self->state.padded + (size_t)initiator] += direction * step;
}

void qd_world_add_load(qd_world_t *self, const double *restrict x, double load)
{
    const qd_reals_t zero = {0};
    double *restrict loads = self->state.load;
    for (size_t i = 0, padded = self->state.padded; i < padded; i += QD_REALS) {
        qd_reals_t added = QD_REALS_WHERE(QD_REALS_BELOW(zero, QD_REALS_OF(x + i)), qd_reals_all(load));
        QD_REALS_AT(loads + i) = QD_REALS_SMALLER(QD_REALS_OF(loads + i) + added, qd_reals_all(0.8));
    }
}

/* ---- publics ------------------------------------------------------------------------------------------- */

void qd_publics_judge(qd_state_t *state, const qd_parameters_t *p, const double *x, bool success)
{
    const qd_reals_t zero = {0};
    double *restrict support = state->support;
    double rate = success ? p->publics_gain : -p->publics_loss;
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_reals_t y = QD_REALS_OF(support + i), base = success ? 1.0 - y : y;
        QD_REALS_AT(support + i) = y + QD_REALS_WHERE(QD_REALS_BELOW(zero, QD_REALS_OF(x + i)), rate * base);
    }
}

/* The joiners, and with `opponents` the opponents too, lose the share `rate` of their support. */
static void lose(qd_state_t *state, const double *restrict x, double rate, bool opponents)
{
    const qd_reals_t zero = {0};
    double *restrict support = state->support;
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_reals_t y = QD_REALS_OF(support + i), side = QD_REALS_OF(x + i);
        qd_mask_t hit = opponents ? QD_REALS_DIFFER(side, zero) : QD_REALS_BELOW(zero, side);
        QD_REALS_AT(support + i) = y - QD_REALS_WHERE(hit, rate * y);
    }
}

void qd_publics_mourn(qd_state_t *state, const qd_parameters_t *p, const double *x)
{
    lose(state, x, p->publics_loss, true);
}

void qd_publics_tire(qd_state_t *state, const qd_parameters_t *p, const double *x)
{
    lose(state, x, p->publics_wear, false);
}

void qd_publics_relax(qd_state_t *state, const qd_parameters_t *p)
{
    double *restrict support = state->support, rate = p->publics_relaxation;
    for (size_t i = 0; i < state->padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = i + v * QD_REALS;
            QD_REALS_AT(support + at) += rate * (0.5 - QD_REALS_OF(support + at));
        }
}
