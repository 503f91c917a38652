/* A voting rule in whole numbers, for exact counts. */
#ifndef QD_LANDSCAPE_VOTING_RULE_H
#define QD_LANDSCAPE_VOTING_RULE_H

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

/* Returns false and the fault if a weight is negative or has too many digits, or if no coalition reaches the quota. A
 * sum that equals the quota in decimals reaches it, whatever its value in doubles. */
bool qd_whole_rule_init(qd_whole_rule_t *self, const qd_power_rule_t *rule, size_t members,
                        qd_rule_fault_t *fault);

/* Reduces the weights of `voters` without changing the winning coalitions: caps them at the quota and divides by
 * common factors. */
void qd_whole_reduce(int64_t weight[], size_t voters, int64_t *quota);

#endif
