/* Claims judged while worlds are added: every claim in every place has a confidence sequence of its effect
 * (statistics/effect_sequence.h), which holds at all looks at once, so that the run may stop at any look.
 *
 * The differences are paired: each world's weighted sum of the cells' outcomes. Where all outcomes are
 * bounded it lies between the sums of weight times bound, and there are bets. Each of the m tests of a family
 * has a share alpha / m, alpha = 1 - precision.confidence; a verdict leaves its share to the open tests of
 * its group (Holm 1979). So with probability 1 - alpha no verdict of the family is false, whenever the run
 * stops. Intervals keep alpha / m.
 *
 * A place is decided, and frozen, at the first look from min_worlds on at which
 *   an effect        differs from its margin: supported above, contradicted below
 *   a trend          has a rise and steps that all exceed their margins: supported (intersection-union); has
 *                    a rise below its margin: contradicted; has a rise above and a step below: undecided
 *   bimodality       has the worlds of the dip test: their number is fixed, so that the test holds
 * An awaited place ends undecided if its effect is shown to be negligible, or if max_worlds would hardly
 * decide it: a stop for futility gives no verdict, and so no false one. A claim that is supported in one
 * order and contradicted in another is mixed, and the run does not wait for its other places. A cell stays
 * open while it has fewer than min_worlds or an awaited claim needs it in an open place; with a cell its
 * counterparts under ablations and baselines stay open. If a cell of a place has ended, the place is judged
 * by the worlds until then. */
#ifndef QD_ENGINE_CLAIM_SEQUENCES_H
#define QD_ENGINE_CLAIM_SEQUENCES_H

#include "engine/claim_places.h"
#include "engine/groups.h"
#include "engine/parallel.h"
#include "statistics/interval.h"
#include "store/index.h"
#include "store/parts.h"

typedef enum {
    QD_PLACE_OPEN,
    QD_PLACE_SUPPORTED,
    QD_PLACE_CONTRADICTED,
    QD_PLACE_SETTLED,    /* decided without a verdict of the sequence: a trend with a step down, a dip */
    QD_PLACE_NEGLIGIBLE, /* ended undecided: the interval lies within -+ the claim's `negligible` */
    QD_PLACE_HOPELESS,   /* ended undecided: max_worlds would hardly decide it */
    QD_PLACE_STATES
} qd_place_state_t;

/* The state of a place. */
typedef struct {
    qd_place_state_t state;
    uint64_t looked; /* worlds 0 .. looked - 1 were looked at, up to the decision */
    double p,
        p_adjusted; /* anytime-valid; after Holm's correction, as at the decision; 1 before the first look */
    qd_interval_t interval; /* of the effect, or of a trend's rise; its confidence is `level` */
    double level;
    bool dip;        /* a claim of bimodality: it has neither p nor interval */
    bool asymptotic; /* p rests on the central limit theorem */
} qd_place_finding_t;

typedef struct qd_claim_sequences qd_claim_sequences_t;

/* `original`, `groups`: of the experiment; they and it must outlive the object. QD_ERROR_MEMORY only. */
QD_MUST_USE qd_status_t qd_claim_sequences_new(const qd_experiment_t *experiment, const size_t original[],
                                               const qd_groups_t *groups, qd_claim_sequences_t **self,
                                               qd_error_t *error);
void qd_claim_sequences_free(qd_claim_sequences_t *self); /* NULL-safe */

/* Copies the values of a cell for the next look, from a finished block or from kept worlds first .. first +
 * count - 1. */
void qd_claim_sequences_take(qd_claim_sequences_t *self, size_t cell, const qd_segment_t *block);
QD_MUST_USE qd_status_t qd_claim_sequences_read(qd_claim_sequences_t *self, size_t cell, qd_index_t *done,
                                                uint64_t first, size_t count, qd_error_t *error);

/* Looks at the next `count` worlds of a group and decides. Every open cell's worlds have been taken. */
void qd_claim_sequences_look(qd_claim_sequences_t *self, size_t group, size_t count);

/* Whether a cell ended before the experiment's number of worlds. */
bool qd_claim_sequences_closed(const qd_claim_sequences_t *self, size_t cell);

/* Numbers of the awaited claims and of the decided ones among them: decided in all their places, or mixed. */
size_t qd_claim_sequences_awaited(const qd_claim_sequences_t *self);
size_t qd_claim_sequences_decided(const qd_claim_sequences_t *self);

/* The state of a claim (its position) in a column of a family; all zero if there is no test. */
qd_place_finding_t qd_claim_sequences_find(const qd_claim_sequences_t *self, qd_place_family_t family,
                                           size_t claim, size_t column);

/* Sends rank 0's state to every rank. */
void qd_claim_sequences_share(qd_claim_sequences_t *self, const qd_ranks_t *ranks);

#endif
