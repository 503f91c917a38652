/* The events of a world. An observer receives every event in order; the data to which an event points are
 * valid during the call. A world has the same bits with and without an observer. */
#ifndef QUADRILLE_EVENT_H
#define QUADRILLE_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/registry.h"
#include "quadrille/view.h"

#pragma GCC visibility push(default)

/* In brackets: the fields that this kind of event sets beside kind, period and world. */
typedef enum {
    QD_EVENT_WORLD,           /* the world is drawn */
    QD_EVENT_SCHEDULE,        /* parameters changed at the start of this period */
    QD_EVENT_BLOC_MOVE,       /* one move of a bloc review [mover, before, after: labels] */
    QD_EVENT_REVIEW,          /* a bloc review ended (the first one before the first crises of period 0) */
    QD_EVENT_CLUB_MOVE,       /* one move of a club review [mover, club, before, after: levels] */
    QD_EVENT_CLUB_REVIEW,     /* a club review ended (the first one before the first crises of period 0) */
    QD_EVENT_PARTNER_LEAVES,  /* a partner leaves an enduring mission [mover, venue, mission, age] */
    QD_EVENT_MISSION_GOES_ON, /* an enduring mission continues [venue, mission, age] */
    QD_EVENT_MISSION_ENDS,    /* an enduring mission is over [venue, mission, age, ended, success] */
    QD_EVENT_CRISIS,          /* a crisis is drawn [crisis] */
    QD_EVENT_MOVE,  /* one move of a mission game [crisis, venue, game: side; mover, before, after: sides] */
    QD_EVENT_VENUE, /* a venue's game is solved [crisis, venue, game] */
    QD_EVENT_FORESEEN,  /* the initiator foresees the venue's paralysis [crisis, venue, game] */
    QD_EVENT_PARALYSIS, /* the venue fails in the open [crisis, venue, game] */
    QD_EVENT_ABSTAIN,   /* the initiator abstains [crisis] */
    QD_EVENT_MISSION, /* a mission begins, before its consequences [crisis, venue, game, success, endures] */
    QD_EVENT_WAR,     /* it escalates [crisis, venue, game] */
    QD_EVENT_BREAKDOWN, /* the order breaks down; world->breakdown is the cause */
    QD_EVENT_PERIOD,    /* the period has ended */
    QD_EVENT_END,       /* the world has ended [outcomes] */
    QD_EVENTS
} qd_event_kind_t;

/* The name of a kind: "world", "schedule", ..., "end", as in a trace (docs/trace.md); NULL for no kind. A
 * constant. */
const char *qd_event_name(qd_event_kind_t kind);

/* How an enduring mission ended. */
typedef enum {
    QD_ENDED_SUCCESS,  /* a late success */
    QD_ENDED_WORTH,    /* it was worth nothing more to the initiator */
    QD_ENDED_SUPPORT,  /* the initiator's public withdrew its support */
    QD_ENDED_DEADLINE, /* doctrine.exit */
    QD_ENDED_NOT       /* it continues */
} qd_ended_t;

/* The name of a way to end: "success", "worth", "support", "deadline", "". A constant. */
const char *qd_ended_name(qd_ended_t ended);

/* One event. Members that its kind does not set are NULL or 0. */
typedef struct qd_event {
    qd_event_kind_t kind;             /* the kind of the event */
    unsigned period;                  /* when, from 0 */
    const qd_world_view_t *world;     /* as it stands at this moment */
    const qd_crisis_view_t *crisis;   /* the crisis that is dealt with */
    qd_venue_t venue;                 /* the venue that is meant */
    const qd_game_view_t *game;       /* its game, solved */
    const qd_mission_view_t *mission; /* the enduring mission */
    unsigned age;                     /* of the enduring mission: periods since its start */
    qd_ended_t ended;                 /* how it ended */
    size_t mover;                     /* the state that moves or leaves */
    size_t club;                      /* the pole whose club it is */
    double before, after;             /* label, side or level that the mover leaves and takes */
    bool success, endures;            /* of a mission: whether it succeeded, and whether it continues */
    const qd_outcomes_t *outcomes;    /* of the world */
    const struct qd_inside *inside;   /* the kernel's own structs, for the project's tests */
} qd_event_t;

/* The receiver of the events of a world. */
typedef struct {
    void *context; /* handed to `see` */
    /* Called at every event, in the thread that plays the world; may be NULL. */
    void (*see)(void *context, const qd_event_t *event);
} qd_observer_t;

#pragma GCC visibility pop

#endif
