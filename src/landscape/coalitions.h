/* A weighted voting game reduced to its countable part, and the swings that follow from the counts.
 *
 * Members with a veto are in every winning coalition. So only the others, the voters, are combined; their weights are
 * whole numbers. The methods count *small* sets of voters: sets of weight at most limit_r under every rule r and of at
 * most `most` members. The small sets are the complements of winning sets (limit_r is the weight that a winning set may
 * lack). If there is one rule and its losing sets have the smaller limit, they are the losing sets instead. */
#ifndef QD_LANDSCAPE_COALITIONS_H
#define QD_LANDSCAPE_COALITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/power.h"

__extension__ typedef unsigned __int128 qd_count_t;

typedef struct {
    size_t voters, rules;
    size_t most; /* greatest number of members of a small set; some set of that size is small in each rule */
    bool losing; /* small sets are the losing ones */
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

/* The game of `voters` under rules in whole numbers: weight[r] are set; quota[r] is the weight that
 * the voters must add (>= 1), and a winning set has at least `least` voters. Removes rules that others imply and sets
 * the limits. */
void qd_coalitions_settle(qd_coalitions_t *self, const int64_t quota[], size_t least);

/* The first voter with the same weights as i; i if there is none before it. */
size_t qd_coalitions_alike(const qd_coalitions_t *self, size_t i);

/* binomial[k]: sets of k out of n, k = 0 .. n. */
void qd_coalitions_choose(size_t n, qd_count_t binomial[]);

void qd_coalitions_swings(const qd_coalitions_t *self, const qd_small_sets_t *small, qd_swings_t *swings);

#endif
