/* Groups of cells (point, order) whose worlds one stopping rule looks at together: with a precision of an outcome every
 * cell alone; with one of claims the cells that a claim compares, directly or through others, and what these are compared
 * with under ablations and baselines. Cells of points that set the same things as an earlier one are in no group. */
#ifndef QD_ENGINE_GROUPS_H
#define QD_ENGINE_GROUPS_H

#include <stddef.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"

typedef struct {
    size_t groups;
    size_t *of_cell; /* [points * orders] the group of a cell; that of its twin, where it has one */
    size_t *start;   /* [groups + 1] */
    size_t *
        member; /* cells, ascending within a group: group g has member[start[g]] .. member[start[g + 1] - 1] */
} qd_groups_t;

/* `twin`: from qd_twins_find. To be freed by qd_groups_free, also after a failure (QD_ERROR_MEMORY). */
QD_MUST_USE qd_status_t qd_groups_find(const qd_experiment_t *experiment, const size_t twin[],
                                       qd_groups_t *out, qd_error_t *error);
void qd_groups_free(qd_groups_t *self);

#endif
