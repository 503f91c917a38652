/* The end of a period (model.md part 5), the bloc review (part 2), the schedule (part 6), and the clubs:
 * their review and their effect on the baseline of affinities (part 9). */
#include <string.h>

#include "kernel/mission_game.h"
#include "kernel/world.h"
#include "math/elementary.h"
#include "math/reduce.h"
#include "world/sample.h"

/* beta_g += diffusion (sum_j c_j beta_jg - beta_g), the sum taken once; then beta_g -= memory beta_g. */
static void spread_learning(qd_world_t *self)
{
    const qd_parameters_t *p = &self->parameters;
    size_t padded = self->state.padded;
    if (!self->learning)
        return;
    for (size_t g = 0; g < QD_VENUES; g++) {
        double *beta = self->state.learned + g * padded;
        double practice = qd_dot(self->state.c, beta, padded);
        for (size_t i = 0; i < self->state.n; i++) {
            beta[i] += p->doctrine_diffusion * (practice - beta[i]);
            beta[i] -= p->doctrine_memory * beta[i];
        }
    }
}

/* This period's normal for each state. Draws those of several periods at once, which is faster; the address
 * shows whether the stored draws still apply. */
static const double *growth_luck(qd_world_t *self)
{
    qd_growth_luck_t *held = &self->growth_luck;
    size_t padded = self->state.padded;
    if (held->padded != padded || held->luck.seed != self->luck.seed ||
        held->luck.world != self->luck.world || self->period - held->period >= QD_GROWTH_PERIODS) {
        held->luck = self->luck;
        held->period = self->period;
        held->padded = padded;
        qd_random_normal_rows(self->luck, QD_PURPOSE_GROWTH, self->period, QD_GROWTH_PERIODS, padded,
                              held->normal);
    }
    return held->normal + (self->period - held->period) * padded;
}

/* Fades loads and computes the exponent of each state's growth, which they reduce. Returns whether all
 * exponents lie near 0. */
static bool find_growth(qd_world_t *self, double *restrict growth)
{
    const qd_parameters_t *p = &self->parameters;
    size_t padded = self->state.padded;
    const double *restrict z = growth_luck(self);
    double *restrict load = self->state.load;
    double volatility = p->capability_volatility, drag = p->capability_burden_drag;
    for (size_t i = 0; i < padded; i++) {
        load[i] *= 0.75;
        growth[i] = volatility * z[i] - drag * load[i];
    }
    for (size_t i = 0; p->capability_pole_decline != 0.0 && i < self->state.poles; i++)
        growth[i] -= p->capability_pole_decline;
    qd_mask_t far = qd_mask_all(false);
    for (size_t i = 0; i < padded; i += QD_REALS)
        far = qd_mask_or(
            far, QD_REALS_BELOW(qd_reals_all(QD_EXP_NEAR), QD_REALS_ABSOLUTE(QD_REALS_OF(growth + i))));
    return qd_reals_bits(far) == 0;
}

static void grow_capabilities(qd_world_t *self)
{
    size_t padded = self->state.padded;
    double *restrict growth = self->spare, *restrict c = self->state.c;
    if (find_growth(self, growth))
        for (size_t i = 0; i < padded; i++)
            c[i] *= qd_exp_near(growth[i]);
    else
        for (size_t i = 0; i < padded; i++)
            c[i] *= qd_exp(growth[i]);
    qd_state_normalise(&self->state);
}

/* Mirrors affinities that moving values have left up to date below the diagonal alone. */
static void catch_up(qd_world_t *self)
{
    if (self->values.moved)
        qd_values_catch_up(&self->values, &self->state);
}

void qd_world_catch_up(qd_world_t *self)
{
    catch_up(self);
    if (self->reaims)
        qd_values_set_baseline(&self->values, &self->state);
    self->reaims = false;
}

/* The values, the clubs or their deepening have changed. An observer or plugin may look at any time. */
static void reaim(qd_world_t *self)
{
    self->reaims = true;
    if (self->watched || self->plan->plugin)
        qd_world_catch_up(self);
}

/* The raises of the pairs of state i with the states from..to-1, over the clubs that it belongs to; `from` is
 * a multiple of QD_REALS. */
static void find_raises(const qd_world_t *self, size_t i, size_t from, size_t to, double *raise)
{
    const qd_state_t *state = &self->state;
    const double *other[QD_CLUBS_MAX];
    double own[QD_CLUBS_MAX], share = 1.0 / (double)state->depth;
    double deepening = self->parameters.clubs_deepening;
    size_t clubs = 0;
    for (size_t k = 0; k < state->poles; k++) {
        const double *level = state->level + k * state->padded;
        other[clubs] = level;
        own[clubs] = level[i];
        clubs += level[i] > 0.0;
    }
    for (size_t j = from; j < to; j += QD_REALS) {
        qd_reals_t deepest = {0};
        for (size_t k = 0; k < clubs; k++) {
            /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): `clubs` entries are set */
            qd_reals_t least = QD_REALS_SMALLER(QD_REALS_OF(other[k] + j), qd_reals_all(own[k]));
            deepest = QD_REALS_LARGER(least, deepest);
        }
        QD_REALS_AT(raise + j) = deepening * (deepest * share);
    }
}

/* The raises of all pairs. */
static void set_raises(qd_world_t *self)
{
    for (size_t i = 1; i < self->state.n; i++)
        find_raises(self, i, 0, i, self->values.raise + i * self->state.padded);
    qd_values_aim(&self->values, &self->state, &self->parameters);
    reaim(self);
}

static bool has_moved(const qd_world_t *self, size_t i)
{
    const qd_state_t *state = &self->state;
    for (size_t at = i; at < state->poles * state->padded; at += state->padded)
        if (self->levels_before[at] != state->level[at])
            return true;
    return false;
}

/* The same after a club review, of the states that moved: their rows and columns. */
static void update_raises(qd_world_t *self)
{
    size_t n = self->state.n, padded = self->state.padded;
    double *restrict raise = self->values.raise, *restrict column = self->spare;
    for (size_t i = 0; i < n; i++) {
        if (!has_moved(self, i))
            continue;
        find_raises(self, i, 0, n, column);
        for (size_t j = 0; j < i; j++)
            raise[i * padded + j] = column[j];
        for (size_t j = i + 1; j < n; j++)
            raise[j * padded + i] = column[j];
    }
    qd_values_aim(&self->values, &self->state, &self->parameters);
    reaim(self);
}

/* Returns values to their roots and relaxes affinities. After values have moved, the target of relaxation
 * changes every period, and no relaxation is deferred. */
static void relax_affinities(qd_world_t *self)
{
    qd_values_return(&self->values, &self->state, &self->parameters);
    if (self->values.stale) {
        if (self->owed != 0.0)
            qd_world_settle(self);
        qd_values_relax(&self->values, &self->state, &self->parameters);
        reaim(self);
    } else {
        qd_world_catch_up(self);
        self->owed += self->parameters.affinity_relaxation * (1.0 - self->owed);
    }
}

void qd_world_end_period(qd_world_t *self)
{
    const qd_parameters_t *p = &self->parameters;
    qd_state_t *state = &self->state;
    spread_learning(self);
    state->tension += p->tension_interest * p->tension_maturity * state->debt;
    state->debt -= p->tension_maturity * state->debt;
    state->tension -= p->tension_decay * state->tension;
    state->institution = qd_clamp(
        state->institution + p->institution_renewal * (p->institution_target - state->institution), 0.0, 1.0);
    for (size_t k = 1; k <= state->labels; k++)
        state->cohesion[k] += p->blocs_relaxation * (p->blocs_cohesion - state->cohesion[k]);
    qd_publics_relax(state, p);
    if (state->tension > p->tension_breakdown && self->record.cause == 0) {
        qd_record_breakdown(&self->record, 2);
        qd_world_tell(self, QD_EVENT_BREAKDOWN, (qd_inside_t){0});
    }
    relax_affinities(self);
    grow_capabilities(self);
}

void qd_world_settle(qd_world_t *self)
{
    catch_up(self);
    if (self->owed == 0.0)
        return;
    qd_state_relax(&self->state, self->owed, self->state.affinity);
    self->owed = 0.0;
}

static void tell_bloc_move(void *context, size_t state, int before, int after)
{
    const qd_world_t *self = context;
    qd_world_tell(
        self, QD_EVENT_BLOC_MOVE,
        (qd_inside_t){.bloc_game = self->bloc_game, .mover = state, .before = before, .after = after});
}

/* Number of states whose label changed in the review. */
static double changed_labels(const qd_world_t *self)
{
    const int *restrict before = self->labels_before, *restrict now = self->state.label;
    int changed = 0;
    for (size_t i = 0; i < self->state.padded; i++)
        changed += before[i] != now[i];
    return changed;
}

void qd_world_review_blocs(qd_world_t *self, bool counted)
{
    qd_state_t *state = &self->state;
    qd_bloc_game_t game = qd_world_bloc_game(self);
    game.moved = self->watched ? tell_bloc_move : NULL;
    game.context = self;
    self->bloc_game = &game;
    memcpy(self->labels_before, state->label, state->padded * sizeof *state->label);
    self->record.not_converged += qd_bloc_game_review(&game) > QD_PASSES_MAX;
    qd_world_tell(self, QD_EVENT_REVIEW, (qd_inside_t){.bloc_game = &game});
    self->bloc_game = NULL;
    double changed = changed_labels(self);
    if (changed > 0.0 || !counted)
        qd_record_labels(&self->record, state);
    if (!counted)
        return;
    self->record.reviews++;
    self->record.turnover += changed / (double)state->n;
}

/* After a change of blocs.max: states of removed labels stand alone, new labels begin with the present level
 * of cohesion. */
static void resize_labels(qd_world_t *self, size_t labels)
{
    qd_state_t *state = &self->state;
    for (size_t i = 0; i < state->n; i++)
        if ((size_t)state->label[i] > labels)
            state->label[i] = 0;
    for (size_t k = state->labels + 1; k <= labels; k++)
        state->cohesion[k] = self->parameters.blocs_cohesion;
    state->labels = labels;
    qd_record_labels(&self->record, state);
}

/* Applies the requests of qd_world_set since the last period; returns whether there were any. */
static bool take_wanted(qd_world_t *self)
{
    if (self->wants == 0)
        return false;
    for (size_t i = 0; i < qd_parameter_count; i++) {
        if (self->want[i])
            self->parameters.value[i] = self->wanted.value[i];
        self->want[i] = false;
    }
    self->wants = 0;
    return true;
}

void qd_world_apply_schedule(qd_world_t *self)
{
    const qd_plan_t *plan = self->plan;
    double distance_scale = self->parameters.affinity_distance_scale;
    double values_scale = self->parameters.affinity_values_scale,
           deepening = self->parameters.clubs_deepening;
    bool changed = false;
    for (size_t i = 0; i < plan->changes; i++) {
        const qd_change_t *change = &plan->change[i];
        if (change->at != (int)self->period)
            continue;
        self->parameters.value[change->parameter] =
            qd_sample_parameter(&change->distribution, change->parameter, self->luck, 1 + self->period);
        changed = true;
    }
    changed = take_wanted(self) || changed;
    if (!changed)
        return;
    if ((size_t)self->parameters.blocs_max != self->state.labels)
        resize_labels(self, (size_t)self->parameters.blocs_max);
    if (self->parameters.affinity_distance_scale != distance_scale)
        qd_state_set_proximity(&self->state, self->parameters.affinity_distance_scale);
    if (self->parameters.affinity_values_scale != values_scale) {
        catch_up(self);
        qd_values_rescale(&self->values, &self->state, &self->parameters);
    }
    if (self->state.depth > 0 && self->period > 0 && self->parameters.clubs_deepening != deepening) {
        qd_world_settle(self);
        set_raises(self);
    }
    qd_world_tell(self, QD_EVENT_SCHEDULE, (qd_inside_t){0});
}

qd_bloc_game_t qd_world_bloc_game(qd_world_t *self)
{
    qd_state_t *state = &self->state;
    const qd_parameters_t *p = &self->parameters;
    return (qd_bloc_game_t){.n = state->n,
                            .padded = state->padded,
                            .labels = state->labels,
                            .c = state->c,
                            .affinity = state->affinity,
                            .cohesion = state->cohesion,
                            .threat = p->blocs_threat,
                            .cost = p->blocs_cost,
                            .switching_cost = p->blocs_switching_cost,
                            .label = state->label,
                            .members = self->members,
                            .company = self->bloc_company,
                            .reach = self->bloc_reach,
                            .exposure = self->bloc_exposure,
                            .first = self->first_member,
                            .next = self->listed,
                            .hostility = self->bloc_hostility};
}

/* ---- clubs --------------------------------------------------------------------------------------------- */

/* kappa_i = cost exp(readiness z_i), recomputed only after a change of cost or readiness. */
static void set_costs(qd_world_t *self)
{
    const qd_state_t *state = &self->state;
    double *restrict cost = self->club_cost, readiness = self->parameters.clubs_readiness;
    if (self->costed && self->costed_by[0] == readiness && self->costed_by[1] == self->parameters.clubs_cost)
        return;
    for (size_t i = 0; i < state->padded; i++)
        cost[i] = readiness * state->readiness[i];
    qd_exp_all(cost, state->padded);
    for (size_t i = 0; i < state->padded; i++)
        cost[i] *= self->parameters.clubs_cost;
    self->costed_by[0] = readiness;
    self->costed_by[1] = self->parameters.clubs_cost;
    self->costed = true;
}

static void tell_club_move(void *context, size_t state, size_t club, double before, double after)
{
    const qd_world_t *self = context;
    qd_world_tell(
        self, QD_EVENT_CLUB_MOVE,
        (qd_inside_t){
            .club_game = self->club_game, .mover = state, .club = club, .before = before, .after = after});
}

/* Sets up the club game of the present world, on the world's own arrays; the world has clubs. `exposed`: a
 * bloc review has found the exposures of the present affinities. The members are assigned one by one, because
 * the game's own arrays are large and the review sets them. */
static void set_club_game(qd_world_t *self, bool exposed, qd_club_game_t *game)
{
    qd_state_t *state = &self->state;
    const qd_parameters_t *p = &self->parameters;
    set_costs(self);
    game->n = state->n;
    game->padded = state->padded;
    game->clubs = state->poles;
    game->depth = state->depth;
    game->c = state->c;
    game->affinity = state->affinity;
    game->cost = self->club_cost;
    game->threat = p->blocs_threat;
    game->rivalry = p->clubs_rivalry;
    game->switching_cost = p->clubs_switching_cost;
    game->exposed = exposed;
    game->level = state->level;
    game->company = self->club_company;
    game->hostility = self->club_hostility;
    game->exposure = exposed ? self->bloc_exposure : self->club_exposure;
    game->moved = self->watched ? tell_club_move : NULL;
    game->context = self;
}

/* Number of pairs of state and club whose level changed. */
static double changed_levels(const qd_world_t *self)
{
    const double *restrict before = self->levels_before, *restrict now = self->state.level;
    int changed = 0;
    for (size_t i = 0; i < self->state.poles * self->state.padded; i++)
        changed += before[i] != now[i];
    return changed;
}

void qd_world_review_clubs(qd_world_t *self, bool counted)
{
    qd_state_t *state = &self->state;
    if (state->depth == 0)
        return;
    qd_club_game_t game;
    set_club_game(self, counted || self->parameters.blocs_first != 0.0, &game);
    self->club_game = &game;
    memcpy(self->levels_before, state->level, state->poles * state->padded * sizeof *state->level);
    self->record.not_converged += qd_club_game_review(&game) > QD_PASSES_MAX;
    qd_world_tell(self, QD_EVENT_CLUB_REVIEW, (qd_inside_t){.club_game = &game});
    self->club_game = NULL;
    double changed = changed_levels(self);
    if (changed > 0.0 || !counted) {
        if (counted)
            update_raises(self);
        else
            set_raises(self);
        qd_record_levels(&self->record, state);
    }
    if (counted) {
        self->record.club_reviews++;
        self->record.club_turnover += changed / ((double)(state->n - 1) * (double)state->poles);
    }
}
