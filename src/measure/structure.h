/* Measures of one moment's structure (model.md part 7): blocs, hostility, balance, concentration, polarity.
 */
#ifndef QD_MEASURE_STRUCTURE_H
#define QD_MEASURE_STRUCTURE_H

#include <stddef.h>

#include "world/state.h"

/* The blocs (labels with at least two holders) and the unaligned states, rebuilt when labels change and used
 * by measures in between. Rows of `padded`, 1 for members and 0 for others: first the unaligned states (and
 * the padding), then each bloc. */
typedef struct {
    size_t padded, blocs;
    double *row; /* [1 + blocs][padded], and scratch */
} qd_membership_t;

/* Allocates for at most `states` states. False when memory is short. */
bool qd_membership_init(qd_membership_t *self, size_t states);
void qd_membership_free(qd_membership_t *self);

/* The state's present labels. */
void qd_membership_set(qd_membership_t *self, const qd_state_t *state);

/* Derives from the capability shares c [padded] the shares s of each bloc and of each unaligned state. */
typedef struct {
    double effective; /* 1 / sum s^2 */
    double unaligned; /* capability share of states in no bloc */
} qd_alignment_t;
qd_alignment_t qd_measure_alignment(const qd_membership_t *self, const double *c);

/* Returns the largest share s. */
double qd_measure_largest_bloc(const qd_membership_t *self, const double *c);

/* Capability-weighted cohesion over states with a label >= 1; 0 if there is none. */
double qd_measure_cohesion(const qd_state_t *state);

/* 4 sum_{i<j} c_i c_j max(-A_ij, 0). */
double qd_measure_polarisation(const qd_state_t *state);

/* Share of pairs with A < 0. */
double qd_measure_hostile_dyads(const qd_state_t *state);

/* Structural balance: sum_{i<j<k} w t / sum w |t|, w = c_i c_j c_k, t = A_ij A_jk A_ik; in [-1, 1]; 0 where
 * there is no triad. sizes [padded], affinity n rows of padded; scratch [padded]. O(n^3). */
double qd_measure_balance(size_t n, size_t padded, const double *sizes, const double *affinity,
                          double *scratch);

/* Ray and Singer (1973): sqrt((sum c^2 - 1/N) / (1 - 1/N)) of shares c[0..n-1]; in [0, 1]; 0 for n = 1. */
double qd_measure_concentration(size_t n, const double *c);

/* Realised polarity: 0 unipolar, 1 bipolar, 2 multipolar, 3 none; over states with c >= 0.05 and their sum g.
 */
int qd_measure_polarity(size_t n, const double *c);

/* Gini coefficient of v[0..n-1] >= 0, padded with zeros: sum_ij |v_i - v_j| / (2 n sum_i v_i). 0 for n < 2 or
 * where all are 0. */
double qd_measure_gini(size_t n, const double *v);

/* Depths in clubs of the states that are not poles; `padded` 0: there are no clubs. */
typedef struct {
    size_t padded;
    double *deepest; /* [padded] max_k d_ik / Lambda of a state that is no pole, else 0 */
    double *minor;   /* [padded] 1 of a state that is no pole, else 0 */
} qd_depths_t;

/* Room for `states` states; false when memory is short. */
bool qd_depths_init(qd_depths_t *self, size_t states);
void qd_depths_free(qd_depths_t *self);

/* Reads the present levels; the world has clubs. */
void qd_depths_set(qd_depths_t *self, const qd_state_t *state);

/* Depth in the deepest club, weighted by capability over states other than poles; 0 without such states or
 * clubs. */
double qd_measure_integration(const qd_depths_t *self, const double *c);

/* Share of the states other than poles that are in two clubs or more; 0 without such states or clubs. */
double qd_measure_overlap(const qd_state_t *state);

/* Share of the pairs of states in one club, its patron left out, with A < 0, over all clubs; 0 without
 * pairs. */
double qd_measure_rival_spokes(const qd_state_t *state);

/* Sum c_i y_i, at most 1. */
double qd_measure_support(const qd_state_t *state);

/* Root of sum c_i |v_i - sum c_j v_j|^2. */
double qd_measure_values_spread(const qd_state_t *state);

#endif
