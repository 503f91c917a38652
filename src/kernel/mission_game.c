#include "kernel/mission_game.h"

#include <string.h>

#include "math/lanes.h"
#include "math/reduce.h"

/* ---- one game ------------------------------------------------------------------------------------------ */

/* Updates all fields after a change of state i's side. */
static inline void hear(qd_mission_game_t *self, size_t i, double step)
{
    double change = self->coupling * self->c[i] * step;
    const double *restrict row = self->affinity + i * self->padded, *restrict between = self->between;
    double *restrict field = self->field;
    if (!between || between[i] == 1.0) {
        qd_add_scaled(field, change, row, self->padded);
        return;
    }
    for (size_t j = 0; j < self->padded; j += QD_REALS)
        QD_REALS_AT(field + j) += change * (QD_REALS_OF(row + j) * QD_REALS_OF(between + j));
}

#define INLINE static inline __attribute__((always_inline))

/* Adds a change of state j's side to the fields of some vectors of states from i on, which are in registers.
 * To be inlined with constant `vectors`. */
INLINE void hear_in_registers(const qd_mission_game_t *self, size_t i, qd_reals_t *field, size_t vectors,
                              size_t j, qd_reals_t change)
{
    const double *row = self->affinity + j * self->padded + i, *between = self->between;
    if (!between || between[j] == 1.0)
        for (size_t v = 0; v < vectors; v++)
            field[v] += change * QD_REALS_OF(row + v * QD_REALS);
    else
        for (size_t v = 0; v < vectors; v++)
            field[v] += change * (QD_REALS_OF(row + v * QD_REALS) * QD_REALS_OF(between + i + v * QD_REALS));
}

INLINE void load_vectors(qd_reals_t *vector, size_t vectors, const double *at)
{
    for (size_t v = 0; v < vectors; v++)
        vector[v] = QD_REALS_OF(at + v * QD_REALS);
}

INLINE void store_vectors(double *at, const qd_reals_t *vector, size_t vectors)
{
    for (size_t v = 0; v < vectors; v++)
        QD_REALS_AT(at + v * QD_REALS) = vector[v];
}

/* The fields of some vectors of states from i on. To be inlined with constant `vectors`. */
INLINE void start_fields(const qd_mission_game_t *self, const double *own, size_t i, size_t vectors)
{
    qd_reals_t field[8];
    load_vectors(field, vectors, own + i);
    for (size_t j = 0; j < self->n; j++)
        if (self->x[j] != 0.0)
            hear_in_registers(self, i, field, vectors, j,
                              qd_reals_all(self->coupling * self->c[j] * self->x[j]));
    store_vectors(self->field + i, field, vectors);
}

void qd_mission_game_start(qd_mission_game_t *self, const double *own)
{
    size_t i = 0, padded = self->padded;
    for (; i + 8 * QD_REALS <= padded; i += 8 * QD_REALS)
        start_fields(self, own, i, 8);
    for (; i + 4 * QD_REALS <= padded; i += 4 * QD_REALS)
        start_fields(self, own, i, 4);
    for (; i < padded; i += QD_LANES)
        start_fields(self, own, i, QD_PARTS);
}

static inline double reply(double field, double up, double down, bool ties_join)
{
    double out = field < down ? -1.0 : 0.0;
    double tied = ties_join && field == up ? 1.0 : out;
    return field > up ? 1.0 : tied;
}

double qd_mission_game_reply(const qd_mission_game_t *self, size_t i)
{
    return reply(self->field[i], self->up[i], self->down[i], self->ties_join);
}

void qd_mission_game_move(qd_mission_game_t *self, size_t i, double x)
{
    double before = self->x[i];
    self->x[i] = x;
    hear(self, i, x - before);
    if (self->moved)
        self->moved(self->context, i, before, x);
}

/* The first state at or after `from` whose best reply is not its side; n or more if there is none. Compares
 * whole groups of lanes at once, so that states that stay cost almost nothing. */
static inline size_t first_unsettled(const qd_mission_game_t *self, size_t from)
{
    unsigned skip = (unsigned)(from % QD_LANES);
    for (size_t group = from - skip; group < self->n; group += QD_LANES, skip = 0) {
        unsigned bits =
            qd_lanes_unsettled(self->field + group, self->up + group, self->down + group, self->x + group) >>
            skip << skip;
        if (bits)
            return group + (size_t)__builtin_ctz(bits);
    }
    return self->padded;
}

static bool pass_in_index_order(qd_mission_game_t *self)
{
    bool moved = false;
    for (size_t i = first_unsettled(self, 0); i < self->n; i = first_unsettled(self, i + 1)) {
        qd_mission_game_move(self, i, qd_mission_game_reply(self, i));
        moved = true;
    }
    return moved;
}

/* Visits states one by one: in a given order, or with ties that join. */
static bool pass_one_by_one(qd_mission_game_t *self)
{
    bool moved = false;
    for (size_t k = 0; k < self->n; k++) {
        size_t i = self->order ? self->order[k] : k;
        double x = qd_mission_game_reply(self, i);
        if (x != self->x[i]) {
            qd_mission_game_move(self, i, x);
            moved = true;
        }
    }
    return moved;
}

/* ---- a first pass in which most states move ------------------------------------------------------------ */

/* All states are treated as movers, a vector of states at a time. The states of a vector choose one after the
 * other; each move updates the vector's fields, which stay in a register. Then the moves update all other
 * fields. A state's possible moves are known before its field, so that the chain from choice to choice is
 * short. */

/* The states from k on choose in turn; *field has their fields. Returns the states that moved, as bits. */
INLINE unsigned choose_in_turn(const qd_mission_game_t *self, size_t k, qd_reals_t *field)
{
    const qd_reals_t one = qd_reals_all(1.0), up = QD_REALS_OF(self->up + k),
                     down = QD_REALS_OF(self->down + k);
    const qd_reals_t before = QD_REALS_OF(self->x + k), adds = self->coupling * QD_REALS_OF(self->c + k);
    const qd_reals_t join = adds * (1.0 - before), stay = adds * (0.0 - before),
                     oppose = adds * (-1.0 - before);
    qd_reals_t x = before;
#pragma GCC unroll 8
    for (size_t l = 0; l < QD_REALS; l++) {
        qd_mask_t joins = QD_REALS_BELOW(up, *field), opposes = QD_REALS_BELOW(*field, down);
        qd_reals_t move = QD_REALS_EITHER(joins, join, QD_REALS_EITHER(opposes, oppose, stay));
        x = qd_reals_with_lane(x, l, QD_REALS_EITHER(joins, one, QD_REALS_WHERE(opposes, -one)));
        move = qd_reals_lane(move, l);
        self->change[k + l] = move[0];
        hear_in_registers(self, k, field, 1, k + l, move);
    }
    QD_REALS_AT(self->x + k) = x;
    return qd_reals_bits(QD_REALS_DIFFER(x, before));
}

/* Adds the moves of the vector of states from k on to the fields of some vectors of states from i on. To be
 * inlined with constant `vectors`. */
INLINE void hear_movers(const qd_mission_game_t *self, size_t i, size_t vectors, size_t k)
{
    qd_reals_t field[8];
    load_vectors(field, vectors, self->field + i);
    for (size_t j = k; j < k + QD_REALS; j++)
        hear_in_registers(self, i, field, vectors, j, qd_reals_all(self->change[j]));
    store_vectors(self->field + i, field, vectors);
}

/* In index order, without ties that join, and unwatched. Returns whether a state moved. */
static bool pass_of_movers(const qd_mission_game_t *given)
{
    const qd_mission_game_t self = *given; /* local copies, which no store to an array can change */
    const size_t padded = self.padded;
    unsigned moved = 0;
    for (size_t k = 0; k < padded; k += QD_REALS) {
        qd_reals_t field = QD_REALS_OF(self.field + k);
        size_t i = 0;
        moved |= choose_in_turn(&self, k, &field);
        for (; i + 4 * QD_REALS <= padded; i += 4 * QD_REALS)
            hear_movers(&self, i, 4, k);
        for (; i < padded; i += QD_LANES)
            hear_movers(&self, i, QD_PARTS, k);
        QD_REALS_AT(self.field + k) = field; /* their own fields are up to date */
    }
    return moved != 0;
}

int qd_mission_game_solve(qd_mission_game_t *self)
{
    bool in_groups = !self->order && !self->ties_join;
    bool dense = in_groups && self->change && !self->moved;
    for (int pass = 1; pass <= QD_PASSES_MAX; pass++, dense = false) {
        bool moved = dense       ? pass_of_movers(self)
                     : in_groups ? pass_in_index_order(self)
                                 : pass_one_by_one(self);
        if (!moved)
            return pass;
    }
    return QD_PASSES_MAX + 1;
}

/* ---- games abreast ------------------------------------------------------------------------------------- */

/* One bit a game where the condition (comparisons of vectors) holds. */
static inline unsigned bits_of(const qd_few_mask_t games[QD_ABREAST_PARTS])
{
    unsigned bits = 0;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
        bits |= qd_few_bits(games[v]) << v * QD_FEW;
    return bits;
}

/* ---- the first pass ------------------------------------------------------------------------------------ */

/* In the first pass nearly every state moves, so that all are treated as movers: a state that stays makes a
 * move of 0, without a branch. States go by blocks whose fields stay in registers (loops over a block are
 * unrolled for that). A block first receives the moves of all blocks before it. Then its states choose one
 * after the other, each updating the whole block; the moves of later blocks reach it afterwards. Every field
 * thus receives the moves in their order, and no move costs a store to every field. */
#define BLOCK (2 * QD_FEW)
typedef struct {
    qd_abreast_t field[BLOCK];
} block_t;

static inline block_t load_block(const double *field)
{
    block_t out;
#pragma GCC unroll 8
    for (size_t b = 0; b < BLOCK; b++)
        out.field[b] = qd_abreast_load(field + QD_ABREAST * b);
    return out;
}

static inline void store_block(double *field, const block_t *self)
{
#pragma GCC unroll 8
    for (size_t b = 0; b < BLOCK; b++)
        qd_abreast_store(field + QD_ABREAST * b, &self->field[b]);
}

/* Adds a move to the fields of a block, except the mover's own field; affinity: the mover's with the states
 * of the block. */
static inline void hear_block(block_t *self, const qd_abreast_t *change, const double *affinity, size_t mover)
{
#pragma GCC unroll 8
    for (size_t b = 0; b < BLOCK; b++)
        for (size_t v = 0; v < QD_ABREAST_PARTS && b != mover; v++)
            self->field[b].part[v] += change->part[v] * affinity[b];
}

/* Adds the moves of states from .. to - 1 to the block whose first state has this column of the
 * affinities. */
static inline void hear_all(block_t *self, const double *restrict change, const double *restrict column,
                            size_t padded, size_t from, size_t to)
{
    for (size_t j = from; j < to; j++) {
        qd_abreast_t move = qd_abreast_load(change + QD_ABREAST * j);
        hear_block(self, &move, column + j * padded, BLOCK);
    }
}

/* Lets state i, so far at 0, choose its side in every game. Returns its move: the change of others' fields
 * per unit of affinity. */
static inline qd_abreast_t choose(const qd_games_abreast_t *self, size_t i, const qd_abreast_t *field,
                                  qd_few_mask_t moved[QD_ABREAST_PARTS])
{
    const qd_few_t one = qd_few_all(1.0), adds = qd_few_all(self->coupling * self->c[i]);
    qd_abreast_t up = qd_abreast_load(self->up + QD_ABREAST * i);
    qd_abreast_t down = qd_abreast_load(self->down + QD_ABREAST * i), side, move;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        qd_few_mask_t joins = QD_FEW_BELOW(up.part[v], field->part[v]);
        qd_few_mask_t opposes = QD_FEW_BELOW(field->part[v], down.part[v]);
        move.part[v] = QD_FEW_EITHER(joins, adds, QD_FEW_WHERE(opposes, -adds));
        side.part[v] = QD_FEW_EITHER(joins, one, QD_FEW_WHERE(opposes, -one));
        moved[v] |= joins | opposes;
    }
    qd_abreast_store(self->x + QD_ABREAST * i, &side);
    qd_abreast_store(self->change + QD_ABREAST * i, &move);
    return move;
}

/* Returns the games with a move, one bit a game. */
static unsigned play_first(const qd_games_abreast_t *games)
{
    const qd_games_abreast_t self = *games; /* local copies, which no store to an array can change */
    const size_t padded = self.padded;
    qd_few_mask_t moved[QD_ABREAST_PARTS] = {{0}};
    for (size_t k = 0; k < padded; k += BLOCK) {
        block_t block = load_block(self.field + QD_ABREAST * k);
        hear_all(&block, self.change, self.affinity + k, padded, 0, k);
#pragma GCC unroll 8
        for (size_t b = 0; b < BLOCK; b++) {
            qd_abreast_t move = choose(&self, k + b, &block.field[b], moved);
            hear_block(&block, &move, self.affinity + (k + b) * padded + k, b);
        }
        store_block(self.field + QD_ABREAST * k, &block);
    }
    for (size_t k = 0; k + BLOCK < self.n; k += BLOCK) {
        block_t block = load_block(self.field + QD_ABREAST * k);
        hear_all(&block, self.change, self.affinity + k, padded, k + BLOCK, self.n);
        store_block(self.field + QD_ABREAST * k, &block);
    }
    return bits_of(moved);
}

/* ---- the log for observers ----------------------------------------------------------------------------- */

/* The present sides of state i. */
static void note(qd_abreast_log_t *self, const qd_games_abreast_t *games, size_t i)
{
    qd_abreast_move_t *move = &self->move[self->count++];
    move->mover = (uint32_t)i;
    for (size_t g = 0; g < QD_ABREAST; g++)
        move->side[g] = (int8_t)games->x[QD_ABREAST * i + g];
}

/* The moves of the first pass: every state with a side other than 0 has made one. */
static void note_first(qd_abreast_log_t *self, const qd_games_abreast_t *games)
{
    for (size_t i = 0; i < games->n; i++) {
        bool moved = false;
        for (size_t g = 0; g < QD_ABREAST; g++)
            moved = moved || games->x[QD_ABREAST * i + g] != 0.0;
        if (moved)
            note(self, games, i);
    }
}

/* ---- later passes -------------------------------------------------------------------------------------- */

/* The games in which state i's best reply is not its side, as bits. */
static inline unsigned unsettled(const qd_games_abreast_t *self, size_t i)
{
    qd_few_mask_t wants[QD_ABREAST_PARTS];
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        size_t at = QD_ABREAST * i + v * QD_FEW;
        qd_few_t reply =
            qd_few_reply(QD_FEW_OF(self->field + at), QD_FEW_OF(self->up + at), QD_FEW_OF(self->down + at));
        wants[v] = QD_FEW_DIFFER(reply, QD_FEW_OF(self->x + at));
    }
    return bits_of(wants);
}

/* The first of the states from .. to - 1 that would move in some game; `to` or more if there is none.
 * Collects groups of states into a word with a bit for each state and game: a branch per state would be
 * mispredicted. */
static inline size_t next_mover(const qd_games_abreast_t *self, size_t from, size_t to)
{
    size_t skip = from % QD_LANES;
    for (size_t group = from - skip; group < to; group += QD_LANES, skip = 0) {
        uint32_t bits = 0;
#pragma GCC unroll 8
        for (size_t l = 0; l < QD_LANES; l++)
            bits |= (uint32_t)unsettled(self, group + l) << QD_ABREAST * l;
        bits = bits >> QD_ABREAST * skip << QD_ABREAST * skip;
        if (bits)
            return group + (size_t)__builtin_ctz(bits) / QD_ABREAST;
    }
    return to;
}

/* Moves state i to its best replies and updates all fields. Returns the games in which it moved, one bit a
 * game. */
static inline unsigned answer(const qd_games_abreast_t *self, size_t i)
{
    const double *restrict row = self->affinity + i * self->padded;
    double *restrict field = self->field;
    qd_abreast_t change;
    qd_few_mask_t moved[QD_ABREAST_PARTS];
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        size_t at = QD_ABREAST * i + v * QD_FEW;
        qd_few_t reply =
            qd_few_reply(QD_FEW_OF(field + at), QD_FEW_OF(self->up + at), QD_FEW_OF(self->down + at));
        qd_few_t step = reply - QD_FEW_OF(self->x + at);
        moved[v] = QD_FEW_DIFFER(step, 0.0);
        change.part[v] = step * (self->coupling * self->c[i]);
        QD_FEW_AT(self->x + at) = reply;
    }
    for (size_t j = 0; j < self->padded; j += QD_LANES)
#pragma GCC unroll 8
        for (size_t l = 0; l < QD_LANES; l++)
            for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
                QD_FEW_AT(field + QD_ABREAST * (j + l) + v * QD_FEW) += change.part[v] * row[j + l];
    return bits_of(moved);
}

typedef struct {
    unsigned moved; /* games with a move, one bit a game */
    size_t moves;
    size_t last; /* who moved last */
} pass_t;

/* A later pass, with few moves. At its beginning none of the states from `until` on would move. */
INLINE pass_t play_again(const qd_games_abreast_t *self, size_t until, qd_abreast_log_t *log)
{
    pass_t out = {0, 0, 0};
    for (size_t i = next_mover(self, 0, until); i < until; i = next_mover(self, i + 1, until)) {
        out.moved |= answer(self, i);
        out.moves++;
        out.last = i;
        if (log)
            note(log, self, i);
        until = self->n;
    }
    return out;
}

/* A pass in a given order. */
static pass_t play_in_order(const qd_games_abreast_t *self, qd_abreast_log_t *log)
{
    pass_t out = {0, 0, 0};
    for (size_t k = 0; k < self->n; k++) {
        if (!unsettled(self, self->order[k]))
            continue;
        out.moved |= answer(self, self->order[k]);
        out.moves++;
        if (log)
            note(log, self, self->order[k]);
    }
    return out;
}

INLINE size_t solve(const qd_games_abreast_t *self, int passes[QD_ABREAST], qd_abreast_log_t *log)
{
    pass_t pass = {.last = self->n};
    size_t moves = 0;
    if (self->order) {
        memset(self->x, 0, self->padded * QD_ABREAST * sizeof *self->x);
        pass = play_in_order(self, log);
    } else {
        pass.moved = play_first(self);
        if (log)
            note_first(log, self);
    }
    for (size_t g = 0; g < QD_ABREAST; g++)
        passes[g] = 1 + (int)(pass.moved >> g & 1);
    for (int made = 2; pass.moved && made <= QD_PASSES_MAX; made++) {
        pass = self->order ? play_in_order(self, log) : play_again(self, pass.last, log);
        moves += pass.moves;
        for (size_t g = 0; g < QD_ABREAST; g++)
            if (pass.moved >> g & 1)
                passes[g] = made + 1;
    }
    return moves;
}

/* One algorithm, compiled with and without the log: unwatched worlds do not pay for it. */
size_t qd_games_abreast_solve(const qd_games_abreast_t *self, int passes[QD_ABREAST])
{
    if (!self->log)
        return solve(self, passes, NULL);
    self->log->count = 0;
    return solve(self, passes, self->log);
}
