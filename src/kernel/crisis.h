/* One crisis (model.md part 3): its attributes, the stakes of the states, and the initiator. */
#ifndef QD_KERNEL_CRISIS_H
#define QD_KERNEL_CRISIS_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/world.h"
#include "world/state.h"

#define QD_CRISES_MAX 4 /* a period */

/* All draws of a crisis (world/draws.h); none depends on the order. */
typedef struct {
    double severity, values[2]; /* normal; the others uniform */
    double scene[2], targeted, target;
    double foresight[QD_VENUES]; /* of the venues that may fail to start; else 1 */
    double outcome, escalation;
} qd_crisis_luck_t;

typedef struct {
    unsigned period, number; /* its address: the crisis `number` of `period` */
    qd_crisis_luck_t drawn;
    double severity;   /* s in (0, 4] */
    double values[2];  /* v_m */
    double place[3];   /* x_m: unit vector (of an untargeted crisis; else that of the target) */
    int target;        /* k, or QD_NOBODY */
    double resistance; /* R */
    int initiator;     /* p, or QD_NOBODY */
    double *near;      /* [padded] exp(-theta_im / distance_scale) */
    double *similar;   /* [padded] V(v_i, v_m) */
    double *stake;     /* [padded] h */
    double *price; /* [padded] the price of taking a side, Delta, without any saving; +inf in the padding */
} qd_crisis_t;

/* The weights of venues for an initiator: the doctrine parameters that bind it (doctrine.scope). */
typedef struct {
    double bias[QD_VENUES];
    double force_ratio, vital_interest;
} qd_leaning_t;

/* Draws for the numbers of crises of several periods, made at once; the address shows whether they apply. */
#define QD_COUNT_PERIODS 8
typedef struct {
    qd_luck_t luck;
    unsigned period; /* the first of them */
    bool drawn;
    double uniform[QD_COUNT_PERIODS], calm[QD_COUNT_PERIODS]; /* u, and -log u: no crisis at a lower rate */
} qd_count_luck_t;

/* Number of crises in a period: Poisson(rate (1 + tension_feedback tau)), at most QD_CRISES_MAX. */
unsigned qd_crisis_count(qd_count_luck_t *held, const qd_state_t *state, const qd_parameters_t *p,
                         qd_luck_t luck, unsigned period);

/* Its random draws alone. */
void qd_crisis_draw_luck(qd_crisis_luck_t *self, qd_luck_t luck, unsigned period, unsigned number);

/* Draws crisis `number` of `period`, and with it near, similar, stake, price, resistance and initiator.
 * scratch: [padded]. */
void qd_crisis_draw(qd_crisis_t *self, const qd_state_t *state, const qd_parameters_t *p, qd_luck_t luck,
                    unsigned period, unsigned number, double *scratch);

/* The first state with the largest c_i h_i > 0, or QD_NOBODY; the target's own stake is 0, so it never
 * initiates. weight: [padded], overwritten with c_i h_i. */
int qd_crisis_initiator(const qd_crisis_t *self, const qd_state_t *state, double *weight);

/* The doctrine that binds state i at present. */
qd_leaning_t qd_leaning_of(const qd_state_t *state, const qd_parameters_t *p, int i);

#endif
