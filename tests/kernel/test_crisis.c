/* labels: statistics */
/* Crises (model.md part 3): number, severity, place, target, stakes of each state, initiator. */
#include "kernel/crisis.h"

#include "support/check.h"
#include "support/hand_made.h"
#include "support/random_plan.h"
#include "world/draws.h"
#include "world/sample.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

/* ---- number of crises ---------------------------------------------------------------------------------- */

static void check_counts(double rate, double feedback, double tension)
{
    enum { N = 50000 };
    qd_world_t *world = qd_test_world(4);
    world->parameters.crises_rate = rate;
    world->parameters.crises_tension_feedback = feedback;
    world->state.tension = tension;
    double mean = rate * (1.0 + feedback * tension), seen[5] = {0}, chi = 0.0, tail = 1.0;
    for (unsigned w = 0; w < N; w++) {
        qd_luck_t luck = {.seed = 31, .world = w / 50};
        unsigned count = qd_crisis_count(&world->count_luck, &world->state, &world->parameters, luck, w % 50);
        assert_true(count <= QD_CRISES_MAX);
        seen[count]++;
    }
    for (unsigned k = 0; k <= 4; k++) {
        double chance = k < 4 ? gsl_ran_poisson_pdf(k, mean) : tail;
        tail -= chance;
        chi += (seen[k] - N * chance) * (seen[k] - N * chance) / (N * chance);
    }
    assert_true(chi < qd_test_chi_square_limit(4));
    qd_world_free(world);
}

static void test_counts_are_poisson(void **state)
{
    (void)state;
    check_counts(0.5, 0.3, 0.0);
    check_counts(0.5, 0.3, 2.0);
    check_counts(1.0, 0.0, 9.0);
    check_counts(3.0, 1.0, 0.5);
    qd_world_t *world = qd_test_world(4);
    for (unsigned t = 0; t < 1000; t++) {
        world->parameters.crises_rate = 0.0;
        assert_int_equal(
            qd_crisis_count(&world->count_luck, &world->state, &world->parameters, world->luck, t), 0);
        world->parameters.crises_rate = 20.0;
        world->state.tension = 1e6; /* e^-rate is 0: still at most four */
        assert_int_equal(
            qd_crisis_count(&world->count_luck, &world->state, &world->parameters, world->luck, t), 4);
        world->state.tension = 0.0;
    }
    qd_world_free(world);
}

/* Draws of several periods are made together; the count is that of the period's own draw, in any order of
 * worlds and periods. */
static void test_counts_have_addresses(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    const double rate = 1.3;
    world->parameters.crises_rate = rate;
    for (unsigned k = 0; k < 3000; k++) {
        qd_luck_t luck = {.seed = 34 + k / 1000, .world = k % 1000 / 300};
        unsigned period = k % 7 ? k % 100 : 99 - k % 100, expected = 0;
        double u = qd_random_uniform(luck, QD_PURPOSE_CRISIS, period, 0);
        while (expected < QD_CRISES_MAX && u >= gsl_cdf_poisson_P(expected, rate))
            expected++;
        assert_int_equal(qd_crisis_count(&world->count_luck, &world->state, &world->parameters, luck, period),
                         expected);
    }
    qd_world_free(world);
}

/* More tension never means fewer crises: the same draw is compared with another rate. */
static void test_counts_rise_with_tension(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    for (unsigned t = 0; t < 2000; t++) {
        unsigned last = 0;
        for (int k = 0; k < 8; k++) {
            world->state.tension = k;
            unsigned count =
                qd_crisis_count(&world->count_luck, &world->state, &world->parameters, world->luck, t);
            assert_true(count >= last);
            last = count;
        }
    }
    qd_world_free(world);
}

/* ---- draws --------------------------------------------------------------------------------------------- */

/* Each number is the one of its address in world/draws.h. */
static void test_luck_has_addresses(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        qd_luck_t luck = {.seed = 35, .world = i / 100};
        uint32_t period = i % 100, q = i % 4, first = 16 * (q + 1);
        qd_crisis_luck_t drawn;
        qd_crisis_draw_luck(&drawn, luck, period, q);
        assert_true(drawn.severity ==
                    qd_random_normal(luck, QD_PURPOSE_CRISIS, period, first + QD_DRAW_SEVERITY));
        for (uint32_t d = 0; d < 2; d++) {
            assert_true(drawn.values[d] ==
                        qd_random_normal(luck, QD_PURPOSE_CRISIS, period, first + QD_DRAW_VALUES + d));
            assert_true(drawn.scene[d] ==
                        qd_random_uniform(luck, QD_PURPOSE_CRISIS, period, first + QD_DRAW_SCENE + d));
        }
        assert_true(drawn.targeted ==
                    qd_random_uniform(luck, QD_PURPOSE_CRISIS, period, first + QD_DRAW_TARGETED));
        assert_true(drawn.target ==
                    qd_random_uniform(luck, QD_PURPOSE_CRISIS, period, first + QD_DRAW_TARGET));
        assert_true(drawn.outcome == qd_random_uniform(luck, QD_PURPOSE_OUTCOME, period, q));
        assert_true(drawn.escalation == qd_random_uniform(luck, QD_PURPOSE_ESCALATION, period, q));
        static const qd_venue_t may_fail[3] = {QD_COLLECTIVE, QD_ALLIANCE, QD_UMBRELLA};
        for (size_t k = 0; k < 3; k++)
            assert_true(drawn.foresight[may_fail[k]] ==
                        qd_random_uniform(luck, QD_PURPOSE_FORESIGHT, period, 8 * q + (uint32_t)may_fail[k]));
    }
}

/* A sampled world with its crisis drawn. */
static void draw(qd_world_t *world, const qd_plan_t *plan, uint64_t number, unsigned period, unsigned q)
{
    world->luck = (qd_luck_t){.seed = 32, .world = number};
    qd_sample_parameters(plan, world->luck, &world->parameters);
    QD_ASSERT_NO_FAULT(qd_sample_order(&world->state, plan, &world->parameters, world->luck));
    qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, period, q, world->spare);
}

static void test_severity(void **state)
{
    (void)state;
    enum { N = 20000 };
    qd_world_t *world = qd_test_world(8);
    double capped = 0.0, below = 0.0, far_below = 0.0;
    for (unsigned i = 0; i < N; i++) {
        qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, i / 4, i % 4,
                       world->spare);
        double s = world->crisis.severity;
        assert_true(s > 0.0 && s <= 4.0);
        capped += s == 4.0;
        double z = s < 4.0 ? log(s) / 0.75 : 0.0;
        below += z < 0.0;
        far_below += z < -1.0;
    }
    double above = gsl_cdf_ugaussian_Q(log(4.0) / 0.75);
    QD_ASSERT_NEAR(capped / N, above, 4.5 * sqrt(above / N));
    QD_ASSERT_NEAR(below / N, 0.5, 4.5 * 0.5 / sqrt(N));
    QD_ASSERT_NEAR(far_below / N, gsl_cdf_ugaussian_P(-1), 4.5 * sqrt(0.16 / N));
    world->parameters.crises_severity_sigma = 0.0;
    qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, 0, 0, world->spare);
    assert_true(world->crisis.severity == 1.0);
    qd_world_free(world);
}

static void test_values_and_places(void **state)
{
    (void)state;
    enum { N = 20000 };
    qd_world_t *world = qd_test_world(8);
    world->parameters.crises_targeted = 0.0;
    double moment[2] = {0}, square[2] = {0}, centre[3] = {0}, cross = 0.0;
    for (unsigned i = 0; i < N; i++) {
        qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, i / 4, i % 4,
                       world->spare);
        assert_int_equal(world->crisis.target, QD_NOBODY);
        double length = 0.0;
        for (int d = 0; d < 3; d++) {
            centre[d] += world->crisis.place[d];
            length += world->crisis.place[d] * world->crisis.place[d];
        }
        QD_ASSERT_NEAR(length, 1.0, 1e-14);
        for (int d = 0; d < 2; d++) {
            moment[d] += world->crisis.values[d] / 0.6;
            square[d] += world->crisis.values[d] * world->crisis.values[d] / 0.36;
        }
        cross += world->crisis.values[0] * world->crisis.values[1] / 0.36;
    }
    for (int d = 0; d < 3; d++)
        QD_ASSERT_NEAR(centre[d] / N, 0.0, 4.5 / sqrt(3.0 * N));
    for (int d = 0; d < 2; d++) {
        QD_ASSERT_NEAR(moment[d] / N, 0.0, 4.5 / sqrt(N));
        QD_ASSERT_NEAR(square[d] / N, 1.0, 4.5 * sqrt(2.0 / N));
    }
    QD_ASSERT_NEAR(cross / N, 0.0, 4.5 / sqrt(N));
    qd_world_free(world);
}

/* Half the crises have a target, and isolation draws: weights exp(-bias sum_j c_j A_kj). */
static void test_targets(void **state)
{
    (void)state;
    enum { N = 40000, STATES = 6 };
    qd_world_t *world = qd_test_world(STATES);
    qd_test_set_sizes(world, (const double[]){6, 5, 4, 3, 2, 1});
    qd_test_stream_t stream = qd_test_stream(33, 0);
    for (size_t i = 0; i < STATES; i++)
        for (size_t j = 0; j < i; j++)
            qd_test_set_affinity(world, i, j, qd_test_between(&stream, -1, 1));
    double weight[STATES], total = 0.0, seen[STATES] = {0}, targeted = 0.0, chi = 0.0;
    for (size_t k = 0; k < STATES; k++) {
        double sum = 0.0;
        for (size_t j = 0; j < STATES; j++)
            sum += world->state.c[j] * world->state.affinity[k * world->state.padded + j];
        total += weight[k] = exp(-world->parameters.crises_isolation_bias * sum);
    }
    for (unsigned i = 0; i < N; i++) {
        qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, i / 4, i % 4,
                       world->spare);
        if (world->crisis.target == QD_NOBODY)
            continue;
        targeted++;
        seen[world->crisis.target]++;
    }
    QD_ASSERT_NEAR(targeted / N, 0.5, 4.5 * 0.5 / sqrt(N));
    for (size_t k = 0; k < STATES; k++) {
        double expected = targeted * weight[k] / total;
        chi += (seen[k] - expected) * (seen[k] - expected) / expected;
    }
    assert_true(chi < qd_test_chi_square_limit(STATES - 1));
    qd_world_free(world);
}

/* ---- stakes and prices --------------------------------------------------------------------------------- */

static void check_meaning(const qd_world_t *world)
{
    const qd_state_t *s = &world->state;
    const qd_parameters_t *p = &world->parameters;
    const qd_crisis_t *crisis = &world->crisis;
    size_t padded = s->padded;
    double strongest = 0.0, most = 0.0;
    int initiator = QD_NOBODY;
    for (size_t i = 0; i < s->n; i++)
        strongest = fmax(strongest, s->c[i]);
    for (size_t i = 0; i < s->n; i++) {
        double cosine = 0.0, dx = s->value[i] - crisis->values[0],
               dy = s->value[padded + i] - crisis->values[1];
        for (size_t d = 0; d < 3; d++)
            cosine += s->place[d * padded + i] * crisis->place[d];
        double near = exp(-acos(fmax(-1.0, fmin(1.0, cosine))) / p->affinity_distance_scale);
        double v = 2 * exp(-(dx * dx + dy * dy) / (2 * pow(p->affinity_values_scale, 2))) - 1;
        double attitude =
            crisis->target == QD_NOBODY ? 0.5 * (1 + v) : -s->affinity[i * padded + (size_t)crisis->target];
        double stake = p->mission_stake * crisis->severity *
                       (near + p->mission_global_reach * s->c[i] / strongest) * attitude;
        double price = p->mission_join_cost + p->mission_audience_cost * 0.5 * (1 - v) +
                       p->mission_overstretch * s->load[i];
        QD_ASSERT_NEAR(crisis->stake[i], stake, 1e-6);
        QD_ASSERT_NEAR(crisis->price[i], price, 1e-13);
        QD_ASSERT_NEAR(crisis->similar[i], v, 1e-13);
        QD_ASSERT_NEAR(crisis->near[i], near, 1e-6);
        if ((int)i != crisis->target && s->c[i] * crisis->stake[i] > most) {
            most = s->c[i] * crisis->stake[i];
            initiator = (int)i;
        }
    }
    assert_int_equal(crisis->initiator, initiator);
}

static void test_stakes_prices_initiators(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(32);
    size_t targeted = 0, pole = 0;
    for (uint64_t w = 0; w < 1500; w++) {
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)(w % 3));
        qd_test_set(&plan, QD_P_affinity_values_scale, 0.4);
        draw(world, &plan, w, (unsigned)w % 7, (unsigned)w % 4);
        const qd_crisis_t *crisis = &world->crisis;
        check_meaning(world);
        double resistance = 0.05 * crisis->severity;
        if (crisis->target != QD_NOBODY) {
            size_t k = (size_t)crisis->target;
            resistance += 0.25 * world->state.c[k];
            assert_true(crisis->stake[k] == 0.0);
            for (size_t d = 0; d < 3; d++)
                assert_true(crisis->place[d] == world->state.place[d * world->state.padded + k]);
            targeted++;
        }
        QD_ASSERT_NEAR(crisis->resistance, resistance, 1e-15);
        pole += crisis->initiator >= 0 && crisis->initiator < (int)world->state.poles;
    }
    assert_true(targeted > 600 && targeted < 900);
    assert_true(pole > 600); /* strong states initiate most of them */
    qd_world_free(world);
}

/* Load raises the price; no state takes up a crisis whose target all like. */
static void test_load_and_nobody(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(5);
    world->parameters.crises_targeted = 1.0;
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < i; j++)
            qd_test_set_affinity(world, i, j, 0.5);
    world->state.load[2] = 0.4;
    qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, 0, 0, world->spare);
    assert_true(world->crisis.target != QD_NOBODY);
    assert_int_equal(world->crisis.initiator, QD_NOBODY);
    QD_ASSERT_NEAR(world->crisis.price[2] - world->crisis.price[1], 0.3 * 0.4, 1e-15);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < i; j++)
            qd_test_set_affinity(world, i, j, -0.5);
    qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, 0, 0, world->spare);
    assert_true(world->crisis.initiator != QD_NOBODY && world->crisis.initiator != world->crisis.target);
    qd_world_free(world);
}

/* A crisis is a function of its address: other crises and periods before it change nothing. */
static void test_address(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(8), *other = qd_test_world(8);
    for (unsigned q = 0; q < 4; q++)
        qd_crisis_draw(&other->crisis, &other->state, &other->parameters, other->luck, 5, q, other->spare);
    qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, 5, 3, world->spare);
    assert_true(world->crisis.severity == other->crisis.severity);
    assert_true(world->crisis.values[0] == other->crisis.values[0]);
    assert_memory_equal(world->crisis.stake, other->crisis.stake, 8 * sizeof(double));
    qd_crisis_draw(&world->crisis, &world->state, &world->parameters, world->luck, 5, 2, world->spare);
    assert_true(world->crisis.severity != other->crisis.severity);
    qd_world_free(world);
    qd_world_free(other);
}

/* ---- doctrine ------------------------------------------------------------------------------------------ */

static void test_scope(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    qd_test_set_sizes(world, (const double[]){2, 3, 1, 1});
    const qd_doctrine_info_t *trump = &qd_doctrine_table[qd_doctrine_find("trump")];
    for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
        world->parameters.value[qd_doctrine_fields[f]] = trump->value[f];
    world->parameters.doctrine_force_ratio = 2.5;
    world->parameters.doctrine_bias_umbrella = 0.3;
    for (int scope = 0; scope < 2; scope++) {
        world->parameters.doctrine_scope = scope;
        for (int i = 0; i < 4; i++) {
            qd_leaning_t leaning = qd_leaning_of(&world->state, &world->parameters, i);
            bool bound = scope == 0 || i == 1; /* state 1 is the largest */
            for (size_t g = 0; g < 4; g++)
                assert_true(leaning.bias[g] ==
                            (bound ? trump->value[g] : qd_doctrine_table[QD_NEUTRAL].value[g]));
            assert_true(leaning.bias[QD_UMBRELLA] == 0.3);
            assert_true(leaning.force_ratio == (bound ? 2.5 : 0.0));
            assert_true(leaning.vital_interest == (bound ? 0.08 : 0.0));
        }
    }
    /* the leader is the largest at that moment */
    qd_test_set_sizes(world, (const double[]){2, 3, 1, 9});
    assert_true(qd_leaning_of(&world->state, &world->parameters, 3).force_ratio == 2.5);
    assert_true(qd_leaning_of(&world->state, &world->parameters, 1).force_ratio == 0.0);
    qd_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_are_poisson),
        cmocka_unit_test(test_counts_rise_with_tension),
        cmocka_unit_test(test_counts_have_addresses),
        cmocka_unit_test(test_luck_has_addresses),
        cmocka_unit_test(test_severity),
        cmocka_unit_test(test_values_and_places),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_stakes_prices_initiators),
        cmocka_unit_test(test_load_and_nobody),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
