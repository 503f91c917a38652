/* Small sets of voters counted by generating functions. */
#ifndef QD_LANDSCAPE_SERIES_H
#define QD_LANDSCAPE_SERIES_H

#include "landscape/coalitions.h"

/* Bytes of the coefficients, and the number of additions; infinite or large where there are too many. */
double qd_series_bytes(const qd_coalitions_t *game);
double qd_series_steps(const qd_coalitions_t *game);

/* False if memory is short. */
bool qd_series_count(const qd_coalitions_t *game, qd_small_sets_t *small);

#endif
