/* Slots, which hold the worlds of one (design point, order). A slot is identified by the hash of the point's
 * settings and the label of the order, never by position, so that parts stay valid when a design grows. Points with
 * equal settings share a slot, because their worlds are the same. */
#ifndef QD_STORE_SLOTS_H
#define QD_STORE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "quadrille/experiment.h"

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

/* Slot of a hash and a label, or QD_NO_SLOT where the experiment does not have it. */
size_t qd_slots_find(const qd_slots_t *self, uint64_t hash, const char *label);

#endif
