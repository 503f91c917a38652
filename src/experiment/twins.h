/* Twins: points that are another point of the experiment with something else in force, appended behind all others, so
 * that runs, shards, merges and verification know them as they know any point. */
#ifndef QD_EXPERIMENT_TWINS_H
#define QD_EXPERIMENT_TWINS_H

#include "experiment/loading.h"

/* Makes *twin of a point: the `settings` in force throughout, over the file's `parameters`, the design, and every change of
 * a schedule. Its label is the point's, ", " and `suffix`. It is marked `from_claim`; its hash is to be set. False and
 * nothing left to free where memory is short. */
bool qd_twin_make(qd_loading_t *load, const qd_point_t *point, size_t settings, const qd_setting_t setting[],
                  const char *suffix, qd_point_t *twin);

/* Room for `count` more points at the end of load->self->point. `node`: where a fault is told: too many points. */
bool qd_twins_reserve(qd_loading_t *load, const qd_yaml_node_t *node, size_t count);

/* Marks in wanted[points] every point that a claim's arms name. */
void qd_claim_mark(const qd_claim_t *claim, bool wanted[]);
void qd_arm_mark(const qd_arm_t *arm, bool wanted[]);

#endif
