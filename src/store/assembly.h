/* Data and functions that the steps of assembling share; for assemble*.c only. */
#ifndef QD_STORE_ASSEMBLY_H
#define QD_STORE_ASSEMBLY_H

#include "store/assemble.h"
#include "store/hdf5_file.h"
#include "store/row_check.h"

/* Attribute of /survival: 1 where some worlds have fewer periods than others of the file, else 0. */
#define QD_UNEQUAL_PERIODS "unequal_periods"

#define QD_BINS         64              /* of a histogram */
#define QD_CHUNK        QD_ROWS_AT_ONCE /* worlds in a chunk of /worlds, and in a batch of copying */
#define QD_BATCH_CELLS  192  /* (point, order) pairs whose summaries are in memory at once, about */
#define QD_NARROW_CELLS 4096 /* the same of summaries that are single numbers */

typedef struct {
    qd_h5_t h5;
    const qd_experiment_t *experiment;
    qd_index_t *index;
    const qd_assemble_options_t *options;
    qd_part_kind_t kind;
    uint64_t columns;                                   /* outcomes in /worlds */
    uint64_t worlds;                                    /* length of the world dimension, at least 1 */
    size_t periods;                                     /* length of the period dimension, at least 1 */
    double low[QD_OUTCOMES_MAX], high[QD_OUTCOMES_MAX]; /* edges of the histograms; before: observed range */
    qd_cell_hash_t *cell;                               /* points x orders, of the survey */
    qd_assembled_t assembled;
} qd_assembly_t;

/* A new assembly, nothing surveyed yet; NULL when memory is short. options: NULL for the hash alone. */
qd_assembly_t *qd_assembly_new(const qd_experiment_t *experiment, qd_index_t *index,
                               const qd_assemble_options_t *options);
void qd_assembly_free(qd_assembly_t *self);

/* First pass over the tallies: totals, ranges, hash. */
QD_MUST_USE qd_status_t qd_assembly_survey(qd_assembly_t *self, qd_error_t *error);

/* Root attributes, dimensions, design. */
void qd_assembly_frame(qd_assembly_t *self);

/* Coordinates beside the variables of a group, for programs that open groups one by one: labels of the
 * orders, the `quantiles` where they are wanted, middles of the bins of /plane. */
void qd_assembly_coordinates(qd_assembly_t *self, const char *group, bool quantiles);
void qd_assembly_bins(qd_assembly_t *self, const char *group);

/* /summary, /paths, /plane: from the tallies. */
QD_MUST_USE qd_status_t qd_assembly_summary(qd_assembly_t *self, qd_error_t *error);

/* /worlds and /survival: from the rows. In a scratch file /worlds has no rows; the summaries of extras follow
 * from them all the same. */
QD_MUST_USE qd_status_t qd_assembly_worlds(qd_assembly_t *self, qd_error_t *error);
QD_MUST_USE qd_status_t qd_assembly_survival(qd_assembly_t *self, qd_error_t *error);

/* /parts, from which the file can be merged and resumed. The rows are those of /worlds, which must hold every
 * column of `kind`. A scratch file has no bytes of tallies. */
QD_MUST_USE qd_status_t qd_assembly_parts(qd_assembly_t *self, qd_error_t *error);

/* /claims and its groups. */
void qd_assembly_claims(qd_assembly_t *self);

#endif
