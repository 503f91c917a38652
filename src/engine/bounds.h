/* Bounds of outcomes in worlds of known size. */
#ifndef QD_ENGINE_BOUNDS_H
#define QD_ENGINE_BOUNDS_H

#include "quadrille/registry.h"

/* The greatest value of an outcome in a world of at most `states` states and `periods` periods; INFINITY where none is
 * known. */
double qd_outcome_greatest(qd_outcome_t outcome, double states, double periods);

#endif
