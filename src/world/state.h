/* The state of one world: capabilities, places, values and affinities of the states, and the order. Arrays
 * are padded with zeros to `padded` (a multiple of QD_LANES); matrices are n rows of `padded`, symmetric. */
#ifndef QD_WORLD_STATE_H
#define QD_WORLD_STATE_H

#include <stddef.h>

#include "quadrille/error.h"
#include "quadrille/world.h"

/* Greatest number of states (upper end of order.states), a multiple of 64, and of labels (upper end of
 * blocs.max). */
#define QD_STATES_MAX 1024
#define QD_LABELS_MAX 64

/* Greatest number of clubs, one for each pole: the maximum of order.poles, or of states with a share of
 * 0.05. */
#define QD_CLUBS_MAX 20

typedef struct {
    size_t n, padded; /* N, and N rounded up */
    size_t capacity;  /* padded size of the allocated arrays */
    size_t poles;     /* m: states 0..m-1 hold the veto throughout */
    size_t labels;    /* K */
    double *c;        /* capability shares, sum 1 */
    double *place;    /* [3][padded] unit vectors, one array a coordinate */
    double *value;    /* [2][padded] */
    double *affinity; /* A in [-1,1], zero diagonal; `padded` rows, 0 beyond n */
    double *baseline; /* B', the affinities that A relaxes to; where `anchored`, only below the diagonal */
    double *anchor; /* X below the diagonal, the baseline without clamp or clubs; set only where `anchored` */
    bool anchored;  /* values may move, or there are clubs */
    double *proximity;                  /* G = exp(-theta / distance_scale), unit diagonal */
    double *load;                       /* l in [0, 0.8] */
    double *support;                    /* [padded] y in [0, 1]: public support */
    double *learned;                    /* [QD_VENUES][padded] beta: learned leaning towards each venue */
    int *label;                         /* b in 0..K */
    double cohesion[QD_LABELS_MAX + 1]; /* K_k, entry 0 unused */
    size_t depth;                       /* Lambda; 0: there are no clubs, and `level` is not set */
    double *readiness;                  /* [padded] z: log cost of depth in standard deviations */
    double *level;                      /* [poles][padded] d_ik in 0..Lambda, the patron's own being Lambda */
    double institution, tension, debt;  /* I, tau, D */
} qd_state_t;

/* Allocates for at most `states` states. False when memory is short or `states` exceeds QD_STATES_MAX
 * (qd_state_free releases what was allocated). */
bool qd_state_init(qd_state_t *self, size_t states);
void qd_state_free(qd_state_t *self);

/* Sets n and padded and clears everything. */
void qd_state_reset(qd_state_t *self, size_t n);

/* As above, but leaves the first n rows of the matrices unchanged, for a caller that sets them completely. */
void qd_state_begin(qd_state_t *self, size_t n);

/* near[i] = exp(-theta_i / distance_scale), i < padded, theta_i the angle between state i's place and this
 * one. Values in the padding are finite and unspecified. */
void qd_state_near(const qd_state_t *self, const double place[3], double distance_scale, double *near);

/* Completes a matrix from its part below the diagonal: the diagonal, the other half, 0 in the padding. */
void qd_state_mirror(const qd_state_t *self, double *matrix, double diagonal);

/* G from the places, for the given decay length in rad. */
void qd_state_set_proximity(qd_state_t *self, double distance_scale);

/* -|v_i - v_j|^2 / (2 h^2) of the pairs below the diagonal, for values_scale h, of which e to that power is
 * (V + 1) / 2: rows of qd_padded(i) numbers, i < n, one after the other. Returns how many. */
size_t qd_state_set_unlike(const qd_state_t *self, double values_scale, double *unlike);

/* out = A + rate (B - A), whole matrices; `out` may be A itself. */
void qd_state_relax(const qd_state_t *self, double rate, double *out);

/* Scales c to sum 1. */
void qd_state_normalise(qd_state_t *self);

/* Checks every invariant: finite values, c >= 0 with sum 1, A and B symmetric within [-1,1] with zero
 * diagonal, labels in 0..K, levels in 0..Lambda, I in [0,1], tau and D >= 0, loads in [0, 0.8], support in
 * [0, 1], zero padding. Returns NULL, or one phrase that names the violated invariant. O(n^2). */
const char *qd_state_verify(const qd_state_t *self);

/* Returns NULL, or the reason for which the state cannot be resumed: a value is not finite. O(n). */
const char *qd_state_failure(const qd_state_t *self);

#endif
