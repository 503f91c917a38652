/* Sets of worlds, units of finished worlds, and the slots that hold them.
 *
 * A set of worlds is a list of sorted ranges that neither overlap nor touch. */
#ifndef QD_STORE_UNIT_H
#define QD_STORE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/experiment.h"

/* Worlds first, first + 1, ..., first + count - 1. */
typedef struct {
    uint64_t first, count;
} qd_range_t;

/* Zero-initialised: the empty set. */
typedef struct {
    size_t size, capacity;
    qd_range_t *range;
} qd_ranges_t;

/* Adds a range to the set; false when memory is short (the set is then unchanged). */
bool qd_ranges_add(qd_ranges_t *self, qd_range_t range);

/* Number of worlds of `range` in the set. */
uint64_t qd_ranges_shared(const qd_ranges_t *self, qd_range_t range);

/* Number of worlds in the set, and one more than the largest (0 when empty). */
uint64_t qd_ranges_count(const qd_ranges_t *self);
uint64_t qd_ranges_end(const qd_ranges_t *self);

void qd_ranges_free(qd_ranges_t *self);

/* A unit: worlds of one slot that were written together, with one tally over all of them. Units are kept or
 * left out whole, because a tally cannot be divided. */

typedef struct {
    uint64_t world;
    const char *reason;
} qd_failure_t;

typedef struct {
    qd_range_t range;
    /* in a part file: of the range's columns, one after another, `range.count` doubles each */
    uint64_t offset;
} qd_unit_range_t;

typedef struct {
    size_t slot, source; /* its slot and its file */
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

/* Frees the arrays of a unit. */
void qd_unit_clear(qd_unit_t *self);

/* Whether a unit that was read can be used without further checks: at least one range; ranges ascending,
 * disjoint, not empty, and within 2^62 worlds; failures ascending, each a world of the ranges; no more
 * periods than an experiment may have. */
bool qd_unit_is_sound(const qd_unit_t *self);

/* Whether the tally has at least the bytes of a tally with this number of periods and paths. Tallies with
 * paths need them, so that the memory of a tally is in proportion to the size of the file. */
bool qd_unit_has_room_for_paths(const qd_unit_t *self);

/* Slots, which hold the worlds of one (design point, order). A slot is identified by the hash of the point's
 * settings and the label of the order, never by position, so that parts stay valid when a design grows.
 * Points with equal settings share a slot, because their worlds are the same. */

#define QD_NO_SLOT SIZE_MAX

typedef struct {
    const qd_experiment_t *experiment;
    size_t count;     /* slots: distinct points times orders */
    size_t distinct;  /* points with distinct hashes */
    uint64_t *hash;   /* distinct: ascending */
    size_t *of_point; /* points: position of the point's hash in `hash` */
    size_t *point;    /* distinct: a point of that hash */
} qd_slots_t;

QD_MUST_USE qd_status_t qd_slots_init(qd_slots_t *self, const qd_experiment_t *experiment, qd_error_t *error);
void qd_slots_free(qd_slots_t *self);

/* Slot of a position in the experiment. */
size_t qd_slots_at(const qd_slots_t *self, size_t point, size_t order);

/* A point whose worlds the slot keeps. */
size_t qd_slots_point(const qd_slots_t *self, size_t slot);

/* Slot of a hash and a label, or QD_NO_SLOT if the experiment does not have it. */
size_t qd_slots_find(const qd_slots_t *self, uint64_t hash, const char *label);

#endif
