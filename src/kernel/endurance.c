
#include <string.h>

#include "kernel/mission_game.h"
#include "kernel/world.h"
#include "math/elementary.h"
#include "math/lanes.h"

const char *qd_ended_name(qd_ended_t ended)
{
    static const char *const names[] = {"success", "worth", "support", "deadline", ""};
    return names[ended];
}

bool qd_world_endures(const qd_world_t *self)
{
    double chance = self->parameters.endurance_chance;
    return chance > 0.0 && self->enduring < QD_ENDURING_MAX &&
           qd_random_uniform(self->luck, QD_PURPOSE_ENDURANCE, self->period, self->crisis.number) < chance;
}

void qd_world_keep_mission(qd_world_t *self, qd_venue_t g)
{
    const qd_crisis_t *crisis = &self->crisis;
    qd_enduring_t *mission = &self->running[self->enduring++];
    size_t bytes = self->state.padded * sizeof(double);
    mission->start = self->period;
    mission->number = crisis->number;
    mission->initiator = crisis->initiator;
    mission->target = crisis->target;
    mission->venue = g;
    mission->severity = crisis->severity;
    mission->resistance = crisis->resistance;
    mission->legitimacy = self->venue[g].legitimacy;
    memcpy(mission->values, crisis->values, sizeof mission->values);
    memcpy(mission->x, self->venue[g].x, bytes);
    memcpy(mission->stake, crisis->stake, bytes);
    qd_venue_keep(g, &self->given, mission->term, mission->saves, mission->member);
}

/* ---- partners leave ------------------------------------------------------------------------------------ */

/* The present Delta_i, less the saving, plus the fatigue of that age. */
static void set_prices(qd_world_t *self, const qd_enduring_t *mission, double fatigue)
{
    const qd_state_t *state = &self->state;
    const qd_parameters_t *p = &self->parameters;
    size_t padded = state->padded;
    double *restrict price = self->rules.up, sharpness = qd_sharpness(p->affinity_values_scale);
    const double *restrict vx = state->value, *restrict vy = vx + padded, *restrict load = state->load;
    const double *restrict y = state->support, *restrict saves = mission->saves;
    double audience = p->mission_audience_cost, saving = p->mission_flexible_saving * p->mission_join_cost;
    double join = p->mission_join_cost, load_cost = p->mission_overstretch, weight = p->publics_weight;
    for (size_t i = 0; i < padded; i++)
        price[i] = qd_unlikeness(vx[i], vy[i], mission->values[0], mission->values[1], sharpness);
    qd_exp_all(price, padded);
    const qd_reals_t zero = {0};
    for (size_t i = 0; i < padded; i += QD_REALS) {
        qd_reals_t similar = 2.0 * QD_REALS_OF(price + i) - 1.0;
        qd_reals_t cost = join + audience * (0.5 * (1.0 - similar)) + load_cost * QD_REALS_OF(load + i);
        cost += weight * (1.0 - 2.0 * QD_REALS_OF(y + i));
        cost = QD_REALS_LARGER(cost, zero) - saving * QD_REALS_OF(saves + i);
        QD_REALS_AT(price + i) = QD_REALS_LARGER(cost, zero) + fatigue;
    }
}

/* Sets up the present game on the scratch of the venues: the field of every state. */
static qd_mission_game_t meet(qd_world_t *self, const qd_enduring_t *mission)
{
    const qd_state_t *state = &self->state;
    const qd_parameters_t *p = &self->parameters;
    size_t initiator = (size_t)mission->initiator;
    bool hub = qd_venue_row(mission->venue).frame == QD_FRAME_CLUB;
    const double *patron = state->affinity + initiator * state->padded;
    double pull = p->mission_patronage * state->c[initiator], shuttle = p->mission_shuttle;
    const qd_venue_scratch_t scratch = self->rules;
    for (size_t i = 0; i < state->padded; i += QD_REALS)
        QD_REALS_AT(scratch.down + i) =
            QD_REALS_OF(mission->stake + i) + QD_REALS_OF(mission->term + i) + pull * QD_REALS_OF(patron + i);
    for (size_t i = 0; hub && i < state->padded; i += QD_REALS)
        QD_REALS_AT(scratch.between + i) = 1.0 - shuttle * QD_REALS_OF(mission->member + i);
    qd_mission_game_t game = {.n = state->n,
                              .padded = state->padded,
                              .c = state->c,
                              .affinity = state->affinity,
                              .coupling = p->mission_coupling,
                              .between = hub ? self->rules.between : NULL,
                              .field = self->rules.field,
                              .x = mission->x};
    qd_mission_game_start(&game, self->rules.down);
    return game;
}

/* Returns as bits the joiners among eight states whose field is not above their price, without the
 * initiator. */
static unsigned unwilling(const qd_mission_game_t *game, const double *price, size_t group, size_t initiator)
{
    unsigned bits = 0;
    for (size_t l = 0; l < QD_LANES; l += QD_REALS) {
        qd_mask_t joined = QD_REALS_BELOW(qd_reals_all(0.0), QD_REALS_OF(game->x + group + l));
        qd_mask_t low = QD_REALS_UP_TO(QD_REALS_OF(game->field + group + l), QD_REALS_OF(price + group + l));
        bits |= qd_reals_bits(qd_mask_and(joined, low)) << l;
    }
    return initiator - group < QD_LANES ? bits & ~(1u << (initiator - group)) : bits;
}

static void tell_enduring(const qd_world_t *self, qd_event_kind_t kind, const qd_enduring_t *mission,
                          qd_inside_t detail)
{
    if (!self->watched)
        return;
    detail.enduring = mission;
    detail.venue = mission->venue;
    detail.age = self->period - mission->start;
    qd_world_tell(self, kind, detail);
}

/* One pass; returns whether a state left. */
static bool lose_partners(qd_world_t *self, const qd_enduring_t *mission, qd_mission_game_t *game)
{
    bool left = false;
    for (size_t group = 0; group < game->n; group += QD_LANES) {
        unsigned bits = unwilling(game, self->rules.up, group, (size_t)mission->initiator);
        while (bits) {
            size_t l = (size_t)__builtin_ctz(bits);
            qd_mission_game_move(game, group + l, 0.0);
            tell_enduring(self, QD_EVENT_PARTNER_LEAVES, mission, (qd_inside_t){.mover = group + l});
            self->record.withdrawals++;
            left = true;
            bits = unwilling(game, self->rules.up, group, (size_t)mission->initiator) & ~0u << l << 1;
        }
    }
    return left;
}

/* ---- the initiator weighs ------------------------------------------------------------------------------ */

/* The present C+ and C-, without the target. */
static void count_sides(const qd_world_t *self, qd_enduring_t *mission)
{
    const qd_state_t *state = &self->state;
    const qd_reals_t zero = {0};
    qd_sums_t joined = {0}, opposed = {0};
    if (mission->target != QD_NOBODY)
        mission->x[mission->target] = 0.0;
    for (size_t i = 0; i < state->padded; i += QD_LANES)
        for (size_t v = 0; v < QD_PARTS; v++) {
            size_t at = i + v * QD_REALS;
            qd_reals_t c = QD_REALS_OF(state->c + at), x = QD_REALS_OF(mission->x + at);
            joined.part[v] +=
                QD_REALS_WHERE(QD_REALS_BELOW(zero, x), c * (1.0 - QD_REALS_OF(state->load + at)));
            opposed.part[v] += QD_REALS_WHERE(QD_REALS_BELOW(x, zero), c);
        }
    mission->support = qd_sums_join(&joined);
    mission->opposition = qd_sums_join(&opposed);
    if (mission->target != QD_NOBODY)
        mission->x[mission->target] = -1.0;
}

/* The reason for which the initiator ends the mission; QD_ENDED_NOT if it does not. */
static qd_ended_t weigh(const qd_world_t *self, qd_enduring_t *mission, double effort, double fatigue)
{
    const qd_state_t *state = &self->state;
    const qd_parameters_t *p = &self->parameters;
    size_t i = (size_t)mission->initiator;
    unsigned age = self->period - mission->start;
    double counter = mission->resistance + p->mission_opposition_effort * mission->opposition;
    mission->success = qd_contest_success(effort, counter, p->mission_contest_exponent);
    double share = state->c[i] * (1.0 - state->load[i]) / mission->support;
    double worth = mission->stake[i] * mission->success - p->doctrine_cost * mission->resistance * share +
                   p->doctrine_legitimacy * mission->legitimacy - fatigue;
    if (worth <= 0.0)
        return QD_ENDED_WORTH;
    if (state->support[i] < p->doctrine_support)
        return QD_ENDED_SUPPORT;
    if (p->doctrine_exit > 0.0 && (double)age >= p->doctrine_exit)
        return QD_ENDED_DEADLINE;
    return QD_ENDED_NOT;
}

static void end_mission(qd_world_t *self, qd_enduring_t *mission, qd_ended_t ended)
{
    bool success = ended == QD_ENDED_SUCCESS;
    qd_world_change_tension(self, mission->severity, success);
    qd_publics_judge(&self->state, &self->parameters, mission->x, success);
    qd_world_learn(self, mission->venue, mission->initiator, success ? 1.0 : -1.0);
    self->record.successes += success;
    self->record.length += self->period - mission->start + 1;
    tell_enduring(self, QD_EVENT_MISSION_ENDS, mission, (qd_inside_t){.ended = ended, .success = success});
}

static void go_on(qd_world_t *self, const qd_enduring_t *mission, double effort)
{
    const qd_parameters_t *p = &self->parameters;
    double load = p->mission_load * mission->severity * mission->resistance;
    load = load > 0.0 ? p->endurance_load * (load / effort) : 0.0;
    qd_world_add_load(self, mission->x, load);
    self->state.tension += p->endurance_strain * mission->severity;
    qd_publics_tire(&self->state, p, mission->x);
    tell_enduring(self, QD_EVENT_MISSION_GOES_ON, mission, (qd_inside_t){0});
}

/* Whether the mission is over. */
static bool play_on(qd_world_t *self, qd_enduring_t *mission)
{
    const qd_parameters_t *p = &self->parameters;
    double fatigue = p->endurance_fatigue * (double)(self->period - mission->start);
    qd_mission_game_t game = meet(self, mission);
    set_prices(self, mission, fatigue);
    while (lose_partners(self, mission, &game))
        ;
    count_sides(self, mission);
    double effort = p->mission_effort * mission->support;
    qd_ended_t ended = weigh(self, mission, effort, fatigue);
    if (ended == QD_ENDED_NOT &&
        qd_random_uniform(self->luck, QD_PURPOSE_PACE, self->period, 4 * mission->start + mission->number) <
            p->endurance_pace * mission->success)
        ended = QD_ENDED_SUCCESS;
    if (ended == QD_ENDED_NOT) {
        go_on(self, mission, effort);
        return false;
    }
    end_mission(self, mission, ended);
    return true;
}

/* Swaps ended missions with running ones, so that no array is lost and running missions keep their order. */
void qd_world_go_on(qd_world_t *self)
{
    size_t kept = 0;
    for (size_t k = 0; k < self->enduring; k++) {
        if (play_on(self, &self->running[k]))
            continue;
        qd_enduring_t mission = self->running[k];
        self->running[k] = self->running[kept];
        self->running[kept++] = mission;
    }
    self->enduring = kept;
}
