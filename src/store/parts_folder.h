/* The folder of parts as a whole: making it, seeing whose it is, removing it. For parts.c. */
#ifndef QD_STORE_PARTS_FOLDER_H
#define QD_STORE_PARTS_FOLDER_H

#include "quadrille/experiment.h"
#include "store/files.h"
#include "store/part_file.h"
#include "store/parts.h"

#include <inttypes.h>

#define QD_PART_NAME "part-%05d-%09" PRIu64 ".qdp"

/* Makes the folder where it is missing; refuses or removes what is in it, as `mode` says. One that is reached by a
 * symbolic link is refused: nothing is written or removed elsewhere. */
QD_MUST_USE qd_status_t qd_parts_folder_open(const qd_files_t *files, const char *folder,
                                             qd_parts_mode_t mode, qd_error_t *error);

/* Compares the manifest with the experiment; writes one where there is none or it is damaged. */
QD_MUST_USE qd_status_t qd_parts_folder_check(const qd_files_t *files, const char *folder,
                                              const qd_experiment_t *experiment, const qd_part_kind_t *kind,
                                              qd_error_t *warnings, qd_error_t *error);

/* The number after the largest of any part of a rank, damaged ones included. */
QD_MUST_USE qd_status_t qd_parts_folder_next(const char *folder, int rank, uint64_t *number,
                                             qd_error_t *error);

#endif
