/* Functions with which every method of a landscape fills its answer. */
#ifndef QD_LANDSCAPE_ANSWER_H
#define QD_LANDSCAPE_ANSWER_H

#include "landscape/weights.h"

/* Allocates `count` zeroed minima in an answer, each with an array of groups. */
QD_MUST_USE qd_status_t qd_answer_allocate(qd_landscape_answer_t *self, size_t count, qd_error_t *error);

/* Renumbers group[0..n-1] by first appearance and returns the number of groups. */
size_t qd_partition_renumber(uint16_t group[], size_t n);

/* Sets groups, disagreements and energy of a minimum whose `group` is set. */
void qd_answer_evaluate(const qd_weights_t *weights, qd_landscape_rule_t rule, qd_minimum_t *minimum);

/* offers[k] = sum of w_ij over the members j of group k, for k <= groups (the last: an empty one). */
void qd_partition_offers(const qd_weights_t *weights, const uint16_t group[], size_t groups, size_t actor,
                         double offers[]);

/* The effect of one actor's moves on a partition. */
typedef struct {
    bool lowers; /* some move lowers the disagreements */
    bool level;  /* some move leaves them unchanged */
} qd_moves_t;

/* Judges every move of one actor. `groups_max`: 2 for two camps, n for blocs; offers: [n + 1] scratch. */
qd_moves_t qd_partition_moves(const qd_weights_t *weights, size_t groups_max, const uint16_t group[],
                              size_t groups, double offers[]);

#endif
