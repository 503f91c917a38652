/* Fusion of two partitions: pairs that both join stay together, and the rest is searched again.
 *
 * Actors that share a group in both become one node; the ties between nodes are the sums of their members'
 * ties. The network of nodes is much smaller, and both partitions are partitions of it. So a search of it
 * ends at least as low as the better of the two. */
#ifndef QD_LANDSCAPE_FUSION_H
#define QD_LANDSCAPE_FUSION_H

#include "landscape/local_search.h"

/* Replaces `a` by the best of a, b and what annealing and Kernighan and Lin's passes find from their fusion.
 * Entries of a and b are below local->groups_max; `local` searches the whole network; its state
 * afterwards is unspecified. */
QD_MUST_USE qd_status_t qd_fuse(const qd_weights_t *weights, qd_local_search_t *local,
                                const qd_annealing_t *annealing, uint16_t a[], const uint16_t b[],
                                qd_error_t *error);

#endif
