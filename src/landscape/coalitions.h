/* Voting rules in whole numbers, and exact counts of the coalitions that decide. */
#ifndef QD_LANDSCAPE_COALITIONS_H
#define QD_LANDSCAPE_COALITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/power.h"

/* Weights and quota times the power of ten that makes the weights whole. */
typedef struct {
    int64_t weight[QD_POWER_MEMBERS_MAX];
    int64_t quota, total; /* 1 <= quota <= total < 2^53 */
} qd_whole_rule_t;

typedef enum { QD_FAULT_WEIGHT, QD_FAULT_QUOTA, QD_FAULT_TOTAL } qd_fault_place_t;

/* The reason why a rule cannot be counted: the place, and the expectation there. */
typedef struct {
    qd_fault_place_t place;
    size_t member; /* the member with the weight at fault */
    double found;
    char expected[192];
} qd_rule_fault_t;

/* Returns false and the fault if a weight is negative or has too many digits, or if no coalition reaches the
 * quota. A sum that equals the quota in decimals reaches it, whatever its value in doubles. */
bool qd_whole_rule_init(qd_whole_rule_t *self, const qd_power_rule_t *rule, size_t members,
                        qd_rule_fault_t *fault);

/* Reduces the weights of `voters` without changing the winning coalitions: caps them at the quota and divides
 * by common factors. */
void qd_whole_reduce(int64_t weight[], size_t voters, int64_t *quota);

/* A weighted voting game reduced to its countable part, and the swings that follow from the counts.
 *
 * Members with a veto are in every winning coalition. So only the other members, the voters, are combined;
 * their weights are whole numbers. The methods count *small* sets of voters: sets of weight at most limit_r
 * under every rule r and of at most `most` members. The small sets are the complements of winning sets
 * (limit_r is the weight that a winning set may lack). If there is one rule and its losing sets have the
 * smaller limit, they are the losing sets instead. */

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

/* The game of `voters` under rules in whole numbers: weight[r] are set; quota[r] is the weight that the
 * voters must add (>= 1), and a winning set has at least `least` voters. Removes rules that others imply and
 * sets the limits. */
void qd_coalitions_settle(qd_coalitions_t *self, const int64_t quota[], size_t least);

/* The first voter with the same weights as i; i if there is none before it. */
size_t qd_coalitions_alike(const qd_coalitions_t *self, size_t i);

/* binomial[k]: sets of k out of n, k = 0 .. n. */
void qd_coalitions_choose(size_t n, qd_count_t binomial[]);

void qd_coalitions_swings(const qd_coalitions_t *self, const qd_small_sets_t *small, qd_swings_t *swings);

/* ---- counts of small sets by generating functions ------------------------------------------------------ */

/* Bytes of the coefficients, and the number of additions; infinite or large where there are too many. */
double qd_series_bytes(const qd_coalitions_t *game);
double qd_series_steps(const qd_coalitions_t *game);

/* False if memory is short. */
bool qd_series_count(const qd_coalitions_t *game, qd_small_sets_t *small);

/* ---- counts of small sets from two halves of the voters, for weights of any size ----------------------- */

typedef struct qd_halves qd_halves_t;

/* Divides the voters and estimates the work of counting. Release with qd_halves_free. NULL if memory is
 * short. */
qd_halves_t *qd_halves_new(const qd_coalitions_t *game);
void qd_halves_free(qd_halves_t *self); /* NULL allowed */

/* The estimate, in steps of about a nanosecond; infinite if a half has too many sets to be listed. */
double qd_halves_steps(const qd_halves_t *self);

/* Requires a finite number of steps. False if memory is short. */
bool qd_halves_count(const qd_halves_t *self, qd_small_sets_t *small);

#endif
