/* The analysis of a finished run: verdicts on its claims, contrasts between its points and orders,
 * sensitivity to its factors.
 *
 * Everything rests on the same worlds in every arm (common random numbers): a world that is missing or failed
 * in one arm is left out of all. With `luck: by-order` that holds within an order, and orders are independent
 * samples. Rows are read in batches, so memory does not grow with the number of worlds. `survival` is
 * right-censored at the number of periods; its means are those of min(T, period of breakdown).
 *
 * Verdicts. A claim that names no order is tested in every order and in their mean; all tests of a file are
 * corrected together (Holm 1979) at 1 - experiment->confidence. A claim about an effect is tested two-sided
 * against "the effect equals its margin", so either direction can be found: *supported* where it is rejected
 * and the estimate lies above the margin, *contradicted* where it is rejected and the estimate lies below,
 * *undecided* otherwise. It is *mixed* where it is supported in one order and contradicted in another (the
 * mean counts as one). Trends are tested by intersection-union (statistics/contrast.h). A claim of bimodality
 * has the dip test's p, the largest one over its points and orders (it must be bimodal in each), and is never
 * contradicted, because a small dip does not show that there is one mode.
 *
 * Intervals of effects are simultaneous: all have the confidence 1 - alpha / m (Bonferroni), m their number,
 * so that all of them cover with probability 1 - alpha. Holm's verdicts are sharper: an interval may contain
 * the margin of a decided claim.
 *
 * Where claims stop the run (`precision: {claims: ...}`) verdicts, p-values and intervals are those of
 * confidence sequences (engine/claim_sequences.h), because tests for a fixed number of worlds reject too
 * often in a run that stops when they reject. The other analyses (selection, robustness, contrasts,
 * sensitivity) take the numbers of worlds as fixed. */
#ifndef QD_ENGINE_ANALYSIS_H
#define QD_ENGINE_ANALYSIS_H

#include "engine/claim_sequences.h"
#include "engine/findings.h"

/* Fills *out, to be freed by qd_analysis_free (also after a failure). The index has been selected. Analyses
 * the finished worlds of an incomplete run; a claim without worlds is undecided. Where claims stopped the run
 * their verdicts, p-values and intervals are those of `sequences`, which have looked at the finished worlds,
 * each up to the worlds of its decision. NULL: nothing, or the precision of an outcome, stopped the run. */
QD_MUST_USE qd_status_t qd_analyse(const qd_experiment_t *experiment, qd_index_t *done,
                                   const qd_claim_sequences_t *sequences, qd_analysis_t *out,
                                   qd_error_t *error);

#endif
