/* Joining the shards of one experiment. Nothing is computed again but statistics and verdicts. */
#ifndef QD_ENGINE_MERGE_H
#define QD_ENGINE_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/error.h"
#include "store/assemble.h"

typedef struct {
    const char *output; /* OUT.h5 */
    const char *const
        *shard; /* result files, or folders of parts (OUT.h5.parts) of shards that were stopped */
    size_t shards;
    bool force;   /* replace an existing OUT.h5 */
    bool partial; /* write an incomplete result if worlds are missing */
    const char *command_line;
} qd_merge_options_t;

typedef struct {
    qd_assembled_t assembled;
    bool unchanged;   /* OUT.h5 held exactly this already and was left as it is */
    uint64_t missing; /* worlds */
    qd_error_t notes; /* duplicates, omissions and missing worlds, one line each */
} qd_merge_summary_t;

/* The order of the shards does not matter, and one given twice counts once. QD_ERROR_INPUT, with nothing
 * written: a file that is no result of quadrille, of another experiment or of the same with other worlds,
 * points, claims or outputs; an existing OUT.h5 that holds something else; missing worlds unless `partial`.
 */
QD_MUST_USE qd_status_t qd_merge(const qd_merge_options_t *options, qd_merge_summary_t *summary,
                                 qd_error_t *error);

#endif
