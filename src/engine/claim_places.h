/* Places: where a claim is judged, and of which cells its effect consists there.
 *
 * The tests of an experiment form three families, each with its own correction: claims (columns: the claim's own place,
 * which for many is the mean over the orders, then each order), ablations (one column each) and baselines (QD_BASELINES
 * columns). An effect is a weighted sum of cells, taken world by world; a trend has several: its rise and its steps. */
#ifndef QD_ENGINE_CLAIM_PLACES_H
#define QD_ENGINE_CLAIM_PLACES_H

#include "engine/cells.h"

typedef enum {
    QD_PLACES_CLAIMS,
    QD_PLACES_ABLATIONS,
    QD_PLACES_BASELINES,
    QD_PLACE_FAMILIES
} qd_place_family_t;

typedef struct {
    qd_claim_t claim;        /* its arrays belong to the experiment */
    int order;               /* position of the order; -1: the mean over all */
    const size_t *twin;      /* for each point the one that stands for it; NULL: itself */
    const size_t *twin_less; /* the same for the arm `less` */
} qd_place_t;

/* One effect of a place, and the margin against which it is tested. */
typedef struct {
    qd_cells_t cells;
    double margin;
} qd_effect_t;

/* Columns of a family's table, whose rows are the claims; 0 where the experiment does not ask for the family. */
size_t qd_places_columns(const qd_experiment_t *experiment, qd_place_family_t family);

/* *out = the place of a claim (its position) in a column; false where no test is made there. */
bool qd_place_at(const qd_experiment_t *experiment, qd_place_family_t family, size_t claim, size_t column,
                 qd_place_t *out);

/* The place of `claim` at `order`, or where the claim says. */
qd_place_t qd_place_of(const qd_claim_t *claim, int order, const size_t *twin);

/* Tests of a family. */
uint64_t qd_places_count(const qd_experiment_t *experiment, qd_place_family_t family);

/* Whether the first column of a claim is the mean over several orders. */
bool qd_claim_is_by_order(const qd_experiment_t *experiment, const qd_claim_t *claim);

/* Adds the cells of a contrast, an interaction or a comparison of orders, with their weights. QD_ERROR_MEMORY only, as
 * below. */
QD_MUST_USE qd_status_t qd_place_contrast(const qd_experiment_t *experiment, const qd_place_t *place,
                                          qd_cells_t *cells, qd_error_t *error);

/* Adds an arm's points, `weight` shared equally between its cells. */
QD_MUST_USE qd_status_t qd_place_arm(const qd_experiment_t *experiment, const qd_place_t *place,
                                     const qd_arm_t *arm, double weight, qd_cells_t *cells,
                                     qd_error_t *error);

/* The effects of a place: one; of a trend with L levels L, its rise (least-squares slope over the levels times their
 * range) against the claim's margin and then its steps against 0, times the claimed direction; of a claim of
 * bimodality one, whose weights mean nothing. To be freed by qd_effects_free, also after a failure. */
QD_MUST_USE qd_status_t qd_place_effects(const qd_experiment_t *experiment, const qd_place_t *place,
                                         qd_effect_t **effect, size_t *effects, qd_error_t *error);
void qd_effects_free(qd_effect_t *effect, size_t effects);

#endif
