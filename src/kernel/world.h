/* A world and everything needed to play it: parameters, state, record and scratch, in separate structs. The
 * functions are the steps of docs/model.md, in the order of a period. */
#ifndef QD_KERNEL_WORLD_H
#define QD_KERNEL_WORLD_H

#include "kernel/bloc_game.h"
#include "kernel/club_game.h"
#include "kernel/crisis.h"
#include "kernel/values.h"
#include "kernel/venue.h"
#include "kernel/venue_games.h"
#include "measure/record.h"
#include "quadrille/event.h"
#include "world/state.h"

/* The data of a mission that continues (part 10). */
typedef struct {
    unsigned start, number; /* t0, and the crisis of that period */
    int initiator, target;  /* target: or QD_NOBODY */
    qd_venue_t venue;
    double severity, resistance, legitimacy;
    double values[2];         /* v_m */
    double *x, *stake, *term; /* [padded] sides; h; venue term */
    double *saves, *member;   /* [padded] 1 for states with the saving, and for members of the hub; else 0 */
    double support, opposition, success; /* C+, C-, q of the last period */
} qd_enduring_t;

/* The kernel's part of an event beside the public one (quadrille/event.h): its own structs, for the tests.
 * Members that its kind does not set are NULL or 0. */
typedef struct qd_inside {
    const qd_parameters_t *parameters;
    const qd_state_t *state; /* with no relaxation owed */
    const qd_record_t *record;
    const qd_crisis_t *crisis;
    const qd_case_t *given; /* the case before its initiator: MOVE, VENUE, FORESEEN, PARALYSIS, MISSION */
    qd_venue_t venue;
    const qd_venue_game_t *game;
    const qd_venue_scratch_t *rules; /* VENUE: data shared by the venues of the case */
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

/* Normals for the growth of capabilities, drawn for several periods at once. */
#define QD_GROWTH_PERIODS 7 /* a divisor of the default number of periods */
typedef struct {
    qd_luck_t luck;
    unsigned period; /* the first of them */
    size_t padded;   /* 0: nothing drawn yet */
    double *normal;  /* [QD_GROWTH_PERIODS][padded] */
} qd_growth_luck_t;

/* The stage of a world. */
typedef enum {
    QD_STAGE_NONE,   /* nothing was drawn */
    QD_STAGE_FAILED, /* it cannot be resumed */
    QD_STAGE_DRAWN,  /* `period` is the next to be played */
    QD_STAGE_ENDED   /* the last period is over */
} qd_stage_t;

struct qd_world {
    const qd_plan_t *plan;
    qd_luck_t luck;
    const qd_observer_t *observer;
    bool watched;                /* by an observer or a plugin */
    bool solves_all;             /* also the venues that could not be chosen, for an observer */
    const char *fault;           /* NULL, or the error of a plugin in this period */
    const qd_plugin_t *made_for; /* the plugin in use when the world was allocated, or NULL */
    void *memory;                /* the plugin's, of this world */
    size_t memory_size;
    double *drafted; /* room for an order that the plugin draws */
    qd_stage_t stage;
    const char *failure; /* QD_STAGE_FAILED: why */
    unsigned period;
    qd_parameters_t parameters; /* as they hold now */
    qd_parameters_t wanted;     /* by qd_world_set, from the next period on, where `want` says so */
    bool want[QD_PARAMETERS_MAX];
    size_t wants; /* how many `want` */
    qd_state_t state;
    qd_record_t record;
    bool learning; /* some beta may differ from 0 */
    double owed;   /* affinities are A + owed (B - A): relaxation of periods in which nothing read them */
    qd_enduring_t running[QD_ENDURING_MAX]; /* in the order of their start */
    size_t enduring;                        /* number of running missions */
    qd_values_t values;
    bool reaims; /* the baseline waits to be set: values, clubs or their deepening have changed */
    /* scratch */
    qd_crisis_t crisis;
    qd_case_t given; /* the case before its initiator */
    qd_venue_game_t venue[QD_VENUES];
    qd_venue_scratch_t rules;
    qd_venues_abreast_t abreast;
    qd_growth_luck_t growth_luck;
    qd_count_luck_t count_luck;
    double *spare; /* [5][padded] */
    int *listed;   /* [padded] some states, in their order */
    int *labels_before;
    double *shown; /* [padded][padded] affinities for the observer while some of their relaxation is owed */
    int members[QD_LABELS_MAX + 1], first_member[QD_LABELS_MAX + 1];
    double *bloc_company, *bloc_hostility; /* [QD_LABELS_MAX + 1][padded] */
    double bloc_reach[QD_LABELS_MAX + 1];
    double *bloc_exposure;                 /* [padded] */
    bool costed;                           /* club_cost is set, for these two: */
    double costed_by[2];                   /* clubs.readiness, clubs.cost */
    double *club_cost, *club_exposure;     /* [padded] */
    double *club_company, *club_hostility; /* [QD_CLUBS_MAX * QD_DEPTH_MAX][padded] */
    double *levels_before;                 /* [QD_CLUBS_MAX][padded] */
    const qd_club_game_t *club_game;       /* the present club review, or NULL */
    qd_venue_t solving;                    /* the venue whose game is being played */
    const qd_bloc_game_t *bloc_game;       /* the present review, or NULL */
};

/* Whether its results have paths (those of a new world do). Without them `path` is NULL, every outcome has
 * the same bits, and no period is measured for a path. */
void qd_world_keep_paths(qd_world_t *self, bool wanted);

/* The interface of one copy of the kernel: the only name that it exports. */
typedef struct {
    void (*play)(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer,
                 qd_result_t *result);
    bool (*draw)(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer);
    bool (*step)(qd_world_t *self);
    bool (*look)(const qd_world_t *self, qd_world_view_t *view);
    void (*finish)(qd_world_t *self, qd_result_t *result);
} qd_kernel_t;

#ifndef QD_KERNEL
#define QD_KERNEL qd_kernel_v2
#endif
extern const qd_kernel_t QD_KERNEL;

/* The state with no relaxation owed; its affinities may be self->shown. Observation must not change the
 * course of the world. */
qd_state_t qd_world_settled(const qd_world_t *self);

/* *view = the world, with the states as in `state`. */
void qd_world_view(const qd_world_t *self, const qd_state_t *state, qd_world_view_t *view);

/* Completes the event and shows it to the watching observer and plugin. */
void qd_world_show(const qd_world_t *self, qd_event_kind_t kind, qd_inside_t *inside);

/* Reports an event to observer and plugin, if they watch; the third argument, a qd_inside_t, has the data of
 * the kind of event. It is a macro, so that unwatched worlds do not evaluate the argument. */
#define qd_world_tell(self, kind, ...)                                                                       \
    ((self)->watched ? qd_world_show((self), (kind), &__VA_ARGS__) : (void)0)

/* The bloc game of the present world, on the world's own arrays; call qd_bloc_game_start before use. */
qd_bloc_game_t qd_world_bloc_game(qd_world_t *self);

/* The bloc review (part 2); `counted` is false for the first one at t = 0. */
void qd_world_review_blocs(qd_world_t *self, bool counted);

/* The club review (part 9), where there are clubs; `counted` is false for the first one at t = 0. */
void qd_world_review_clubs(qd_world_t *self, bool counted);

/* Advances each running mission by one period, in turn (part 10). */
void qd_world_go_on(qd_world_t *self);

/* Whether the mission of the present crisis, which did not succeed, continues. */
bool qd_world_endures(const qd_world_t *self);

/* Stores the mission through venue g as enduring. */
void qd_world_keep_mission(qd_world_t *self, qd_venue_t g);

/* Steps of a mission's consequences that enduring missions share (part 5): tension after success or
 * failure; the initiator's learning about the venue, upwards (direction 1) or downwards (-1); the load of
 * joiners, l = min(0.8, l + load). */
void qd_world_change_tension(qd_world_t *self, double severity, bool success);
void qd_world_learn(qd_world_t *self, qd_venue_t g, int initiator, double direction);
void qd_world_add_load(qd_world_t *self, const double *x, double load);

/* One crisis, from its drawing to its consequences (parts 3 to 5). */
void qd_world_meet_crisis(qd_world_t *self, unsigned number);

/* A mission through venue g and its effects on the order (part 5, first list; parts 10 to 12). Returns
 * whether it succeeded. */
bool qd_world_consequences(qd_world_t *self, qd_venue_t g);

/* End of period (part 5, last paragraph; learning of part 6), without the bloc review. The relaxation of the
 * affinities stays owed until qd_world_settle. */
void qd_world_end_period(qd_world_t *self);

/* Brings up to date the affinities above the diagonal after a period in which values moved, and the baseline;
 * both wait for a reader. Owed relaxation stays owed. */
void qd_world_catch_up(qd_world_t *self);

/* Applies the owed relaxation of the affinities, and the periods in which values moved, before the affinities
 * are read (by crises, a bloc review, outcomes). One pass covers several periods without a reader: steps of
 * rates r and s equal one step of rate r + s (1 - r). */
void qd_world_settle(qd_world_t *self);

/* The schedule's changes at the start of the present period (part 6). */
void qd_world_apply_schedule(qd_world_t *self);

/* ---- publics ------------------------------------------------------------------------------------------- */

/* Publics (part 11): the effects of missions and wars on the support y of each state. x: [padded], +1 for
 * states that joined, 0 for states that stayed out, -1 for opponents. */

/* At the end of a mission: for states that joined, y += gain (1 - y) on success, y -= loss y on failure. */
void qd_publics_judge(qd_state_t *state, const qd_parameters_t *p, const double *x, bool success);

/* After a war: y -= loss y for all states that took a side. */
void qd_publics_mourn(qd_state_t *state, const qd_parameters_t *p, const double *x);

/* While a mission continues: y -= wear y for its members. */
void qd_publics_tire(qd_state_t *state, const qd_parameters_t *p, const double *x);

/* End of a period: y += relaxation (1/2 - y). */
void qd_publics_relax(qd_state_t *state, const qd_parameters_t *p);

#endif
