/* Voting power under weighted rules: the indices of Shapley and Shubik (1954) and Banzhaf (1965).
 *
 * A coalition wins if it holds every member with a veto and reaches the quota of every rule. Member i swings
 * a coalition S without it if S loses and S with i wins. With eta_i(s) the number of such S that have s of
 * the n members, and eta_i = sum_s eta_i(s),
 *
 *     Shapley-Shubik  phi_i = sum_s eta_i(s) s! (n-1-s)! / n!
 *
 *     Banzhaf         beta_i = eta_i / sum_j eta_j
 *
 *     swings          eta_i / 2^(n-1)
 *
 * The eta_i(s) are counted exactly, in whole numbers of up to 128 bits: by generating functions (Mann and
 * Shapley 1962; Brams and Affuso 1976), where the coefficient of y^t x^w in the product over members of
 * 1 + y x^weight is the number of coalitions with t members and weight w, one x per rule; or, where the
 * weights are too large for that, from the coalitions of two halves of the members.
 *
 * Arguments: the object first, `error` last; nothing may be NULL unless said. Objects belong to one thread at
 * a time. */
#ifndef QUADRILLE_POWER_H
#define QUADRILLE_POWER_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/error.h"

#pragma GCC visibility push(default)

#define QD_POWER_MEMBERS_MAX 128 /* members: every count then fits into 128 bits */
#define QD_POWER_RULES_MAX   8   /* rules */

/* One rule: the weights of the winners must reach its quota. */
typedef struct {
    double *weight; /* [members] finite, >= 0, at most nine decimals */
    double quota;   /* > 0, at most the sum of the weights, both as decimal numbers */
} qd_power_rule_t;

/* A voting body. */
typedef struct {
    size_t members, rules;                    /* n >= 1; number of rules that must all be met, >= 1 */
    char **name;                              /* [members] unique; may be NULL */
    bool *veto;                               /* [members] */
    qd_power_rule_t rule[QD_POWER_RULES_MAX]; /* [rules] */
} qd_power_t;

/* A body of members without names, weights 0, no veto; names are allocated with malloc and owned by the
 * object. Released by qd_power_free. QD_ERROR_INPUT: numbers outside 1 .. QD_POWER_MEMBERS_MAX, 1 ..
 * QD_POWER_RULES_MAX; QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_power_new(size_t members, size_t rules, qd_power_t **self, qd_error_t *error);

/* Releases a body; NULL is allowed. */
void qd_power_free(qd_power_t *self);

/* Reads a power file. On success *self must be released by qd_power_free; on failure nothing is left to free,
 * and `error` holds every fault with file, line and column. QD_ERROR_INPUT, QD_ERROR_IO,
 * QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_power_load(const char *path, qd_power_t **self, qd_error_t *error);

/* The indices of one member. */
typedef struct {
    double shapley_shubik, banzhaf, swings; /* phi, beta and the share of swings, as above, in [0, 1] */
} qd_power_index_t;

/* Writes index[0..members-1]; relative errors are of the order of 1e-16. QD_ERROR_INPUT with the reason where
 * the rule is malformed, where no coalition can win, or where the counts cannot be made exactly within about
 * a minute and a gigabyte. With n members besides those with a veto, and L_r the smaller of quota and total -
 * quota (of several rules: total - quota) in units of the weights' common divisor, one of these must hold:
 *
 *     8 (n + 1) (L_1 + 1) (L_2 + 1) ... <= 2^30 bytes (16 instead of 8 where n > 67)
 *
 *     n <= 46 under one rule, about 35 under several (more where one quota is high), whatever the weights;
 *     members of equal weights in every rule count for less than one each */
QD_MUST_USE qd_status_t qd_power_solve(const qd_power_t *self, qd_power_index_t index[], qd_error_t *error);

/* The checks of qd_power_solve alone. QD_ERROR_INPUT with the reason, or QD_OK. */
QD_MUST_USE qd_status_t qd_power_check(const qd_power_t *self, qd_error_t *error);

#pragma GCC visibility pop

#endif
