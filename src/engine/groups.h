/* Groups of cells (point, order) whose worlds one stopping rule looks at together. With a precision of an
 * outcome every cell is a group. With one of claims a group has the cells that a claim compares, directly or
 * through others, and their counterparts under ablations and baselines. Cells of replicas are in no group. */
#ifndef QD_ENGINE_GROUPS_H
#define QD_ENGINE_GROUPS_H

#include <stddef.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"

typedef struct {
    size_t groups;
    size_t
        *of_cell;  /* [points * orders] the group of a cell; of a replica's cell the group of the original */
    size_t *start; /* [groups + 1] */
    /* cells, ascending within a group: group g has member[start[g]] .. member[start[g + 1] - 1] */
    size_t *member;
} qd_groups_t;

/* `original`: from qd_originals_find. Freed by qd_groups_free, also after a failure (QD_ERROR_MEMORY). */
QD_MUST_USE qd_status_t qd_groups_find(const qd_experiment_t *experiment, const size_t original[],
                                       qd_groups_t *out, qd_error_t *error);
void qd_groups_free(qd_groups_t *self);

#endif
