/* Views of a world: its state, a crisis, the game of a venue, an enduring mission. Symbols in
 * brackets are those of the model (docs/model.md).
 *
 * Views only point: arrays belong to the world and are valid until its next step (or, for views of an event
 * or a hook, until the call returns). Callers may read them but not write to them. A state is its index 0 ..
 * states - 1, which never changes. Rows of matrices lie `stride` numbers apart: affinity of i and j is
 * affinity[i * stride + j]. */
#ifndef QUADRILLE_VIEW_H
#define QUADRILLE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/registry.h"

#pragma GCC visibility push(default)

/* ---- venues -------------------------------------------------------------------------------------------- */

/* QD_COLLECTIVE, QD_ALLIANCE, ..., QD_HUB: the rows of quadrille/venues.def. */
typedef enum {
#define QD_VENUE(id, name, frame, joiners, savers, outside, start, effect) QD_##id,
#include "quadrille/venues.def"
#undef QD_VENUE
    QD_VENUES,
    QD_ABSTAIN = QD_VENUES
} qd_venue_t;

/* The name of a venue: "collective", ..., "hub", "abstain". A constant. */
const char *qd_venue_name(qd_venue_t venue);

#define QD_NOBODY       (-1) /* in place of a state */
#define QD_ENDURING_MAX 8    /* missions that run at once */

/* ---- an enduring mission (part 10) --------------------------------------------------------------------- */

/* An enduring mission. */
typedef struct {
    unsigned start, number;              /* t0, and the number of its crisis in that period */
    int initiator, target;               /* target: or QD_NOBODY */
    qd_venue_t venue;                    /* in which it acts */
    double severity, resistance;         /* s, R */
    double legitimacy;                   /* L, in [0, 1] */
    const double *side;                  /* [states] x: 1 joined, 0 stays out (or has left), -1 opposes */
    const double *stake;                 /* [states] h */
    double support, opposition, success; /* C+, C- (shares of capability) and q of its last period */
} qd_mission_view_t;

/* ---- a crisis (part 3) --------------------------------------------------------------------------------- */

/* A crisis. */
typedef struct {
    unsigned period, number; /* number: 0 for the period's first */
    double severity;         /* s, in (0, 4] */
    double resistance;       /* R */
    double values[2];        /* v_m, in value units */
    const double *place;     /* [3] x_m, a unit vector: the target's, where there is one */
    int target, initiator;   /* states, or QD_NOBODY */
    const double *near;      /* [states] exp(-distance / affinity.distance_scale) */
    const double *similar;   /* [states] V(v_i, v_m), in [-1, 1] */
    const double *stake;     /* [states] h, in payoff */
    const double
        *price; /* [states] Delta: the price of taking a side, before any venue's saving, in payoff */
} qd_crisis_view_t;

/* ---- the mission game of one venue, solved (part 4) ---------------------------------------------------- */

/* The game of one venue, as solved. */
typedef struct {
    qd_venue_t venue;          /* which */
    bool exists;               /* the venue's rules allow it; if not, the members below are undefined */
    bool open;                 /* the effort suffices: P+ >= doctrine.force_ratio P- */
    int passes;                /* of best response, the last one without change counted */
    const double *side;        /* [states] x: 1 joins, 0 stays out, -1 opposes */
    size_t joiners, opponents; /* n+ with the initiator, n- with the target */
    double support;            /* C+: sum of the joiners' capabilities, less their loads */
    double opposition;         /* C-: the opponents' capabilities, the target's left out */
    double effort, counter;    /* P+, P- */
    double success;            /* q: probability of success */
    double legitimacy;         /* L, in [0, 1] */
    double escalation;         /* epsilon: times escalation.hazard the probability of war */
    double worth;              /* EU to the initiator, in payoff */
} qd_game_view_t;

/* ---- a world ------------------------------------------------------------------------------------------- */

/* A world. */
typedef struct {
    unsigned period;                   /* the present one, from 0; `periods` after the last */
    size_t periods;                    /* T */
    uint64_t seed, world;              /* whose luck it has */
    const qd_parameters_t *parameters; /* as they hold now */

    size_t states, stride;    /* N; distance of a matrix's rows, a multiple of 8 */
    size_t poles;             /* m: states 0 .. m - 1, which hold the veto */
    const double *capability; /* [states] c: shares, sum 1 */
    const double *place;      /* [3][stride] unit vectors, one row a coordinate */
    const double *values;     /* [2][stride] v, in value units, one row a coordinate */
    const double *affinity;   /* [states][stride] A: symmetric, in [-1, 1], zero diagonal */
    const double *baseline;   /* [states][stride] B', to which A relaxes */
    const double *proximity;  /* [states][stride] G: unit diagonal */
    const double *load;       /* [states] l, in [0, 0.8] */
    const double *support;    /* [states] y: the publics' support, in [0, 1] */
    const double *learned;    /* [QD_VENUES][stride] beta: learned leaning towards each venue, in payoff */

    size_t labels;          /* K */
    const int *label;       /* [states] b: 0 unaligned, or 1 .. labels */
    const double *cohesion; /* [labels + 1] K_b, in [0, 1]; entry 0 is unused */
    size_t depth;           /* Lambda; 0: there are no clubs */
    const double
        *level; /* [poles][stride] d: 0 .. depth of each state in each pole's club; NULL without clubs */
    const double *readiness; /* [states] z; NULL without clubs */

    double institution, tension, debt;          /* I in [0, 1], tau >= 0, D >= 0 */
    size_t missions;                            /* running ones, in the order of their start */
    qd_mission_view_t mission[QD_ENDURING_MAX]; /* [missions] */

    int breakdown;               /* cause: 0 has not broken down, 1 war, 2 tension */
    unsigned broke;              /* period of the breakdown; `periods` where there was none */
    uint32_t crises, wars;       /* so far */
    uint32_t successes;          /* missions that succeeded, late ones too */
    uint32_t paralyses;          /* of venues, in the open */
    uint32_t met[QD_VENUES + 1]; /* crises by venue; the last: those left alone */
} qd_world_view_t;

#pragma GCC visibility pop

#endif
