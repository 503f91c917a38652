/* Multistability of a world: the number of bloc structures in which it could settle (outcome group
 * `landscape`).
 *
 * The bloc game is played from k random partitions (every state draws one of the labels 0..K), each until no
 * state moves. Results with the same partition into blocs count as one, whatever the labels of the blocs; a
 * state alone under a label counts as one with label 0. */
#ifndef QD_LANDSCAPE_MULTISTABILITY_H
#define QD_LANDSCAPE_MULTISTABILITY_H

#include "kernel/bloc_game.h"
#include "quadrille/random.h"

typedef struct {
    double distinct;      /* number of distinct stable partitions found, 1..k */
    double most_common;   /* share of starts that ended in the most common partition, in (0, 1] */
    double potential_gap; /* highest potential Phi found minus the next lower one of another partition; 0 if
                             there is none. Potentials that agree to 1e-12 of the largest count as the same */
} qd_multistability_result_t;

typedef struct qd_multistability qd_multistability_t;

/* Room for `starts` starts of at most `states` states, so that measuring allocates nothing; NULL: memory is
 * short. */
qd_multistability_t *qd_multistability_new(size_t states, size_t starts);
void qd_multistability_free(qd_multistability_t *self); /* NULL allowed */

/* Measures the game from its present state. Restores the labels, members and fields afterwards. Start s draws
 * the label of state i under QD_PURPOSE_LANDSCAPE, `period`, draw s * n + i. Requires game->moved to be NULL
 * or indifferent. */
qd_multistability_result_t qd_multistability_measure(qd_multistability_t *self, qd_bloc_game_t *game,
                                                     qd_luck_t luck, uint32_t period);

#endif
