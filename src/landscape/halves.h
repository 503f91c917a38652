/* Counts of small sets of voters from two halves of the voters, for weights of any size. */
#ifndef QD_LANDSCAPE_HALVES_H
#define QD_LANDSCAPE_HALVES_H

#include "landscape/coalitions.h"

typedef struct qd_halves qd_halves_t;

/* Divides the voters and estimates the work of counting. Release with qd_halves_free. NULL if memory is short. */
qd_halves_t *qd_halves_new(const qd_coalitions_t *game);
void qd_halves_free(qd_halves_t *self); /* NULL allowed */

/* The estimate, in steps of about a nanosecond; infinite if a half has too many sets to be listed. */
double qd_halves_steps(const qd_halves_t *self);

/* Requires a finite number of steps. False if memory is short. */
bool qd_halves_count(const qd_halves_t *self, qd_small_sets_t *small);

#endif
