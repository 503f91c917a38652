/* The findings of an analysis: rows of the result file's tables. */
#ifndef QD_ENGINE_FINDINGS_H
#define QD_ENGINE_FINDINGS_H

#include "quadrille/experiment.h"
#include "quadrille/result.h"
#include "store/index.h"

struct qd_claim_sequences; /* engine/claim_sequences.h */

/* Strings belong to the findings or to the experiment, which outlives them. */
typedef struct {
    size_t claims, contrasts, sensitivities;
    qd_result_claim_t *claim;           /* one per claim, in the file's order */
    qd_result_verdict_t *by_order;      /* claims x orders */
    qd_result_verdict_t *ablation;      /* claims x ablations; NULL where the experiment has none */
    qd_result_verdict_t *baseline;      /* claims x QD_BASELINES; NULL where none are asked for */
    qd_result_robustness_t *robustness; /* claims x (1 + orders); NULL where none is asked for */
    const char **robustness_place;      /* names of its columns: "claim", then the orders */
    size_t turnings;
    qd_result_turning_t *turning;         /* parameters that move the effects */
    qd_result_contrast_t *contrast;       /* see qd_analyse_contrasts */
    qd_result_sensitivity_t *sensitivity; /* saltelli and morris designs: outcomes x orders x factors */
    size_t texts;
    char **text; /* owned strings */
} qd_analysis_t;

/* Names of the references of each arm of a contrast: "more - neutral", "less - neutral", ... */
#define QD_BASELINES 4
extern const char *const qd_baseline_names[QD_BASELINES];

/* Formats a string that lives as long as the findings; NULL when memory is short. */
const char *qd_analysis_text(qd_analysis_t *self, const char *format, ...) QD_PRINTF(2, 3);

void qd_analysis_free(qd_analysis_t *self);

/* ---- the parts of the analysis ------------------------------------------------------------------------- */

/* Each of these adds its rows. The index has been selected. Only memory and reading can fail. */

/* Adds the claims' verdicts, by order and ablated; those of `sequences` if claims stopped the run, else
 * NULL. */
QD_MUST_USE qd_status_t qd_analyse_claims(const qd_experiment_t *experiment, qd_index_t *done,
                                          const struct qd_claim_sequences *sequences, qd_analysis_t *out,
                                          qd_error_t *error);

/* Greatest number of points of a design whose points are compared pair by pair. */
#define QD_CONTRAST_POINTS 8

/* Adds contrasts of the main outcomes (survival, tension_mean, institution_end, resolved, effective_blocs,
 * share_flexible) and of those that claims name, as far as their rows are kept. Designs of at most
 * QD_CONTRAST_POINTS points: every pair of points in every order and every pair of orders at every point;
 * larger ones: every pair of orders, averaged over the points of the design. Ablated points take no part.
 * Each interval has experiment->confidence, without correction for multiplicity. Labels: "ORDER" or
 * "ORDER/POINT". */
QD_MUST_USE qd_status_t qd_analyse_contrasts(const qd_experiment_t *experiment, qd_index_t *done,
                                             qd_analysis_t *out, qd_error_t *error);

/* Adds sensitivity indices of every selected outcome, from the leading blocks (base samples, trajectories) of
 * which every point is done. first, total: Saltelli et al. 2010 and Jansen 1999, corrected for replicate
 * noise; mu, mu_star, sigma: Morris 1991, Campolongo et al. 2007. Intervals are bootstrapped over blocks and
 * worlds together, those named noise over the worlds with the blocks held. An outcome that does not vary
 * between points has NaN. noise_share: saltelli, share of the variance between points that is due to finitely
 * many worlds; morris, variance of one effect that is, over sigma^2. */
QD_MUST_USE qd_status_t qd_analyse_sensitivity(const qd_experiment_t *experiment, qd_index_t *done,
                                               qd_analysis_t *out, qd_error_t *error);

#endif
