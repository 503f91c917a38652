/* The fields of an index, for index.c, index_read.c, row_check.c and assemble_parts.c. */
#ifndef QD_STORE_INDEX_FIELDS_H
#define QD_STORE_INDEX_FIELDS_H

#include "store/index.h"
#include "store/source.h"
#include "store/unit.h"

/* A range of worlds of a slot, and the unit that holds it. */
typedef struct {
    size_t slot, unit;
    const qd_unit_range_t *range;
} qd_piece_t;

typedef struct {
    size_t slot;
    qd_failure_t failure; /* reason borrowed from the unit */
} qd_slot_failure_t;

/* Cache of tallies: assembling requests the tally of each cell three times, and an experiment without a
 * design has no more cells than the cache has entries. */
#define QD_TALLIES_KEPT 4
typedef struct {
    qd_tally_t *tally;
    size_t slot, periods; /* slot QD_NO_SLOT: empty, with memory that can be reused */
    bool paths;
} qd_kept_tally_t;

struct qd_index {
    const qd_files_t *files;
    qd_slots_t slots;
    qd_sources_t *sources;
    bool has_kind, expects_doubles;
    qd_part_kind_t kind;
    size_t units, capacity;
    uint64_t foreign,
        beyond; /* worlds of points and orders that the experiment lacks; beyond its number of worlds */
    qd_unit_t *unit;
    /* After selection: */
    qd_ranges_t *done; /* per slot */
    size_t pieces;
    qd_piece_t *piece;   /* by slot, then by first world */
    size_t *piece_start; /* slots + 1 */
    size_t failures;
    qd_slot_failure_t *failure; /* by slot, then by world */
    size_t *failure_start;      /* slots + 1 */
    size_t damaged;             /* parts */
    uint64_t left_out;
    qd_kept_tally_t kept[QD_TALLIES_KEPT];
    size_t oldest; /* entry of `kept` that is replaced next */
    qd_error_t warnings;
};

#endif
