/* The folder of parts: its MANIFEST, and the folder as a whole.
 *
 * The MANIFEST names the experiment and the program of the parts, and the values kept of each world. It is a
 * text with a checksum in its last line, written once, atomically. The parts themselves list the finished
 * worlds. */
#ifndef QD_STORE_PARTS_FOLDER_H
#define QD_STORE_PARTS_FOLDER_H

#include <inttypes.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "store/files.h"
#include "store/part_file.h"
#include "store/parts.h"

#define QD_MANIFEST_NAME "MANIFEST"

/* For a run with --resume whose output belongs to something else. */
#define QD_ADVICE_AGAINST_RESUME "name another output with -o, or start over with --force instead of --resume"

typedef struct {
    char *version; /* of the program */
    qd_part_kind_t kind;
    char *config; /* the experiment's canonical YAML */
} qd_manifest_t;

QD_MUST_USE qd_status_t qd_manifest_write(const qd_manifest_t *self, const qd_files_t *files,
                                          const char *folder, qd_error_t *error);

/* QD_ERROR_IO: it cannot be read; QD_ERROR_INPUT: it is damaged. */
QD_MUST_USE qd_status_t qd_manifest_read(qd_manifest_t *self, const qd_files_t *files, const char *folder,
                                         qd_error_t *error);

void qd_manifest_free(qd_manifest_t *self);

#define QD_PART_NAME "part-%05d-%09" PRIu64 ".qdp"

/* Makes a missing folder; refuses or removes the contents of an existing one, by `mode`. Refuses a symbolic
 * link: nothing is written or removed elsewhere. */
QD_MUST_USE qd_status_t qd_parts_folder_open(const qd_files_t *files, const char *folder,
                                             qd_parts_mode_t mode, qd_error_t *error);

/* Compares the manifest with the experiment, and writes into *outdated whether a new one is due: it is
 * missing, damaged, or has other worlds, points or claims. `cure`: what becomes of a damaged one, for the
 * warning. */
QD_MUST_USE qd_status_t qd_parts_folder_check(const qd_files_t *files, const char *folder,
                                              const qd_experiment_t *experiment, const qd_part_kind_t *kind,
                                              const char *cure, bool *outdated, qd_error_t *warnings,
                                              qd_error_t *error);

/* Writes the manifest. */
QD_MUST_USE qd_status_t qd_parts_folder_sign(const qd_files_t *files, const char *folder,
                                             const qd_experiment_t *experiment, const qd_part_kind_t *kind,
                                             qd_error_t *error);

/* The number after the largest of any part of a rank, damaged ones included. */
QD_MUST_USE qd_status_t qd_parts_folder_next(const char *folder, int rank, uint64_t *number,
                                             qd_error_t *error);

#endif
