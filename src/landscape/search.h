/* The search of a landscape, and the landscape as the kernel's own games.
 *
 * Two camps: the mission game in which every actor is free, F = 0, and both thresholds are 0 with ties
 * answered by joining, so that no actor stays out. Side 0 is x = +1, side 1 is x = -1, and Phi falls as the
 * energy rises.
 *
 * Blocs: the bloc game with one label per actor, cohesion 1, and no threat, cost or switching cost. A bloc
 * holds the label of its first member, and so does an actor alone. Label 0, worth 0 to each, also means being
 * alone, but other actors cannot join it. An actor that the game leaves at label 0 gets its own label back,
 * and the game continues from the same partition. It ends when no actor moves although every lone actor can
 * be joined: this is Nash stability.
 *
 * Sizes and propensities are the scaled ones, so that payoffs are whole numbers wherever the weights are
 * exact. */
#ifndef QD_LANDSCAPE_SEARCH_H
#define QD_LANDSCAPE_SEARCH_H

#include "kernel/bloc_game.h"
#include "kernel/mission_game.h"
#include "landscape/weights.h"

typedef struct {
    const qd_weights_t *weights;
    qd_landscape_rule_t rule;
    qd_mission_game_t mission;
    qd_bloc_game_t bloc;
    double *reals;   /* storage of the games' arrays of doubles */
    int *integers;   /* storage of their arrays of ints */
    uint16_t *group; /* [n] partition between two games */
} qd_landscape_game_t;

/* Sets up the game of one rule; released by qd_landscape_game_free, also after a failure. */
QD_MUST_USE qd_status_t qd_landscape_game_init(qd_landscape_game_t *self, const qd_weights_t *weights,
                                               qd_landscape_rule_t rule, qd_error_t *error);
void qd_landscape_game_free(qd_landscape_game_t *self);

/* Puts the game into the partition group[0..n-1] (numbered by first appearance), fields included. */
void qd_landscape_game_enter(qd_landscape_game_t *self, const uint16_t group[]);

/* Best replies from the present partition until no actor moves. Returns the greatest number of passes of one
 * call of the kernel (1: the partition was stable; above QD_PASSES_MAX: the game did not end). */
int qd_landscape_game_settle(qd_landscape_game_t *self);

/* The present partition, numbered by first appearance. */
void qd_landscape_game_leave(const qd_landscape_game_t *self, uint16_t group[]);

/* Multi-start search for landscapes that are too large to enumerate.
 *
 * Each start makes four descents: a random configuration, best replies of the kernel's game until no actor
 * moves, annealing, Kernighan and Lin's passes. The four results are fused in pairs (qd_fuse), and best
 * replies follow once more, so that the result of a start is stable in the kernel's own game. It is a
 * function of (weights, rule, seed, start) alone; results are joined in the order of the starts. */

/* Fills an answer whose `minimum` array is empty; its scope is QD_MINIMA_FOUND and it is not exact. */
QD_MUST_USE qd_status_t qd_search_solve(const qd_landscape_t *landscape, const qd_weights_t *weights,
                                        const qd_runner_t *runner, qd_landscape_answer_t *answer,
                                        qd_error_t *error);

#endif
