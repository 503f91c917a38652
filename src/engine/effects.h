/* Effects of the factors of a plain Latin hypercube or Sobol' design: rank correlations over its points.
 *
 * The output is the mean of an outcome at each point of the design; the inputs are the factors. Doctrines
 * have no order: each but the first one of the design is an input of its own, 1 where the point has it and 0
 * elsewhere. */
#ifndef QD_ENGINE_EFFECTS_H
#define QD_ENGINE_EFFECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/experiment.h"
#include "quadrille/result.h"
#include "statistics/rank_correlation.h"

#define QD_EFFECTS_CONFIDENCE 0.95 /* of the intervals, simultaneous over the inputs */

/* One input, with its effect on the outcome of qd_effects_find. */
typedef struct {
    char name[64];
    size_t factor; /* position in the design */
    double level;  /* of a doctrine; NaN for a factor with an order */
    qd_rank_correlation_t effect;
} qd_factor_effect_t;

typedef struct {
    qd_result_file_t *file; /* borrowed, as the next */
    const qd_experiment_t *experiment;
    size_t inputs;
    qd_factor_effect_t *input; /* [inputs] in the order of the design */
    double *x, *y;             /* [points][inputs]; [points] means of an outcome */
    qd_rank_correlation_t *found;
    /* Set by qd_effects_find: */
    size_t points; /* with a mean; fewer than 4 are too few */
    bool partial;  /* correlations are partial */
    /* [inputs] strongest first; NaN last: the outcome does not vary, or points are too few */
    qd_factor_effect_t *sorted;
} qd_effects_t;

/* `experiment` is the file's, or NULL. inputs 0: designs of another type have no such effects. Freed by
 * qd_effects_clear, also after a failure. QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_effects_init(qd_effects_t *self, qd_result_file_t *file,
                                        const qd_experiment_t *experiment, qd_error_t *error);
void qd_effects_clear(qd_effects_t *self);

/* Finds the effects on an outcome in one order. QD_ERROR_INPUT: the file keeps no summary of it; QD_ERROR_IO,
 * QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_effects_find(qd_effects_t *self, size_t order, qd_outcome_t outcome,
                                        qd_error_t *error);

/* Row i < inputs of the table of effects, as found last: `order` and `outcome` are its labels. Texts are
 * borrowed. */
qd_result_effect_t qd_effects_row(const qd_effects_t *self, size_t i, const char *order, const char *outcome);

#endif
