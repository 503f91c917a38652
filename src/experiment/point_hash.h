/* The hash that names a design point. */
#ifndef QD_EXPERIMENT_POINT_HASH_H
#define QD_EXPERIMENT_POINT_HASH_H

#include "quadrille/experiment.h"

/* XXH3-64 of what a point sets: the same for the same settings, in whatever way and order they were given. */
uint64_t qd_point_hash(const qd_design_t *design, const qd_point_t *point);

/* The hash of a point that stands for another one in a row of the robustness sample: never that of a point without
 * variation, because less is kept of its worlds, even where it sets the same. */
uint64_t qd_point_hash_varied(const qd_experiment_t *experiment, const qd_point_t *point);

#endif
