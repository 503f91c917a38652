/* The hash that names a design point. */
#ifndef QD_EXPERIMENT_POINT_HASH_H
#define QD_EXPERIMENT_POINT_HASH_H

#include "quadrille/experiment.h"

/* XXH3-64 of what a point sets: the same for the same settings, in whatever way and order they were given. */
uint64_t qd_point_hash(const qd_design_t *design, const qd_point_t *point);

#endif
