/* The mission game (model.md part 4): a spin-1 game on plain arrays, join +1, stay out 0, oppose -1.
 *
 * State i meets the field f_i = F_i + coupling * sum_j c_j A_ij x_j. Its best reply is +1 if f_i > up_i, else
 * -1 if f_i < down_i, else 0. The thresholds express the rules for a state: a free state
 * with price D has up = D, down = -D; one that may not join has up = +inf; one fixed at +1 has up = -inf; one
 * fixed at -1 has up = +inf, down = +inf. A game in which every state must take a side (the two-camps
 * landscape) has up = 0, down = 0 with `ties_join`: then f_i = 0 is answered by +1, and never by 0.
 *
 * Each move updates the fields: a move of state j adds coupling * c_j * dx_j * A_ij to every
 * f_i, so a pass over the states costs O(n) and a move O(n). Because c_i A_ij is the gradient of Phi = sum_i
 * c_i (F_i x_i - D_i |x_i|) + coupling * sum_{i<j} c_i c_j A_ij x_i x_j, every move raises Phi by c_i times
 * the mover's gain: best reply always ends (a weighted potential game).
 *
 * In the hub's game (model.md part 9) the coupling between two members of the patron's club is less. It stays
 * symmetric, so the potential remains valid with that coupling in its pairs.
 *
 * Arrays are padded with zeros to `padded`, a multiple of QD_LANES; A is symmetric with zero diagonal, n rows
 * of `padded`. */
#ifndef QD_KERNEL_MISSION_GAME_H
#define QD_KERNEL_MISSION_GAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "math/lanes.h"

/* Greatest number of passes of any game; reaching it counts in not_converged and is a defect. */
#define QD_PASSES_MAX 64

typedef struct {
    size_t n, padded;
    const double *c;        /* [padded] sizes */
    const double *affinity; /* [n][padded] */
    double coupling;
    const double
        *between; /* NULL, or [padded]: 1 for most states, less for members of one club; between two of
                              these the coupling is multiplied by it */
    const double *up, *down; /* [padded] thresholds; padding: up = +inf, down = -inf */
    bool ties_join;
    const uint32_t *order; /* [n] the order of moves, or NULL for index order */
    double *field;         /* [padded] f */
    double *x;             /* [padded] */
    double *change; /* NULL; or [padded] scratch, if most states are expected to move in the first pass. The
                     * affinities then have `padded` rows, 0 beyond n. */
    /* Called after each move when not NULL, for tests and traces. */
    void (*moved)(void *context, size_t state, double before, double after);
    void *context;
} qd_mission_game_t;

/* Sets field to own + coupling * A (c x) for the present x. own: [padded]. */
void qd_mission_game_start(qd_mission_game_t *self, const double *own);

/* Best replies until a pass changes nothing. Returns the passes made, the last one without change counted;
 * the game did not converge if that is QD_PASSES_MAX + 1 (the cap was reached while states still moved). */
int qd_mission_game_solve(qd_mission_game_t *self);

/* The best reply of state i to the present fields: -1, 0 or +1. */
double qd_mission_game_reply(const qd_mission_game_t *self, size_t i);

/* Moves state i to x and updates the fields. */
void qd_mission_game_move(qd_mission_game_t *self, size_t i, double x);

/* ---- games abreast ------------------------------------------------------------------------------------- */

/* Four mission games side by side: the same states, sizes, affinities and order of moves; other fields,
 * thresholds and sides. Every vector holds one number of each game. Each game is a dependency chain from one
 * move to the next; four chains hide each other's latency.
 *
 * All states start at 0. Each game makes the moves that qd_mission_game_solve makes with its numbers from
 * there (above), to the last bit. A state with a fixed side must have thresholds at which it never moves (up
 * = +inf, down = -inf); its side is already part of the fields. */

#define QD_ABREAST 4

/* One number of each game, in one or more vectors. */
#define QD_ABREAST_PARTS (QD_ABREAST / QD_FEW)
typedef struct {
    qd_few_t part[QD_ABREAST_PARTS];
} qd_abreast_t;

static inline qd_abreast_t qd_abreast_load(const double at[QD_ABREAST])
{
    qd_abreast_t out;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
        out.part[v] = QD_FEW_OF(at + v * QD_FEW);
    return out;
}

static inline void qd_abreast_store(double at[QD_ABREAST], const qd_abreast_t *games)
{
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
        QD_FEW_AT(at + v * QD_FEW) = games->part[v];
}

/* The moves of the games in the order in which they were made, for observers: a row for each state
 * that moved in some game, with its sides in all games from then on. The moves of one game are the rows that
 * change its side. */
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
