/* What a finished run says: verdicts on its claims, contrasts between its points and orders, sensitivity to
 * its factors.
 *
 * Everything rests on the same worlds in every arm (common random numbers): a world that is missing or failed
 * in one arm is left out of all. Rows are read in batches, so memory does not grow with the number of worlds.
 * `survival` is right-censored at the number of periods; its means are those of min(T, period of breakdown),
 * taken as they are.
 *
 * Verdicts. The hypotheses of a file are corrected together (Holm 1979) at 1 - experiment->confidence. A
 * claim about an effect enters with the two-sided p of "the effect equals its margin", so either direction
 * can be found: *supported* where it is rejected and the estimate lies above the margin, *contradicted* where
 * it is rejected and the estimate lies below, *undecided* otherwise. Its interval has the confidence at which
 * it excludes the margin exactly where Holm rejects. A trend is supported only if, besides, no step between
 * neighbouring levels goes significantly the other way. A claim of bimodality enters with the dip test's p
 * (the largest one, where the arm has several points or orders: it must be bimodal in each) and is never
 * contradicted, because a small dip does not show that there is one mode. */
#ifndef QD_ENGINE_ANALYSIS_H
#define QD_ENGINE_ANALYSIS_H

#include "quadrille/experiment.h"
#include "quadrille/result.h"
#include "store/index.h"

/* Rows of the result file's tables. Strings belong to the analysis or to the experiment, which must outlive
 * it. */
typedef struct {
    size_t claims, contrasts, sensitivities;
    qd_result_claim_t *claim;             /* one per claim, in the file's order */
    qd_result_contrast_t *contrast;       /* see qd_analyse_contrasts */
    qd_result_sensitivity_t *sensitivity; /* saltelli and morris designs: outcomes x orders x factors */
    size_t texts;
    char **text; /* owned strings */
} qd_analysis_t;

/* Fills *out, to be freed by qd_analysis_free (also after a failure). The index has been selected. Incomplete
 * runs are analysed as far as they are done; a claim without worlds is undecided. */
QD_MUST_USE qd_status_t qd_analyse(const qd_experiment_t *experiment, qd_index_t *done, qd_analysis_t *out,
                                   qd_error_t *error);
void qd_analysis_free(qd_analysis_t *self);

/* ---- its parts ----------------------------------------------------------------------------------------- */

/* Adds the claims' verdicts. */
QD_MUST_USE qd_status_t qd_analyse_claims(const qd_experiment_t *experiment, qd_index_t *done,
                                          qd_analysis_t *out, qd_error_t *error);

/* Most points of a design whose points are compared pair by pair. */
#define QD_CONTRAST_POINTS 8

/* Adds contrasts of the main outcomes (survival, tension_mean, institution_end, resolved, effective_blocs,
 * share_flexible) and of those that claims name, as far as their rows are kept. Designs of at most
 * QD_CONTRAST_POINTS points: every pair of points in every order and every pair of orders at every point;
 * larger ones: every pair of orders, averaged over the points of the design. Intervals are at
 * experiment->confidence each, not corrected for being many. Labels: "ORDER" or "ORDER/POINT". */
QD_MUST_USE qd_status_t qd_analyse_contrasts(const qd_experiment_t *experiment, qd_index_t *done,
                                             qd_analysis_t *out, qd_error_t *error);

/* Adds sensitivity indices of every selected outcome, from the leading blocks (base samples, trajectories) of
 * which every point is done. first, total: Saltelli et al. 2010 and Jansen 1999, corrected for replicate
 * noise; mu, mu_star, sigma: Morris 1991, Campolongo et al. 2007. Intervals are bootstrapped over blocks and
 * worlds together, those named noise over the worlds with the blocks held. An outcome that does not vary between
 * points has NaN. noise_share: saltelli, share of the variance
 * between points that is due to finitely many worlds; morris, variance of one effect that is, over sigma^2.
 */
QD_MUST_USE qd_status_t qd_analyse_sensitivity(const qd_experiment_t *experiment, qd_index_t *done,
                                               qd_analysis_t *out, qd_error_t *error);

/* A string made printf-style that lives as long as the analysis; NULL when memory is short. */
const char *qd_analysis_text(qd_analysis_t *self, const char *format, ...) QD_PRINTF(2, 3);

#endif
