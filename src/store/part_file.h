/* One part file: the format, both ways. docs/result-file.md describes it byte by byte.
 *
 *   header      QD_PART_HEADER bytes: magic, format (lower half) and the program's version (upper half),
 *               size of the file, config_hash, columns, extras, paths, units, size of the directory
 *   directory   units, each with its point's hash, order's label, ranges of worlds, failures, and the place
 *               of its tally
 *   tallies     encoded by qd_tally_encode
 *   rows        per range its columns, one after another: doubles
 *   checksum    XXH3-128 of everything before it
 *
 * All numbers are 8 bytes, little-endian. */
#ifndef QD_STORE_PART_FILE_H
#define QD_STORE_PART_FILE_H

#include "quadrille/error.h"
#include "quadrille/registry.h"
#include "statistics/byte_string.h"
#include "store/files.h"
#include "store/unit.h"

#define QD_PART_FORMAT   2
#define QD_PART_HEADER   72
#define QD_PART_CHECKSUM 16

/* All outcomes. */
#define QD_COLUMNS_ALL (((uint64_t)1 << qd_outcome_count) - 1)

#define QD_EXTRAS_MOST 4096

/* Properties common to all parts of a folder. */
typedef struct {
    uint64_t config_hash;
    uint64_t columns; /* bit o: rows of outcome o are kept */
    size_t extras;    /* further columns, after the outcomes */
    bool paths;       /* tallies keep paths */
    uint32_t version; /* qd_part_version of the program that wrote a part; 0: an earlier one, or no part */
} qd_part_kind_t;

/* A number for the version of this program; not 0. */
uint32_t qd_part_version(void);

/* Doubles in a row: outcomes kept plus extras. */
size_t qd_part_width(const qd_part_kind_t *kind);

/* Worlds appended but not yet written: one contiguous range. */
typedef struct {
    size_t slot;
    uint64_t point_hash;
    const char *label; /* borrowed from the experiment */
    size_t periods;
    qd_range_t range;
    double *column; /* width x range.count */
    unsigned char *tally;
    size_t tally_size;
    size_t failures;
    qd_failure_t *failure; /* ascending; reasons are owned */
} qd_pending_t;

void qd_pending_clear(qd_pending_t *self);

/* Encodes pending ranges as a part, and sorts them: ranges of one slot become one unit, whose tally is the
 * sum. */
QD_MUST_USE qd_status_t qd_part_encode(const qd_part_kind_t *kind, qd_pending_t *pending, size_t count,
                                       qd_byte_writer_t *out, qd_error_t *error);

/* Reads and checks a part file; the checksum covers every byte. Returns its kind and its units (malloc'ed;
 * slot and source are left 0). QD_ERROR_INPUT: a damaged or foreign file; QD_ERROR_IO: it cannot be read. */
QD_MUST_USE qd_status_t qd_part_read(const qd_files_t *files, const char *path, qd_part_kind_t *kind,
                                     qd_unit_t **unit, size_t *units, qd_error_t *error);

#endif
