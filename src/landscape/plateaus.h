/* Plateaus: connected sets of configurations of equal energy.
 *
 * A minimum that is not strict has a move that leaves the energy as it is. Following such moves in all
 * directions gives its plateau. If none of its configurations has a lowering move the plateau as a whole is a
 * minimum; otherwise it has an exit, and its minima only look like ones to a single step. */
#ifndef QD_LANDSCAPE_PLATEAUS_H
#define QD_LANDSCAPE_PLATEAUS_H

#include "landscape/weights.h"

/* Most configurations visited in all; beyond, the answer says that its plateaus are not known. */
#define QD_PLATEAU_MAX 200000

/* Sets plateau and exit of every listed minimum that is not strict, and `plateaus`, `plateaus_known` of the
 * answer. Plateaus are numbered from 1 in the order of the list. */
QD_MUST_USE qd_status_t qd_plateaus_find(const qd_weights_t *weights, qd_landscape_rule_t rule,
                                         qd_landscape_answer_t *answer, qd_error_t *error);

#endif
