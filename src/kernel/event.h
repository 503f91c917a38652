/* What an observer is shown of a world, in the order in which it happens. Pointers are valid during the call
 * only. */
#ifndef QD_KERNEL_EVENT_H
#define QD_KERNEL_EVENT_H

#include "kernel/bloc_game.h"
#include "kernel/crisis.h"
#include "kernel/venue.h"
#include "measure/record.h"
#include "quadrille/world.h"
#include "world/state.h"

typedef enum {
    QD_EVENT_WORLD,     /* the world is drawn: parameters, state */
    QD_EVENT_SCHEDULE,  /* parameters changed at the start of this period */
    QD_EVENT_BLOC_MOVE, /* one move of a review: state, label_before, label_after, bloc_game */
    QD_EVENT_REVIEW,    /* a bloc review ended (the first one at t = 0 before period 0): bloc_game */
    QD_EVENT_CRISIS,    /* a crisis is drawn: crisis */
    QD_EVENT_MOVE,      /* one move of a mission game: venue, state, before, after */
    QD_EVENT_VENUE,     /* a venue is solved: venue, game */
    QD_EVENT_FORESEEN,  /* the initiator foresees the venue's paralysis: venue, game */
    QD_EVENT_PARALYSIS, /* the venue fails in the open: venue, game */
    QD_EVENT_ABSTAIN,   /* the crisis is left alone */
    QD_EVENT_MISSION,   /* a mission is carried out, before its consequences: venue, game, success */
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
    size_t mover;                    /* MOVE, BLOC_MOVE */
    double before, after;            /* MOVE: sides; BLOC_MOVE: labels */
    bool success;                    /* MISSION, WAR */
    const qd_outcomes_t *outcomes;   /* END */
};

#endif
