/* Plateaus: connected sets of configurations of equal energy.
 *
 * A minimum that is not strict has a move that leaves the energy unchanged. Its plateau is the set of configurations
 * that such moves reach. If none of them has a lowering move, the plateau as a whole is a minimum. Otherwise the plateau
 * has an exit, and its minima are minima with respect to single moves only. */
#ifndef QD_LANDSCAPE_PLATEAUS_H
#define QD_LANDSCAPE_PLATEAUS_H

#include "landscape/weights.h"

/* Greatest number of configurations visited in all; beyond it the answer marks its plateaus as unknown. */
#define QD_PLATEAU_MAX 200000

/* Sets plateau and exit of every listed minimum that is not strict, and `plateaus`, `plateaus_known` of the
 * answer. Plateaus are numbered from 1 in the order of the list. */
QD_MUST_USE qd_status_t qd_plateaus_find(const qd_weights_t *weights, qd_landscape_rule_t rule,
                                         qd_landscape_answer_t *answer, qd_error_t *error);

#endif
