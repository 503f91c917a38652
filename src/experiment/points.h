/* The table of designs (quadrille/designs.def), the points of a design, and the points that claims add to
 * it. */
#ifndef QD_EXPERIMENT_POINTS_H
#define QD_EXPERIMENT_POINTS_H

#include "experiment/loading.h"
#include "quadrille/experiment.h"

typedef struct {
    const char *name;
    bool sampled; /* `points: n` is its size, and factors may have distributions */
    bool blocks;  /* points come in blocks of factors + extra; otherwise one by one */
    size_t extra;
    size_t factors_most;
    const char *limit;                /* the reason for factors_most, after a colon */
    bool levels;                      /* `levels: n` may state the levels of a continuous factor */
    bool (*make)(qd_loading_t *load); /* qd_points_make, but for the hashes */
} qd_design_info_t;

extern const qd_design_info_t qd_design_table[QD_DESIGNS];

/* The points of each block of a sampled design; 1 for the others. */
size_t qd_design_block(const qd_design_t *design);

/* Fills load->self->point from the design (one point without one). False and a message where it fails. */
bool qd_points_make(qd_loading_t *load);

/* Makes a point of a block and a schedule (NULL: none): constants of the design's factors become coordinates,
 * the rest settings. `label` is copied. */
bool qd_point_of_block(qd_loading_t *load, const qd_block_t *block, const qd_schedule_t *schedule,
                       const char *label, qd_point_t *out);
void qd_point_free(qd_point_t *point);

/* Factors of a design: look-up, and in sampled designs the map from a place in the unit interval to a
 * coordinate. */

/* Position of the factor of a parameter (or QD_DOCTRINE), or -1. */
int qd_factor_find(const qd_design_t *design, int parameter);

/* The number of values of a factor (listed levels, choices of positive weight without repetitions, whole
 * numbers); 0 for a continuous one. */
size_t qd_factor_values(const qd_factor_t *self);

/* Coordinates x[0], x[stride], ... from places unit[0], unit[stride], ... in [0,1): quantiles of the factor's
 * distribution; listed levels are equally likely. */
void qd_factor_draw(const qd_factor_t *self, size_t points, size_t stride, const double unit[], double x[]);

/* The design of a Morris experiment: qd_design_morris with as many grid levels for a factor as it has values,
 * and design->levels for a continuous one. unit: points x factors; moved: trajectories x factors. */
QD_MUST_USE qd_status_t qd_factors_morris(const qd_design_t *design, uint64_t seed, double unit[],
                                          size_t moved[], qd_error_t *error);

/* The hash that names a design point. */

/* XXH3-64 of the settings of a point; independent of their order and of the way in which they were given. */
uint64_t qd_point_hash(const qd_design_t *design, const qd_point_t *point);

/* The hash of a row of the robustness sample, for the parameters that a group leaves free. */
uint64_t qd_variation_hash(const qd_robustness_t *self, size_t group, size_t row);

/* The hash of a counterpart in the row with the hash `variation`. It differs from the hash of every point
 * without variation, even with equal settings, because fewer outcomes of its worlds are kept. */
uint64_t qd_point_hash_varied(const qd_design_t *design, const qd_point_t *point, uint64_t variation);

/* Constraints between parameters, for every design point and order. */

/* Whether it is order.states, order.periods or order.poles: the parameters that qd_plan_check,
 * qd_plan_states_max and qd_plan_periods_max read. */
bool qd_parameter_is_frame(int parameter);

/* Sets kind, data and these three parameters of a plan, and nothing else. */
void qd_experiment_frame(const qd_experiment_t *self, size_t point, size_t order, qd_plan_t *plan);

/* Checks the plans of load->self (qd_plan_check). A fault is reported at the place that sets `order.states`
 * or `order.poles` (the point, --set, or `parameters`); without one, at the order. */
void qd_plans_check(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides);

#endif
