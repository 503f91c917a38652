/* Measures of structure as plain loops after model.md part 13. */
#ifndef QD_TESTS_SUPPORT_NAIVE_MEASURES_H
#define QD_TESTS_SUPPORT_NAIVE_MEASURES_H

#include "world/state.h"

/* sum c_i max_k d_ik / Lambda over states that are no poles, over their sum c_i; 0 without clubs or such
 * states. */
double qd_test_integration(const qd_state_t *state);

#endif
