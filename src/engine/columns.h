/* Which outcomes of each world are kept as rows. */
#ifndef QD_ENGINE_COLUMNS_H
#define QD_ENGINE_COLUMNS_H

#include <stdint.h>

#include "quadrille/experiment.h"
#include "store/part_file.h"

/* Bit o: outcome o is asked for by `output:`, judged by a claim, or decides a precision stop. */
uint64_t qd_kept_columns(const qd_experiment_t *experiment);

/* The kind of parts that a run of the experiment writes. */
qd_part_kind_t qd_kept_kind(const qd_experiment_t *experiment);

#endif
