/* Landscapes of alignment: the configurations of a few actors that no actor would leave, exactly or by
 * search.
 *
 * Rule two-camps (Axelrod and Bennett 1993): every actor is on side 0 or 1, the energy of a configuration X
 * is
 *
 *     E(X) = sum over ordered pairs (i,j) of s_i s_j p_ij d_ij(X),   d = 1 across the two sides, 0 within,
 *
 * and configurations that differ by swapping the sides are the same. Rule blocs: any partition of the actors;
 * its energy is its number of disagreements. In both, with pair weights w_ij = s_i s_j p_ij,
 *
 *     disagreements(X) = sum_{i<j across} max(w_ij, 0) + sum_{i<j within} max(-w_ij, 0)
 *
 * (the frustration of a signed network when all sizes are 1 and p = +1, -1). Since
 * E = 2 (disagreements - sum_{i<j} max(-w_ij, 0)), both rules minimise the same quantity over different
 * configurations. With unequal sizes the disagreements are weighted by size; otherwise the two rules would
 * minimise different quantities.
 *
 * A minimum is a configuration that no move of one actor lowers; it is strict when every such move raises the
 * energy. A move changes the side (two-camps), or goes to another bloc or to a new one of its own (blocs).
 * One actor has one configuration and no move: a strict minimum of energy 0. Minima of the rule blocs are the
 * Nash-stable partitions of the symmetric additively separable hedonic game with these worths.
 *
 * The method `exact` compares energies exactly: it takes every number as the shortest decimal that reads as
 * the same double, so that ties are exact, however widely weights are spread. Products of more than 207
 * decimal digits are refused. In a search, energies that differ by less than 1e-12 of the sum of all |w|
 * count as equal where sizes and propensities are not decimal numbers of few digits. Answers do not depend on
 * the number of threads.
 *
 * Arguments: the object first, `error` last; nothing may be NULL unless said. Objects belong to one thread at
 * a time. */
#ifndef QUADRILLE_LANDSCAPE_H
#define QUADRILLE_LANDSCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/runner.h"

#pragma GCC visibility push(default)

/* The set of configurations: two sides, or any partition. */
typedef enum { QD_RULE_TWO_CAMPS, QD_RULE_BLOCS } qd_landscape_rule_t;
/* Whether every configuration is visited, or minima are searched from random starts. */
typedef enum { QD_METHOD_EXACT, QD_METHOD_SEARCH } qd_landscape_method_t;

/* Greatest number of actors of each method; a walk over more would not end in reasonable time. */
#define QD_TWO_CAMPS_EXACT_MAX 36   /* two camps, exact */
#define QD_BLOCS_EXACT_MAX     22   /* blocs, exact */
#define QD_SEARCH_MAX          2048 /* either, by search */
/* Greatest number of actors for which basins (two-camps) and all stable partitions with their basins (blocs)
 * are computed. */
#define QD_TWO_CAMPS_BASINS_MAX 24 /* two camps */
#define QD_BLOCS_STABLE_MAX     13 /* blocs */
/* Greatest number of minima that an answer lists, those of lowest energy; further ones are only counted. */
#define QD_MINIMA_LISTED_MAX 10000
/* Random starts of a search: default and greatest number. */
#define QD_STARTS_DEFAULT 1000
#define QD_STARTS_MAX     100000000 /* greatest */

/* ---- the question -------------------------------------------------------------------------------------- */

/* A landscape: actors with weights, and how it is to be solved. */
typedef struct {
    qd_landscape_rule_t rule;     /* the set of configurations */
    qd_landscape_method_t method; /* how minima are found */
    size_t actors;                /* n >= 1 */
    char **name;                  /* [n] unique */
    double *size;                 /* [n] finite, > 0 */
    double *propensity; /* [n][n] finite, symmetric; the diagonal is ignored. Products with sizes are doubles
                           of full precision, or 0 where the propensity is */
    uint64_t starts, seed; /* search only */
    bool skip_basins;      /* leave basins and plateaus out, if only minima are needed; false after _new */
} qd_landscape_t;

/* A landscape of n actors: names NULL, sizes 1, propensities 0, rule two-camps, method exact, 1000 starts,
 * seed 1. Everything it holds is allocated with malloc and owned by it; names are set with
 * qd_landscape_set_name. Released by qd_landscape_free. QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_landscape_new(size_t actors, qd_landscape_t **self, qd_error_t *error);

/* Gives an actor < actors a copy of `name` in place of the name it has. QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_landscape_set_name(qd_landscape_t *self, size_t actor, const char *name,
                                              qd_error_t *error);

/* Releases a landscape; NULL is allowed. */
void qd_landscape_free(qd_landscape_t *self);

/* Reads a landscape file; `ties` is relative to the file. On success *self must be released by
 * qd_landscape_free; on failure nothing is left to free, and `error` holds every fault with file, line and
 * column. QD_ERROR_INPUT, QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_landscape_load(const char *path, qd_landscape_t **self, qd_error_t *error);

/* ---- the answer ---------------------------------------------------------------------------------------- */

/* One minimum. */
typedef struct {
    double energy;        /* E, in units of size^2 times propensity */
    double disagreements; /* sum of the weights that it disappoints, in the same units */
    uint16_t *group;      /* [n] numbered by first appearance from 0 */
    size_t groups;        /* number of groups */
    bool strict;          /* every move of one actor raises the energy */
    uint64_t basin; /* configurations whose steepest descent ends here, itself included; 0: not computed.
                       Search: starts that ended here */
    size_t plateau; /* 0: strict, or not computed; else the number of its plateau (connected set of equal
                       energy) */
    bool exit;      /* a single move lowers the energy from some configuration of that plateau */
} qd_minimum_t;

/* The minima of an answer. */
typedef enum {
    QD_MINIMA_ALL,     /* every minimum (or, if more than are listed, those of lowest energy) */
    QD_MINIMA_OPTIMAL, /* only those of least energy: too many partitions to enumerate */
    QD_MINIMA_FOUND    /* search: those found */
} qd_minima_scope_t;

/* The solution. */
typedef struct {
    size_t actors;           /* n */
    double configurations;   /* 2^(n-1), or the Bell number of n; infinite where it exceeds a double */
    bool exact;              /* false: `best` is an upper bound of the least energy */
    qd_minima_scope_t scope; /* the kind of the minima */
    uint64_t minima_total;   /* within that scope; `minima` of them are listed */
    size_t minima;           /* length of `minimum` */
    qd_minimum_t *minimum;   /* ascending in energy; never empty */
    uint64_t optima;         /* configurations that reach the least energy (search: distinct ones found) */
    uint64_t starts, hits;   /* search: starts made, and how many ended at the least energy found */
    size_t plateaus;         /* distinct plateaus among the listed minima */
    bool basins;             /* basins were computed */
    bool plateaus_known;     /* false: the plateaus were too large to enumerate */
} qd_landscape_answer_t;

/* Solves the landscape. QD_ERROR_INPUT with the reason if it is malformed or too large for its method.
 * Steepest descent moves the actor whose move leads lowest; ties go to the lowest actor in order, then to the
 * bloc whose first member comes first, a new bloc last. On success *answer must be released by
 * qd_landscape_answer_free. `runner` may be NULL. */
QD_MUST_USE qd_status_t qd_landscape_solve(const qd_landscape_t *self, const qd_runner_t *runner,
                                           qd_landscape_answer_t **answer, qd_error_t *error);

/* The checks of qd_landscape_solve alone. QD_ERROR_INPUT with the reason, or QD_OK. */
QD_MUST_USE qd_status_t qd_landscape_check(const qd_landscape_t *self, qd_error_t *error);

/* Releases an answer; NULL is allowed. */
void qd_landscape_answer_free(qd_landscape_answer_t *self);

/* The name of a rule, "two-camps" or "blocs". A constant. */
const char *qd_landscape_rule_name(qd_landscape_rule_t rule);

/* The name of a method, "exact" or "search". A constant. */
const char *qd_landscape_method_name(qd_landscape_method_t method);

#pragma GCC visibility pop

#endif
