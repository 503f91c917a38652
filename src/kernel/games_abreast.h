/* Four mission games side by side: the same states, sizes, affinities and order of moves; other fields,
 * thresholds and sides. Every vector holds one number of each game. Each game is a dependency chain from
 * one move to the next; four chains hide each other's latency.
 *
 * All states start at 0. Each game makes the moves that qd_mission_game_solve makes with its numbers from there
 * (mission_game.h says what they mean), to the last bit. A state with a fixed side must have thresholds at
 * which it never moves (up = +inf, down = -inf); its side is already part of the fields. */
#ifndef QD_KERNEL_GAMES_ABREAST_H
#define QD_KERNEL_GAMES_ABREAST_H

#include <stddef.h>
#include <stdint.h>

#include "math/lanes.h"

#define QD_ABREAST 4

/* One number of each game, in one or more vectors. */
#define QD_ABREAST_PARTS (QD_ABREAST / QD_REALS)
typedef struct {
    qd_reals_t part[QD_ABREAST_PARTS];
} qd_abreast_t;

static inline qd_abreast_t qd_abreast_load(const double at[QD_ABREAST])
{
    qd_abreast_t out;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
        out.part[v] = QD_REALS_OF(at + v * QD_REALS);
    return out;
}

static inline void qd_abreast_store(double at[QD_ABREAST], const qd_abreast_t *games)
{
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
        QD_REALS_AT(at + v * QD_REALS) = games->part[v];
}

/* The moves of the games in the order in which they were made, for those that watch: a row for each state that
 * moved in some game, with its sides in all games from then on. The moves of one game are the rows that change
 * its side. */
typedef struct {
    uint32_t mover;
    int8_t side[QD_ABREAST];
} qd_abreast_move_t;
typedef struct {
    qd_abreast_move_t *move; /* room for n QD_PASSES_MAX rows */
    size_t count;
} qd_abreast_log_t;

typedef struct {
    size_t n, padded;
    const double *c;        /* [padded] */
    const double *affinity; /* [padded][padded], 0 beyond n */
    double coupling;
    const uint32_t *order; /* [n], or NULL for index order */
    double *field;         /* [padded][QD_ABREAST] f with all states at 0; on return, at their final sides */
    const double *up, *down; /* [padded][QD_ABREAST] thresholds; padding: up = +inf, down = -inf */
    double *x;               /* [padded][QD_ABREAST] on return: the sides */
    double *change;          /* [padded][QD_ABREAST] scratch */
    qd_abreast_log_t *log;   /* NULL, or overwritten with the moves */
} qd_games_abreast_t;

/* Best replies, state by state, until a pass changes nothing in any game. passes[g]: those game g made, its
 * last one without change counted; QD_PASSES_MAX + 1 if it did not converge. Returns how many moves were made
 * after the first pass. */
size_t qd_games_abreast_solve(const qd_games_abreast_t *self, int passes[QD_ABREAST]);

#endif
