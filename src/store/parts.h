/* The journal of a run: finished worlds, kept in a folder of part files until the result file is assembled.
 *
 * Each part is written to a temporary name, fsynced, renamed, and the folder fsynced: after qd_parts_flush
 * returns QD_OK its worlds survive any crash; before, the folder is unchanged. One thread uses a qd_parts_t
 * at a time, except that qd_parts_write may wait for the disk in another. The lock of the output (lock.h)
 * keeps two runs out of one folder. Several ranks of one run may write into one folder: rank 0 opens it
 * first, the others join it. */
#ifndef QD_STORE_PARTS_H
#define QD_STORE_PARTS_H

#include "quadrille/experiment.h"
#include "store/files.h"
#include "store/index.h"
#include "store/unit.h"

typedef struct qd_parts qd_parts_t;

typedef enum {
    QD_PARTS_NEW,    /* refuse a folder that holds parts */
    QD_PARTS_RESUME, /* resume from the parts of the same experiment; makes a missing folder */
    QD_PARTS_FORCE,  /* remove existing parts */
    QD_PARTS_JOIN    /* a further rank: rank 0 has made the folder and looks after it */
} qd_parts_mode_t;

typedef struct {
    const char *folder;      /* OUT.h5.parts */
    const qd_files_t *files; /* NULL: the operating system */
    qd_parts_mode_t mode;
    uint64_t columns; /* bit o: keep rows of outcome o */
    size_t extras;    /* further values per world */
    bool paths;       /* whether tallies keep paths */
    int rank;
    size_t writers; /* threads that write parts at once; 0: 1 */
} qd_parts_options_t;

/* Finished worlds first .. first + worlds - 1 of one (point, order), by position in the experiment.
 * Everything is copied. */
typedef struct {
    size_t point, order;
    uint64_t first, worlds;
    const qd_outcomes_t
        *row;            /* [worlds]; rows of failed worlds are stored as NaN. NULL if no rows are kept */
    const double *extra; /* worlds x extras, row by row; NULL without extras */
    const unsigned char *tally; /* qd_tally_encode of these worlds, failures counted */
    size_t tally_size;
    size_t periods;              /* periods of that tally: the same for all segments of a (point, order) */
    const qd_failure_t *failure; /* ascending */
    size_t failures;
} qd_segment_t;

/* Opens or makes the folder. QD_PARTS_RESUME sets damaged parts aside (see qd_parts_warnings).
 * QD_ERROR_INPUT: parts of another experiment or of another version of quadrille, or not a folder. */
QD_MUST_USE qd_status_t qd_parts_open(const qd_parts_options_t *options, const qd_experiment_t *experiment,
                                      qd_parts_t **self, qd_error_t *error);

/* Refuses a folder that qd_parts_open would refuse; writes nothing. A folder that is not there is well. */
QD_MUST_USE qd_status_t qd_parts_examine(const qd_parts_options_t *options, const qd_experiment_t *experiment,
                                         qd_error_t *warnings, qd_error_t *error);

/* Frees everything; unflushed worlds are lost. NULL allowed. */
void qd_parts_close(qd_parts_t *self);

/* Takes the finished worlds from an index instead of those found on opening: parts that lie here but do not
 * count (see qd_index_limit) are then rewritten. Call it before the first append. */
QD_MUST_USE qd_status_t qd_parts_recount(qd_parts_t *self, const qd_index_t *index, qd_error_t *error);

/* Warnings from opening. */
const qd_error_t *qd_parts_warnings(const qd_parts_t *self);

/* Buffers a segment. Drops silently a segment whose worlds are all finished (replicas share worlds); a
 * partial overlap is QD_ERROR_INTERNAL. */
QD_MUST_USE qd_status_t qd_parts_append(qd_parts_t *self, const qd_segment_t *segment, qd_error_t *error);

/* The two halves of qd_parts_append. _copy may run in any thread, beside all other functions. _take takes the
 * copy over, also where it fails. */
QD_MUST_USE qd_status_t qd_parts_copy(const qd_parts_t *self, const qd_segment_t *segment, qd_pending_t *copy,
                                      qd_error_t *error);
QD_MUST_USE qd_status_t qd_parts_take(qd_parts_t *self, qd_pending_t *copy, qd_error_t *error);

/* Bytes buffered and not sealed. Flush when they are many (say 32 MiB) or old (say 10 s). */
size_t qd_parts_buffered(const qd_parts_t *self);

size_t qd_parts_writers(const qd_parts_t *self);

/* Seals the buffer for qd_parts_write by that writer; later segments go to another buffer. False, and nothing
 * changes, while data that were sealed for it are not written. */
bool qd_parts_seal(qd_parts_t *self, size_t writer);

/* Writes the data sealed for the writer as one part. Only this function may run in other threads, one of each
 * writer, beside qd_parts_append, _buffered, and _seal for another writer. On failure the data stay sealed,
 * so that writing can be tried again. */
QD_MUST_USE qd_status_t qd_parts_write(qd_parts_t *self, size_t writer, qd_error_t *error);

/* Writes all sealed or buffered data. On failure they are kept, so that flushing can be tried again. */
QD_MUST_USE qd_status_t qd_parts_flush(qd_parts_t *self, qd_error_t *error);

/* Whether a folder holds parts: finished work. */
bool qd_parts_exist(const char *folder);

/* Removes a folder of parts (after the result file is in place): parts, manifest, damaged and temporary
 * files. The folder itself goes only if it is empty then. */
QD_MUST_USE qd_status_t qd_parts_remove(const char *folder, const qd_files_t *files, qd_error_t *error);

#endif
