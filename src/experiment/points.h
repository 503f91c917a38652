/* The table of designs (quadrille/designs.def), the points of a design, and the points that claims add to it. */
#ifndef QD_EXPERIMENT_POINTS_H
#define QD_EXPERIMENT_POINTS_H

#include "experiment/loading.h"

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

#endif
