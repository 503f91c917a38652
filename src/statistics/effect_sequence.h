/* The sequential test of one effect, the mean of a weighted sum of outcomes in each world, against its
 * margin: intervals and p-values that hold at all looks up to a greatest number of worlds together, so that a
 * run may stop at any.
 *
 * Alpha is split over up to four tests (union bound), each sharpest for other effects:
 *   mixture   the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024),
 *             tuned to the first look: effects that are large against their standard error, early
 *   horizon   the constant boundary of O'Brien and Fleming (1979) for the greatest number of worlds N: sums
 *             of n <= N worlds stay within sd sqrt(N) c with probability 1 - 4 Phi(-c) at least (reflection
 *             principle). N is part of the test and must be chosen beforehand
 *   last      Student's test, once, of all N worlds (Haybittle 1971, Peto et al. 1976): three quarters of
 *             alpha wait for it, so that little is lost at N against a run of a fixed number of worlds
 *   bets      qd_bets_t, of an effect with bounds: valid at every number of worlds, and sharp where few
 *             worlds differ
 * All but bets rest on the central limit theorem. They count once the effect's fourth moment lets them:
 * (sum d^2)^2 / sum d^4, d = x - margin, is the number of worlds that carry the variance, and must be 25 or
 * more. Plain data; one thread at a time. */
#ifndef QD_STATISTICS_EFFECT_SEQUENCE_H
#define QD_STATISTICS_EFFECT_SEQUENCE_H

#include "statistics/interval.h"
#include "statistics/moments.h"

typedef struct {
    double margin, alpha; /* alpha: of the interval */
    bool bounded;         /* there are bets */
    uint64_t horizon;     /* the greatest number of worlds */
    uint64_t worlds;      /* added so far, those that failed too */
    qd_confidence_sequence_t mixture;
    qd_bets_t bets;
    qd_moments_t moments;
    double squares, fourths; /* sums of powers about the margin */
} qd_effect_sequence_t;

/* The weighted sum lies in [low, high]; either may be infinite. 0 < alpha < 1; 2 <= min_worlds <= horizon. */
void qd_effect_sequence_init(qd_effect_sequence_t *self, double low, double high, double margin, double alpha,
                             uint64_t min_worlds, uint64_t horizon);

/* Adds a world's value; NaN (it failed) is left out. */
void qd_effect_sequence_add(qd_effect_sequence_t *self, double x);

/* Takes a look at the added values. The functions below describe the last look. */
void qd_effect_sequence_look(qd_effect_sequence_t *self);

/* The p-value of "the mean is the margin", in (0, 1]: with probability 1 - a it is above a at all looks up to
 * the horizon. */
double qd_effect_sequence_p(const qd_effect_sequence_t *self);

/* 1 where p is at most `alpha` and the mean is above the margin, -1 where it is below; else 0. */
int qd_effect_sequence_side(const qd_effect_sequence_t *self, double alpha);

/* Whether p is at most `alpha` without the central limit theorem, by bets alone. */
bool qd_effect_sequence_exact(const qd_effect_sequence_t *self, double alpha);

/* The interval of all but bets together, with confidence 1 - alpha; cut at a margin that p excludes at that
 * alpha. Unbounded where they do not count yet. */
qd_interval_t qd_effect_sequence_interval(const qd_effect_sequence_t *self);

/* Whether p will hardly fall to `alpha` at the horizon: not even if the worlds from now on have the mean so
 * far, moved by two standard errors away from the margin. A run may stop for this reason: the stop gives no
 * verdict. */
bool qd_effect_sequence_hopeless(const qd_effect_sequence_t *self, double alpha);

#endif
