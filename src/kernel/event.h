/* What an observer is shown of a world, in the order in which it happens. Pointers are valid during the call
 * only. */
#ifndef QD_KERNEL_EVENT_H
#define QD_KERNEL_EVENT_H

#include "kernel/bloc_game.h"
#include "kernel/club_game.h"
#include "kernel/crisis.h"
#include "kernel/endurance.h"
#include "kernel/venue.h"
#include "measure/record.h"
#include "quadrille/world.h"
#include "world/state.h"

typedef enum {
    QD_EVENT_WORLD,           /* the world is drawn: parameters, state */
    QD_EVENT_SCHEDULE,        /* parameters changed at the start of this period */
    QD_EVENT_BLOC_MOVE,       /* one move of a review: state, label_before, label_after, bloc_game */
    QD_EVENT_REVIEW,          /* a bloc review ended (the first one at t = 0 before period 0): bloc_game */
    QD_EVENT_CLUB_MOVE,       /* one move of a club review: mover, club, before, after, club_game */
    QD_EVENT_CLUB_REVIEW,     /* a club review ended (the first one at t = 0 before period 0): club_game */
    QD_EVENT_PARTNER_LEAVES,  /* a partner leaves an enduring mission: mover, enduring, age */
    QD_EVENT_MISSION_GOES_ON, /* an enduring mission goes on: enduring, age */
    QD_EVENT_MISSION_ENDS,    /* an enduring mission is over: enduring, age, ended, success */
    QD_EVENT_CRISIS,          /* a crisis is drawn: crisis */
    QD_EVENT_MOVE,            /* one move of a mission game: venue, state, before, after */
    QD_EVENT_VENUE,           /* a venue is solved: venue, game */
    QD_EVENT_FORESEEN,        /* the initiator foresees the venue's paralysis: venue, game */
    QD_EVENT_PARALYSIS,       /* the venue fails in the open: venue, game */
    QD_EVENT_ABSTAIN,         /* the crisis is left alone */
    QD_EVENT_MISSION,   /* a mission is carried out, before its consequences: venue, game, success, endures */
    QD_EVENT_WAR,       /* it escalates */
    QD_EVENT_BREAKDOWN, /* the order breaks down: cause in record */
    QD_EVENT_PERIOD,    /* the period has ended */
    QD_EVENT_END,       /* the world has ended: outcomes */
    QD_EVENTS
} qd_event_kind_t;

struct qd_event {
    qd_event_kind_t kind;
    unsigned period;
    const qd_parameters_t *parameters;
    const qd_state_t *state;
    const qd_record_t *record;
    const qd_crisis_t *crisis; /* of the crisis at hand, else NULL */
    const qd_case_t *given;    /* the case before its initiator: VENUE, FORESEEN, PARALYSIS, MISSION */
    qd_venue_t venue;
    const qd_venue_game_t *game;     /* VENUE, FORESEEN, PARALYSIS, MISSION, WAR */
    const qd_venue_scratch_t *rules; /* MOVE, VENUE: own field and thresholds of the game */
    const qd_bloc_game_t *bloc_game; /* BLOC_MOVE, REVIEW */
    const qd_club_game_t *club_game; /* CLUB_MOVE, CLUB_REVIEW */
    size_t mover;                    /* MOVE, BLOC_MOVE, CLUB_MOVE, PARTNER_LEAVES */
    size_t club;                     /* CLUB_MOVE */
    double before, after;            /* MOVE: sides; BLOC_MOVE: labels; CLUB_MOVE: levels */
    const qd_enduring_t *enduring;   /* PARTNER_LEAVES, MISSION_GOES_ON, MISSION_ENDS */
    unsigned age;                    /* periods since its start */
    qd_ended_t ended;                /* MISSION_ENDS: how */
    bool success, endures;           /* MISSION */
    const qd_outcomes_t *outcomes;   /* END */
};

#endif
