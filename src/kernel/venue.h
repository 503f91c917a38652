/* The venues of a mission (model.md parts 4 and 9): each solved as its own mission game, weighed, and chosen.
 * What makes one venue differ from another is its row in quadrille/venues.def. */
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

/* A venue's row; the words are those of quadrille/venues.def. */
typedef struct {
    enum { QD_FRAME_NONE, QD_FRAME_INSTITUTION, QD_FRAME_BLOC, QD_FRAME_UMBRELLA, QD_FRAME_CLUB } frame;
    enum { QD_JOINERS_ALL, QD_JOINERS_MEMBERS, QD_JOINERS_NOBODY } joiners;
    enum { QD_SAVERS_NOBODY, QD_SAVERS_ALL, QD_SAVERS_MEMBERS, QD_SAVERS_OTHERS } savers;
    double outside; /* o */
    enum { QD_START_NOTHING, QD_START_VOTE, QD_START_UNANIMITY, QD_START_BLOCKING } start;
    enum { QD_EFFECT_NEUTRAL, QD_EFFECT_SERVES, QD_EFFECT_BYPASSES } effect;
} qd_venue_row_t;

/* The row of venue g < QD_VENUES; folded away where g is known at compile time. */
static inline qd_venue_row_t qd_venue_row(qd_venue_t g)
{
    static const qd_venue_row_t rows[QD_VENUES] = {
#define QD_VENUE(id, name, frame, joiners, savers, outside, start, effect)                                   \
    {QD_FRAME_##frame, QD_JOINERS_##joiners, QD_SAVERS_##savers,                                             \
     outside,          QD_START_##start,     QD_EFFECT_##effect},
#include "quadrille/venues.def"
#undef QD_VENUE
    };
    return rows[g];
}

/* The case before an initiator: the crisis, the order as it stands, the doctrine it acts by, its bloc and its
 * club. */
typedef struct {
    const qd_crisis_t *crisis;
    const qd_state_t *state;
    const qd_parameters_t *p;
    qd_leaning_t leaning;
    int bloc;           /* qd_venue_bloc of the initiator */
    double institution; /* I and K_b as the venues opened: a paralysis changes the order, and no game */
    double cohesion;
    const double *club; /* qd_venue_club of the initiator */
} qd_case_t;

/* One venue's game, solved. */
typedef struct {
    bool exists;               /* its rules allow it (qd_venue_exists) */
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
    double *open;     /* the field, where all who are free stand at 0, of a venue without a term of its own:
                         stake, patronage and what initiator and target add */
    double *saved;    /* price less the flexible saving, at least 0 */
    double *strength; /* c (1 - l): what a state brings to the side it joins */
    double *field, *up, *down; /* of the game at hand: see mission_game.h */
    double *between;           /* of the hub's game: see mission_game.h */
    double *club;              /* what qd_case_t.club points to */
    uint32_t *order;           /* random order of moves */
    void (*moved)(void *context, size_t state, double before, double after);
    void *context;
} qd_venue_scratch_t;

/* The initiator's bloc: its label if that has two members or more, else 0. */
int qd_venue_bloc(const qd_state_t *state, int i);

/* The club of initiator i against this target (or QD_NOBODY): fills club[padded] with d_ji / Lambda, 0 for i
 * itself, and returns it; NULL where i runs no club or nobody but the target is in it. */
const double *qd_venue_club(const qd_state_t *state, int i, int target, double *club);

/* Whether state i (padding is in no bloc) is in the bloc; nobody is in bloc 0. */
static inline bool qd_venue_member(const qd_state_t *state, int bloc, size_t i)
{
    return bloc > 0 && state->label[i] == bloc;
}

/* Fills scratch->order with the crisis's random permutation. */
void qd_venue_shuffle(const qd_crisis_t *crisis, size_t n, qd_luck_t luck, uint32_t *order);

/* Fills what the venues of a case have in common. */
void qd_venue_prepare(qd_venue_scratch_t *self, const qd_case_t *given);

/* Whether venue g's rules allow it at all. */
static inline bool qd_venue_exists(qd_venue_t g, const qd_case_t *given)
{
    switch (qd_venue_row(g).frame) {
    case QD_FRAME_BLOC:
        return given->bloc > 0;
    case QD_FRAME_UMBRELLA:
        return given->bloc > 0 && given->p->doctrine_umbrella != 0.0;
    case QD_FRAME_CLUB:
        return given->club != NULL;
    default:
        return true;
    }
}

/* No less than the worth that qd_venue_solve would find: everybody who may join does, nobody but the target
 * opposes. A venue whose bound is below the worth of one that starts need not be solved. O(n). */
double qd_venue_bound(qd_venue_t g, const qd_case_t *given, const qd_venue_scratch_t *scratch);

/* A venue's rules in numbers. */
typedef struct {
    double pull,
        obliged; /* venue term of everybody, and of members beside it (in a club: at its deepest level) */
    double nobody, outsiders; /* +inf where nobody, where only members may join, else 0: added to the price of
                                 joining */
    bool saves_members, saves_outsiders;
} qd_venue_rules_t;

static inline qd_venue_rules_t qd_venue_rules(qd_venue_t g, const qd_case_t *given)
{
    const double never = (double)INFINITY;
    const qd_venue_row_t row = qd_venue_row(g);
    const qd_parameters_t *p = given->p;
    double obligation = p->mission_obligation * given->cohesion;
    qd_venue_rules_t rules = {.nobody = row.joiners == QD_JOINERS_NOBODY ? never : 0.0,
                              .outsiders = row.joiners == QD_JOINERS_MEMBERS ? never : 0.0,
                              .saves_members = row.savers == QD_SAVERS_ALL || row.savers == QD_SAVERS_MEMBERS,
                              .saves_outsiders =
                                  row.savers == QD_SAVERS_ALL || row.savers == QD_SAVERS_OTHERS};
    if (row.frame == QD_FRAME_INSTITUTION)
        rules.pull = p->mission_legitimacy_pull * given->institution;
    if (row.frame == QD_FRAME_BLOC)
        rules.obliged = obligation;
    if (row.frame == QD_FRAME_UMBRELLA)
        rules.obliged = obligation * p->mission_umbrella;
    if (row.frame == QD_FRAME_CLUB)
        rules.obliged = p->mission_hub_obligation;
    return rules;
}

/* What the venue adds to legitimacy, as a share of what it lacks; of a club: where all who join are at the
 * deepest level. */
static inline double qd_venue_frame(qd_venue_t g, const qd_case_t *given)
{
    double bloc_frame = 0.5 * given->cohesion * given->institution;
    switch (qd_venue_row(g).frame) {
    case QD_FRAME_INSTITUTION:
        return given->institution;
    case QD_FRAME_BLOC:
        return bloc_frame;
    case QD_FRAME_UMBRELLA:
        return given->p->mission_umbrella * bloc_frame;
    case QD_FRAME_CLUB:
        return 0.5 * given->institution;
    default:
        return 0.0;
    }
}

/* What the initiator leans by towards venue g: its doctrine's bias and what it has learned. */
static inline double qd_venue_leaning(qd_venue_t g, const qd_case_t *given)
{
    size_t initiator = (size_t)given->crisis->initiator;
    return given->leaning.bias[g] + given->state->learned[(size_t)g * given->state->padded + initiator];
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

/* What an enduring mission through venue g keeps, [padded] each: the venue term of each state, 1 for those who
 * have the flexible saving, 1 for the members of the hub. */
void qd_venue_keep(qd_venue_t g, const qd_case_t *given, double *term, double *saves, double *member);

/* Solves venue g, which exists: who takes which side, and what that is worth to the initiator. */
void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given, qd_venue_scratch_t *scratch);

/* Whether the venue, tried, is paralysed: vetoes, quorum, members' opposition. */
bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given);

#endif
