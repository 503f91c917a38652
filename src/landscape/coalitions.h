/* Counting the swings of a weighted voting game, exactly.
 *
 * Members with a veto are in every winning coalition, so that only the others ("voters") are combined. Their
 * weights are whole numbers; a set T of voters wins if weight_r(T) reaches the quota of every rule r, less
 * what the veto members hold, and |T| reaches `least`, which stands for the rules that count heads. */
#ifndef QD_LANDSCAPE_COALITIONS_H
#define QD_LANDSCAPE_COALITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/power.h"

__extension__ typedef unsigned __int128 qd_count_t;

#define QD_CELLS_MAX     ((double)(1 << 25)) /* coefficients of a generating function: 512 MiB */
#define QD_VOTERS_WALKED 26 /* most voters of whom every set is tried where weights are too large */

typedef struct {
    size_t voters, rules;
    size_t least; /* voters that a winning set has at least */
    int64_t weight[QD_POWER_RULES_MAX][QD_POWER_MEMBERS_MAX];
    int64_t quota[QD_POWER_RULES_MAX]; /* what the voters must still add: >= 1 */
} qd_coalitions_t;

/* Swings by size: of voter i over sets of t other voters, swing[i][t]; won[t]: winning sets of t voters. */
typedef struct {
    qd_count_t swing[QD_POWER_MEMBERS_MAX][QD_POWER_MEMBERS_MAX + 1];
    qd_count_t won[QD_POWER_MEMBERS_MAX + 1];
} qd_swings_t;

/* Coefficients that the generating function has. */
double qd_coalitions_cells(const qd_coalitions_t *self);

/* By generating functions; false: no memory. */
bool qd_coalitions_count(const qd_coalitions_t *self, qd_swings_t *swings);

/* By trying all 2^voters sets in Gray-code order. */
void qd_coalitions_walk(const qd_coalitions_t *self, qd_swings_t *swings);

#endif
