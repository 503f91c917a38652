/* The part files and result files of an index; only a few of each are open at a time.
 *
 * Opening a result file starts the process that reads it (guard.h), which no thread may do beside others. The
 * first QD_SOURCES_OPEN_MOST result files stay open from qd_sources_add_result on; a merge of more opens them
 * by turns, between its parallel parts. */
#ifndef QD_STORE_SOURCE_H
#define QD_STORE_SOURCE_H

#include "store/files.h"
#include "store/hdf5_file.h"
#include "store/unit.h"

typedef struct qd_sources qd_sources_t;

qd_sources_t *qd_sources_new(const qd_files_t *files); /* NULL when memory is short */
void qd_sources_free(qd_sources_t *self);

#define QD_SOURCES_OPEN_MOST 32

/* Adds a part file. Returns its number, or SIZE_MAX when memory is short. */
size_t qd_sources_add_part(qd_sources_t *self, const char *path);

/* Adds a result file. `h5` was opened by qd_h5_open and allocated by qd_new; unless memory is short it is
 * owned by the sources from then on. */
size_t qd_sources_add_result(qd_sources_t *self, const char *path, qd_h5_t *h5);

size_t qd_sources_count(const qd_sources_t *self);
bool qd_sources_is_result(const qd_sources_t *self, size_t source);
const char *qd_sources_path(const qd_sources_t *self, size_t source);

/* `count` doubles of column `column`, starting at world `first` of one range of a unit. `outcome` is the
 * column's outcome, or QD_OUTCOMES_MAX + k for extra k. */
QD_MUST_USE qd_status_t qd_sources_column(qd_sources_t *self, const qd_unit_t *unit,
                                          const qd_unit_range_t *range, size_t column, size_t outcome,
                                          uint64_t first, size_t count, double out[], qd_error_t *error);

/* The unit's encoded tally, malloc'ed. */
QD_MUST_USE qd_status_t qd_sources_tally(qd_sources_t *self, const qd_unit_t *unit, unsigned char **bytes,
                                         qd_error_t *error);

#endif
