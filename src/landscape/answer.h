/* The answer of a landscape: a list of the minima of lowest energy, up to a limit, and their plateaus.
 *
 * Parallel walks fill one list for each share of the walk; the lists are merged in the order of the shares.
 * The result, the least `limit` minima by (energy, key), does not depend on the division into shares. */
#ifndef QD_LANDSCAPE_ANSWER_H
#define QD_LANDSCAPE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "landscape/weights.h"

typedef struct {
    double energy;       /* scaled; any quantity that orders configurations as the energy does */
    qd_amount_t *amount; /* NULL, or the energy by digits, which then decides */
    uint64_t key;        /* names the configuration */
    bool strict;
} qd_found_minimum_t;

typedef struct {
    size_t limit;
    double tolerance; /* energies without digits that differ by at most this are undecided (0: never) */
    bool undecided;   /* some energies were undecided */
    uint64_t total;   /* minima seen */
    uint64_t optima;  /* of these, with the least energy */
    double least;
    qd_amount_t least_amount; /* without digits: `least` decides */
    size_t count, room;
    qd_found_minimum_t *minimum;
    bool out_of_memory; /* an addition failed: the list is useless */
} qd_found_t;

qd_found_t qd_found_empty(size_t limit, double tolerance);
void qd_found_free(qd_found_t *self);

/* amount: NULL, or the energy by digits, settled; the same for all minima of a list. */
void qd_found_add(qd_found_t *self, double energy, const qd_amount_t *amount, uint64_t key, bool strict);

/* Appends the minima of `other` and frees `other`. */
void qd_found_merge(qd_found_t *self, qd_found_t *other);

/* Sorts by (energy, key) and drops minima beyond the limit. */
void qd_found_finish(qd_found_t *self);

/* Functions with which every method of a landscape fills its answer. */

/* Allocates `count` zeroed minima in an answer, each with an array of groups. */
QD_MUST_USE qd_status_t qd_answer_allocate(qd_landscape_answer_t *self, size_t count, qd_error_t *error);

/* The same for a list that was found, with its totals; the groups are left to be set. `basin`: sizes of
 * basins by key of a minimum, or NULL where they were not counted. */
QD_MUST_USE qd_status_t qd_answer_take(qd_landscape_answer_t *self, const qd_found_t *found,
                                       const uint32_t basin[], qd_error_t *error);

/* Renumbers group[0..n-1] by first appearance and returns the number of groups. */
size_t qd_partition_renumber(uint16_t group[], size_t n);

/* Sets groups, disagreements and energy of a minimum whose `group` is set. */
void qd_answer_evaluate(const qd_weights_t *weights, qd_landscape_rule_t rule, qd_minimum_t *minimum);

/* The effect of one actor's moves on a partition. */
typedef struct {
    bool lowers; /* some move lowers the disagreements */
    bool level;  /* some move leaves them unchanged */
} qd_moves_t;

/* Judges every move of one actor. `groups_max`: 2 for two camps, n for blocs; offers: [n + 1] scratch. */
qd_moves_t qd_partition_moves(const qd_weights_t *weights, size_t groups_max, const uint16_t group[],
                              size_t groups, double offers[]);

/* Plateaus: connected sets of configurations of equal energy.
 *
 * A minimum that is not strict has a move that leaves the energy unchanged. Its plateau is the set of
 * configurations that such moves reach. If none of them has a lowering move, the plateau as a whole is a
 * minimum. Otherwise the plateau has an exit, and its minima are minima with respect to single moves only. */

/* Sets plateau and exit of every listed minimum that is not strict, and `plateaus`, `plateaus_known` of the
 * answer. Plateaus are numbered from 1 in the order of the list. */
QD_MUST_USE qd_status_t qd_plateaus_find(const qd_weights_t *weights, qd_landscape_rule_t rule,
                                         qd_landscape_answer_t *answer, qd_error_t *error);

#endif
