/* The minima of lowest energy that a walk over configurations finds, up to a limit.
 *
 * Parallel walks fill one list for each piece of the walk; the lists are merged in the order of the pieces. The result,
 * the least `limit` minima by (energy, key), does not depend on the division into pieces. */
#ifndef QD_LANDSCAPE_FOUND_H
#define QD_LANDSCAPE_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "landscape/amount.h"

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

#endif
