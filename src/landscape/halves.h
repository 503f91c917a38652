/* Small sets of voters counted from two halves of the voters, whatever the weights. */
#ifndef QD_LANDSCAPE_HALVES_H
#define QD_LANDSCAPE_HALVES_H

#include "landscape/coalitions.h"

typedef struct qd_halves qd_halves_t;

/* Divides the voters and tells what counting takes. NULL: no memory. To be released by qd_halves_free. */
qd_halves_t *qd_halves_new(const qd_coalitions_t *game);
void qd_halves_free(qd_halves_t *self); /* NULL allowed */

/* Steps of about a nanosecond; infinite where a half has too many sets to be listed. */
double qd_halves_steps(const qd_halves_t *self);

/* False: no memory. Needs a finite number of steps. */
bool qd_halves_count(const qd_halves_t *self, qd_small_sets_t *small);

#endif
