/* The venues of a mission (model.md parts 4 and 9): their rules. The differences between venues are their
 * rows in quadrille/venues.def; venue_games.h solves and weighs their games. */
#ifndef QD_KERNEL_VENUE_H
#define QD_KERNEL_VENUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/crisis.h"
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

/* The case of an initiator: the crisis, the present order, its doctrine, its bloc and its club. */
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
    bool exists;               /* the rules allow it (qd_venue_exists) */
    bool solved;               /* the members below are set */
    bool open;                 /* exists, and P+ >= force_ratio P- */
    int passes;                /* of its game; QD_PASSES_MAX + 1 if it did not converge */
    double *x;                 /* [padded] side: joins (+1), stays out (0), opposes (-1) */
    double support;            /* C+ = sum over x = +1 of c (1 - l) */
    double opposition;         /* C- = sum over x = -1, the target left out, of c */
    size_t joiners, opponents; /* n+, n-; the target counts as an opponent */
    double effort, counter;    /* P+, P- */
    double success;            /* q */
    double legitimacy;         /* L */
    double escalation;         /* epsilon */
    double worth;              /* EU to the initiator */
} qd_venue_game_t;

/* Data that all venues of a crisis share, and the arrays of the present game; one per thread. Arrays:
 * [padded]. */
typedef struct {
    /* the field, where all who are free stand at 0, of a venue without a term of its own: stake, patronage
     * and what initiator and target add */
    double *open;
    double *saved;             /* price less the flexible saving, at least 0 */
    double *strength;          /* c (1 - l): a state's contribution to its side */
    double *field, *up, *down; /* of the present game: see mission_game.h */
    double *between;           /* of the hub's game: see mission_game.h */
    double *change;            /* scratch of the game */
    double *club;              /* storage of qd_case_t.club */
    uint32_t *order;           /* random order of moves */
    void (*moved)(void *context, size_t state, double before, double after);
    void *context;
} qd_venue_scratch_t;

/* The initiator's bloc: its label if that has two members or more, else 0. */
int qd_venue_bloc(const qd_state_t *state, int i);

/* The club of initiator i against this target (or QD_NOBODY): fills club[padded] with d_ji / Lambda, 0 for i
 * itself, and returns it; NULL if i has no club or the target is its only member. */
const double *qd_venue_club(const qd_state_t *state, int i, int target, double *club);

/* Whether state i is in the bloc; bloc 0 has no members, and padding is in no bloc. */
static inline bool qd_venue_member(const qd_state_t *state, int bloc, size_t i)
{
    return bloc > 0 && state->label[i] == bloc;
}

/* Membership of state i in the venue's frame: 1 in the bloc, a level's share in a club; 0: it is no
 * member. */
double qd_venue_depth(qd_venue_t g, const qd_case_t *given, size_t i);

/* Fills scratch->order with the crisis's random permutation. */
void qd_venue_shuffle(const qd_crisis_t *crisis, size_t n, qd_luck_t luck, uint32_t *order);

/* Fills the data that the venues of a case share. */
void qd_venue_prepare(qd_venue_scratch_t *self, const qd_case_t *given);

/* Whether venue g's rules allow it. */
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

/* A venue's rules in numbers. */
typedef struct {
    double pull,
        obliged; /* venue term of every state; a member's additional term (in a club: at its deepest level) */
    bool nobody, members_only; /* who may join, if not all */
    bool saves_members, saves_outsiders;
} qd_venue_rules_t;

static inline qd_venue_rules_t qd_venue_rules(qd_venue_t g, const qd_case_t *given)
{
    const qd_venue_row_t row = qd_venue_row(g);
    const qd_parameters_t *p = given->p;
    double obligation = p->mission_obligation * given->cohesion;
    qd_venue_rules_t rules = {.nobody = row.joiners == QD_JOINERS_NOBODY,
                              .members_only = row.joiners == QD_JOINERS_MEMBERS,
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

/* The data of an enduring mission through venue g, [padded] each: the venue term of each state, 1 for states
 * with the flexible saving, 1 for members of the hub. */
void qd_venue_keep(qd_venue_t g, const qd_case_t *given, double *term, double *saves, double *member);

/* Whether the venue is paralysed when it is tried: vetoes, quorum, members' opposition. */
bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given);

#endif
