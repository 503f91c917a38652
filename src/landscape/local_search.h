/* Local search over partitions: annealing, then Kernighan and Lin's variable-depth passes.
 *
 * What every group offers every actor is kept up to date move by move, over the actor's neighbours only.
 * Moving actor i from its group a to group b lowers the disagreements by offer_i(b) - offer_i(a). Two camps
 * are partitions into at most two groups, blocs into at most n. All luck comes from qd_random_* under
 * QD_PURPOSE_LANDSCAPE. */
#ifndef QD_LANDSCAPE_LOCAL_SEARCH_H
#define QD_LANDSCAPE_LOCAL_SEARCH_H

#include "landscape/weights.h"
#include "quadrille/random.h"

/* Neighbours of every actor: those of i are tie[first[i]] .. tie[first[i + 1] - 1]. */
typedef struct {
    size_t n;
    size_t *first;      /* [n + 1] */
    uint16_t *other;    /* [ties] */
    double *weight;     /* [ties] */
    double mean_weight; /* mean |w| over ties; 0 without ties */
    double mean_degree;
} qd_neighbours_t;

/* From a symmetric matrix with zero diagonal, n rows of `stride`; released by qd_neighbours_free, also after
 * a failure. */
QD_MUST_USE qd_status_t qd_neighbours_init(qd_neighbours_t *self, size_t n, size_t stride, const double w[],
                                           qd_error_t *error);
void qd_neighbours_free(qd_neighbours_t *self);

typedef struct {
    const qd_neighbours_t *ties;
    double tolerance;
    size_t n, groups_max;
    uint16_t *group;   /* [n] */
    uint16_t *members; /* [groups_max] */
    uint16_t *used;    /* [groups_max] the groups that have members, then those that have none */
    uint16_t *place;   /* [groups_max] position of a group in `used` */
    size_t groups;     /* how many have members */
    double *offer;     /* [n][groups_max] */
    uint16_t *moves;   /* [2][n] actors moved in a pass, and where from */
    bool *locked;      /* [n] */
} qd_local_search_t;

/* groups_max: 2 for two camps, n for blocs. Released by qd_local_search_free, also after a failure. */
QD_MUST_USE qd_status_t qd_local_search_init(qd_local_search_t *self, const qd_neighbours_t *ties,
                                             size_t groups_max, double tolerance, qd_error_t *error);
void qd_local_search_free(qd_local_search_t *self);

/* Starts from group[0..n-1], every entry below groups_max. */
void qd_local_search_enter(qd_local_search_t *self, const uint16_t group[]);

/* Luck and temperatures of one annealing: sweep s < sweeps uses period `period` + s and draw i for actor i;
 * the temperature falls geometrically from hot * mean |w| * sqrt(mean degree) to a tenth of mean |w|. */
typedef struct {
    qd_luck_t luck;
    uint32_t period, sweeps;
    double hot;
} qd_annealing_t;

/* Sweeps of Metropolis moves over all actors in order, each to a random group in use or a new one. */
void qd_local_search_anneal(qd_local_search_t *self, const qd_annealing_t *annealing);

/* Passes in each of which every actor moves at most once, always by the best move there is, even a bad one;
 * the pass ends 40 moves after its lowest point at the latest and is undone back to it. Ends with the first
 * pass that gains nothing. */
void qd_local_search_kernighan_lin(qd_local_search_t *self);

#endif
