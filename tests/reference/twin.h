/* The plain twin: the whole of model.md a second time, for reading and for checking the kernel against.
 *
 * Every sum is a loop in state order, every field is computed afresh where it is used, and libm does the
 * elementary functions. It shares with the kernel only the addresses of the random numbers
 * (src/world/draws.h), the registry and the distributions. Its bits differ from the kernel's by rounding, so
 * the two agree to about 1e-12, not exactly. */
#ifndef QD_TESTS_REFERENCE_TWIN_H
#define QD_TESTS_REFERENCE_TWIN_H

#include "quadrille/world.h"

/* Draws world `luck.world` of the plan and plays it (model.md, parts 1 to 14). The plan must satisfy
 * qd_plan_check. path: NULL, or QD_SERIES_COUNT x T, period fastest, with T at most
 * qd_plan_periods_max(plan); NaN where undefined. Returns T. Aborts where memory is short. */
size_t qd_twin_play(const qd_plan_t *plan, qd_luck_t luck, qd_outcomes_t *outcomes, double *path);

#endif
