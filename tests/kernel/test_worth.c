/* The worth of a venue's sides for its initiator (model.md part 4), lane by lane. */
#include "kernel/venue_games.h"

#include "support/check.h"
#include "support/hand_made.h"

static void make_up(qd_worths_t *worths, qd_test_stream_t *stream)
{
    for (size_t g = 0; g < QD_ABREAST; g++) {
        worths->support[g] = qd_test_between(stream, 0.01, 1.0);
        worths->opposition[g] = qd_test_uniform(stream) < 0.3 ? 0.0 : qd_test_uniform(stream);
        worths->heads[g] = (double)qd_test_below(stream, 11) - 5.0;
        worths->frame[g] = qd_test_uniform(stream);
        worths->leaning[g] = qd_test_between(stream, -0.2, 0.2);
    }
}

/* A world of five in which everything that the formulas name differs from its neutral value. */
static qd_world_t *make_up_world(qd_test_stream_t *stream)
{
    qd_world_t *world = qd_test_world(5);
    qd_test_set_sizes(world, (const double[]){5, 4, 3, 2, 1});
    qd_test_set_crisis(world, 1.5, qd_test_between(stream, 0.01, 0.4), 1, QD_NOBODY);
    world->state.load[1] = 0.3;
    world->crisis.stake[1] = qd_test_uniform(stream);
    world->parameters.doctrine_cost = 0.8;
    world->parameters.doctrine_legitimacy = 0.3;
    world->parameters.doctrine_prudence = 0.4;
    world->parameters.mission_contest_exponent = qd_test_uniform(stream) < 0.5 ? 2.0 : 1.3;
    return world;
}

static void test_formulas(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(911, 0);
    for (int round = 0; round < 500; round++) {
        qd_world_t *world = make_up_world(&stream);
        const qd_parameters_t *p = &world->parameters;
        qd_worths_t w;
        make_up(&w, &stream);
        qd_worths_find(&w, &world->given);
        for (size_t g = 0; g < QD_ABREAST; g++) {
            double support = w.support[g], opposition = w.opposition[g];
            double lawful = 0.5 * (1.0 + w.heads[g] / 5.0);
            lawful += (1.0 - lawful) * w.frame[g];
            double effort = p->mission_effort * support;
            double counter = world->crisis.resistance + p->mission_opposition_effort * opposition;
            double success = qd_contest_success(effort, counter, p->mission_contest_exponent);
            double escalation = fmin(support, opposition) / fmax(support, opposition) * (1.0 - lawful);
            double cost = p->doctrine_cost * world->crisis.resistance * world->state.c[1] * 0.7 / support;
            double worth = world->crisis.stake[1] * success - cost + p->doctrine_legitimacy * lawful -
                           p->doctrine_prudence * escalation + w.leaning[g];
            QD_ASSERT_NEAR(w.effort[g], effort, 0.0);
            QD_ASSERT_NEAR(w.counter[g], counter, 0.0);
            QD_ASSERT_NEAR(w.success[g], success, 1e-15);
            QD_ASSERT_NEAR(w.legitimacy[g], lawful, 1e-15);
            QD_ASSERT_NEAR(w.escalation[g], escalation, 1e-15);
            QD_ASSERT_NEAR(w.worth[g], worth, 1e-14);
        }
        qd_world_free(world);
    }
}

/* The worth of a venue has the same bits in every lane and beside any other venue. */
static void test_lanes(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(912, 0);
    qd_world_t *world = make_up_world(&stream);
    for (int round = 0; round < 500; round++) {
        qd_worths_t together, alone;
        size_t g = qd_test_below(&stream, QD_ABREAST);
        make_up(&together, &stream);
        make_up(&alone, &stream);
        alone.support[0] = together.support[g];
        alone.opposition[0] = together.opposition[g];
        alone.heads[0] = together.heads[g];
        alone.frame[0] = together.frame[g];
        alone.leaning[0] = together.leaning[g];
        qd_worths_find(&together, &world->given);
        qd_worths_find(&alone, &world->given);
        QD_ASSERT_NEAR(alone.success[0], together.success[g], 0.0);
        QD_ASSERT_NEAR(alone.legitimacy[0], together.legitimacy[g], 0.0);
        QD_ASSERT_NEAR(alone.escalation[0], together.escalation[g], 0.0);
        QD_ASSERT_NEAR(alone.worth[0], together.worth[g], 0.0);
    }
    qd_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_formulas), cmocka_unit_test(test_lanes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
