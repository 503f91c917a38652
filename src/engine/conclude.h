/* The end of a run or of a merge: computes statistics and verdicts of the finished worlds and writes the
 * result file. */
#ifndef QD_ENGINE_CONCLUDE_H
#define QD_ENGINE_CONCLUDE_H

#include <stdbool.h>

#include "engine/stopping.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"
#include "store/assemble.h"
#include "store/index.h"

#define QD_ORIGIN_SIZE 1024 /* bytes of a list */

/* The provenance of worlds from several sessions, for a result joined from others. Each distinct text is
 * listed once, in order of first occurrence, "; " between; "mixed" if the list is too long. Zero-initialised:
 * no worlds. */
typedef struct {
    char source_commit[QD_ORIGIN_SIZE], host[QD_ORIGIN_SIZE], compiler[QD_ORIGIN_SIZE],
        instruction_set[QD_ORIGIN_SIZE], libraries[QD_ORIGIN_SIZE];
    int threads, ranks; /* 0 if they differ or are unknown */
    bool threads_differ, ranks_differ;
    double seconds; /* of all together */
} qd_origin_t;

/* Adds the provenance of one result. A folder of parts has none. */
void qd_origin_add(qd_origin_t *self, const qd_provenance_t *from);

typedef struct {
    const char *output; /* OUT.h5 */
    bool overwrite;     /* replaces an existing result file */
    const char *command_line;
    const char *shard;         /* "2/5", or NULL for a whole */
    const qd_origin_t *origin; /* of worlds played elsewhere; NULL: this process, as stated below */
    int threads, ranks;
    double seconds;                /* spent computing */
    bool statistics_only;          /* a scratch file: its variables of rows and tallies have no values */
    const qd_stopping_t *stopping; /* of a precision experiment: the looks at `done`; else NULL */
} qd_conclusion_t;

/* The commit from which the program was built; NULL if unknown. */
const char *qd_source_commit(void);

/* Analyses (claims, contrasts, sensitivity) and assembles the worlds of `done`. */
QD_MUST_USE qd_status_t qd_conclude(const qd_experiment_t *experiment, qd_index_t *done,
                                    const qd_conclusion_t *conclusion, qd_assembled_t *assembled,
                                    qd_error_t *error);

#endif
