/* The venues of a mission (model.md part 4): each solved as its own mission game, weighed, and chosen. */
#ifndef QD_KERNEL_VENUE_H
#define QD_KERNEL_VENUE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/crisis.h"
#include "kernel/worth.h"
#include "quadrille/world.h"
#include "world/state.h"

/* One venue's game, solved. */
typedef struct {
    bool exists;               /* its rules allow it (alliance, umbrella: the initiator has a bloc) */
    bool solved;               /* what follows has been worked out */
    bool open;                 /* exists, and P+ >= force_ratio P- */
    int passes;                /* of its game; QD_PASSES_MAX + 1 if it did not converge */
    double *x;                 /* [padded] who joins (+1), stays out (0), opposes (-1) */
    double support;            /* C+ = sum over x = +1 of c (1 - l) */
    double opposition;         /* C- = sum over x = -1, the target left out, of c */
    size_t joiners, opponents; /* n+, n-; the target counts as an opponent */
    double effort, counter;    /* P+, P- */
    double success;            /* q */
    double legitimacy;         /* L */
    double escalation;         /* epsilon */
    double worth;              /* EU to the initiator */
} qd_venue_game_t;

/* What all venues of a crisis have in common, and the arrays of the game at hand; one per thread. Arrays:
 * [padded]. */
typedef struct {
    int bloc;         /* the initiator's (qd_venue_bloc) */
    double *open;     /* the field, where all who are free stand at 0, of a venue without a term of its own:
                         stake, patronage and what initiator and target add */
    double *saved;    /* price less the flexible saving, at least 0 */
    double *strength; /* c (1 - l): what a state brings to the side it joins */
    double *field, *up, *down; /* of the game at hand: see mission_game.h */
    uint32_t *order;           /* random order of moves */
    void (*moved)(void *context, size_t state, double before, double after);
    void *context;
} qd_venue_scratch_t;

/* The initiator's bloc: its label if that has two members or more, else 0. */
int qd_venue_bloc(const qd_state_t *state, int i);

/* Whether state i (padding is in no bloc) is in the bloc; nobody is in bloc 0. */
static inline bool qd_venue_member(const qd_state_t *state, int bloc, size_t i)
{
    return bloc > 0 && state->label[i] == bloc;
}

/* Fills scratch->order with the crisis's random permutation. */
void qd_venue_shuffle(const qd_crisis_t *crisis, size_t n, qd_luck_t luck, uint32_t *order);

/* Fills what the venues of a crisis have in common; `bloc` is the initiator's (qd_venue_bloc). */
void qd_venue_prepare(qd_venue_scratch_t *self, const qd_crisis_t *crisis, const qd_state_t *state,
                      const qd_parameters_t *p, int bloc);

/* Whether venue g's rules allow it at all. */
bool qd_venue_exists(qd_venue_t g, const qd_parameters_t *p, int bloc);

/* No less than the worth that qd_venue_solve would find: everybody who may join does, nobody but the target
 * opposes. A venue whose bound is below the worth of one that starts need not be solved. O(n). */
double qd_venue_bound(qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                      const qd_parameters_t *p, const qd_leaning_t *leaning,
                      const qd_venue_scratch_t *scratch);

/* A venue's row of model.md's table: who may join, the venue term, whose price is the flexible one. */
typedef struct {
    double pull, obliged; /* venue term of everybody, and of members beside it */
    double nobody,
        outsiders; /* +inf where nobody, where only members may join, else 0: added to the price of joining */
    bool saves_members, saves_outsiders;
} qd_venue_rules_t;
static inline qd_venue_rules_t qd_venue_rules(qd_venue_t g, const qd_state_t *state, const qd_parameters_t *p,
                                              int bloc)
{
    const double never = (double)INFINITY;
    double obligation = p->mission_obligation * state->cohesion[bloc];
    switch (g) {
    case QD_COLLECTIVE:
        return (qd_venue_rules_t){.pull = p->mission_legitimacy_pull * state->institution};
    case QD_ALLIANCE:
        return (qd_venue_rules_t){.obliged = obligation, .outsiders = never};
    case QD_FLEXIBLE:
        return (qd_venue_rules_t){.saves_members = true, .saves_outsiders = true};
    case QD_UNILATERAL:
        return (qd_venue_rules_t){.nobody = never};
    default: /* QD_UMBRELLA */
        return (qd_venue_rules_t){.obliged = obligation * p->mission_umbrella, .saves_outsiders = true};
    }
}

/* What the venue adds to legitimacy, as a share of what it lacks. */
static inline double qd_venue_frame(qd_venue_t g, const qd_state_t *state, double umbrella, int bloc)
{
    double bloc_frame = 0.5 * state->cohesion[bloc] * state->institution;
    if (g == QD_COLLECTIVE)
        return state->institution;
    if (g == QD_ALLIANCE)
        return bloc_frame;
    return g == QD_UMBRELLA ? umbrella * bloc_frame : 0.0;
}

/* Puts into lane `lane` what does not depend on the sides: the frame of legitimacy, the initiator's leaning.
 */
static inline void qd_venue_lean(qd_worths_t *worths, size_t lane, qd_venue_t g, const qd_crisis_t *crisis,
                                 const qd_state_t *state, const qd_parameters_t *p,
                                 const qd_leaning_t *leaning, int bloc)
{
    worths->frame[lane] = qd_venue_frame(g, state, p->mission_umbrella, bloc);
    worths->leaning[lane] =
        leaning->bias[g] + state->learned[(size_t)g * state->padded + (size_t)crisis->initiator];
}

/* Takes over what has been found in lane `lane`, and whether the venue is open. Marks it solved. */
static inline void qd_venue_take(qd_venue_game_t *self, const qd_worths_t *worths, size_t lane,
                                 double force_ratio)
{
    self->effort = worths->effort[lane];
    self->counter = worths->counter[lane];
    self->success = worths->success[lane];
    self->legitimacy = worths->legitimacy[lane];
    self->escalation = worths->escalation[lane];
    self->worth = worths->worth[lane];
    self->open = self->effort >= force_ratio * self->counter;
    self->solved = true;
}

/* Solves venue g, which exists, of the crisis: who takes which side, and what that is worth to the initiator.
 */
void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p, const qd_leaning_t *leaning, qd_venue_scratch_t *scratch);

/* Whether the venue, tried, is paralysed: vetoes, quorum, members' opposition. */
bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_state_t *state, double quorum,
                    int bloc);

#endif
