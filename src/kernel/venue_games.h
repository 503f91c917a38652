/* The games of a crisis's venues (model.md parts 4 and 9) and their results for the initiator. The first four
 * venues are played abreast (mission_game.h, games abreast), because nearly every crisis needs them. Each
 * later venue, which most worlds lack, is played alone (mission_game.h), and only if its bound shows that it
 * could be chosen. A venue is played in the same way with and without an observer. */
#ifndef QD_KERNEL_VENUE_GAMES_H
#define QD_KERNEL_VENUE_GAMES_H

#include "kernel/mission_game.h"
#include "kernel/venue.h"
#include "math/elementary.h"

/* ---- contests ------------------------------------------------------------------------------------------ */

/* The contest success function (Tullock 1980; Skaperdas 1996): q = P^g / (P^g + Q^g). */

/* The same with g = 2, the default: without logarithms, and without a branch. */
static inline double qd_contest_of_squares(double p, double q)
{
    double ratio = q / p, success = 1.0 / (1.0 + ratio * ratio);
    return p == q ? 0.5 : success; /* both may be 0 */
}

/* Probability that effort p >= 0 prevails over effort q >= 0 with exponent g >= 0. Both 0: 1/2; one 0: the
 * other prevails, unless g = 0, which makes every contest even. */
static inline double qd_contest_success(double p, double q, double g)
{
    if (g == 0.0 || p == q)
        return 0.5;
    if (p == 0.0 || q == 0.0)
        return p > q ? 1.0 : 0.0;
    if (g == 2.0)
        return qd_contest_of_squares(p, q);
    return 1.0 / (1.0 + qd_exp(g * (qd_log(q) - qd_log(p))));
}

/* ---- worth --------------------------------------------------------------------------------------------- */

/* P+, P-, q, L, epsilon, EU. Each lane holds a venue, so that the divisions of four venues run together. */
typedef struct {
    /* given */
    double support[QD_ABREAST];    /* C+ > 0 */
    double opposition[QD_ABREAST]; /* C- */
    double heads[QD_ABREAST];      /* n+ - n- */
    double frame[QD_ABREAST];      /* legitimacy added by the venue: L += (1 - L) frame */
    double leaning[QD_ABREAST];    /* bias_g + beta_pg */
    /* found */
    double effort[QD_ABREAST], counter[QD_ABREAST]; /* P+, P- */
    double success[QD_ABREAST];                     /* q */
    double legitimacy[QD_ABREAST];                  /* L */
    double escalation[QD_ABREAST];                  /* epsilon */
    double worth[QD_ABREAST];                       /* EU */
} qd_worths_t;

/* Unused lanes need support > 0 (a divisor); their other inputs are ignored. */
void qd_worths_find(qd_worths_t *self, const qd_case_t *given);

/* ---- the first four venues ----------------------------------------------------------------------------- */

/* Arrays of the games: [padded][QD_ABREAST], game g that of venue g. */
typedef struct {
    double *field, *up, *down, *x, *change;
    qd_abreast_log_t log; /* of the present games, if an observer watches */
} qd_venues_abreast_t;

/* Plays and weighs the venues venue[g], g < QD_ABREAST, that exist, and marks them solved; their sides stay
 * here (qd_venues_abreast_sides). `rules` has been prepared for the case; with rules->moved, the moves are
 * logged. */
void qd_venues_abreast_solve(qd_venues_abreast_t *self, qd_venue_game_t *venue, const qd_case_t *given,
                             const qd_venue_scratch_t *rules);

/* The sides of venue g, x[padded]. */
void qd_venues_abreast_sides(const qd_venues_abreast_t *self, qd_venue_t g, size_t padded, double *x);

/* Reports the logged moves of venue g to rules->moved; x[padded] holds the sides after each, and at the end
 * those of qd_venues_abreast_sides. */
void qd_venues_abreast_replay(const qd_venues_abreast_t *self, qd_venue_t g, const qd_case_t *given,
                              const qd_venue_scratch_t *rules, double *x);

/* ---- the later venues ---------------------------------------------------------------------------------- */

/* Plays and weighs venue g >= QD_ABREAST, which must exist; its sides are in self->x. */
void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given, qd_venue_scratch_t *scratch);

/* An upper bound of the worth of venue g: all states that may join do, and only the target opposes. A venue
 * whose bound is below the worth of a venue that starts need not be solved. O(n). */
double qd_venue_bound(qd_venue_t g, const qd_case_t *given, const qd_venue_scratch_t *scratch);

#endif
