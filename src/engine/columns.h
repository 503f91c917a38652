/* Which outcomes of each world are kept as rows. */
#ifndef QD_ENGINE_COLUMNS_H
#define QD_ENGINE_COLUMNS_H

#include <stdint.h>

#include "quadrille/experiment.h"
#include "store/part_file.h"

/* The outcomes that contrasts compare. */
#define QD_MAIN_OUTCOMES 6
extern const qd_outcome_t qd_main_outcomes[QD_MAIN_OUTCOMES];

/* Bit o: outcome o is asked for by `output:`, judged by a claim, or decides a precision stop. Where the
 * result file is to hold no worlds, those asked for are kept only as far as the analysis at the end needs
 * them world by world: main outcomes (contrasts), survival and breakdown (curves), all of a design for
 * sensitivity. */
uint64_t qd_kept_columns(const qd_experiment_t *experiment);

/* The kind of parts that a run of the experiment writes. */
qd_part_kind_t qd_kept_kind(const qd_experiment_t *experiment);

#endif
