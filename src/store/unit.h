/* A unit: worlds of one slot that were written together, with one tally over all of them. Units are kept or
 * left out whole, because a tally cannot be divided. */
#ifndef QD_STORE_UNIT_H
#define QD_STORE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/ranges.h"

typedef struct {
    uint64_t world;
    const char *reason;
} qd_failure_t;

typedef struct {
    qd_range_t range;
    uint64_t
        offset; /* in a part file: of the range's columns, one after another, `range.count` doubles each */
} qd_unit_range_t;

typedef struct {
    size_t slot, source; /* where it belongs, where it lies */
    uint64_t point_hash;
    char *label;     /* of the order */
    size_t periods;  /* the tally's */
    uint64_t worlds; /* in all ranges */
    size_t ranges;
    qd_unit_range_t *range; /* ascending */
    size_t failures;
    qd_failure_t *failure; /* ascending; reasons are owned */
    uint64_t tally_offset; /* in a part file; in a result file: in /parts/tally */
    size_t tally_size;
    size_t at_point, at_order; /* in a result file: position of its rows */
    bool used;                 /* selected by qd_index_select */
    bool dropped;              /* never to be selected again */
} qd_unit_t;

/* Frees what the unit points to. */
void qd_unit_clear(qd_unit_t *self);

/* Whether a unit that was read can be used without further checks: at least one range; ranges ascending,
 * apart, without an empty one, and within 2^62 worlds; failures ascending, each a world of the ranges; as many
 * periods as an experiment may have. */
bool qd_unit_is_sound(const qd_unit_t *self);

/* Whether the tally has as many bytes as so many periods with paths take at least. What keeps paths must, so that the
 * memory for a tally is in proportion to the size of the file. */
bool qd_unit_has_room_for_paths(const qd_unit_t *self);

#endif
