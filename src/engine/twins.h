/* Points that set the same things: their worlds are the same, so they are played once and kept once. */
#ifndef QD_ENGINE_TWINS_H
#define QD_ENGINE_TWINS_H

#include <stddef.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"

/* For each point the first point of the experiment that sets the same things, mostly itself. To be freed. */
QD_MUST_USE qd_status_t qd_twins_find(const qd_experiment_t *experiment, size_t **first, qd_error_t *error);

#endif
