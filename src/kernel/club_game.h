/* The club game (model.md part 9): in each club k, one of each patron k < clubs, every other state chooses a
 * level d_ik in 0..depth (Lambda), on plain arrays.
 *
 * Payoff of i: sum_{k != i} [ sum_{j != i} c_j W_ij min(d_ik, d_jk) / Lambda - cost_i (d_ik / Lambda)^2 ]
 * - rivalry sum_{k<l} max(-A_kl, 0) min(d_ik, d_il) / Lambda, with the worth W of a pair from the bloc game
 * (bloc_game.h). Phi = sum_k sum_{i<j} c_i c_j W_ij min(d_ik, d_jk) / Lambda - sum_i c_i (i's costs and
 * rivalry) rises by c_i times the mover's gain, so that reviews end.
 *
 * Since sum_j c_j W_ij min(d, d_jk) = sum_{e=1..d} sum_{j: d_jk >= e} c_j W_ij, the payoff needs one sum of
 * the others for each club and level: the company A (c 1_ke), and the shared threat, which the hostility and
 * the reach bound (bloc_game.h). A review computes companies, hostilities and reaches, O(clubs depth n^2). A
 * move updates those of the levels between its two levels, O(n) each. Bounds show that most states do not
 * move, O(clubs depth) each, side by side. The shared threat is summed for the others only, O(n) for each
 * level.
 *
 * Arrays are padded with zeros to `padded`, a multiple of QD_LANES. */
#ifndef QD_KERNEL_CLUB_GAME_H
#define QD_KERNEL_CLUB_GAME_H

#include <stdbool.h>
#include <stddef.h>

#include "world/state.h"

#define QD_DEPTH_MAX 4 /* upper end of clubs.depth */

typedef struct {
    size_t n, padded, clubs, depth;
    const double *c;        /* [padded] */
    const double *affinity; /* [n][padded] */
    const double *cost;     /* [padded] kappa */
    double threat, rivalry, switching_cost;
    bool exposed;  /* `exposure` has been set, up to rounding */
    double *level; /* [clubs][padded] the state of the game; level[k][k] = depth */
    /* set by the review: */
    double
        *company; /* [clubs][depth][padded] of levels 1, 2, ...: sum c_j A_ij over the j that are as deep */
    double *hostility; /* the same for min(A, 0); may be NULL if threat is 0 */
    double *exposure;  /* [padded] root of E_ii = sum_l c_l m_il^2 of each state; given if `exposed` */
    double reach[QD_CLUBS_MAX * QD_DEPTH_MAX];  /* [clubs][depth] of the hostilities */
    double hostile[QD_CLUBS_MAX][QD_CLUBS_MAX]; /* rivalry max(-A_kl, 0) */
    /* Called after each move when not NULL, for tests and traces. */
    void (*moved)(void *context, size_t state, size_t club, double before, double after);
    void *context;
} qd_club_game_t;

/* Makes the sums for the present levels. */
void qd_club_game_start(qd_club_game_t *self);

/* Best moves, states in index order and each club by club, until a pass without a move. Returns the number of
 * passes, including the last one; QD_PASSES_MAX + 1 if the cap was reached. */
int qd_club_game_review(qd_club_game_t *self);

#endif
