/* Result files: the data of a run besides its worlds, and functions that read all of a file.
 *
 * A result file is HDF5 and valid netCDF-4; docs/result-file.md describes the layout. Strings given to
 * writers are borrowed for the call; strings and arrays obtained from a reader belong to it and live until it
 * is closed. HDF5 is not thread-safe: use these functions from one thread at a time. */
#ifndef QUADRILLE_RESULT_H
#define QUADRILLE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "quadrille/registry.h"

#pragma GCC visibility push(default)

/* Newest format this program writes and reads. */
#define QD_RESULT_FORMAT 2

/* ---- the contents of a result file --------------------------------------------------------------------- */

/* Where a result comes from. Strings may be NULL when written ("" is stored); never NULL when read. */
typedef struct {
    const char *title, *about;                                    /* of the experiment */
    const char *version;                                          /* of quadrille */
    const char *source_commit;                                    /* from which it was built */
    const char *created;                                          /* ISO 8601, UTC; NULL when written: now */
    const char *command_line, *host, *compiler, *instruction_set; /* program and place of the computation */
    const char *libraries; /* "GSL 2.7, ..."; HDF5's version is added */
    const char *shard;     /* "2/5", or "" */
    int threads, ranks;    /* that computed it */
    double seconds;        /* spent computing; NaN when unknown */
    /* Only read, never written from here: */
    const char *config;         /* the experiment, canonical YAML */
    uint64_t seed, config_hash; /* of the experiment */
    char result_hash[33];       /* 32 hexadecimal digits */
    bool complete;              /* every world of the experiment is there */
    int format;                 /* of the file, at most QD_RESULT_FORMAT */
} qd_provenance_t;

/* The assembled result. */
typedef struct {
    char result_hash[33];      /* 32 hexadecimal digits */
    bool complete;             /* every (point, order) has exactly the worlds 0 .. target - 1 */
    uint64_t worlds, failures; /* in the file; failed ones are among the worlds */
} qd_assembled_t;

/* ---- tables: a member for each row of quadrille/result_columns.def, its meaning and units -------------- */

#define QD_MEMBER_TEXT     const char * /* type of a member whose row says TEXT */
#define QD_MEMBER_REAL     double       /* of REAL */
#define QD_MEMBER_WHOLE    int64_t      /* of WHOLE */
#define QD_MEMBER_POSITION size_t       /* of POSITION */
#define QD_MEMBER_INDEX    uint64_t     /* of INDEX */

/* The verdict on one claim. Numbers that do not apply are NaN. kind: "contrast", "interaction", "trend",
 * "orders" or "bimodal"; order: a label, or "all"; verdict: "supported", "contradicted", "mixed" or
 * "undecided"; status: "confirmatory" or "exploratory". */
typedef struct {
#define QD_CLAIM_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_claim_t;

/* A claim in one order, under one ablation or against one baseline. Where it does not apply: NaN, "" and
 * 0. */
typedef struct {
#define QD_VERDICT_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_verdict_t;

/* A claim around the values of the parameters, in its own place or in one order: see docs/experiment-file.md.
 * Where it does not apply: NaN, "" and 0. verdict: "robust", "conditional", "fragile", "too few points";
 * "undecided" where no sign is shown at the experiment's values. */
typedef struct {
#define QD_ROBUSTNESS_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_robustness_t;

/* How a parameter moves the effect of a claim over these points. */
typedef struct {
#define QD_TURNING_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_turning_t;

/* One paired contrast on common random numbers: mean(more) - mean(less), labels of points, of orders or
 * both. */
typedef struct {
#define QD_CONTRAST_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_contrast_t;

/* Sensitivity of one outcome in one order to one factor. method: "saltelli" (first, total) or "morris" (mu,
 * mu_star, sigma); values that a method does not estimate are NaN. Intervals are over the design (base
 * samples, trajectories) and the worlds together; those named noise are over the worlds, the design held. */
typedef struct {
#define QD_SENSITIVITY_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_sensitivity_t;

/* Rank correlation of an outcome's means with one factor of a Latin hypercube or Sobol' design. A file does
 * not hold it: it is computed from the summaries. */
typedef struct {
#define QD_EFFECT_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_effect_t;

/* A world that failed. */
typedef struct {
#define QD_FAILURE_COLUMN(type, name, where, units, meaning) QD_MEMBER_##type name;
#include "quadrille/result_columns.def"
} qd_result_failure_t;

/* ---- reading ------------------------------------------------------------------------------------------- */

#define QD_RESULT_QUANTILES 7 /* the number of rows QD_QUANTILE in result_columns.def */

/* The probabilities of the quantiles, ascending. */
extern const double qd_result_quantiles[QD_RESULT_QUANTILES];

/* The distribution of an outcome over the worlds of a point and order, in the outcome's units; NaN where
 * there are too few worlds. [low, high] holds for a number of worlds fixed beforehand; [stop_low, stop_high]
 * is the interval by which a precision stop judged the mean, NaN where there is none. */
typedef struct {
    uint64_t count; /* of finite values */
#define QD_SUMMARY_COLUMN(name, meaning) double name;
#define QD_STOP_COLUMN(name, meaning)    double name;
#include "quadrille/result_columns.def"
    double quantile[QD_RESULT_QUANTILES]; /* at qd_result_quantiles */
} qd_result_summary_t;

/* An open result file, or folder of parts. */
typedef struct qd_result_file qd_result_file_t;

/* Opens a result file, or a folder of parts (OUT.h5.parts) of a running or stopped run. QD_ERROR_IO:
 * cut off; QD_ERROR_INPUT: not there, not a file of quadrille, of a newer format. */
QD_MUST_USE qd_status_t qd_result_file_open(const char *path, qd_result_file_t **self, qd_error_t *error);

/* Closes it and releases what was read from it; NULL is allowed. */
void qd_result_file_close(qd_result_file_t *self);

/* Reads the whole file, its worlds only where `worlds`, and compares it with its digests: call
 * it before the contents are trusted. QD_ERROR_INPUT: it was changed or damaged after it was written, or has
 * no digests; of parts: one of them is damaged, and was left out when they were opened. */
QD_MUST_USE qd_status_t qd_result_file_check(qd_result_file_t *self, bool worlds, qd_error_t *error);

/* Where it comes from. Owned by the file. */
const qd_provenance_t *qd_result_file_provenance(const qd_result_file_t *self);

/* Number of design points. */
size_t qd_result_file_points(const qd_result_file_t *self);
/* Number of orders. */
size_t qd_result_file_orders(const qd_result_file_t *self);
/* Length of the world dimension: the most worlds that any point and order has. */
uint64_t qd_result_file_worlds(const qd_result_file_t *self);
/* Label of a point < qd_result_file_points. Owned by the file. */
const char *qd_result_file_point_label(const qd_result_file_t *self, size_t point);
/* Label of an order < qd_result_file_orders. Owned by the file. */
const char *qd_result_file_order_label(const qd_result_file_t *self, size_t order);

/* The experiment that the file states in `config`, to be freed with qd_experiment_free; `name` stands for the
 * file in messages. QD_ERROR_INPUT if `config` is not an experiment, or if the file has another number of
 * points or of orders, or more worlds, so that positions in one are valid in the other. */
QD_MUST_USE qd_status_t qd_result_file_experiment(const qd_result_file_t *self, const char *name,
                                                  qd_experiment_t **experiment, qd_error_t *error);

/* Whether per-world values of an outcome are there. Here and below an outcome may also be QD_OUTCOMES_MAX +
 * k, the k-th of the group `landscape` (qd_value_info); of these a file has neither intervals nor
 * quantiles. */
bool qd_result_file_has_worlds(qd_result_file_t *self, qd_outcome_t outcome);

/* Whether it is a folder of parts, which has rows and tallies but no statistics. */
bool qd_result_file_is_folder(const qd_result_file_t *self);

/* Whether the file keeps rows of any outcome, from which a run can continue. */
bool qd_result_file_keeps_rows(qd_result_file_t *self);

/* Whether the file knows that some of its worlds have fewer periods than others, so that means of `survival`
 * depend on how long worlds were watched. False where it has no /survival. */
bool qd_result_file_unequal_periods(qd_result_file_t *self);

/* Whether the file has statistics of an outcome: `output:` may leave it out. False where that cannot be read
 * (qd_result_file_fault). */
bool qd_result_file_summarises(qd_result_file_t *self, qd_outcome_t outcome);

/* QD_OK, or the status of a failed reading: QD_ERROR_INPUT, once, of a fault of the file; QD_ERROR_IO if
 * any reading has failed since it was opened. Callers of functions that return bool check this at the end,
 * because those functions return false for contents that cannot be read. */
QD_MUST_USE qd_status_t qd_result_file_fault(qd_result_file_t *self, qd_error_t *error);

/* Worlds present of (point, order): failed ones included. */
QD_MUST_USE qd_status_t qd_result_file_done(qd_result_file_t *self, size_t point, size_t order,
                                            uint64_t *worlds, qd_error_t *error);

/* Writes *summary of the worlds that are there of an outcome at (point, order). QD_ERROR_INPUT: the file
 * holds no statistics of it; QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_summary(qd_result_file_t *self, size_t point, size_t order,
                                               qd_outcome_t outcome, qd_result_summary_t *summary,
                                               qd_error_t *error);

/* out[i] = outcome of world first + i; NaN where there is none or it failed. */
QD_MUST_USE qd_status_t qd_result_file_read(qd_result_file_t *self, size_t point, size_t order,
                                            qd_outcome_t outcome, uint64_t first, size_t count, double out[],
                                            qd_error_t *error);

/* Whether there is a variable of that path ("/survival/estimate"). A folder of parts has none. */
bool qd_result_file_holds(qd_result_file_t *self, const char *variable);

/* The numbers of a variable as doubles, last dimension fastest: malloc'ed into *value for free(), NULL after
 * a failure, with their number in *count. QD_ERROR_INPUT: no such variable, or no numbers; QD_ERROR_IO,
 * QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_reals(qd_result_file_t *self, const char *variable, double **value,
                                             size_t *count, qd_error_t *error);

/* The same of those at one point of a variable over `rank` dimensions (point, order, ...). */
QD_MUST_USE qd_status_t qd_result_file_at_point(qd_result_file_t *self, const char *variable, size_t rank,
                                                size_t point, double **value, size_t *count,
                                                qd_error_t *error);

/* Its failed worlds: failure[*count], owned by the file; also of a folder of parts. QD_ERROR_IO,
 * QD_ERROR_MEMORY. The tables below have *count 0 if the file has none, and for a folder of parts. */
QD_MUST_USE qd_status_t qd_result_file_failures(qd_result_file_t *self, const qd_result_failure_t **failure,
                                                size_t *count, qd_error_t *error);

/* Its claims, each with its verdict: claim[*count], owned by the file. QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_claims(qd_result_file_t *self, const qd_result_claim_t **claim,
                                              size_t *count, qd_error_t *error);

/* Its claims by order: cell[claim * orders + order], owned by the file; NULL if the file has none (older
 * ones). QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_claims_by_order(qd_result_file_t *self,
                                                       const qd_result_verdict_t **cell, qd_error_t *error);
/* Its claims' robustness: cell[claim * places + place], and the places' names; NULL and 0 where there is
 * none. Owned by the file. QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_robustness(qd_result_file_t *self, const qd_result_robustness_t **cell,
                                                  const char *const **place, size_t *places,
                                                  qd_error_t *error);

/* The parameters that move the effects of its claims: row[*count], owned by the file. QD_ERROR_IO,
 * QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_turning(qd_result_file_t *self, const qd_result_turning_t **row,
                                               size_t *count, qd_error_t *error);

/* Its claims under ablations: cell[claim * count + ablation], and the ablations' names, all owned by the
 * file; NULL and 0 if there are none. QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_ablations(qd_result_file_t *self, const qd_result_verdict_t **cell,
                                                 const char *const **name, size_t *count, qd_error_t *error);
/* The same against baselines: cell[claim * count + baseline]. */
QD_MUST_USE qd_status_t qd_result_file_baselines(qd_result_file_t *self, const qd_result_verdict_t **cell,
                                                 const char *const **name, size_t *count, qd_error_t *error);

/* Its paired contrasts: contrast[*count], owned by the file. QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_contrasts(qd_result_file_t *self,
                                                 const qd_result_contrast_t **contrast, size_t *count,
                                                 qd_error_t *error);

/* Its sensitivity indices: row[*count], owned by the file. QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_result_file_sensitivity(qd_result_file_t *self,
                                                   const qd_result_sensitivity_t **row, size_t *count,
                                                   qd_error_t *error);

#pragma GCC visibility pop

#endif
