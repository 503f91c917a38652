/* The results of a venue's game for the initiator (model.md part 4): P+, P-, q, L, epsilon, EU. Each lane holds a
 * venue, so that the divisions of four venues run together. */
#ifndef QD_KERNEL_WORTH_H
#define QD_KERNEL_WORTH_H

#include "kernel/crisis.h"

#define QD_WORTHS 4

typedef struct {
    /* given */
    double support[QD_WORTHS];    /* C+ > 0 */
    double opposition[QD_WORTHS]; /* C- */
    double heads[QD_WORTHS];      /* n+ - n- */
    double frame[QD_WORTHS];      /* legitimacy added by the venue: L += (1 - L) frame */
    double leaning[QD_WORTHS];    /* bias_g + beta_pg */
    /* found */
    double effort[QD_WORTHS], counter[QD_WORTHS]; /* P+, P- */
    double success[QD_WORTHS];                    /* q */
    double legitimacy[QD_WORTHS];                 /* L */
    double escalation[QD_WORTHS];                 /* epsilon */
    double worth[QD_WORTHS];                      /* EU */
} qd_worths_t;

/* Unused lanes need support > 0 (a divisor); their other inputs are ignored. */
void qd_worths_find(qd_worths_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p);

#endif
