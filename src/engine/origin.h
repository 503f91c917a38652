/* The provenance of worlds from several sessions: the record of a result that was joined from others. */
#ifndef QD_ENGINE_ORIGIN_H
#define QD_ENGINE_ORIGIN_H

#include "quadrille/result.h"

#define QD_ORIGIN_SIZE 1024 /* bytes of a list */

/* Texts: each distinct one once, in order of first occurrence, "; " between; "mixed" where they
 * are too many to list. Zero-initialised: of nothing. */
typedef struct {
    char source_commit[QD_ORIGIN_SIZE], host[QD_ORIGIN_SIZE], compiler[QD_ORIGIN_SIZE],
        instruction_set[QD_ORIGIN_SIZE], libraries[QD_ORIGIN_SIZE];
    int threads, ranks; /* 0 where they differ, or none is known */
    bool threads_differ, ranks_differ;
    double seconds; /* of all together */
} qd_origin_t;

/* Adds the provenance of one result; a folder of parts has none. */
void qd_origin_add(qd_origin_t *self, const qd_provenance_t *from);

#endif
