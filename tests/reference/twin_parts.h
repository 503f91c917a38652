/* The parts of the twin: one file per part of model.md, all working on one qd_twin_t. */
#ifndef QD_TESTS_REFERENCE_TWIN_PARTS_H
#define QD_TESTS_REFERENCE_TWIN_PARTS_H

#include <stdbool.h>

#include "quadrille/world.h"

#define QD_TWIN_PASSES  64 /* cap on the passes of either game */
#define QD_TWIN_LABELS  64 /* the most labels that blocs.max allows */
#define QD_TWIN_RUNNING 8  /* the most missions that run at a time */

/* Counts and sums of a world in play. */
typedef struct {
    int crises, abstained, successes, paralyses, wars, not_converged;
    int missions, missions_by_venue[QD_VENUES];
    int missions_early, flexible_early, missions_late, flexible_late;
    int missions_now, flexible_now; /* of the present period */
    int breakdown_cause, breakdown_period;
    double tension_early, tension_late; /* sums over period ends */
    int reviews;
    double turnover;
    double legitimacy, coalition_size, burden_gini, strange_partners, passes; /* sums over missions */
    int passes_max;
    double jaccard;
    int *last_joined; /* n: who joined the last mission */
    int club_reviews;
    double club_turnover;
    int endured, withdrawn, partners; /* over the missions that endured */
    double length;                    /* periods that missions took, in all */
} qd_twin_record_t;

/* The record of an enduring mission. */
typedef struct {
    int start, number; /* period and number of its crisis */
    int initiator, target;
    qd_venue_t venue;
    double s, resistance, legitimacy;
    double value[2];  /* v_m */
    int *x;           /* n */
    double *stake;    /* n: h */
    double *term;     /* n: the venue's term */
    bool *hub_member; /* n: those between whom the hub's coupling is reduced */
    bool *has_saving; /* n: whose price is reduced */
} qd_twin_running_t;

typedef struct {
    const qd_plan_t *plan;
    qd_luck_t luck;
    qd_parameters_t p;
    int n, poles, periods;
    double *c, *load;            /* n */
    double *place, *value;       /* n x 3, n x 2 */
    double *roots;               /* n x 2: the values at the start */
    double *unclamped;           /* n x n: X */
    double *baseline, *affinity; /* n x n: B = clamp(X), A */
    int depth;                   /* Lambda */
    int *level;                  /* n x poles: d */
    double *readiness;           /* n: z */
    double *support;             /* n: y */
    int running_count;
    qd_twin_running_t running[QD_TWIN_RUNNING]; /* in the order of their start */
    double *leaning;                            /* n x QD_VENUES: the learned beta */
    int *label;                                 /* n: 0, or 1..labels */
    int labels;                                 /* K */
    double cohesion[QD_TWIN_LABELS + 1];        /* by label; entry 0 is not used */
    double institution, tension, debt;
    qd_twin_record_t record;
} qd_twin_t;

typedef struct {
    int period, number;
    double s, resistance;
    double value[2], place[3];
    int target;    /* -1: none */
    int initiator; /* -1: no state has a stake */
    double *stake; /* n */
    int *order;    /* n: who moves when in the mission game */
} qd_twin_crisis_t;

/* One venue's game, solved. */
typedef struct {
    bool exists;
    int *x;       /* n */
    double *term; /* n: contribution of the venue to each state's field */
    int passes;
    double c_plus, p_plus, p_minus, success, legitimacy, risk, worth;
    bool open, untried;
} qd_twin_game_t;

/* Memory for count things of the given size, all zero. */
void *qd_twin_zeros(size_t count, size_t size);

/* ---- twin_order.c: part 1 ------------------------------------------------------------------------------ */
void qd_twin_order_draw(qd_twin_t *t);
double qd_twin_angle(const double a[3], const double b[3]);
double qd_twin_similarity(const qd_twin_t *t, const double a[2], const double b[2]);
void qd_twin_normalise(qd_twin_t *t);
double qd_twin_largest(const qd_twin_t *t);
void qd_twin_move_values(qd_twin_t *t, const double *value); /* n x 2: where they are now (part 12) */

/* ---- twin_blocs.c: part 2 ------------------------------------------------------------------------------ */
int qd_twin_members(const qd_twin_t *t, int label);
int qd_twin_bloc(const qd_twin_t *t, int state); /* its label where that has at least two members, else 0 */
void qd_twin_bloc_game(qd_twin_t *t);
void qd_twin_bloc_review(qd_twin_t *t);          /* the game, with the turnover it brings */
double *qd_twin_pair_worths(const qd_twin_t *t); /* n x n: W; to be freed */

/* ---- twin_clubs.c: part 9, clubs ----------------------------------------------------------------------- */
void qd_twin_clubs_begin(qd_twin_t *t);
void qd_twin_club_game(qd_twin_t *t);
void qd_twin_club_review(qd_twin_t *t);                        /* the game, with the turnover it brings */
double qd_twin_shared_depth(const qd_twin_t *t, int i, int j); /* max over k of min(d_ik, d_jk) / Lambda */
double qd_twin_deepest(const qd_twin_t *t, int i);             /* max over k of d_ik / Lambda */

/* ---- twin_crisis.c: part 3 ----------------------------------------------------------------------------- */
int qd_twin_crisis_count(const qd_twin_t *t, int period);
void qd_twin_crisis_draw(const qd_twin_t *t, qd_twin_crisis_t *crisis);
int qd_twin_choose(double uniform, int count, const double weight[]);

/* ---- twin_mission.c: part 4, the game and its worth ---------------------------------------------------- */
void qd_twin_game_solve(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, qd_twin_game_t *game);
int qd_twin_leader(const qd_twin_t *t);
bool qd_twin_hub_member(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int i);
bool qd_twin_has_saving(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int i);
/* Delta_i with or without the saving, towards the values v_m. */
double qd_twin_price(const qd_twin_t *t, const double value[2], bool has_saving, int i);
double qd_twin_contest(double p_plus, double p_minus, double exponent);

/* ---- twin_endurance.c: part 10 ------------------------------------------------------------------------- */
bool qd_twin_endures(const qd_twin_t *t, const qd_twin_crisis_t *crisis);
void qd_twin_mission_begin(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue,
                           const qd_twin_game_t *game);
void qd_twin_missions_go_on(qd_twin_t *t, int period);
void qd_twin_missions_end(qd_twin_t *t); /* after the last period */

/* ---- twin_choice.c: part 4, the venue that is tried ---------------------------------------------------- */
void qd_twin_crisis_play(qd_twin_t *t, int period, int number);

/* ---- twin_consequences.c: part 5 ----------------------------------------------------------------------- */
void qd_twin_mission_consequences(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue,
                                  const qd_twin_game_t *game);
void qd_twin_breakdown(qd_twin_t *t, int period, int cause);
void qd_twin_result(qd_twin_t *t, double s, int initiator, qd_venue_t venue, const int x[], bool success);
double qd_twin_load(double weight, double p_plus); /* weight / P+, with 0 / 0 = 0 */
void qd_twin_period_end(qd_twin_t *t, int period);

/* ---- twin_outcomes.c: part 7 --------------------------------------------------------------------------- */
void qd_twin_record_mission(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue,
                            const qd_twin_game_t *game, double gini);
void qd_twin_record_period(qd_twin_t *t, int period, double *path);
void qd_twin_outcomes(const qd_twin_t *t, qd_outcomes_t *outcomes);

#endif
