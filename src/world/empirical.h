/* Empirical orders: the states of one year from data files, instead of drawn ones (model.md part 1,
 * docs/experiment-file.md).
 *
 * cinc: National Material Capabilities of the Correlates of War project as published (Singer, Bremer and
 * Stuckey 1972; Singer 1987): columns ccode, year, cinc, others ignored; -9 is missing. Kept are the `states`
 * states with the largest cinc of that year (all with cinc > 0 where `states` is 0), sorted by cinc
 * descending, ties by ccode. The shares of the kept states are renormalised to sum 1. Poles: the states with
 * a share >= 0.05, at least one. alliances: directed dyad-years (Gibler 2009): ccode1, ccode2, year,
 * cow_defense (or defense): the defence pacts of that year, from which each world makes its first blocs.
 * rivalries: spells of strategic rivalry (Thompson and Dreyer 2012): ccode1, ccode2, styear, endyear, both
 * years included. places: ccode, latitude, longitude in
 * degrees, every kept state. values: ccode, x, y, every kept state. affinities: ccode1, ccode2, affinity in
 * [-1, 1], every pair of kept states, in one direction or, equal, in both. */
#ifndef QD_WORLD_EMPIRICAL_H
#define QD_WORLD_EMPIRICAL_H

#include "quadrille/error.h"
#include "quadrille/world.h"

#define QD_EMPIRICAL_STATES_MAX 1024
#define QD_EMPIRICAL_LABELS     8    /* greatest number of labels of first blocs from data */
#define QD_POLE_SHARE           0.05 /* least share of a pole */

typedef struct {
    const char *cinc, *alliances, *rivalries, *places, *values,
        *affinities; /* paths; all but cinc may be NULL */
    int year;
    size_t states; /* 0: all with cinc > 0 */
} qd_empirical_source_t;

/* Reads the files. On QD_OK the caller releases *self by qd_empirical_free. QD_ERROR_INPUT: a file cannot be
 * read, a column is missing, a number is malformed, the year is absent (the message names the years present),
 * a state-year occurs twice, a kept state has no place or values, ...: FILE:LINE: found, expected. */
QD_MUST_USE qd_status_t qd_empirical_read(const qd_empirical_source_t *source, qd_empirical_t **self,
                                          qd_error_t *error);

/* Room for an order of `states` states, all arrays zero, arrays not requested NULL; NULL if memory is short.
 * The arrays are written through the pointers of *room. */
typedef struct {
    bool places, values, affinities, blocs, pacts, rivals;
} qd_empirical_wanted_t;
typedef struct {
    int *code, *bloc;
    double *capability, *place, *value, *affinity;
    bool *pact, *rival;
} qd_empirical_room_t;
qd_empirical_t *qd_empirical_new(size_t states, qd_empirical_wanted_t wanted, qd_empirical_room_t *room);
void qd_empirical_free(qd_empirical_t *self); /* NULL allowed */

/* Sets `poles` from the shares. */
void qd_empirical_count_poles(qd_empirical_t *self);

/* Returns NULL, or one phrase that names the violated rule of qd_empirical_t (world.h). */
const char *qd_empirical_verify(const qd_empirical_t *self);

#endif
