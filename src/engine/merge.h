/* Joins the shards of one experiment. Recomputes statistics and verdicts only. */
#ifndef QD_ENGINE_MERGE_H
#define QD_ENGINE_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/error.h"
#include "store/assemble.h"

typedef struct {
    const char *output;       /* OUT.h5 */
    const char *const *shard; /* result files, or folders of parts (OUT.h5.parts) of stopped shards */
    size_t shards;
    bool force;   /* replaces an existing OUT.h5 */
    bool partial; /* writes an incomplete result if worlds are missing */
    const char *command_line;
} qd_merge_options_t;

typedef struct {
    qd_assembled_t assembled;
    bool unchanged;   /* OUT.h5 had the same contents and was left unchanged */
    uint64_t missing; /* worlds */
    qd_error_t notes; /* duplicates, omissions and missing worlds, one line each */
} qd_merge_summary_t;

/* The sequence of the shards does not matter, and a shard given twice counts once. QD_ERROR_INPUT, with
 * nothing written: a file that is not a result of quadrille, of another experiment, or with other worlds,
 * points, claims or outputs; an existing OUT.h5 with other contents; missing worlds unless `partial`. */
QD_MUST_USE qd_status_t qd_merge(const qd_merge_options_t *options, qd_merge_summary_t *summary,
                                 qd_error_t *error);

#endif
