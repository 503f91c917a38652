/* One claim: its effect and its test, before correction for multiple tests. */
#ifndef QD_ENGINE_CLAIM_TESTS_H
#define QD_ENGINE_CLAIM_TESTS_H

#include "engine/claim_places.h"
#include "engine/findings.h"
#include "statistics/bimodality.h"
#include "statistics/contrast.h"

/* Greatest number of worlds of a dip test, before failed ones are left out. */
#define QD_DIP_WORLDS 4096

typedef struct {
    qd_contrast_result_t found; /* of a claim of bimodality: the dip as estimate, no se */
    double p;                   /* two-sided; of a dip its own; NaN if there are too few worlds */
    bool effect;                /* an effect against a margin, not a dip */
    const char *note;           /* detail, or NULL */
} qd_claim_test_t;

/* Data shared by all tests of an analysis. The caller sets the first two members; the rest begin as 0. */
typedef struct {
    const qd_experiment_t *experiment;
    qd_index_t *done;
    qd_dip_null_t dip;    /* made at its first use */
    qd_cell_size_t *size; /* [points * orders] the same */
    uint64_t worlds;      /* effects are measured in worlds 0 .. worlds - 1 at most; 0: in all */
    /* the sequences that stopped the run; NULL if claims did not stop it */
    const struct qd_claim_sequences *sequences;
} qd_claim_tests_t;

void qd_claim_tests_free(qd_claim_tests_t *self);

/* Measures a claim in `order` (its position; -1: the mean over all orders), or in the orders that the claim
 * names. `counterpart`: for each point of the experiment the point that replaces it, or NULL: itself. Notes
 * belong to `texts`. */
QD_MUST_USE qd_status_t qd_claim_test(qd_claim_tests_t *self, const qd_claim_t *claim, int order,
                                      const size_t *counterpart, qd_analysis_t *texts, qd_claim_test_t *out,
                                      qd_error_t *error);

/* Measures the claim of a place there. */
QD_MUST_USE qd_status_t qd_claim_test_at(qd_claim_tests_t *self, const qd_place_t *place,
                                         qd_analysis_t *texts, qd_claim_test_t *out, qd_error_t *error);

/* Adds the claims' robustness (docs/experiment-file.md) to findings that have verdicts. */
QD_MUST_USE qd_status_t qd_analyse_robustness(qd_claim_tests_t *self, qd_analysis_t *out, qd_error_t *error);

/* Mean of an outcome over an arm's points in the claim's orders; NaN without worlds. */
QD_MUST_USE qd_status_t qd_claim_arm_mean(qd_claim_tests_t *self, const qd_claim_t *claim,
                                          const qd_arm_t *arm, qd_outcome_t outcome, double *mean,
                                          qd_error_t *error);

/* Share of the worlds of an arm's points in which an outcome is not 0; NaN without worlds. */
QD_MUST_USE qd_status_t qd_claim_arm_share(qd_claim_tests_t *self, const qd_claim_t *claim,
                                           const qd_arm_t *arm, qd_outcome_t outcome, double *share,
                                           qd_error_t *error);

#endif
