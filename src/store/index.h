/* The finished worlds of an experiment and their places: an index over the parts of a folder, over result
 * files, or over both.
 *
 * Fill it by any number of qd_index_add_... calls, close it by one qd_index_select, then read. The hash of a
 * point and the label of an order (unit.h) identify its worlds. Positions are therefore those of the
 * experiment for which the index was made, even if the worlds were computed with another design. No rows are
 * held in memory. */
#ifndef QD_STORE_INDEX_H
#define QD_STORE_INDEX_H

#include "quadrille/experiment.h"
#include "statistics/tally.h"
#include "store/files.h"
#include "store/part_file.h"
#include "store/unit.h"

typedef struct qd_index qd_index_t;

/* The experiment must outlive the index. `files` NULL: the operating system. */
QD_MUST_USE qd_status_t qd_index_new(const qd_experiment_t *experiment, const qd_files_t *files,
                                     qd_index_t **self, qd_error_t *error);
void qd_index_free(qd_index_t *self);

/* Adds every part file of a folder. A damaged one is left out with a warning; with `repair` it is also
 * renamed to
 * *.damaged and left-over temporary files are removed. Parts added before are skipped. Parts of another
 * experiment (config_hash) or another version of quadrille are QD_ERROR_INPUT. */
QD_MUST_USE qd_status_t qd_index_add_folder(qd_index_t *self, const char *folder, bool repair,
                                            qd_error_t *error);

/* Adds a result file that holds its tallies (a shard, an unfinished run). */
QD_MUST_USE qd_status_t qd_index_add_result(qd_index_t *self, const char *path, qd_error_t *error);

/* Decides which units count, so that each world counts once. Of units that hold the same worlds the larger is
 * taken. A unit that shares some worlds with those taken and has others too is left out with a warning, and
 * so is a unit with worlds that the experiment does not have (any more). */
QD_MUST_USE qd_status_t qd_index_select(qd_index_t *self, qd_error_t *error);

/* Selects anew after qd_index_select, for precision stops, which decide how many worlds count: units that
 * reach to world limit[point * orders + order] or beyond it are left out without a warning. Points that set
 * the same parameters must have the same limits. */
QD_MUST_USE qd_status_t qd_index_limit(qd_index_t *self, const uint64_t limit[], qd_error_t *error);

/* Excludes all units that are not selected now from later selections, so that units that are added later and
 * fill the gaps of this selection all count. */
void qd_index_settle(qd_index_t *self);

/* Suppresses warnings of worlds met twice: the sources are the unfinished result file of one run and its
 * parts, which hold the same worlds. */
void qd_index_expect_doubles(qd_index_t *self);

/* Warnings, one line each: sources set aside, worlds left out, worlds met twice. */
const qd_error_t *qd_index_warnings(const qd_index_t *self);

/* Worlds left out because they could not be counted. */
uint64_t qd_index_left_out(const qd_index_t *self);

/* Parts left out because they were damaged. */
size_t qd_index_damaged(const qd_index_t *self);

/* Worlds of its sources that the experiment does not have: of points and orders that it lacks, or, as in
 * qd_index_select, beyond its number of worlds. */
uint64_t qd_index_strangers(const qd_index_t *self);

/* The outcomes, paths and extras that its sources keep; all zero while it has no worlds. */
qd_part_kind_t qd_index_kind(const qd_index_t *self);

/* Worlds done, failed ones included. */
const qd_ranges_t *qd_index_done(const qd_index_t *self, size_t point, size_t order);

/* out[i] = outcome of world first + i; NaN where the world is missing or failed. `outcome` QD_OUTCOMES_MAX +
 * k is extra k. QD_ERROR_INPUT for an outcome that is not kept. */
QD_MUST_USE qd_status_t qd_index_read(qd_index_t *self, size_t point, size_t order, size_t outcome,
                                      uint64_t first, size_t count, double out[], qd_error_t *error);

/* Compares the rows with the tallies. Reads every row. QD_ERROR_INPUT, with a line for each (point, order)
 * and its file, where they differ. Part files are checked as they are read; result files may have been
 * changed. */
QD_MUST_USE qd_status_t qd_index_check_rows(qd_index_t *self, qd_error_t *error);

/* The tally of all worlds of (point, order). It belongs to the index and is valid until the next one is
 * requested or worlds are selected anew. */
QD_MUST_USE qd_status_t qd_index_tally(qd_index_t *self, size_t point, size_t order, const qd_tally_t **tally,
                                       qd_error_t *error);

/* Passes on the first message of a failure to decode that tally, with the path of the file where its bytes
 * are damaged. Returns the status: QD_ERROR_INPUT for a damaged result file, QD_ERROR_IO for a damaged
 * part. */
qd_status_t qd_index_blame(const qd_index_t *self, size_t point, size_t order, const qd_error_t *found,
                           qd_error_t *error);

/* The fields of the same tally that qd_tally_extent_add reads, at far lower cost: quantiles and paths are not
 * decoded. */
QD_MUST_USE qd_status_t qd_index_extent(qd_index_t *self, size_t point, size_t order,
                                        qd_tally_extent_t *extent, qd_error_t *error);

/* The bytes of its only tally, malloc'ed, as they were written, in any encoding; NULL where it has several or
 * none. */
QD_MUST_USE qd_status_t qd_index_single(qd_index_t *self, size_t point, size_t order, unsigned char **bytes,
                                        size_t *size, qd_error_t *error);

/* The same tally as qd_tally_encode would return it, malloc'ed; copied without decoding where it was written
 * whole. */
QD_MUST_USE qd_status_t qd_index_encoded(qd_index_t *self, size_t point, size_t order, unsigned char **bytes,
                                         size_t *size, qd_error_t *error);

/* The largest number of periods of any tally of (point, order); 0 without worlds. */
size_t qd_index_periods(const qd_index_t *self, size_t point, size_t order);

/* The number of failed worlds of (point, order), and the i-th in ascending order. */
size_t qd_index_failures(const qd_index_t *self, size_t point, size_t order);
qd_failure_t qd_index_failure(const qd_index_t *self, size_t point, size_t order, size_t i);

#endif
