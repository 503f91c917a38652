/* What the methods of a landscape share in filling an answer. */
#ifndef QD_LANDSCAPE_ANSWER_H
#define QD_LANDSCAPE_ANSWER_H

#include "landscape/weights.h"

/* Gives an answer room for `count` minima, all zero, with one array of groups each. */
QD_MUST_USE qd_status_t qd_answer_allocate(qd_landscape_answer_t *self, size_t count, qd_error_t *error);

/* Renumbers group[0..n-1] by first appearance; returns how many groups there are. */
size_t qd_partition_renumber(uint16_t group[], size_t n);

/* Sets groups, disagreements and energy of a minimum whose `group` is set. */
void qd_answer_evaluate(const qd_weights_t *weights, qd_landscape_rule_t rule, qd_minimum_t *minimum);

/* offers[k] = sum of w_ij over the members j of group k, for k <= groups (the last: an empty one). */
void qd_partition_offers(const qd_weights_t *weights, const uint16_t group[], size_t groups, size_t actor,
                         double offers[]);

/* What one actor's moves do to a partition. */
typedef struct {
    bool lowers; /* some move lowers the disagreements */
    bool level;  /* some move leaves them as they are */
} qd_moves_t;

/* Judges every move of one actor. `groups_max`: 2 for two camps, n for blocs; offers: [n + 1] scratch. */
qd_moves_t qd_partition_moves(const qd_weights_t *weights, size_t groups_max, const uint16_t group[],
                              size_t groups, double offers[]);

#endif
