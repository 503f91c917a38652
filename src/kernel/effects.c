/* Steps of a mission's consequences that an enduring mission takes again, each by itself (model.md parts 5, 10). */
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
    double *restrict loads = self->state.load;
    for (size_t i = 0, padded = self->state.padded; i < padded; i += QD_REALS) {
        qd_reals_t added = QD_REALS_WHERE(QD_REALS_OF(x + i) > 0.0, qd_reals_all(load));
        QD_REALS_AT(loads + i) = QD_REALS_SMALLER(QD_REALS_OF(loads + i) + added, qd_reals_all(0.8));
    }
}
