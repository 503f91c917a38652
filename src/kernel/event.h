/* What the kernel shows of an event beside what is public (quadrille/event.h): its own structs, for the tests. */
#ifndef QD_KERNEL_EVENT_H
#define QD_KERNEL_EVENT_H

#include "kernel/bloc_game.h"
#include "kernel/club_game.h"
#include "kernel/crisis.h"
#include "kernel/endurance.h"
#include "kernel/venue.h"
#include "measure/record.h"
#include "quadrille/event.h"
#include "world/state.h"

/* An event as the kernel tells it; what its kind does not set is NULL or 0. */
typedef struct qd_inside {
    const qd_parameters_t *parameters;
    const qd_state_t *state; /* with no relaxation owed */
    const qd_record_t *record;
    const qd_crisis_t *crisis;
    const qd_case_t *given; /* the case before its initiator: MOVE, VENUE, FORESEEN, PARALYSIS, MISSION */
    qd_venue_t venue;
    const qd_venue_game_t *game;
    const qd_venue_scratch_t *rules; /* VENUE: what the venues of the case share */
    const qd_bloc_game_t *bloc_game; /* BLOC_MOVE, REVIEW */
    const qd_club_game_t *club_game; /* CLUB_MOVE, CLUB_REVIEW */
    const qd_enduring_t *enduring;
    unsigned age;
    qd_ended_t ended;
    size_t mover, club;
    double before, after;
    bool success, endures;
    const qd_outcomes_t *outcomes;
} qd_inside_t;

#endif
