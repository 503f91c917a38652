/* A weighted voting game reduced to what is counted, and the swings that follow from the counts.
 *
 * Members with a veto are in every winning coalition, so that only the others ("voters") are combined. Their
 * weights are whole numbers. What is counted are the sets of voters that are *small*: of weight limit_r at
 * most under every rule r, and of `most` members at most. Either the small sets are those whose complement
 * wins (limit_r is what the voters may lack), or, where there is one rule and it makes the smaller numbers,
 * those that lose. */
#ifndef QD_LANDSCAPE_COALITIONS_H
#define QD_LANDSCAPE_COALITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/power.h"

__extension__ typedef unsigned __int128 qd_count_t;

typedef struct {
    size_t voters, rules;
    size_t most; /* members that a small set has at most; one of so many weighs little enough in each rule */
    bool losing; /* small sets are those that lose */
    int64_t weight[QD_POWER_RULES_MAX][QD_POWER_MEMBERS_MAX];
    int64_t limit[QD_POWER_RULES_MAX]; /* >= 0 */
} qd_coalitions_t;

/* Small sets by size: of t voters, all[t]; of t voters without voter i, without[i][t]. */
typedef struct {
    qd_count_t all[QD_POWER_MEMBERS_MAX + 2];
    qd_count_t without[QD_POWER_MEMBERS_MAX][QD_POWER_MEMBERS_MAX + 2];
} qd_small_sets_t;

/* Swings by size: of voter i over sets of t other voters, swing[i][t]; won[t]: winning sets of t voters. */
typedef struct {
    qd_count_t swing[QD_POWER_MEMBERS_MAX][QD_POWER_MEMBERS_MAX + 1];
    qd_count_t won[QD_POWER_MEMBERS_MAX + 1];
} qd_swings_t;

/* The game of `voters` under rules in whole numbers: weight[r] are set; quota[r] is what the voters must add
 * (>= 1), and a winning set has `least` voters at least. Rules that others imply go, and the limits are set.
 */
void qd_coalitions_settle(qd_coalitions_t *self, const int64_t quota[], size_t least);

/* A voter before i with the same weights, or i. */
size_t qd_coalitions_alike(const qd_coalitions_t *self, size_t i);

/* binomial[k]: sets of k out of n, k = 0 .. n. */
void qd_coalitions_choose(size_t n, qd_count_t binomial[]);

void qd_coalitions_swings(const qd_coalitions_t *self, const qd_small_sets_t *small, qd_swings_t *swings);

#endif
