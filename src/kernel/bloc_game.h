/* The bloc game (model.md part 2): an additively separable hedonic game on labels, on plain arrays.
 *
 * Pair worth W_ij = A_ij + threat * E_ij with shared threat E_ij = sum_l c_l m_il m_jl, m = min(A, 0). Payoff
 * of i in label k >= 1: u_i(k) = K_k sum_{j != i, b_j = k} c_j W_ij - cost (no cost in i's own label); label
 * 0 is worth 0 and open to all; a label with no member other than i cannot be entered, i's own excepted.
 * State i < labels owns label i + 1. Each move raises the weighted potential Phi = sum_k K_k sum_{i<j in k}
 * c_i c_j W_ij - sum_i c_i (cost paid by i) by c_i times the mover's gain, so reviews end, in a partition
 * from which no state gains more than the switching cost by moving (Bogomolnaia and Jackson 2002 for the
 * symmetric case).
 *
 * The game keeps two sums over the members of each label, company_k = A (c 1_k) and its hostility (below).
 * They cost O(n^2) in all at the start and O(n) a move.
 *
 * Arrays are padded with zeros to `padded`, a multiple of QD_LANES; A is symmetric with zero diagonal, n rows
 * of `padded`. */
#ifndef QD_KERNEL_BLOC_GAME_H
#define QD_KERNEL_BLOC_GAME_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "math/reduce.h"

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

/* Moves i to label k and updates what _start computed; O(n). */
void qd_bloc_game_move(qd_bloc_game_t *self, size_t i, int k);

/* Phi of the present labels; O(n^3): for tests and landscapes. */
double qd_bloc_game_potential(const qd_bloc_game_t *self);

/* ---- shared threats ------------------------------------------------------------------------------------ */

/* Shared threats (model.md part 2), for the club game too: E_ij = sum_l c_l m_il m_jl, m = min(A, 0), is
 * never formed. For a group of states G the game keeps its hostility h = m (c 1_G); the threat that state i
 * shares with its members is sum_{j in G} c_j E_ij = sum_l c_l m_il h_l, O(n). It lies between 0 and the
 * product of two lengths, the state's exposure, the root of E_ii, and the group's reach, the root of sum_l
 * c_l h_l^2 (Cauchy and Schwarz). This bound usually suffices to show that a state does not move. */

/* The reach of a group of this hostility; arrays of `padded`. */
static inline double qd_threat_reach(const double *restrict c, const double *restrict hostility,
                                     size_t padded)
{
    qd_sums_t sum = {0};
    for (size_t l = 0; l < padded; l += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            qd_reals_t r = QD_REALS_OF(hostility + l + v * QD_REALS);
            sum.part[v] += QD_REALS_OF(c + l + v * QD_REALS) * (r * r);
        }
    return sqrt(qd_sums_join(&sum));
}

/* sum_l c_l m_il h_l over a group's members, i itself too if it is one. row: the affinities of i. */
static inline double qd_threat_shared(const double *restrict row, const double *restrict c,
                                      const double *restrict hostility, size_t padded)
{
    qd_sums_t sum = {0};
    for (size_t l = 0; l < padded; l += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = l + v * QD_REALS;
            qd_reals_t m = QD_REALS_NEGATIVE(QD_REALS_OF(row + at));
            sum.part[v] += QD_REALS_OF(c + at) * m * QD_REALS_OF(hostility + at);
        }
    return qd_sums_join(&sum);
}

/* Updates a group's hostility when state j enters it with its size, or leaves it with minus its size. row:
 * the affinities of j. */
static inline void qd_threat_count_in(double *restrict hostility, double size, const double *restrict row,
                                      size_t padded)
{
    for (size_t l = 0; l < padded; l += QD_REALS)
        QD_REALS_AT(hostility + l) += size * QD_REALS_NEGATIVE(QD_REALS_OF(row + l));
}

#endif
