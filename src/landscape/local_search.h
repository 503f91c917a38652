/* Local search over partitions: annealing, then Kernighan and Lin's variable-depth passes.
 *
 * Each move updates the offers of groups to actors for the neighbours of the moved actor only. Moving actor i
 * from its group a to group b lowers the disagreements by offer_i(b) - offer_i(a). Two camps are partitions
 * into at most two groups, blocs into at most n. All random numbers come from qd_random_* under
 * QD_PURPOSE_LANDSCAPE. */
#ifndef QD_LANDSCAPE_LOCAL_SEARCH_H
#define QD_LANDSCAPE_LOCAL_SEARCH_H

#include "landscape/weights.h"
#include "quadrille/random.h"

/* Neighbours of every actor: positions first[i] .. first[i + 1] - 1 for actor i. */
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
    uint16_t *used;    /* [groups_max] groups with members, then empty groups */
    uint16_t *place;   /* [groups_max] position of a group in `used` */
    size_t groups;     /* number of groups with members */
    double *offer;     /* [n][groups_max] */
    uint16_t *moves;   /* [2][n] actors moved in a pass, and their former groups */
    bool *locked;      /* [n] */
} qd_local_search_t;

/* groups_max: 2 for two camps, n for blocs. Released by qd_local_search_free, also after a failure. */
QD_MUST_USE qd_status_t qd_local_search_init(qd_local_search_t *self, const qd_neighbours_t *ties,
                                             size_t groups_max, double tolerance, qd_error_t *error);
void qd_local_search_free(qd_local_search_t *self);

/* Starts from group[0..n-1], every entry below groups_max. */
void qd_local_search_enter(qd_local_search_t *self, const uint16_t group[]);

/* Random numbers and temperatures of one annealing: sweep s < sweeps uses period `period` + s and draw i for
 * actor i; the temperature falls geometrically from hot * mean |w| * sqrt(mean degree) to a tenth of mean
 * |w|. */
typedef struct {
    qd_luck_t luck;
    uint32_t period, sweeps;
    double hot;
} qd_annealing_t;

/* Sweeps of Metropolis moves over all actors in order, each to a random group in use or a new one. */
void qd_local_search_anneal(qd_local_search_t *self, const qd_annealing_t *annealing);

/* Passes of Kernighan and Lin. In a pass each actor moves at most once; every move is the best available one,
 * even if it raises the disagreements. A pass ends at the latest 40 moves after its lowest point and is
 * undone back to it. The search ends with the first pass without gain. */
void qd_local_search_kernighan_lin(qd_local_search_t *self);

/* Fusion of two partitions: pairs that both join stay together, and the rest is searched again.
 *
 * Actors that share a group in both become one node; the ties between nodes are the sums of their members'
 * ties. The network of nodes is much smaller, and both partitions are partitions of it. So a search of it
 * ends at least as low as the better of the two. */

/* Replaces `a` by the best of a, b and the result of annealing and Kernighan and Lin's passes from their
 * fusion. Entries of a and b are below local->groups_max; `local` searches the whole network; its state
 * afterwards is unspecified. */
QD_MUST_USE qd_status_t qd_fuse(const qd_weights_t *weights, qd_local_search_t *local,
                                const qd_annealing_t *annealing, uint16_t a[], const uint16_t b[],
                                qd_error_t *error);

#endif
