/* Drawing a world order (model.md part 1). The addresses of the draws are those of world/draws.h. */
#ifndef QD_WORLD_SAMPLE_H
#define QD_WORLD_SAMPLE_H

#include "quadrille/world.h"
#include "world/state.h"

/* Draws one parameter: `period` is 0 for its value at the start, 1 + the period of a scheduled change
 * (world/draws.h). */
double qd_sample_parameter(const qd_distribution_t *distribution, size_t parameter, qd_luck_t luck,
                           uint32_t period);

/* Draws every parameter of the plan for this world (its values at the start, before any schedule). */
void qd_sample_parameters(const qd_plan_t *plan, qd_luck_t luck, qd_parameters_t *out);

/* Draws capabilities, places, values, affinities, and sets labels, cohesion and institution to their start.
 * The state must have room for N states; N > m has been checked (qd_plan_check), or N >= m where
 * the order is an empirical one. Returns NULL, or the reason why the draw failed. */
const char *qd_sample_order(qd_state_t *state, const qd_plan_t *plan, const qd_parameters_t *p,
                            qd_luck_t luck);

/* Caps the minor states' capabilities (c[0..count-1]) at `cap`: the excess is spread over the uncapped in
 * proportion to their size, until nothing exceeds the cap or 8 rounds are over. */
void qd_sample_cap(double c[], size_t count, double cap);

/* Derives the first blocs from pacts (model.md part 14), as labels 0..labels. pact: states x states,
 * symmetric; states by descending capability; label: [states], written. A state with a pact with earlier
 * leaders follows the strongest of them; a state without one is a leader. A leader with followers, and its
 * followers, hold the label that it owns (leader i < labels: i + 1), else the lowest label that is not taken
 * and whose owner is no such leader. All others, and groups for which no label is free, get 0. */
void qd_first_blocs(const bool pact[], size_t states, size_t labels, int label[]);

#endif
