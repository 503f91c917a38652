/* The MANIFEST of a folder of parts: which experiment they belong to, by which program, and what is kept of
 * each world. Text, with a checksum in its last line; written once, atomically. What is done is told by the
 * parts themselves. */
#ifndef QD_STORE_MANIFEST_H
#define QD_STORE_MANIFEST_H

#include "quadrille/error.h"
#include "store/files.h"
#include "store/part_file.h"

#define QD_MANIFEST_NAME "MANIFEST"

typedef struct {
    char *version; /* of the program */
    qd_part_kind_t kind;
    char *config; /* the experiment's canonical YAML */
} qd_manifest_t;

QD_MUST_USE qd_status_t qd_manifest_write(const qd_manifest_t *self, const qd_files_t *files,
                                          const char *folder, qd_error_t *error);

/* QD_ERROR_IO where it cannot be read, QD_ERROR_INPUT where it is damaged. */
QD_MUST_USE qd_status_t qd_manifest_read(qd_manifest_t *self, const qd_files_t *files, const char *folder,
                                         qd_error_t *error);

void qd_manifest_free(qd_manifest_t *self);

#endif
