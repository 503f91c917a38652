/* Brute force: in drawn worlds of at most six states, every profile of each club game (model.md part 9) and
 * of each mission game (part 4, with the hub) is enumerated, and the equilibria are listed by the definitions
 * of the payoffs alone. The kernel must end in one of them. */
#include "kernel/world.h"

#include "support/check.h"
#include "support/naive_venue.h"
#include "support/random_plan.h"

#define STATES 6
#define CLUBS  3
#define SLACK  1e-12

/* Totals over all worlds. */
typedef struct {
    size_t reviews, moved; /* club reviews that were enumerated; those among them with a move */
    size_t venues[QD_VENUES];
    size_t several_levels, several_sides, hub_of_several; /* games with more than one equilibrium */
    size_t single;                                        /* club games with exactly one */
    size_t profiles_max;                                  /* larger club games are passed over */
    double level[CLUBS * STATES];                         /* before the present review */
} finder_t;

/* ---- the club game ------------------------------------------------------------------------------------- */

/* A club game by its definition. */
typedef struct {
    size_t n, clubs;
    int depth;
    double c[STATES], cost[STATES], worth[STATES][STATES], hostile[CLUBS][CLUBS];
    double switching_cost;
} clubs_t;

typedef int levels_t[CLUBS][STATES];

static clubs_t clubs_of(const qd_event_t *event)
{
    const qd_state_t *state = event->inside->state;
    const qd_parameters_t *p = event->inside->parameters;
    clubs_t out = {.n = state->n,
                   .clubs = state->poles,
                   .depth = (int)state->depth,
                   .switching_cost = p->clubs_switching_cost};
    for (size_t i = 0; i < out.n; i++) {
        const double *a = state->affinity + i * state->padded;
        out.c[i] = state->c[i];
        out.cost[i] = p->clubs_cost * exp(p->clubs_readiness * state->readiness[i]);
        for (size_t j = 0; j < out.n; j++) {
            const double *b = state->affinity + j * state->padded;
            double shared = 0.0;
            for (size_t l = 0; l < out.n; l++)
                shared += state->c[l] * fmin(a[l], 0.0) * fmin(b[l], 0.0);
            out.worth[i][j] = i == j ? 0.0 : a[j] + p->blocs_threat * shared;
        }
    }
    for (size_t k = 0; k < out.clubs; k++)
        for (size_t l = 0; l < out.clubs; l++)
            out.hostile[k][l] =
                k == l ? 0.0 : p->clubs_rivalry * fmax(-state->affinity[k * state->padded + l], 0.0);
    return out;
}

/* The part of i's payoff that depends on its level in club k, were that d. */
static double payoff(const clubs_t *game, size_t i, size_t k, int d, levels_t level)
{
    double together = 0.0, rivalry = 0.0, depth = game->depth, share = d / depth;
    for (size_t j = 0; j < game->n; j++)
        together += game->c[j] * game->worth[i][j] * (d < level[k][j] ? d : level[k][j]);
    for (size_t l = 0; l < game->clubs; l++)
        rivalry += game->hostile[k][l] * (d < level[l][i] ? d : level[l][i]);
    return (together - rivalry) / depth - game->cost[i] * share * share;
}

/* Whether no state gains more than `cost` by another level in one club. */
static bool is_stable(const clubs_t *game, levels_t level, double cost)
{
    for (size_t k = 0; k < game->clubs; k++)
        for (size_t i = 0; i < game->n; i++) {
            double present = i == k ? 0.0 : payoff(game, i, k, level[k][i], level);
            for (int d = 0; i != k && d <= game->depth; d++)
                if (payoff(game, i, k, d, level) - present > cost + SLACK)
                    return false;
        }
    return true;
}

static double potential(const clubs_t *game, levels_t level)
{
    double phi = 0.0, depth = game->depth;
    for (size_t i = 0; i < game->n; i++)
        for (size_t k = 0; k < game->clubs; k++) {
            double share = level[k][i] / depth;
            phi -= i == k ? 0.0 : game->c[i] * game->cost[i] * share * share;
            for (size_t j = 0; j < i; j++)
                phi += game->c[i] * game->c[j] * game->worth[i][j] * fmin(level[k][i], level[k][j]) / depth;
            for (size_t l = 0; l < k; l++)
                phi -= game->c[i] * game->hostile[k][l] * fmin(level[k][i], level[l][i]) / depth;
        }
    return phi;
}

/* The next profile in the order of an odometer; false after the last. */
static bool next_levels(const clubs_t *game, levels_t level)
{
    for (size_t k = 0; k < game->clubs; k++)
        for (size_t i = 0; i < game->n; i++) {
            if (i == k)
                continue;
            if (level[k][i]++ < game->depth)
                return true;
            level[k][i] = 0;
        }
    return false;
}

static bool same_levels(const clubs_t *game, levels_t a, levels_t b)
{
    bool same = true;
    for (size_t k = 0; k < game->clubs; k++)
        same = same && memcmp(a[k], b[k], game->n * sizeof *a[k]) == 0;
    return same;
}

/* From any start the review ends in an equilibrium of the list. The largest potential is an equilibrium too,
 * even without a switching cost. */
static void enumerate_clubs(finder_t *self, const clubs_t *game, levels_t found)
{
    levels_t level = {{0}}, best = {{0}};
    size_t equilibria = 0, matches = 0;
    double most = -(double)INFINITY;
    for (size_t k = 0; k < game->clubs; k++)
        level[k][k] = game->depth;
    do {
        double phi = potential(game, level);
        if (phi > most) {
            most = phi;
            memcpy(best, level, sizeof best);
        }
        if (!is_stable(game, level, game->switching_cost))
            continue;
        equilibria++;
        matches += same_levels(game, level, found);
    } while (next_levels(game, level));
    assert_int_equal(matches, 1);
    assert_true(is_stable(game, best, 0.0));
    self->several_levels += equilibria > 1;
    self->single += equilibria == 1;
}

static void see_club_review(finder_t *self, const qd_event_t *event)
{
    const qd_state_t *state = event->inside->state;
    clubs_t game = clubs_of(event);
    levels_t found = {{0}};
    double profiles = pow(game.depth + 1, (double)((game.n - 1) * game.clubs));
    bool moved = false;
    for (size_t k = 0; k < game.clubs; k++)
        for (size_t i = 0; i < game.n; i++) {
            double now = state->level[k * state->padded + i], *before = &self->level[k * STATES + i];
            found[k][i] = (int)now;
            moved = moved || now != *before;
            *before = now;
        }
    if (profiles > (double)self->profiles_max)
        return;
    self->reviews++;
    self->moved += moved;
    enumerate_clubs(self, &game, found);
}

/* ---- the mission game ---------------------------------------------------------------------------------- */

/* A venue's game in numbers: own fields, prices and what each adds to each other's field. */
typedef struct {
    size_t n;
    double own[STATES], price[STATES], bond[STATES][STATES];
    bool free[STATES], may_join[STATES];
} sides_t;

static sides_t sides_of(const qd_test_venue_t *rules)
{
    sides_t out = {.n = rules->state->n};
    for (size_t i = 0; i < out.n; i++) {
        out.own[i] = qd_test_own_field(rules, i);
        out.price[i] = qd_test_price(rules, i);
        out.free[i] = qd_test_is_free(rules, i);
        out.may_join[i] = qd_test_may_join(rules, i);
        for (size_t j = 0; j < out.n; j++) {
            double alone[STATES] = {0};
            alone[j] = 1.0;
            out.bond[i][j] = qd_test_field(rules, i, alone) - out.own[i];
        }
    }
    return out;
}

static bool is_nash(const sides_t *game, const double x[])
{
    for (size_t i = 0; i < game->n; i++) {
        double field = game->own[i];
        for (size_t j = 0; j < game->n; j++)
            field += game->bond[i][j] * x[j];
        double present = field * x[i] - game->price[i] * fabs(x[i]);
        bool joins = game->may_join[i] && field - game->price[i] > present + SLACK;
        if (game->free[i] && (joins || -field - game->price[i] > present + SLACK || 0.0 > present + SLACK))
            return false;
    }
    return true;
}

/* The next profile of the free states' sides; false after the last. */
static bool next_sides(const sides_t *game, double x[])
{
    for (size_t i = 0; i < game->n; i++) {
        if (!game->free[i])
            continue;
        double most = game->may_join[i] ? 1.0 : 0.0;
        if (x[i] < most) {
            x[i] += 1.0;
            return true;
        }
        x[i] = -1.0;
    }
    return false;
}

static void see_venue(finder_t *self, const qd_event_t *event)
{
    qd_test_venue_t rules = {.crisis = event->inside->crisis,
                             .state = event->inside->state,
                             .parameters = event->inside->parameters,
                             .leaning = &event->inside->given->leaning,
                             .bloc = qd_venue_bloc(event->inside->state, event->inside->crisis->initiator),
                             .venue = event->venue};
    sides_t game = sides_of(&rules);
    double x[STATES];
    size_t equilibria = 0, matches = 0;
    for (size_t i = 0; i < game.n; i++)
        x[i] = game.free[i] ? -1.0 : event->inside->game->x[i];
    do {
        if (!is_nash(&game, x))
            continue;
        equilibria++;
        matches += memcmp(x, event->inside->game->x, game.n * sizeof *x) == 0;
    } while (next_sides(&game, x));
    assert_int_equal(matches, 1);
    self->venues[event->venue]++;
    self->several_sides += equilibria > 1;
    self->hub_of_several += event->venue == QD_HUB && equilibria > 1;
}

/* ---- worlds -------------------------------------------------------------------------------------------- */

static void see(void *context, const qd_event_t *event)
{
    finder_t *self = context;
    if (event->kind == QD_EVENT_WORLD)
        memset(self->level, 0, sizeof self->level);
    if (event->kind == QD_EVENT_CLUB_REVIEW)
        see_club_review(self, event);
    if (event->kind == QD_EVENT_VENUE)
        see_venue(self, event);
}

/* Clubs from cheap to expensive under patrons from friendly to hostile, hubs with support, open umbrellas. */
static void make_plan(qd_plan_t *plan, uint64_t number)
{
    qd_test_stream_t stream = qd_test_stream(611, number);
    size_t poles = 1 + qd_test_below(&stream, CLUBS);
    *plan = qd_plan_default(QD_MULTIPOLAR);
    qd_test_set(plan, QD_P_order_poles, (double)poles);
    qd_test_set(plan, QD_P_order_states, (double)(poles + 1 + qd_test_below(&stream, STATES - poles)));
    qd_test_set(plan, QD_P_order_periods, 9);
    qd_test_set(plan, QD_P_order_separation, qd_test_between(&stream, 0, 2));
    qd_test_set(plan, QD_P_affinity_noise, qd_test_between(&stream, 0, 1));
    qd_test_set(plan, QD_P_blocs_threat, qd_test_between(&stream, 0, 2));
    qd_test_set(plan, QD_P_clubs_depth, 1.0 + (double)qd_test_below(&stream, 3));
    qd_test_set(plan, QD_P_clubs_cost, qd_test_between(&stream, 0, 0.15));
    qd_test_set(plan, QD_P_clubs_readiness, qd_test_between(&stream, 0, 1.5));
    qd_test_set(plan, QD_P_clubs_rivalry, qd_test_between(&stream, 0, 1));
    qd_test_set(plan, QD_P_clubs_switching_cost, qd_test_uniform(&stream) < 0.5 ? 0.0 : 0.01);
    qd_test_set(plan, QD_P_crises_rate, 2);
    qd_test_set(plan, QD_P_mission_coupling, qd_test_between(&stream, 0, 3));
    qd_test_set(plan, QD_P_mission_random_order, (double)qd_test_below(&stream, 2));
    qd_test_set(plan, QD_P_mission_shuttle, qd_test_uniform(&stream));
    qd_test_set(plan, QD_P_mission_hub_obligation, qd_test_between(&stream, 0, 0.4));
    qd_test_set(plan, QD_P_doctrine_umbrella, 1);
    qd_test_set(plan, QD_P_doctrine_bias_hub, 0.1);
    qd_test_set(plan, QD_P_publics_weight, qd_test_between(&stream, 0, 0.2));
    qd_test_set(plan, QD_P_affinity_convergence, qd_test_between(&stream, 0, 0.2));
}

static void test_drawn_worlds(void **state)
{
    (void)state;
    finder_t finder = {0};
    qd_observer_t observer = {.context = &finder, .see = see};
    qd_world_t *world = qd_world_new(STATES, 9);
    assert_non_null(world);
    for (uint64_t number = 0; number < 1200; number++) {
        qd_plan_t plan;
        qd_result_t result;
        make_plan(&plan, number);
        finder.profiles_max = number % 100 == 99 ? (size_t)1 << 20 : (size_t)1 << 16;
        qd_world_play(world, &plan, (qd_luck_t){.seed = 5, .world = number}, &observer, &result);
        QD_ASSERT_NO_FAULT(result.failure);
    }
    qd_world_free(world);
    print_message("club reviews %zu, with moves %zu, of one equilibrium %zu, of several %zu\n",
                  finder.reviews, finder.moved, finder.single, finder.several_levels);
    assert_true(finder.reviews > 2000 && finder.moved > 900);
    assert_true(finder.single > 300 && finder.several_levels > 300);
    for (qd_venue_t g = 0; g < QD_VENUES; g++) {
        print_message("%s %zu\n", qd_venue_name(g), finder.venues[g]);
        assert_true(finder.venues[g] > 3000);
    }
    print_message("of several equilibria %zu, hubs among them %zu\n", finder.several_sides,
                  finder.hub_of_several);
    assert_true(finder.several_sides > 3000 && finder.hub_of_several > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_drawn_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
