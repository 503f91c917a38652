/* Cells (design point, order) that are analysed together, world by world. */
#ifndef QD_ENGINE_CELLS_H
#define QD_ENGINE_CELLS_H

#include "quadrille/experiment.h"
#include "store/index.h"

typedef struct {
    size_t point, order;
    double weight;  /* in a linear combination */
    size_t stratum; /* cells of one stratum share their worlds' luck, those of different ones do not */
} qd_cell_t;

/* Empty and of one stratum after `{.apart = ...}`. */
typedef struct {
    bool apart; /* orders have luck of their own: every order is a stratum */
    size_t size, capacity, strata;
    qd_cell_t *cell;
    uint64_t worlds; /* qd_cells_walk ends here at the latest; 0: at the end of what is done */
} qd_cells_t;

void qd_cells_free(qd_cells_t *self);

/* Adds a cell. QD_ERROR_MEMORY only, as below. */
QD_MUST_USE qd_status_t qd_cells_add(qd_cells_t *self, size_t point, size_t order, double weight,
                                     qd_error_t *error);

/* Adds every point of an arm at `order` (all orders where it is negative), `weight` shared equally between
 * them. */
QD_MUST_USE qd_status_t qd_cells_add_arm(qd_cells_t *self, const qd_experiment_t *experiment,
                                         const qd_arm_t *arm, int order, double weight, qd_error_t *error);

/* Calls see(context, count, column) with batches of consecutive worlds from 0 to the end of those that all cells of a
 * stratum have; column[k][w] is the outcome of cell k, NaN where it is missing or failed. */
typedef void qd_cells_see_t(void *context, size_t count, const double *const column[]);
QD_MUST_USE qd_status_t qd_cells_walk(const qd_cells_t *self, qd_index_t *done, qd_outcome_t outcome,
                                      qd_cells_see_t *see, void *context, qd_error_t *error);

#endif
