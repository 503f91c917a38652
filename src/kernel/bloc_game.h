/* The bloc game (model.md part 2): an additively separable hedonic game on labels, on plain arrays.
 *
 * Pair worth W_ij = A_ij + threat * E_ij with shared threat E_ij = sum_l c_l m_il m_jl, m = min(A, 0). Payoff of i
 * in label k >= 1: u_i(k) = K_k sum_{j != i, b_j = k} c_j W_ij - cost (no cost in i's own label); label 0 is worth
 * 0 and open to all; a label with no member other than i cannot be entered, i's own excepted. State i < labels owns
 * label i + 1. Each move raises the weighted potential Phi = sum_k K_k sum_{i<j in k} c_i c_j W_ij - sum_i c_i
 * (cost paid by i) by c_i times the mover's gain, so reviews end, in a partition from which no state gains more
 * than the switching cost by moving (Bogomolnaia and Jackson 2002 for the symmetric case).
 *
 * The game keeps two sums over the members of each label, company_k = A (c 1_k) and its hostility (threat.h):
 * O(n^2) in all to begin with and O(n) a move.
 *
 * Arrays are padded with zeros to `padded`, a multiple of QD_LANES; A is symmetric with zero diagonal, n rows of
 * `padded`. */
#ifndef QD_KERNEL_BLOC_GAME_H
#define QD_KERNEL_BLOC_GAME_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t n, padded;
    size_t labels;          /* K */
    const double *c;        /* [padded] */
    const double *affinity; /* [n][padded] */
    const double *cohesion; /* [labels + 1], entry 0 unused */
    double threat, cost, switching_cost;
    int *label;      /* [padded] 0..labels, the state of the game; 0 beyond n */
    int *members;    /* [labels + 1] number of states with each label */
    double *company; /* [labels + 1][padded] sum_{j in k} c_j A_ij */
    /* Where threat is 0 these three may be NULL. */
    double *hostility; /* [labels + 1][padded] sum_{j in k} c_j m_ij, m = min(A, 0) */
    double *reach;     /* [labels + 1] root of sum_l c_l hostility_k(l)^2 */
    double *exposure;  /* [padded] root of E_ii = sum_l c_l m_il^2 */
    /* scratch: */
    int *first, *next; /* [labels + 1], [n] the members of each label, one after the other */
    /* Called after each move when not NULL, for tests and traces. */
    void (*moved)(void *context, size_t state, int before, int after);
    void *context;
} qd_bloc_game_t;

/* Counts members and computes company, hostility, reach and exposure for the present labels. */
void qd_bloc_game_start(qd_bloc_game_t *self);

/* Owners in label 0 whose own label is empty return to it (the first step of a review; before _start). */
void qd_bloc_game_return_owners(qd_bloc_game_t *self);

/* One whole review: owners return, then best moves in index order until a pass without a move. Returns
 * the number of passes, including the last one; QD_PASSES_MAX + 1 if the cap was reached. */
int qd_bloc_game_review(qd_bloc_game_t *self);

/* Best moves from the present labels (qd_bloc_game_start first); as _review without the owners'
 * return. */
int qd_bloc_game_solve(qd_bloc_game_t *self);

/* Payoff of state i in label k given the present labels; O(n). */
double qd_bloc_game_payoff(const qd_bloc_game_t *self, size_t i, int k);

/* Whether i may hold label k: 0, its present label, its own, or the label of another state. */
bool qd_bloc_game_may_hold(const qd_bloc_game_t *self, size_t i, int k);

/* The best label of i: ties go to its own, then 0, then the lowest. */
int qd_bloc_game_best(const qd_bloc_game_t *self, size_t i);

/* Moves i to label k and updates what _start computed; O(n). */
void qd_bloc_game_move(qd_bloc_game_t *self, size_t i, int k);

/* Phi of the present labels; O(n^3): for tests and landscapes. */
double qd_bloc_game_potential(const qd_bloc_game_t *self);

#endif
