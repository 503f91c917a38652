/* The bloc game (model.md part 2): an additively separable hedonic game on labels, on plain arrays.
 *
 * Pair worth W_ij = A_ij + threat * E_ij with shared threat E_ij = sum_l c_l m_il m_jl, m = min(A, 0).
 * Payoff of i in label k >= 1: u_i(k) = K_k sum_{j != i, b_j = k} c_j W_ij - cost (no cost in i's own label);
 * label 0 is worth 0 and open to all; a label with no member other than i cannot be entered, i's own
 * excepted. State i < labels owns label i + 1. Each move raises the weighted potential Phi = sum_k K_k
 * sum_{i<j in k} c_i c_j W_ij - sum_i c_i (cost paid by i) by c_i times the mover's gain, so reviews end, in
 * a partition that nobody gains more than the switching cost by leaving (Bogomolnaia and Jackson 2002 for the
 * symmetric case).
 *
 * E is never formed: what a label offers is field_k = sum_{j in k} c_j W_.j = A (c 1_k) + threat * m (c (m (c
 * 1_k))), O(n^2) per label instead of O(n^3) for E, kept up to date move by move at O(n^2) a move.
 *
 * Arrays are padded with zeros to `padded`, a multiple of QD_LANES; A is symmetric with zero diagonal, n rows
 * of `padded`. */
#ifndef QD_KERNEL_BLOC_GAME_H
#define QD_KERNEL_BLOC_GAME_H

#include <stdbool.h>
#include <stddef.h>

/* How many labels' shared threats are added up in one pass over the affinities. */
#define QD_BLOC_TOGETHER 4

typedef struct {
    size_t n, padded;
    size_t labels;          /* K */
    const double *c;        /* [padded] */
    const double *affinity; /* [n][padded] */
    const double *cohesion; /* [labels + 1], entry 0 unused */
    double threat, cost, switching_cost;
    int *label;         /* [padded] 0..labels, the state of the game; 0 beyond n */
    int *members;       /* [labels + 1] how many states hold each label */
    double *field;      /* [labels + 1][padded] sum_{j in k} c_j W_ij, i itself included */
    double *self_worth; /* [padded] c_i W_ii: what i adds to its own label's field (W_ii is its own threat) */
    /* scratch */
    double *hostility; /* [labels + 1][padded] c m (c 1_k), m = min(A, 0): how hostile k is to each; where
                          threat is 0 it may be NULL */
    double *scratch;   /* [2][padded], or NULL like it */
    int *first, *next; /* [labels + 1], [n] the members of each label, one after the other */
    /* Called after each move when not NULL, for tests and traces. */
    void (*moved)(void *context, size_t state, int before, int after);
    void *context;
} qd_bloc_game_t;

/* Counts members and computes the fields for the present labels. */
void qd_bloc_game_start(qd_bloc_game_t *self);

/* Owners in label 0 whose own label is empty return to it (the first step of a review; before _start). */
void qd_bloc_game_return_owners(qd_bloc_game_t *self);

/* One whole review: owners return, fields, then best moves in index order until a pass moves nobody. Returns
 * the passes made, the last one without a move counted; the cap was reached if that is QD_PASSES_MAX + 1. */
int qd_bloc_game_review(qd_bloc_game_t *self);

/* Best moves from the present labels and fields (qd_bloc_game_start first); as _review without the owners'
 * return. */
int qd_bloc_game_solve(qd_bloc_game_t *self);

/* Payoff of state i in label k given the present labels and fields. */
double qd_bloc_game_payoff(const qd_bloc_game_t *self, size_t i, int k);

/* Whether i may hold label k: 0, its present one, its own, or one that another state holds. */
bool qd_bloc_game_may_hold(const qd_bloc_game_t *self, size_t i, int k);

/* The best label of i: ties go to its own, then 0, then the lowest. */
int qd_bloc_game_best(const qd_bloc_game_t *self, size_t i);

/* Moves i to label k and updates members and fields. */
void qd_bloc_game_move(qd_bloc_game_t *self, size_t i, int k);

/* Phi of the present labels; O(n^3): for tests and landscapes. */
double qd_bloc_game_potential(const qd_bloc_game_t *self);

#endif
