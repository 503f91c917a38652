#include "kernel/publics.h"

#include "math/reduce.h"

void qd_publics_judge(qd_state_t *state, const qd_parameters_t *p, const double *x, bool success)
{
    double *restrict support = state->support;
    double rate = success ? p->publics_gain : -p->publics_loss;
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_reals_t y = QD_REALS_OF(support + i), base = success ? 1.0 - y : y;
        QD_REALS_AT(support + i) = y + QD_REALS_WHERE(QD_REALS_OF(x + i) > 0.0, rate * base);
    }
}

/* Those who joined, and the opponents too if they shall, lose the share `rate` of their support. */
static void lose(qd_state_t *state, const double *restrict x, double rate, bool opponents)
{
    double *restrict support = state->support;
    for (size_t i = 0; i < state->padded; i += QD_REALS) {
        qd_reals_t y = QD_REALS_OF(support + i), side = QD_REALS_OF(x + i);
        qd_mask_t hit = (qd_mask_t)(opponents ? side != 0.0 : side > 0.0);
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
