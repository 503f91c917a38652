#include "kernel/games_abreast.h"

#include "kernel/mission_game.h"

/* A state's move: what it adds to the field of state j in each game is change * row[j]. */
typedef struct {
    qd_abreast_t change;
    const double *row;
} move_t;

static inline void add_move(const move_t *move, double *restrict field, size_t padded)
{
    const double *restrict row = move->row;
    for (size_t j = 0; j < padded; j += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
                QD_REALS_AT(field + QD_ABREAST * (j + l) + v * QD_REALS) += move->change.part[v] * row[j + l];
}

/* Two moves in their order, in one walk along both rows. */
static inline void add_moves(const move_t *first, const move_t *second, double *restrict field, size_t padded)
{
    const double *restrict one = first->row, *restrict two = second->row;
    for (size_t j = 0; j < padded; j += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
                double *at = field + QD_ABREAST * (j + l) + v * QD_REALS;
                qd_reals_t once = QD_REALS_OF(at) + first->change.part[v] * one[j + l];
                QD_REALS_AT(at) = once + second->change.part[v] * two[j + l];
            }
}

/* How much the best reply of state i in each game differs from its side there, after a move that its fields
 * have not heard of yet. */
static inline qd_abreast_t wish(const qd_games_abreast_t *self, size_t i, const move_t *unheard)
{
    size_t at = QD_ABREAST * i;
    qd_abreast_t field = qd_abreast_load(self->field + at), up = qd_abreast_load(self->up + at);
    qd_abreast_t down = qd_abreast_load(self->down + at), now = qd_abreast_load(self->x + at), out;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        if (unheard)
            field.part[v] += unheard->change.part[v] * unheard->row[i];
        out.part[v] = qd_reals_reply(field.part[v], up.part[v], down.part[v]) - now.part[v];
    }
    return out;
}

/* In which games a wish is not 0, one bit a game. */
static inline unsigned wishes(const qd_abreast_t *wish)
{
    unsigned bits = 0;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
        bits |= qd_reals_bits((qd_mask_t)(wish->part[v] != 0.0)) << v * QD_REALS;
    return bits;
}

/* Whether the states from .. from + BLOCK - 1 are content in all games. */
#define BLOCK 4
static inline bool content(const qd_games_abreast_t *self, size_t from)
{
    unsigned bits = 0;
    for (size_t i = from; i < from + BLOCK; i++) {
        qd_abreast_t wanted = wish(self, i, NULL);
        bits |= wishes(&wanted);
    }
    return bits == 0;
}

/* Best replies of state i in all games. Returns in which of them it moved, one bit a game; its fields'
 * neighbours are still to hear of the move. */
static inline unsigned answer(const qd_games_abreast_t *self, size_t i, const move_t *unheard, move_t *move)
{
    qd_abreast_t wanted = wish(self, i, unheard);
    unsigned movers = wishes(&wanted);
    if (!movers)
        return 0;
    move->row = self->affinity + i * self->padded;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        QD_REALS_AT(self->x + QD_ABREAST * i + v * QD_REALS) += wanted.part[v];
        move->change.part[v] = wanted.part[v] * (self->coupling * self->c[i]);
    }
    return movers;
}

typedef struct {
    unsigned moved; /* one bit a game */
    size_t walked;
} pass_t;

/* The first pass, in which most states move: two moves go into one walk, and whoever is asked between them is
 * told of the first. */
static pass_t play_first(const qd_games_abreast_t *self)
{
    const move_t none = {.change = {{{0}}}, .row = self->affinity};
    move_t held = none, move;
    pass_t out = {0, 0};
    for (size_t k = 0; k < self->n; k++) {
        unsigned movers = answer(self, self->order ? self->order[k] : k, &held, &move);
        if (!movers)
            continue;
        out.moved |= movers;
        if (out.walked++ % 2 == 0) {
            held = move;
            continue;
        }
        add_moves(&held, &move, self->field, self->padded);
        held = none;
    }
    if (out.walked % 2 == 1)
        add_move(&held, self->field, self->padded);
    return out;
}

/* Any other pass: few move, and those who stay are passed over a block at a time. */
static pass_t play_again(const qd_games_abreast_t *self)
{
    move_t move;
    pass_t out = {0, 0};
    for (size_t k = 0; k < self->n; k++) {
        if (!self->order && k % BLOCK == 0 && content(self, k)) {
            k += BLOCK - 1;
            continue;
        }
        unsigned movers = answer(self, self->order ? self->order[k] : k, NULL, &move);
        if (!movers)
            continue;
        add_move(&move, self->field, self->padded);
        out.moved |= movers;
        out.walked++;
    }
    return out;
}

size_t qd_games_abreast_solve(const qd_games_abreast_t *self, int passes[QD_ABREAST])
{
    pass_t pass = {1, 0};
    size_t walked = 0;
    for (size_t g = 0; g < QD_ABREAST; g++)
        passes[g] = 1;
    for (int made = 1; pass.moved && made <= QD_PASSES_MAX; made++) {
        pass = made == 1 ? play_first(self) : play_again(self);
        walked += pass.walked;
        for (size_t g = 0; g < QD_ABREAST; g++)
            if (pass.moved >> g & 1)
                passes[g] = made + 1;
    }
    return walked;
}
