/* Places: a place is a point of judgement of a claim, with the cells of its effect there.
 *
 * The tests of an experiment form three families, each with its own correction: claims (columns: the claim's
 * own place, for many the mean over the orders, then each order), ablations (one column each) and baselines
 * (QD_BASELINES columns). An effect is a weighted sum of cells, world by world. A trend has several: its rise
 * and its steps. */
#ifndef QD_ENGINE_CLAIM_PLACES_H
#define QD_ENGINE_CLAIM_PLACES_H

#include "engine/worker.h"
#include "quadrille/experiment.h"
#include "store/index.h"

/* A cell: a design point in an order. Cells are analysed together, world by world. */
typedef struct {
    size_t point, order;
    double weight;  /* in a linear combination */
    size_t stratum; /* cells of one stratum share their worlds' luck; different strata are independent */
} qd_cell_t;

/* Empty and of one stratum after `{.apart = ...}`. */
typedef struct {
    bool apart; /* orders have luck of their own: every order is a stratum */
    size_t size, capacity, strata;
    qd_cell_t *cell;
    uint64_t worlds; /* qd_cells_walk ends here at the latest; 0: at the last finished world */
} qd_cells_t;

void qd_cells_free(qd_cells_t *self);

/* Adds a cell. QD_ERROR_MEMORY only, as below. */
QD_MUST_USE qd_status_t qd_cells_add(qd_cells_t *self, size_t point, size_t order, double weight,
                                     qd_error_t *error);

/* Returns the greatest value of the outcome in any of the cells; INFINITY where none is known. `size`: from
 * qd_worker_cell_sizes. */
double qd_cells_greatest(const qd_cells_t *self, const qd_experiment_t *experiment,
                         const qd_cell_size_t size[], qd_outcome_t outcome);

/* Calls see(context, count, column) with batches of consecutive worlds, from 0 to the last that all cells of
 * a stratum have; column[k][w] is the outcome of cell k, NaN if it is missing or failed. */
typedef void qd_cells_see_t(void *context, size_t count, const double *const column[]);
QD_MUST_USE qd_status_t qd_cells_walk(const qd_cells_t *self, qd_index_t *done, qd_outcome_t outcome,
                                      qd_cells_see_t *see, void *context, qd_error_t *error);

typedef enum {
    QD_PLACES_CLAIMS,
    QD_PLACES_ABLATIONS,
    QD_PLACES_BASELINES,
    QD_PLACE_FAMILIES
} qd_place_family_t;

typedef struct {
    qd_claim_t claim;               /* its arrays belong to the experiment */
    int order;                      /* position of the order; -1: the mean over all */
    const size_t *counterpart;      /* for each point its counterpart; NULL: itself */
    const size_t *counterpart_less; /* the same for the arm `less` */
} qd_place_t;

/* One effect of a place, and the margin against which it is tested. */
typedef struct {
    qd_cells_t cells;
    double margin;
} qd_place_effect_t;

/* Columns of a family's table, whose rows are the claims; 0 without the family. */
size_t qd_places_columns(const qd_experiment_t *experiment, qd_place_family_t family);

/* Writes into *out the place of a claim (its position) in a column; false if it has no test there. */
bool qd_place_at(const qd_experiment_t *experiment, qd_place_family_t family, size_t claim, size_t column,
                 qd_place_t *out);

/* Returns the place of `claim` at `order`, or at the order that the claim names. */
qd_place_t qd_place_of(const qd_claim_t *claim, int order, const size_t *counterpart);

/* Tests of a family. */
uint64_t qd_places_count(const qd_experiment_t *experiment, qd_place_family_t family);

/* Whether the first column of a claim is the mean over several orders. */
bool qd_claim_is_by_order(const qd_experiment_t *experiment, const qd_claim_t *claim);

/* Adds the cells of a contrast, an interaction or a comparison of orders, with their weights. QD_ERROR_MEMORY
 * only, as below. */
QD_MUST_USE qd_status_t qd_place_contrast(const qd_experiment_t *experiment, const qd_place_t *place,
                                          qd_cells_t *cells, qd_error_t *error);

/* Adds an arm's points, `weight` shared equally between its cells. */
QD_MUST_USE qd_status_t qd_place_arm(const qd_experiment_t *experiment, const qd_place_t *place,
                                     const qd_arm_t *arm, double weight, qd_cells_t *cells,
                                     qd_error_t *error);

/* Finds the effects of a place: one for most claims. A trend with L levels has L: its rise (least-squares
 * slope over the levels times their range) against the claim's margin, and its steps against 0, both times
 * the claimed direction. The weights of a claim of bimodality have no meaning. Freed by qd_effects_free, also
 * after a failure. */
QD_MUST_USE qd_status_t qd_place_effects(const qd_experiment_t *experiment, const qd_place_t *place,
                                         qd_place_effect_t **effect, size_t *effects, qd_error_t *error);
void qd_effects_free(qd_place_effect_t *effect, size_t effects);

#endif
