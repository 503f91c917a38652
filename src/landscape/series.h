/* Small sets of voters counted by generating functions. */
#ifndef QD_LANDSCAPE_SERIES_H
#define QD_LANDSCAPE_SERIES_H

#include "landscape/coalitions.h"

/* Bytes that the coefficients take, and additions of them: infinite, or large, where there are too many. */
double qd_series_bytes(const qd_coalitions_t *game);
double qd_series_steps(const qd_coalitions_t *game);

/* False: no memory. */
bool qd_series_count(const qd_coalitions_t *game, qd_small_sets_t *small);

#endif
