/* Landscape files, read by qd_landscape_load.
 *
 *     name, about   optional texts, not used
 *     rule          two-camps or blocs
 *     method        exact (if absent) or search
 *     starts, seed  of a search; 1000 and 1 if absent
 *     actors        names and sizes, or a list of names (size 1)
 *     propensity    a symmetric matrix in the actors' order, row by row; or
 *     ties          a CSV file (ties_file.h), relative to this file */
#ifndef QD_LANDSCAPE_LANDSCAPE_FILE_H
#define QD_LANDSCAPE_LANDSCAPE_FILE_H

#include "yaml/reader.h"
#include "quadrille/landscape.h"

/* The same from a document in memory. `ties` is relative to `folder` (empty, or ending in '/'). `error` must be the
 * one with which the document was loaded. */
QD_MUST_USE qd_status_t qd_landscape_read(const qd_yaml_t *document, const char *folder,
                                          qd_landscape_t **self, qd_error_t *error);

#endif
