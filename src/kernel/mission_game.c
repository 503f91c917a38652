#include "kernel/mission_game.h"

#include <math.h>

#include "math/lanes.h"
#include "math/reduce.h"

/* All hear of a change of state i's side. */
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

void qd_mission_game_start(qd_mission_game_t *self, const double *own)
{
    for (size_t i = 0; i < self->padded; i++)
        self->field[i] = own[i];
    for (size_t j = 0; j < self->n; j++)
        if (self->x[j] != 0.0)
            hear(self, j, self->x[j]);
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

/* The first state at or after `from` whose best reply is not what it plays; n or more if there is none. Whole
 * groups of lanes are compared at once, so that the many states that stay cost next to nothing. */
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

/* One state after the other: a given order, or ties that join. */
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

int qd_mission_game_solve(qd_mission_game_t *self)
{
    bool in_groups = !self->order && !self->ties_join;
    for (int pass = 1; pass <= QD_PASSES_MAX; pass++)
        if (!(in_groups ? pass_in_index_order(self) : pass_one_by_one(self)))
            return pass;
    return QD_PASSES_MAX + 1;
}

double qd_mission_game_potential(const qd_mission_game_t *self, const double *own, const double *price)
{
    double phi = 0.0;
    for (size_t i = 0; i < self->n; i++) {
        const double *row = self->affinity + i * self->padded;
        double pull = 0.0;
        for (size_t j = 0; j < i; j++)
            pull += (self->between && self->between[i] != 1.0 ? self->between[j] : 1.0) * self->c[j] *
                    row[j] * self->x[j];
        phi += self->c[i] *
               (own[i] * self->x[i] - price[i] * fabs(self->x[i]) + self->coupling * pull * self->x[i]);
    }
    return phi;
}
