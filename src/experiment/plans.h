/* Constraints between parameters, for every design point and order. */
#ifndef QD_EXPERIMENT_PLANS_H
#define QD_EXPERIMENT_PLANS_H

#include "experiment/loading.h"

/* Checks the plans of load->self (qd_plan_check). A fault is reported at the place that sets `order.states` or
 * `order.poles` (the point, --set, or `parameters`); without one, at the order. */
void qd_plans_check(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides);

#endif
