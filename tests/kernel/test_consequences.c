/* Consequences of a mission, sentence by sentence of model.md part 5, on worlds written down by hand. */
#include "kernel/world.h"
#include "support/check.h"
#include "support/hand_made.h"

#define MOST 136 /* states */

/* Five equal states, 0 and 1 in a bloc of their own (label 1), 2 and 3 in another (label 2), 4 unaligned.
 * State 0 initiates a crisis of severity 2 and resistance 0.1 without a target; tension 1, debt 0.5. */
static qd_world_t *start(void)
{
    qd_world_t *world = qd_test_world(5);
    qd_test_set_labels(world, (const int[]){1, 1, 2, 2, 0});
    qd_test_set_crisis(world, 2.0, 0.1, 0, QD_NOBODY);
    world->state.tension = 1.0;
    world->state.debt = 0.5;
    return world;
}

static const int with_one[] = {1, 1, 0, 0, 0};

/* Carries out venue g with these sides; q = 1 or 0 decides about success. */
static void act(qd_world_t *world, qd_venue_t g, const int sides[], bool success, double legitimacy,
                double escalation)
{
    qd_test_set_game(world, g, sides, success ? 1.0 : 0.0, legitimacy, escalation);
    assert_int_equal(qd_world_consequences(world, g), success);
    QD_ASSERT_NO_FAULT(qd_state_verify(&world->state));
}

static void test_tension(void **state)
{
    (void)state;
    qd_world_t *world = start();
    act(world, QD_FLEXIBLE, with_one, true, 0.5, 0.0);
    QD_ASSERT_NEAR(world->state.tension, 1.0 - 0.10 * 2, 1e-15);
    act(world, QD_FLEXIBLE, with_one, false, 0.5, 0.0);
    QD_ASSERT_NEAR(world->state.tension, 1.0, 1e-15);
    world->state.tension = 0.05;
    act(world, QD_FLEXIBLE, with_one, true, 0.5, 0.0);
    assert_true(world->state.tension == 0.0); /* not below 0 */
    assert_int_equal(world->record.successes, 2);
    qd_world_free(world);
}

/* Success is an event of probability q on the draw of its address. */
static void test_success_is_drawn(void **state)
{
    (void)state;
    qd_world_t *world = start();
    size_t successes = 0;
    for (unsigned t = 0; t < 400; t++) {
        world->period = t;
        qd_crisis_draw_luck(&world->crisis.drawn, world->luck, t, t % 4);
        qd_test_set_game(world, QD_FLEXIBLE, with_one, 0.3, 0.5, 0.0);
        double u = qd_random_uniform(world->luck, QD_PURPOSE_OUTCOME, t, t % 4);
        assert_int_equal(qd_world_consequences(world, QD_FLEXIBLE), u < 0.3);
        successes += u < 0.3;
    }
    assert_true(successes > 80 && successes < 160);
    qd_world_free(world);
}

/* D += 0.10 s o (1-L); I -= 0.05 o (1-L) I; collective success I += 0.05 L (1-I). */
static void test_institution_and_debt(void **state)
{
    (void)state;
    static const double outside[QD_VENUES] = {0.0, 0.5, 1.0, 1.0, 0.5, 0.5};
    for (qd_venue_t g = 0; g < QD_VENUES; g++)
        for (int success = 0; success < 2; success++) {
            qd_world_t *world = start();
            act(world, g, with_one, success, 0.4, 0.0);
            double i = 0.5 - 0.05 * outside[g] * 0.6 * 0.5;
            i += g == QD_COLLECTIVE && success ? 0.05 * 0.4 * (1 - i) : 0.0;
            QD_ASSERT_NEAR(world->state.debt, 0.5 + 0.10 * 2 * outside[g] * 0.6, 1e-15);
            QD_ASSERT_NEAR(world->state.institution, i, 1e-15);
            qd_world_free(world);
        }
}

/* ---- the initiator's bloc ------------------------------------------------------------------------------ */

/* Cohesion of label 1 after one mission from 0.5; joiners' stakes are 0.1 and 0.3: their Gini is 0.25. */
static double cohesion_after(qd_venue_t g, bool success)
{
    qd_world_t *world = start();
    world->crisis.stake[1] = 0.3;
    act(world, g, with_one, success, 0.4, 0.0);
    double after = world->state.cohesion[1];
    assert_true(world->state.cohesion[2] == 0.5); /* another's bloc does not change */
    qd_world_free(world);
    return after;
}

static void test_cohesion(void **state)
{
    (void)state;
    double burden = 1 - 0.03 * 0.25;
    QD_ASSERT_NEAR(cohesion_after(QD_ALLIANCE, true), (0.5 + 0.03 * 0.5) * burden, 1e-15);
    QD_ASSERT_NEAR(cohesion_after(QD_ALLIANCE, false), 0.5 * burden, 1e-15);
    QD_ASSERT_NEAR(cohesion_after(QD_UMBRELLA, true), (0.5 + 0.5 * 0.03 * 0.5) * burden, 1e-15);
    QD_ASSERT_NEAR(cohesion_after(QD_UMBRELLA, false), 0.5 * burden, 1e-15);
    QD_ASSERT_NEAR(cohesion_after(QD_FLEXIBLE, true), 0.5 * 0.97, 1e-15);
    QD_ASSERT_NEAR(cohesion_after(QD_FLEXIBLE, false), 0.5 * 0.97, 1e-15);
    QD_ASSERT_NEAR(cohesion_after(QD_UNILATERAL, true), 0.5 * 0.97, 1e-15);
    QD_ASSERT_NEAR(cohesion_after(QD_HUB, true), 0.5, 0.0);
    QD_ASSERT_NEAR(cohesion_after(QD_HUB, false), 0.5, 0.0);
    assert_true(cohesion_after(QD_COLLECTIVE, true) == 0.5);
    assert_true(cohesion_after(QD_COLLECTIVE, false) == 0.5);
}

/* Without a bloc nothing is bypassed. A label with one member is none. */
static void test_no_bloc(void **state)
{
    (void)state;
    static const int labels[2][5] = {{0, 0, 2, 2, 0}, {1, 0, 2, 2, 0}};
    for (int k = 0; k < 2; k++) {
        qd_world_t *world = start();
        qd_test_set_labels(world, labels[k]);
        qd_test_set_crisis(world, 2.0, 0.1, 0, QD_NOBODY);
        act(world, QD_FLEXIBLE, with_one, true, 0.4, 0.0);
        for (size_t l = 1; l <= world->state.labels; l++)
            assert_true(world->state.cohesion[l] == 0.5);
        qd_world_free(world);
    }
}

/* Stakes below 0 count as 0 in the Gini; all zero, or one joiner: 0. */
static void test_burden(void **state)
{
    (void)state;
    static const struct {
        double stake[3];
        int sides[5];
        double gini;
    } cases[] = {
        {{0.1, -0.7, 0.0}, {1, 1, 0, 0, 0}, 0.5}, {{0.0, -0.1, 0.0}, {1, 1, 0, 0, 0}, 0.0},
        {{0.4, 0.1, 0.1}, {1, 0, 0, 0, 0}, 0.0},  {{0.3, 0.2, 0.1}, {1, 1, 1, 0, 0}, 2.0 / 9},
        {{0.2, 0.2, 0.2}, {1, 1, 1, -1, 0}, 0.0},
    };
    for (size_t k = 0; k < QD_COUNT(cases); k++) {
        qd_world_t *world = start();
        memcpy(world->crisis.stake, cases[k].stake, sizeof cases[k].stake);
        act(world, QD_ALLIANCE, cases[k].sides, false, 0.4, 0.0);
        QD_ASSERT_NEAR(world->record.gini, cases[k].gini, 1e-15);
        QD_ASSERT_NEAR(world->state.cohesion[1], 0.5 * (1 - 0.03 * cases[k].gini), 1e-15);
        qd_world_free(world);
    }
}

/* ---- war ----------------------------------------------------------------------------------------------- */

static void test_war(void **state)
{
    (void)state;
    qd_world_t *world = start();
    qd_test_set_crisis(world, 2.0, 0.1, 0, 3);
    world->parameters.escalation_hazard = 1.0;
    world->parameters.escalation_loss = 0.25;
    world->record.period = 6;
    act(world, QD_FLEXIBLE, (const int[]){1, 0, -1, -1, 0}, false, 0.4, 1.0);
    QD_ASSERT_NEAR(world->state.tension, 1.0 + 0.10 * 2 + 0.5, 1e-15);
    /* 0, 2 and the target 3 lose a quarter of 0.2; the whole is then 0.85 */
    static const double left[5] = {0.15, 0.2, 0.15, 0.15, 0.2};
    for (size_t i = 0; i < 5; i++)
        QD_ASSERT_NEAR(world->state.c[i], left[i] / 0.85, 1e-15);
    assert_int_equal(world->record.wars, 1);
    assert_int_equal(world->record.cause, 1);
    assert_int_equal(world->record.broke, 6);
    /* the second war causes no second breakdown */
    world->record.period = 7;
    act(world, QD_FLEXIBLE, (const int[]){1, 0, -1, -1, 0}, false, 0.4, 1.0);
    assert_int_equal(world->record.wars, 2);
    assert_int_equal(world->record.broke, 6);
    qd_world_free(world);
}

static void test_war_after_breakdown_by_tension(void **state)
{
    (void)state;
    qd_world_t *world = start();
    world->parameters.escalation_hazard = 1.0;
    qd_record_breakdown(&world->record, 2);
    world->record.period = 3;
    act(world, QD_FLEXIBLE, (const int[]){1, 0, -1, 0, 0}, true, 0.4, 1.0);
    assert_int_equal(world->record.wars, 1);
    assert_int_equal(world->record.cause, 2);
    assert_int_equal(world->record.broke, 0);
    qd_world_free(world);
}

/* War comes with probability hazard * epsilon. */
static void test_hazard(void **state)
{
    (void)state;
    qd_world_t *world = start();
    world->parameters.escalation_loss = 0.0;
    world->parameters.escalation_hazard = 0.5;
    uint32_t expected = 0;
    for (unsigned t = 0; t < 500; t++) {
        world->period = t;
        qd_crisis_draw_luck(&world->crisis.drawn, world->luck, t, 0);
        act(world, QD_FLEXIBLE, with_one, true, 0.4, 0.6);
        expected += qd_random_uniform(world->luck, QD_PURPOSE_ESCALATION, t, 0) < 0.3;
        assert_int_equal(world->record.wars, expected);
    }
    assert_true(expected > 110 && expected < 190);
    qd_world_free(world);
}

/* ---- affinities ---------------------------------------------------------------------------------------- */

static double affinity(const qd_world_t *world, size_t i, size_t j)
{
    assert_true(world->state.affinity[i * world->state.padded + j] ==
                world->state.affinity[j * world->state.padded + i]);
    return world->state.affinity[i * world->state.padded + j];
}

/* All affinities are 0.2; sides of all kinds; after a mission through g. */
static qd_world_t *learned(qd_venue_t g)
{
    qd_world_t *world = start();
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < i; j++)
            qd_test_set_affinity(world, i, j, 0.2);
    world->parameters.affinity_learning = 0.1;
    world->parameters.affinity_defection = 0.05;
    qd_test_set_labels(world, (const int[]){1, 1, 2, 2, 2});
    act(world, g, (const int[]){1, 0, -1, -1, 0}, true, 0.4, 0.0);
    return world;
}

static void test_learning(void **state)
{
    (void)state;
    for (qd_venue_t g = 0; g < QD_VENUES; g++) {
        qd_world_t *world = learned(g);
        double fell = 0.2 - 0.1 * 1.2, rose = 0.2 + 0.1 * 0.8;
        double forsaken = g == QD_COLLECTIVE ? 0.2 : 0.2 - 0.05 * 1.2;
        QD_ASSERT_NEAR(affinity(world, 0, 2), fell, 1e-15); /* against each other */
        QD_ASSERT_NEAR(affinity(world, 0, 3), fell, 1e-15);
        QD_ASSERT_NEAR(affinity(world, 2, 3), rose, 1e-15);     /* side by side, though against */
        QD_ASSERT_NEAR(affinity(world, 0, 1), forsaken, 1e-15); /* the ally stood aside */
        QD_ASSERT_NEAR(affinity(world, 2, 4), forsaken, 1e-15); /* so did this one of the opponents */
        QD_ASSERT_NEAR(affinity(world, 3, 4), forsaken, 1e-15);
        assert_true(affinity(world, 1, 2) == 0.2); /* one side of two blocs */
        assert_true(affinity(world, 0, 4) == 0.2);
        assert_true(affinity(world, 1, 4) == 0.2); /* neither took a side */
        for (size_t i = 0; i < 5; i++)
            for (size_t j = 0; j < i; j++)
                assert_true(world->state.baseline[i * world->state.padded + j] == 0.2);
        qd_world_free(world);
    }
}

/* Opposed members of one bloc learn from opposition, not from defection; the unaligned cannot defect; the
 * target is a side like any other. */
static void test_learning_of_members_and_strangers(void **state)
{
    (void)state;
    qd_world_t *world = start();
    qd_test_set_crisis(world, 2.0, 0.1, 0, 1);
    qd_test_set_labels(world, (const int[]){1, 1, 0, 0, 0});
    act(world, QD_FLEXIBLE, (const int[]){1, -1, 1, 0, 0}, true, 0.4, 0.0);
    QD_ASSERT_NEAR(affinity(world, 0, 1), -0.02, 1e-15);
    QD_ASSERT_NEAR(affinity(world, 0, 2), 0.02, 1e-15);
    assert_true(affinity(world, 2, 3) == 0.0 && affinity(world, 0, 3) == 0.0 && affinity(world, 3, 4) == 0.0);
    qd_world_free(world);
}

/* Random sides, labels and affinities of more states than a block of columns, or a word of a set, holds. */
static void draw_order(qd_world_t *world, qd_test_stream_t *stream, int sides[])
{
    size_t n = world->state.n;
    int label[MOST];
    for (size_t i = 0; i < n; i++) {
        sides[i] = i == 0 ? 1 : (int)qd_test_below(stream, 3) - 1;
        label[i] = (int)qd_test_below(stream, 4);
        for (size_t j = 0; j < i; j++)
            qd_test_set_affinity(world, i, j, qd_test_between(stream, -1, 1));
    }
    qd_test_set_labels(world, label);
    qd_test_set_crisis(world, 1.0, 0.1, 0, QD_NOBODY);
}

/* A pair's affinity after a mission, from that before. */
static double learned_pair(double a, int own, int other, bool allies, bool inside)
{
    if (own * other != 0)
        return own == other ? a + 0.1 * (1.0 - a) : a - 0.1 * (1.0 + a);
    return own != other && allies && !inside ? a - 0.3 * (1.0 + a) : a;
}

static void check_learning(qd_world_t *world, qd_test_stream_t *stream, qd_venue_t g)
{
    static double before[MOST * MOST];
    const qd_state_t *s = &world->state;
    int sides[MOST];
    double pairs = 0.0, strange = 0.0, recorded = world->record.strange;
    draw_order(world, stream, sides);
    memcpy(before, s->affinity, s->n * s->padded * sizeof *before);
    act(world, g, sides, true, 0.4, 0.0);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < i; j++) {
            double a = before[i * s->padded + j];
            bool allies = s->label[i] > 0 && s->label[i] == s->label[j];
            QD_ASSERT_NEAR(affinity(world, i, j),
                           learned_pair(a, sides[i], sides[j], allies, g == QD_COLLECTIVE), 1e-15);
            pairs += sides[i] == 1 && sides[j] == 1;
            strange += sides[i] == 1 && sides[j] == 1 && a < 0.0;
        }
    QD_ASSERT_NEAR(world->record.strange - recorded, pairs > 0.0 ? strange / pairs : 0.0, 1e-14);
}

static void test_learning_against_plain_loops(void **state)
{
    (void)state;
    static const size_t n[] = {2, 7, 8, 16, 24, 25, 64, 65, 100, MOST};
    qd_test_stream_t stream = qd_test_stream(52, 0);
    for (size_t k = 0; k < QD_COUNT(n); k++) {
        qd_world_t *world = qd_test_world(n[k]);
        world->parameters.affinity_learning = 0.1;
        world->parameters.affinity_defection = 0.3;
        for (int round = 0; round < 10; round++)
            check_learning(world, &stream, (qd_venue_t)(round % QD_VENUES));
        qd_world_free(world);
    }
}

/* Affinities stay within [-1, 1] after any number of updates. */
static void test_learning_saturates(void **state)
{
    (void)state;
    qd_world_t *world = start();
    world->parameters.affinity_learning = 1.0;
    world->parameters.affinity_defection = 1.0;
    qd_test_stream_t stream = qd_test_stream(51, 0);
    for (int round = 0; round < 200; round++) {
        int sides[5];
        for (size_t i = 0; i < 5; i++) {
            sides[i] = i == 0 ? 1 : (int)qd_test_below(&stream, 3) - 1;
            for (size_t j = 0; j < i; j++)
                qd_test_set_affinity(world, i, j, qd_test_between(&stream, -1, 1));
        }
        act(world, QD_FLEXIBLE, sides, true, 0.4, 0.0);
        for (size_t i = 0; i < 5; i++)
            for (size_t j = 0; j < i; j++)
                if (sides[i] * sides[j] != 0)
                    QD_ASSERT_NEAR(affinity(world, i, j), sides[i] * sides[j], 1e-15);
    }
    qd_world_free(world);
}

/* ---- load and record ----------------------------------------------------------------------------------- */

/* l = min(0.8, l + 0.1 s R / P+) for those who joined. */
static void test_load(void **state)
{
    (void)state;
    qd_world_t *world = start();
    act(world, QD_FLEXIBLE, (const int[]){1, 1, -1, 0, 0}, true, 0.4, 0.0);
    double load = 0.1 * 2 * 0.1 / (0.25 * 0.4);
    QD_ASSERT_NEAR(world->state.load[0], load, 1e-15);
    QD_ASSERT_NEAR(world->state.load[1], load, 1e-15);
    assert_true(world->state.load[2] == 0.0 && world->state.load[3] == 0.0);
    act(world, QD_FLEXIBLE, (const int[]){1, 0, 0, 0, 0}, false, 0.4, 0.0);
    QD_ASSERT_NEAR(world->state.load[0], load + 0.1 * 2 * 0.1 / (0.25 * 0.2 * (1 - load)), 1e-15);
    world->crisis.resistance = 5.0;
    act(world, QD_FLEXIBLE, (const int[]){1, 0, 0, 0, 0}, false, 0.4, 0.0);
    assert_true(world->state.load[0] == 0.8);
    qd_world_free(world);
}

/* Without effort against a resistance the load reaches its maximum; without resistance there is none. */
static void test_load_without_effort(void **state)
{
    (void)state;
    qd_world_t *world = start();
    world->parameters.mission_effort = 0.0;
    act(world, QD_FLEXIBLE, with_one, false, 0.4, 0.0);
    assert_true(world->state.load[0] == 0.8 && world->state.load[2] == 0.0);
    world->state.load[0] = world->state.load[1] = 0.0;
    world->crisis.resistance = 0.0;
    act(world, QD_FLEXIBLE, with_one, false, 0.4, 0.0);
    assert_true(world->state.load[0] == 0.0);
    qd_world_free(world);
}

/* Strange partners are counted before the affinities learn. */
static void test_strange_partners(void **state)
{
    (void)state;
    qd_world_t *world = start();
    world->parameters.affinity_learning = 1.0;
    qd_test_set_affinity(world, 0, 1, -0.001);
    qd_test_set_affinity(world, 0, 2, 0.5);
    qd_test_set_affinity(world, 3, 4, -0.9);
    act(world, QD_FLEXIBLE, (const int[]){1, 1, 1, 0, 0}, true, 0.4, 0.0);
    QD_ASSERT_NEAR(world->record.strange, 1.0 / 3, 1e-15);
    act(world, QD_UNILATERAL, (const int[]){1, 0, 0, 0, -1}, true, 0.4, 0.0);
    QD_ASSERT_NEAR(world->record.strange, 1.0 / 3, 1e-15); /* one joiner: 0 */
    QD_ASSERT_NEAR(world->record.size, 4.0, 0.0);
    QD_ASSERT_NEAR(world->record.persistence, 1.0 / 3, 1e-15); /* {0,1,2} and {0} */
    qd_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tension),
        cmocka_unit_test(test_success_is_drawn),
        cmocka_unit_test(test_institution_and_debt),
        cmocka_unit_test(test_cohesion),
        cmocka_unit_test(test_no_bloc),
        cmocka_unit_test(test_burden),
        cmocka_unit_test(test_war),
        cmocka_unit_test(test_war_after_breakdown_by_tension),
        cmocka_unit_test(test_hazard),
        cmocka_unit_test(test_learning),
        cmocka_unit_test(test_learning_of_members_and_strangers),
        cmocka_unit_test(test_learning_against_plain_loops),
        cmocka_unit_test(test_learning_saturates),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_load_without_effort),
        cmocka_unit_test(test_strange_partners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
