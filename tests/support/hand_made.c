#include "support/hand_made.h"

#include "support/check.h"

qd_world_t *qd_test_world(size_t n)
{
    qd_world_t *world = qd_world_new(n, 8);
    assert_non_null(world);
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        world->parameters.value[i] = qd_parameter_info(i)->by_order[QD_MULTIPOLAR].low;
    qd_state_t *state = &world->state;
    qd_state_reset(state, n);
    qd_record_reset(&world->record, 8);
    state->poles = 1;
    state->labels = (size_t)world->parameters.blocs_max;
    for (size_t k = 1; k <= state->labels; k++)
        state->cohesion[k] = 0.5;
    state->institution = 0.5;
    for (size_t i = 0; i < n; i++) {
        state->c[i] = 1.0 / (double)n;
        state->place[2 * state->padded + i] = 1.0;
    }
    qd_state_set_proximity(state, world->parameters.affinity_distance_scale);
    world->luck = (qd_luck_t){.seed = 1};
    return world;
}

void qd_test_set_affinity(qd_world_t *world, size_t i, size_t j, double a)
{
    qd_state_t *state = &world->state;
    state->affinity[i * state->padded + j] = state->affinity[j * state->padded + i] = a;
    state->baseline[i * state->padded + j] = state->baseline[j * state->padded + i] = a;
}

void qd_test_set_sizes(qd_world_t *world, const double sizes[])
{
    for (size_t i = 0; i < world->state.n; i++)
        world->state.c[i] = sizes[i];
    qd_state_normalise(&world->state);
}

void qd_test_set_labels(qd_world_t *world, const int labels[])
{
    for (size_t i = 0; i < world->state.n; i++)
        world->state.label[i] = labels[i];
}

void qd_test_set_crisis(qd_world_t *world, double severity, double resistance, int initiator, int target)
{
    qd_crisis_t *crisis = &world->crisis;
    crisis->period = world->period;
    crisis->number = 0;
    qd_crisis_draw_luck(&crisis->drawn, world->luck, world->period, 0);
    crisis->severity = severity;
    crisis->resistance = resistance;
    crisis->initiator = initiator;
    crisis->target = target;
    for (size_t i = 0; i < world->state.padded; i++) {
        bool real = i < world->state.n;
        crisis->near[i] = crisis->similar[i] = real ? 1.0 : 0.0;
        crisis->stake[i] = real && (int)i != target ? 0.1 : 0.0;
        crisis->price[i] = real ? 0.05 : (double)INFINITY;
    }
    qd_test_set_case(world);
}

void qd_test_set_case(qd_world_t *world)
{
    int initiator = world->crisis.initiator;
    world->given =
        (qd_case_t){.crisis = &world->crisis,
                    .state = &world->state,
                    .p = &world->parameters,
                    .leaning = qd_leaning_of(&world->state, &world->parameters, initiator),
                    .bloc = qd_venue_bloc(&world->state, initiator),
                    .institution = world->state.institution,
                    .club = qd_venue_club(&world->state, initiator, world->crisis.target, world->rules.club)};
    world->given.cohesion = world->state.cohesion[world->given.bloc];
}

void qd_test_set_game(qd_world_t *world, qd_venue_t g, const int sides[], double success, double legitimacy,
                      double escalation)
{
    const qd_state_t *state = &world->state;
    qd_venue_game_t *game = &world->venue[g];
    double *x = game->x;
    *game = (qd_venue_game_t){.exists = true, .solved = true, .open = true, .passes = 1, .x = x};
    for (size_t i = 0; i < state->padded; i++)
        x[i] = i < state->n ? sides[i] : 0.0;
    for (size_t i = 0; i < state->n; i++) {
        game->joiners += x[i] > 0.0;
        game->opponents += x[i] < 0.0;
        game->support += x[i] > 0.0 ? state->c[i] * (1.0 - state->load[i]) : 0.0;
        game->opposition += x[i] < 0.0 && (int)i != world->crisis.target ? state->c[i] : 0.0;
    }
    game->effort = world->parameters.mission_effort * game->support;
    game->counter = world->crisis.resistance + world->parameters.mission_opposition_effort * game->opposition;
    game->success = success;
    game->legitimacy = legitimacy;
    game->escalation = escalation;
}
