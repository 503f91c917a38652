/* The clubs of a world (model.md part 9): their review, and what they do to the baseline of affinities. */
#include <string.h>

#include "kernel/mission_game.h"
#include "kernel/world.h"
#include "math/elementary.h"
#include "math/reduce.h"

/* kappa_i = cost exp(readiness z_i) */
static void set_costs(qd_world_t *self)
{
    const qd_state_t *state = &self->state;
    double *restrict cost = self->club_cost, readiness = self->parameters.clubs_readiness;
    for (size_t i = 0; i < state->padded; i++)
        cost[i] = readiness * state->readiness[i];
    qd_exp_all(cost, state->padded);
    for (size_t i = 0; i < state->padded; i++)
        cost[i] *= self->parameters.clubs_cost;
}

/* The club game of the present world, on the world's own arrays; requires clubs. */
static qd_club_game_t club_game(qd_world_t *self)
{
    qd_state_t *state = &self->state;
    const qd_parameters_t *p = &self->parameters;
    set_costs(self);
    return (qd_club_game_t){.n = state->n,
                            .padded = state->padded,
                            .clubs = state->poles,
                            .depth = state->depth,
                            .c = state->c,
                            .affinity = state->affinity,
                            .cost = self->club_cost,
                            .threat = p->blocs_threat,
                            .rivalry = p->clubs_rivalry,
                            .switching_cost = p->clubs_switching_cost,
                            .level = state->level,
                            .company = self->club_company,
                            .hostility = self->club_hostility,
                            .exposure = self->club_exposure};
}

/* How many pairs of state and club have another level than before. */
static double changed_levels(const qd_world_t *self)
{
    const double *restrict before = self->levels_before, *restrict now = self->state.level;
    int changed = 0;
    for (size_t i = 0; i < self->state.poles * self->state.padded; i++)
        changed += before[i] != now[i];
    return changed;
}

/* max_k min(d_ik, d_jk) / Lambda of the pairs below the diagonal. */
static void set_bonds(qd_world_t *self)
{
    const qd_state_t *state = &self->state;
    size_t padded = state->padded;
    double share = 1.0 / (double)state->depth;
    for (size_t i = 0; i < state->n; i++)
        for (size_t j = 0; j < qd_padded(i); j += QD_REALS) {
            qd_reals_t deepest = {0};
            for (size_t k = 0; k < state->poles; k++) {
                const double *level = state->level + k * padded;
                qd_reals_t common = QD_REALS_SMALLER(QD_REALS_OF(level + j), qd_reals_all(level[i]));
                deepest = QD_REALS_LARGER(common, deepest);
            }
            QD_REALS_AT(self->bond + i * padded + j) = deepest * share;
        }
}

void qd_world_set_baseline(qd_world_t *self)
{
    qd_state_t *state = &self->state;
    double deepening = state->depth > 0 ? self->parameters.clubs_deepening : 0.0;
    for (size_t i = 0; i < state->n; i++) {
        size_t row = i * state->padded;
        for (size_t j = row; j < row + qd_padded(i); j += QD_REALS)
            QD_REALS_AT(state->baseline + j) =
                qd_values_baseline(QD_REALS_OF(state->anchor + j), deepening, self->bond + j);
    }
}

static void tell_club_move(void *context, size_t state, size_t club, double before, double after)
{
    const qd_world_t *self = context;
    qd_world_tell(
        self, QD_EVENT_CLUB_MOVE,
        (qd_inside_t){
            .club_game = self->club_game, .mover = state, .club = club, .before = before, .after = after});
}

void qd_world_review_clubs(qd_world_t *self, bool counted)
{
    qd_state_t *state = &self->state;
    if (state->depth == 0)
        return;
    qd_club_game_t game = club_game(self);
    game.moved = self->watched ? tell_club_move : NULL;
    game.context = self;
    self->club_game = &game;
    memcpy(self->levels_before, state->level, state->poles * state->padded * sizeof *state->level);
    self->record.not_converged += qd_club_game_review(&game) > QD_PASSES_MAX;
    qd_world_tell(self, QD_EVENT_CLUB_REVIEW, (qd_inside_t){.club_game = &game});
    self->club_game = NULL;
    double changed = changed_levels(self);
    if (changed > 0.0 || !counted) {
        set_bonds(self);
        qd_world_set_baseline(self);
        qd_record_levels(&self->record, state);
    }
    if (counted) {
        self->record.club_reviews++;
        self->record.club_turnover += changed / ((double)(state->n - 1) * (double)state->poles);
    }
}
