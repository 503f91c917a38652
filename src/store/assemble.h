/* Assembling: from an experiment and an index of its finished worlds to the result file of
 * docs/result-file.md.
 *
 * The file is written as a draft (draft.h), synced and read back from the disk. It gets its name only after
 * that: a file of the requested name is always whole, and its sources may be deleted. Memory does not grow
 * with the number of worlds: rows are copied in batches of QD_CHUNK. */
#ifndef QD_STORE_ASSEMBLE_H
#define QD_STORE_ASSEMBLE_H

#include "quadrille/result.h"
#include "quadrille/runner.h"
#include "statistics/interval.h"
#include "store/index.h"

typedef struct {
    const char *path;          /* OUT.h5 */
    bool overwrite;            /* else a file that is there is QD_ERROR_INPUT */
    const qd_runner_t *runner; /* runner of the tasks of threads; NULL: one after another */
    const qd_files_t *files;   /* for fsync and rename; NULL: the operating system */
    bool worlds;               /* write /worlds */
    bool embed;                /* write /parts: the file can be merged and resumed from; implies `worlds` */
    bool scratch;              /* temporary: rows and tallies without values; neither synced nor read back */
    bool compress;             /* deflate /worlds: smaller, much slower to write */
    const qd_outcome_info_t *extra; /* descriptions of the extra values that the index keeps; or NULL */
    const uint64_t
        *target; /* points x orders: worlds that (point, order) shall have; NULL: the experiment's */
    const qd_interval_t
        *stop; /* points x orders: interval by which a precision stop judged it; NULL: none did */
    qd_provenance_t provenance;
    size_t claims, contrasts, sensitivities;
    const qd_result_claim_t *claim;
    const qd_result_verdict_t *by_order; /* claims x orders */
    const qd_result_verdict_t *ablation; /* claims x ablations, or NULL */
    size_t baselines;
    const char *const *baseline_name;
    const qd_result_verdict_t *baseline;      /* claims x baselines, or NULL */
    const qd_result_robustness_t *robustness; /* claims x (1 + orders), or NULL */
    const char *const *robustness_place;      /* names of its columns */
    size_t turnings;
    const qd_result_turning_t *turning;
    const qd_result_contrast_t *contrast;
    const qd_result_sensitivity_t *sensitivity;
} qd_assemble_options_t;

QD_MUST_USE qd_status_t qd_assemble(const qd_experiment_t *experiment, qd_index_t *index,
                                    const qd_assemble_options_t *options, qd_assembled_t *assembled,
                                    qd_error_t *error);

/* The contribution of one (point, order) to the hash of a result: numbers of finished and of failed worlds,
 * qd_tally_hash. */
typedef struct {
    uint64_t worlds, failures;
    qd_hash_sum_t sum;
} qd_cell_hash_t;

/* The hash of a result: XXH3-128 over, for each point in order its hash, and for each order its label and its
 * cell[point * orders + order]. */
QD_MUST_USE qd_status_t qd_result_hash_of(const qd_experiment_t *experiment, const qd_cell_hash_t cell[],
                                          char hash[33], qd_error_t *error);

/* The same from an index, without writing anything. */
QD_MUST_USE qd_status_t qd_result_hash(const qd_experiment_t *experiment, qd_index_t *index, char hash[33],
                                       qd_error_t *error);

#endif
