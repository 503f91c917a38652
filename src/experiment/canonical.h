/* The canonical text of an experiment: keys in one order, every default written out, numbers in the shortest
 * form that reads back exactly, data of empirical orders included. qd_experiment_parse reads it back to an
 * equal experiment, whose canonical text is the same, byte for byte. */
#ifndef QD_EXPERIMENT_CANONICAL_H
#define QD_EXPERIMENT_CANONICAL_H

#include <stdio.h>

#include "experiment/loading.h"

/* Sets self->config and self->config_hash. False when memory is short. The hash is XXH3-64 of the canonical
 * text of seed, orders (with their data), parameters, schedule, type and factors of the design: not of the
 * number of worlds or of design points, which a resumed run may raise, nor of text and options of output. */
bool qd_canonical_set(qd_loading_t *load);

#endif
