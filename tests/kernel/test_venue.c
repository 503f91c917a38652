/* Venues by hand: which exist, who may join, what it costs, what it is worth, and when a venue is paralysed
 * (model.md part 4). The same on sampled worlds is in test_mission.c. */
#include "kernel/venue_games.h"

#include "support/check.h"
#include "support/hand_made.h"
#include "support/naive_venue.h"

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"collective", "alliance", "flexible", "unilateral",
                                        "umbrella",   "hub",      "abstain"};
    for (qd_venue_t g = 0; g <= QD_ABSTAIN; g++)
        assert_string_equal(qd_venue_name(g), names[g]);
}

/* A label with one member is no bloc. */
static void test_bloc(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(5);
    qd_test_set_labels(world, (const int[]){2, 2, 3, 0, 0});
    static const int expected[] = {2, 2, 0, 0, 0};
    for (int i = 0; i < 5; i++)
        assert_int_equal(qd_venue_bloc(&world->state, i), expected[i]);
    qd_world_free(world);
}

/* A patron leads its club into a crisis if a member is left besides the target; the terms are depths over
 * Lambda. */
static void test_club(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(5);
    size_t padded = world->state.padded;
    world->state.depth = 2;
    world->state.poles = 2;
    for (size_t i = 0; i < 2 * padded; i++)
        world->state.level[i] = 0.0;
    world->state.level[0] = world->state.level[padded + 1] = 2.0; /* the patrons' own */
    world->state.level[3] = 1.0;                                  /* state 3 in the club of 0 */
    double *club = world->rules.club;
    assert_true(qd_venue_club(&world->state, 0, QD_NOBODY, club) == club);
    assert_true(club[0] == 0.0 && club[3] == 0.5 && club[1] + club[2] + club[4] == 0.0);
    assert_non_null(qd_venue_club(&world->state, 0, 2, club));
    assert_null(qd_venue_club(&world->state, 0, 3, club));         /* against its only member */
    assert_null(qd_venue_club(&world->state, 1, QD_NOBODY, club)); /* without members */
    assert_null(qd_venue_club(&world->state, 2, QD_NOBODY, club)); /* no patron */
    world->state.level[4] = 2.0;
    assert_non_null(qd_venue_club(&world->state, 0, 3, club));
    world->state.depth = 0;
    assert_null(qd_venue_club(&world->state, 0, QD_NOBODY, club));
    qd_world_free(world);
}

static void test_shuffle(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(12);
    uint32_t order[12], first[12];
    double place[12][12] = {{0}};
    size_t same = 0;
    for (unsigned t = 0; t < 12000; t++) {
        qd_crisis_t crisis = {.period = t / 4, .number = t % 4};
        bool seen[12] = {false};
        qd_venue_shuffle(&crisis, 12, world->luck, order);
        for (size_t i = 0; i < 12; i++) {
            assert_true(order[i] < 12 && !seen[order[i]]);
            seen[order[i]] = true;
            place[i][order[i]]++;
        }
        if (t == 0)
            memcpy(first, order, sizeof first);
        same += memcmp(first, order, sizeof first) == 0;
    }
    assert_int_equal(same, 1);
    double chi = 0.0;
    for (size_t i = 0; i < 12; i++)
        for (size_t j = 0; j < 12; j++)
            chi += (place[i][j] - 1000) * (place[i][j] - 1000) / 1000;
    assert_true(chi < qd_test_chi_square_limit(121));
    qd_world_free(world);
}

/* The venue as solved; open is false where it does not exist. */
static qd_venue_game_t *solve(qd_world_t *world, qd_venue_t g)
{
    qd_venue_game_t *game = &world->venue[g];
    qd_test_set_case(world);
    world->rules.moved = NULL;
    qd_venue_prepare(&world->rules, &world->given);
    game->exists = qd_venue_exists(g, &world->given);
    game->open = false;
    if (!game->exists)
        return game;
    if (g < QD_ABREAST) {
        for (qd_venue_t other = 0; other < QD_ABREAST; other++)
            world->venue[other].exists = other == g;
        qd_venues_abreast_solve(&world->abreast, world->venue, &world->given, &world->rules);
        qd_venues_abreast_sides(&world->abreast, g, world->state.padded, game->x);
    } else {
        qd_venue_solve(game, g, &world->given, &world->rules);
    }
    assert_true(game->solved);
    double bound = qd_venue_bound(g, &world->given, &world->rules);
    assert_true(bound >= game->worth - 1e-15);
    return game;
}

static void test_existence(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    qd_test_set_crisis(world, 1, 0.05, 0, QD_NOBODY);
    for (int bloc = 0; bloc < 2; bloc++)
        for (int umbrella = 0; umbrella < 2; umbrella++) {
            qd_test_set_labels(world, bloc ? (const int[]){1, 1, 0, 0} : (const int[]){1, 2, 2, 0});
            world->parameters.doctrine_umbrella = umbrella;
            assert_true(solve(world, QD_COLLECTIVE)->exists);
            assert_true(solve(world, QD_FLEXIBLE)->exists);
            assert_true(solve(world, QD_UNILATERAL)->exists);
            assert_int_equal(solve(world, QD_ALLIANCE)->exists, bloc);
            assert_int_equal(solve(world, QD_UMBRELLA)->exists, bloc && umbrella);
            assert_int_equal(world->venue[QD_ALLIANCE].open, bloc);
            assert_int_equal(world->venue[QD_UMBRELLA].open, bloc && umbrella);
        }
    qd_world_free(world);
}

/* ---- joiners, by hand ---------------------------------------------------------------------------------- */

static void expect_sides(qd_world_t *world, qd_venue_t g, const int expected[])
{
    const qd_venue_game_t *game = solve(world, g);
    for (size_t i = 0; i < world->state.n; i++)
        if (game->x[i] != expected[i])
            fail_msg("%s: state %zu takes side %g; expected %d", qd_venue_name(g), i, game->x[i],
                     expected[i]);
}

/* Initiator 0 with ally 1; outsider 2; target 3; 4 hates the initiator. No state has a stake beyond the
 * venue's term. */
static qd_world_t *five_states(void)
{
    qd_world_t *world = qd_test_world(5);
    qd_test_set_labels(world, (const int[]){1, 1, 0, 0, 0});
    qd_test_set_crisis(world, 1, 0.05, 0, 3);
    qd_test_set_affinity(world, 0, 4, -0.5);
    for (size_t i = 1; i < 5; i++)
        world->crisis.stake[i] = 0.0;
    world->parameters.mission_coupling = 1.0;
    return world;
}

static void test_sides_by_hand(void **state)
{
    (void)state;
    qd_world_t *world = five_states();
    world->parameters.doctrine_umbrella = 1.0;
    world->parameters.mission_coupling = 0.6; /* 4 meets -0.06: just enough against a price of 0.05 */
    world->state.cohesion[1] = 1.0;
    /* collective: 0.15 * 0.5 = 0.075 pulls everybody over the price of 0.05; 4 is left with 0.015 */
    expect_sides(world, QD_COLLECTIVE, (const int[]){1, 1, 1, -1, 0});
    /* alliance: the obligation of 0.15 pulls the member; the others may only oppose */
    expect_sides(world, QD_ALLIANCE, (const int[]){1, 1, 0, -1, -1});
    /* flexible: nothing pulls; prices are 0.035 */
    expect_sides(world, QD_FLEXIBLE, (const int[]){1, 0, 0, -1, -1});
    expect_sides(world, QD_UNILATERAL, (const int[]){1, 0, 0, -1, -1});
    /* umbrella: half the obligation, 0.075 */
    expect_sides(world, QD_UMBRELLA, (const int[]){1, 1, 0, -1, -1});
    world->parameters.mission_umbrella = 0.3; /* 0.045: not enough */
    expect_sides(world, QD_UMBRELLA, (const int[]){1, 0, 0, -1, -1});
    world->state.cohesion[1] = 0.3; /* 0.045 */
    expect_sides(world, QD_ALLIANCE, (const int[]){1, 0, 0, -1, -1});
    world->state.institution = 0.3; /* 0.045 */
    expect_sides(world, QD_COLLECTIVE, (const int[]){1, 0, 0, -1, 0});
    qd_world_free(world);
}

/* With a stake between the saved price and the full one: flexible members join, and outsiders under an
 * umbrella. */
static void test_saving(void **state)
{
    (void)state;
    qd_world_t *world = five_states();
    world->parameters.doctrine_umbrella = 1.0;
    world->parameters.mission_obligation = 0.0;
    world->parameters.mission_legitimacy_pull = 0.0;
    world->parameters.mission_coupling = 0.0;
    for (size_t i = 1; i < 5; i++)
        world->crisis.stake[i] = i == 3 ? 0.0 : 0.04; /* 0.05 - 0.3 * 0.05 = 0.035 */
    expect_sides(world, QD_COLLECTIVE, (const int[]){1, 0, 0, -1, 0});
    expect_sides(world, QD_ALLIANCE, (const int[]){1, 0, 0, -1, 0});
    expect_sides(world, QD_FLEXIBLE, (const int[]){1, 1, 1, -1, 1});
    expect_sides(world, QD_UNILATERAL, (const int[]){1, 0, 0, -1, 0});
    expect_sides(world, QD_UMBRELLA, (const int[]){1, 0, 1, -1, 1}); /* the member pays in full */
    /* a saving larger than the price makes it 0, not negative */
    world->parameters.mission_flexible_saving = 10.0;
    for (size_t i = 1; i < 5; i++)
        world->crisis.stake[i] = 0.0;
    expect_sides(world, QD_FLEXIBLE, (const int[]){1, 0, 0, -1, 0});
    qd_world_free(world);
}

/* Patronage: c_p A_ip is added in every venue. */
static void test_patronage(void **state)
{
    (void)state;
    qd_world_t *world = five_states();
    world->parameters.mission_coupling = 0.0;
    qd_test_set_affinity(world, 0, 2, 0.5);
    world->parameters.mission_patronage = 0.4; /* 0.4 * 0.2 * 0.5 = 0.04 above 0.035 */
    expect_sides(world, QD_FLEXIBLE, (const int[]){1, 0, 1, -1, -1});
    world->parameters.mission_patronage = -0.4;
    expect_sides(world, QD_FLEXIBLE, (const int[]){1, 0, -1, -1, 1});
    qd_world_free(world);
}

/* ---- worth --------------------------------------------------------------------------------------------- */

/* Four states of 0.4, 0.3, 0.2, 0.1; 0 initiates, 1 joins, 2 opposes, 3 is the target; the flexible venue. */
static void test_worth_by_hand(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    qd_test_set_sizes(world, (const double[]){4, 3, 2, 1});
    qd_test_set_crisis(world, 2, 0.125, 0, 3);
    world->crisis.stake[0] = 0.5;
    world->crisis.stake[1] = 0.2;
    world->crisis.stake[2] = -0.2;
    world->parameters.mission_coupling = 0.0;
    world->state.load[0] = 0.5;
    world->state.learned[QD_FLEXIBLE * world->state.padded] = 0.01;
    world->parameters.doctrine_bias_flexible = 0.002;
    const qd_venue_game_t *game = solve(world, QD_FLEXIBLE);
    QD_ASSERT_NEAR(game->support, 0.4 * 0.5 + 0.3, 1e-15);
    QD_ASSERT_NEAR(game->opposition, 0.2, 1e-15); /* without the target */
    assert_int_equal(game->joiners, 2);
    assert_int_equal(game->opponents, 2); /* with the target */
    QD_ASSERT_NEAR(game->effort, 0.125, 1e-15);
    QD_ASSERT_NEAR(game->counter, 0.125 + 0.1 * 0.2, 1e-15);
    double q = 0.125 * 0.125 / (0.125 * 0.125 + 0.145 * 0.145);
    QD_ASSERT_NEAR(game->success, q, 1e-14);
    QD_ASSERT_NEAR(game->legitimacy, 0.5, 1e-15);
    QD_ASSERT_NEAR(game->escalation, 0.2 / 0.5 * 0.5, 1e-15);
    QD_ASSERT_NEAR(game->worth,
                   0.5 * q - 1.0 * 0.125 * (0.4 * 0.5) / 0.5 + 0.12 * 0.5 - 0.2 * 0.2 + 0.002 + 0.01, 1e-14);
    assert_true(game->open);
    world->parameters.doctrine_force_ratio = 0.8;
    assert_true(solve(world, QD_FLEXIBLE)->open); /* 0.125 >= 0.8 * 0.145 */
    world->parameters.doctrine_force_ratio = 0.9;
    assert_false(solve(world, QD_FLEXIBLE)->open);
    qd_world_free(world);
}

static void test_legitimacy_of_venues(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    qd_test_set_labels(world, (const int[]){1, 1, 0, 0});
    world->parameters.doctrine_umbrella = 1.0;
    world->state.institution = 0.6;
    world->state.cohesion[1] = 0.5;
    qd_test_set_crisis(world, 1, 0.05, 0, QD_NOBODY);
    for (size_t i = 0; i < 4; i++)
        world->crisis.price[i] = 9.0; /* no other state takes a side: base (1 + 1/4)/2 */
    double base = 0.625;
    QD_ASSERT_NEAR(solve(world, QD_COLLECTIVE)->legitimacy, base + (1 - base) * 0.6, 1e-15);
    QD_ASSERT_NEAR(solve(world, QD_ALLIANCE)->legitimacy, base + (1 - base) * 0.5 * 0.5 * 0.6, 1e-15);
    QD_ASSERT_NEAR(solve(world, QD_UMBRELLA)->legitimacy, base + (1 - base) * 0.5 * 0.5 * 0.5 * 0.6, 1e-15);
    QD_ASSERT_NEAR(solve(world, QD_FLEXIBLE)->legitimacy, base, 1e-15);
    QD_ASSERT_NEAR(solve(world, QD_UNILATERAL)->legitimacy, base, 1e-15);
    assert_true(world->venue[QD_FLEXIBLE].escalation == 0.0); /* nobody opposes */
    qd_world_free(world);
}

/* ---- paralysis ----------------------------------------------------------------------------------------- */

static bool fails(qd_world_t *world, qd_venue_t g, const int sides[], double quorum)
{
    qd_test_set_game(world, g, sides, 0.5, 0.5, 0.0);
    qd_test_venue_t naive = {&world->crisis,        &world->state,     &world->parameters,
                             &world->given.leaning, world->given.bloc, g};
    world->parameters.doctrine_quorum = quorum;
    world->parameters.doctrine_quorum = quorum;
    bool found = qd_venue_fails(&world->venue[g], g, &world->given);
    assert_int_equal(found, qd_test_fails(&naive, world->venue[g].x));
    return found;
}

static void test_institution_fails(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(6);
    world->state.poles = 2;
    qd_test_set_crisis(world, 1, 0.05, 2, QD_NOBODY);
    assert_false(fails(world, QD_COLLECTIVE, (const int[]){0, 0, 1, 0, 0, 0}, 0.5));
    assert_true(fails(world, QD_COLLECTIVE, (const int[]){-1, 0, 1, 1, 1, 1}, 0.5)); /* a pole's veto */
    assert_true(fails(world, QD_COLLECTIVE, (const int[]){1, -1, 1, 1, 1, 1}, 0.0)); /* whatever the quorum */
    assert_false(fails(world, QD_COLLECTIVE, (const int[]){0, 0, 1, -1, -1, -1},
                       0.5)); /* three of six do not oppose */
    assert_true(fails(world, QD_COLLECTIVE, (const int[]){0, 0, 1, -1, -1, -1}, 0.51));
    assert_true(fails(world, QD_COLLECTIVE, (const int[]){0, 0, 1, 0, 0, -1}, 1.0));
    assert_false(fails(world, QD_COLLECTIVE, (const int[]){0, 0, 1, 0, 0, 0}, 1.0));
    /* the target counts as an opponent, and may hold a veto */
    qd_test_set_crisis(world, 1, 0.05, 2, 1);
    assert_true(fails(world, QD_COLLECTIVE, (const int[]){1, -1, 1, 1, 1, 1}, 0.5));
    qd_test_set_crisis(world, 1, 0.05, 2, 5);
    assert_true(fails(world, QD_COLLECTIVE, (const int[]){1, 1, 1, 1, 1, -1}, 0.9));
    qd_world_free(world);
}

static void test_alliance_fails(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(6);
    qd_test_set_sizes(world, (const double[]){1, 2, 1, 4, 4, 4});
    qd_test_set_labels(world, (const int[]){1, 1, 1, 0, 2, 2});
    qd_test_set_crisis(world, 1, 0.05, 0, QD_NOBODY);
    assert_true(fails(world, QD_ALLIANCE, (const int[]){1, 0, 0, 0, 0, 0}, 0.5)); /* 1 of 4 */
    assert_false(
        fails(world, QD_ALLIANCE, (const int[]){1, 0, 1, 0, 0, 0}, 0.5)); /* 2 of 4: not less than half */
    assert_true(fails(world, QD_ALLIANCE, (const int[]){1, 1, -1, 0, 0, 0}, 0.5));    /* one member opposes */
    assert_false(fails(world, QD_ALLIANCE, (const int[]){1, 1, 0, -1, -1, -1}, 0.5)); /* outsiders may */
    assert_false(fails(world, QD_ALLIANCE, (const int[]){1, 0, 0, 0, 0, 0}, 0.0));
    qd_test_set_crisis(world, 1, 0.05, 0, 2); /* the target sits in the bloc */
    assert_true(fails(world, QD_ALLIANCE, (const int[]){1, 1, -1, 0, 0, 0}, 0.0));
    qd_world_free(world);
}

static void test_umbrella_fails(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(6);
    qd_test_set_sizes(world, (const double[]){1, 2, 1, 4, 4, 4});
    qd_test_set_labels(world, (const int[]){1, 1, 1, 0, 2, 2});
    qd_test_set_crisis(world, 1, 0.05, 0, QD_NOBODY);
    assert_false(fails(world, QD_UMBRELLA, (const int[]){1, 0, 0, 0, 0, 0}, 0.5));
    assert_false(
        fails(world, QD_UMBRELLA, (const int[]){1, -1, 0, 0, 0, 0}, 0.5)); /* 2 of 4: not more than half */
    assert_true(fails(world, QD_UMBRELLA, (const int[]){1, -1, -1, 0, 0, 0}, 0.5));
    assert_true(fails(world, QD_UMBRELLA, (const int[]){1, -1, 0, 0, 0, 0}, 0.6));
    assert_false(fails(world, QD_UMBRELLA, (const int[]){1, 0, 0, -1, -1, -1}, 1.0));
    assert_false(fails(world, QD_UMBRELLA, (const int[]){1, -1, -1, 0, 0, 0}, 0.0));
    qd_test_set_crisis(world, 1, 0.05, 0, 1); /* the target is included */
    assert_true(fails(world, QD_UMBRELLA, (const int[]){1, -1, 0, 0, 0, 0}, 0.6));
    qd_world_free(world);
}

static void test_ad_hoc_never_fails(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(6);
    qd_test_set_crisis(world, 1, 0.05, 1, QD_NOBODY);
    assert_false(fails(world, QD_FLEXIBLE, (const int[]){-1, 1, -1, -1, -1, -1}, 1.0));
    assert_false(fails(world, QD_UNILATERAL, (const int[]){-1, 1, -1, -1, -1, -1}, 1.0));
    qd_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_bloc),
        cmocka_unit_test(test_club),
        cmocka_unit_test(test_shuffle),
        cmocka_unit_test(test_existence),
        cmocka_unit_test(test_sides_by_hand),
        cmocka_unit_test(test_saving),
        cmocka_unit_test(test_patronage),
        cmocka_unit_test(test_worth_by_hand),
        cmocka_unit_test(test_legitimacy_of_venues),
        cmocka_unit_test(test_institution_fails),
        cmocka_unit_test(test_alliance_fails),
        cmocka_unit_test(test_umbrella_fails),
        cmocka_unit_test(test_ad_hoc_never_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
