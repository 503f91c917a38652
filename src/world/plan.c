#include "quadrille/world.h"

qd_plan_t qd_plan_default(qd_order_kind_t kind)
{
    qd_plan_t plan = {.kind = kind, .plugin = qd_plugin_in_use()};
    for (size_t i = 0; i < qd_parameter_count; i++)
        plan.parameter[i] = qd_parameter_info(i)->by_order[kind];
    return plan;
}

size_t qd_plan_states_max(const qd_plan_t *self)
{
    return self->empirical ? self->empirical->states : (size_t)self->parameter[QD_P_order_states].high;
}

size_t qd_plan_periods_max(const qd_plan_t *self)
{
    return (size_t)self->parameter[QD_P_order_periods].high;
}

static void check_poles(const qd_distribution_t *poles, double expected, const char *kind, const char *where,
                        qd_error_t *error)
{
    if (poles->low != expected || poles->high != expected)
        (void)qd_error_add(error, QD_ERROR_INPUT,
                           "%s: found order.poles %g; expected %g, which is what makes an order %s", where,
                           poles->low != expected ? poles->low : poles->high, expected, kind);
}

qd_status_t qd_plan_check(const qd_plan_t *self, const char *where, qd_error_t *error)
{
    size_t before = error->count;
    const qd_distribution_t *states = &self->parameter[QD_P_order_states];
    const qd_distribution_t *poles = &self->parameter[QD_P_order_poles];
    if (self->kind == QD_UNIPOLAR)
        check_poles(poles, 1.0, "unipolar", where, error);
    if (self->kind == QD_BIPOLAR)
        check_poles(poles, 2.0, "bipolar", where, error);
    /* The data of an empirical order determine the number of poles, which may be all of its states. */
    if (!self->empirical && !(states->low > poles->high))
        (void)qd_error_add(error, QD_ERROR_INPUT,
                           "%s: found order.states %g and order.poles %g; expected more states than poles",
                           where, states->low, poles->high);
    return error->count == before ? QD_OK : QD_ERROR_INPUT;
}
