/* The venues collective, alliance, flexible and unilateral of a crisis, solved at once (games_abreast.h):
 * the same results as qd_venue_solve for each in turn, to the last bit. */
#ifndef QD_KERNEL_VENUES_ABREAST_H
#define QD_KERNEL_VENUES_ABREAST_H

#include "kernel/games_abreast.h"
#include "kernel/venue.h"

/* Arrays of the games: [padded][QD_ABREAST], game g that of venue g. */
typedef struct {
    double *field, *up, *down, *x, *change;
} qd_venues_abreast_t;

/* Plays and weighs the venues venue[g], g < QD_ABREAST, that exist, and marks them solved; their sides stay
 * here (qd_venues_abreast_sides). `rules` has been prepared for the case. */
void qd_venues_abreast_solve(const qd_venues_abreast_t *self, qd_venue_game_t *venue, const qd_case_t *given,
                             const qd_venue_scratch_t *rules);

/* The sides of venue g, x[padded]. */
void qd_venues_abreast_sides(const qd_venues_abreast_t *self, qd_venue_t g, size_t padded, double *x);

#endif
