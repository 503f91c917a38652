#include "kernel/games_abreast.h"

#include "kernel/mission_game.h"

/* field_j += change A_ij for all states j, in all games. */
static inline void add_change(const qd_abreast_t *change, const double *restrict row, double *restrict field,
                              size_t padded)
{
    for (size_t j = 0; j < padded; j += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
                QD_REALS_AT(field + QD_ABREAST * (j + l) + v * QD_REALS) += change->part[v] * row[j + l];
}

/* How much the best reply of state i in each game differs from its side there. */
static inline qd_abreast_t wish(const qd_games_abreast_t *self, size_t i)
{
    size_t at = QD_ABREAST * i;
    const qd_reals_t one = qd_reals_all(1.0);
    qd_abreast_t field = qd_abreast_load(self->field + at), up = qd_abreast_load(self->up + at);
    qd_abreast_t down = qd_abreast_load(self->down + at), now = qd_abreast_load(self->x + at), out;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        qd_mask_t joins = (qd_mask_t)(field.part[v] > up.part[v]);
        qd_mask_t opposes = (qd_mask_t)(field.part[v] < down.part[v]) & ~joins;
        out.part[v] = (QD_REALS_WHERE(joins, one) - QD_REALS_WHERE(opposes, one)) - now.part[v];
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
    qd_mask_t any[QD_ABREAST_PARTS] = {{0}};
    unsigned bits = 0;
    for (size_t i = from; i < from + BLOCK; i++) {
        qd_abreast_t wanted = wish(self, i);
        for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
            any[v] |= (qd_mask_t)(wanted.part[v] != 0.0);
    }
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++)
        bits |= qd_reals_bits(any[v]);
    return bits == 0;
}

/* Best replies of state i in all games. Returns in which of them it moved, one bit a game. */
static inline unsigned answer(const qd_games_abreast_t *self, size_t i)
{
    qd_abreast_t change = wish(self, i);
    unsigned movers = wishes(&change);
    if (!movers)
        return 0;
    for (size_t v = 0; v < QD_ABREAST_PARTS; v++) {
        QD_REALS_AT(self->x + QD_ABREAST * i + v * QD_REALS) += change.part[v];
        change.part[v] *= self->coupling * self->c[i];
    }
    add_change(&change, self->affinity + i * self->padded, self->field, self->padded);
    return movers;
}

typedef struct {
    unsigned moved; /* one bit a game */
    size_t walked;
} pass_t;

/* All states in their order. Few move once they all have: then those who stay are passed over a block at a
 * time. */
static pass_t play_pass(const qd_games_abreast_t *self, bool first)
{
    pass_t out = {0, 0};
    bool in_blocks = !first && !self->order;
    for (size_t k = 0; k < self->n; k++) {
        if (in_blocks && k % BLOCK == 0 && content(self, k)) {
            k += BLOCK - 1;
            continue;
        }
        unsigned movers = answer(self, self->order ? self->order[k] : k);
        out.walked += movers != 0;
        out.moved |= movers;
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
        pass = play_pass(self, made == 1);
        walked += pass.walked;
        for (size_t g = 0; g < QD_ABREAST; g++)
            if (pass.moved >> g & 1)
                passes[g] = made + 1;
    }
    return walked;
}
