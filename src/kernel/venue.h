/* The venues of a mission (model.md part 4): each solved as its own mission game, weighed, and chosen. */
#ifndef QD_KERNEL_VENUE_H
#define QD_KERNEL_VENUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/crisis.h"
#include "quadrille/world.h"
#include "world/state.h"

/* One venue's game, solved. */
typedef struct {
    bool exists;     /* its rules allow it (alliance, umbrella: the initiator has a bloc) */
    bool open;       /* exists, and P+ >= force_ratio P- */
    int passes;      /* of its game; QD_PASSES_MAX + 1 if it did not converge */
    double *x;       /* [padded] who joins (+1), stays out (0), opposes (-1) */
    double support;  /* C+ = sum over x = +1 of c (1 - l) */
    double opposition; /* C- = sum over x = -1, the target left out, of c */
    size_t joiners, opponents; /* n+, n-; the target counts as an opponent */
    double effort, counter;    /* P+, P- */
    double success;            /* q */
    double legitimacy;         /* L */
    double escalation;         /* epsilon */
    double worth;              /* EU to the initiator */
} qd_venue_game_t;

/* Arrays that every venue's game of a crisis uses; one per thread. */
typedef struct {
    double *field, *up, *down, *own; /* [padded] */
    uint32_t *order;                 /* [padded] random order of moves */
    void (*moved)(void *context, size_t state, double before, double after);
    void *context;
} qd_venue_scratch_t;

/* The initiator's bloc: its label if that has two members or more, else 0. */
int qd_venue_bloc(const qd_state_t *state, int i);

/* Fills scratch->order with the crisis's random permutation. */
void qd_venue_shuffle(const qd_crisis_t *crisis, size_t n, qd_luck_t luck, uint32_t *order);

/* Solves venue g of the crisis: who takes which side, and what that is worth to the initiator. `bloc` is the
 * initiator's (qd_venue_bloc). */
void qd_venue_solve(qd_venue_game_t *self, qd_venue_t g, const qd_crisis_t *crisis, const qd_state_t *state,
                    const qd_parameters_t *p, const qd_leaning_t *leaning, int bloc, qd_venue_scratch_t *scratch);

/* Whether the venue, tried, is paralysed: vetoes, quorum, members' opposition. */
bool qd_venue_fails(const qd_venue_game_t *self, qd_venue_t g, const qd_state_t *state, double quorum, int bloc);

#endif
