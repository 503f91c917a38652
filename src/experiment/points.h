/* The points of a design, and the points that claims add to it. */
#ifndef QD_EXPERIMENT_POINTS_H
#define QD_EXPERIMENT_POINTS_H

#include "experiment/loading.h"

/* Fills load->self->point from the design (one point without one). False and a message where it fails. */
bool qd_points_make(qd_loading_t *load);

/* Makes a point of a block and a schedule (NULL: none): constants of the design's factors become coordinates,
 * the rest settings. `label` is copied. */
bool qd_point_of_block(qd_loading_t *load, const qd_block_t *block, const qd_schedule_t *schedule,
                       const char *label, qd_point_t *out);
void qd_point_free(qd_point_t *point);

#endif
