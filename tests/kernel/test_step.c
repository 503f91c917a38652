/* A world that is stepped from outside is the world that is played; looking changes nothing; a parameter that
 * is set holds as an entry of the schedule does. */
#include <math.h>

#include "quadrille/world.h"
#include "support/check.h"
#include "support/random_plan.h"

#define STATES  30
#define PERIODS 30

static qd_error_t error;

static uint64_t played(qd_world_t *world, const qd_plan_t *plan, qd_luck_t luck)
{
    qd_result_t result;
    qd_world_play(world, plan, luck, NULL, &result);
    return qd_test_result_hash(&result);
}

/* ---- looking ------------------------------------------------------------------------------------------- */

static double sum(const double *x, size_t n)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

/* The promises of the header for every view. */
static void check_view(const qd_world_view_t *view)
{
    QD_ASSERT_NEAR(sum(view->capability, view->states), 1.0, 1e-12);
    assert_in_range(view->poles, 1, view->states);
    assert_true(view->stride >= view->states && view->stride % 8 == 0);
    assert_true((view->depth > 0) == (view->level != NULL) && (view->depth > 0) == (view->readiness != NULL));
    assert_true(view->institution >= 0.0 && view->institution <= 1.0 && view->tension >= 0.0 &&
                view->debt >= 0.0);
    assert_true((view->breakdown == 0) == (view->broke == view->periods));
    uint32_t met = 0;
    for (size_t g = 0; g <= QD_VENUES; g++)
        met += view->met[g];
    assert_int_equal(met, view->crises);
    for (size_t i = 0; i < view->states; i++) {
        assert_in_range(view->label[i], 0, view->labels);
        assert_true(view->load[i] >= 0.0 && view->load[i] <= 0.8);
        for (size_t j = 0; j < i; j++) {
            double a = view->affinity[i * view->stride + j];
            double b = view->baseline[i * view->stride + j];
            assert_true(a == view->affinity[j * view->stride + i] && fabs(a) <= 1.0);
            assert_true(b == view->baseline[j * view->stride + i] && fabs(b) <= 1.0);
        }
        assert_true(view->baseline[i * view->stride + i] == 0.0);
    }
    for (size_t k = 0; k < view->poles && view->level; k++)
        assert_true(view->level[k * view->stride + k] == (double)view->depth);
    for (size_t k = 0; k < view->missions; k++)
        assert_true(view->mission[k].side[view->mission[k].initiator] == 1.0);
}

static void test_stepped_is_played(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    qd_world_t *world = qd_world_new(STATES, PERIODS), *other = qd_world_new(STATES, PERIODS);
    bool clubs = false, missions = false;
    for (uint64_t number = 0; number < 200; number++) {
        qd_test_random_plan(&made, number, STATES, PERIODS);
        qd_luck_t luck = {.seed = 71, .world = number};
        uint64_t whole = played(other, &made.plan, luck);
        qd_world_view_t view;
        qd_result_t result;
        unsigned steps = 0;
        assert_true(qd_world_draw(world, &made.plan, luck, NULL));
        do {
            assert_true(qd_world_look(world, &view));
            assert_int_equal(view.period, steps);
            assert_true(view.seed == 71 && view.world == number);
            check_view(&view);
            clubs = clubs || view.depth > 0;
            missions = missions || view.missions > 0;
        } while (qd_world_step(world) && ++steps);
        assert_int_equal(steps, view.periods);
        for (int again = 0; again < 2; again++) {
            qd_world_finish(world, &result);
            assert_true(qd_test_result_hash(&result) == whole);
        }
        assert_false(qd_world_step(world));
        if (number % 4)
            continue;
        assert_true(qd_world_draw(world, &made.plan, luck, NULL) && qd_world_step(world));
        qd_world_finish(world, &result); /* finished early: the rest is played */
        assert_true(qd_test_result_hash(&result) == whole);
    }
    assert_true(clubs && missions);
    qd_world_free(world);
    qd_world_free(other);
}

/* ---- observing ----------------------------------------------------------------------------------------- */

typedef struct {
    qd_event_kind_t last;
    uint32_t crises, missions;
    bool ended;
    double survival;
} log_t;

static void see(void *context, const qd_event_t *event)
{
    log_t *log = context;
    assert_int_equal(event->period, event->world->period);
    assert_non_null(qd_event_name(event->kind));
    log->last = event->kind;
    if (event->kind == QD_EVENT_CRISIS) {
        log->crises++;
        assert_int_equal(event->world->crises, log->crises);
        assert_true(event->crisis->severity > 0.0 && event->crisis->severity <= 4.0);
    } else if (event->kind == QD_EVENT_MISSION) {
        log->missions++;
        assert_int_equal(event->game->venue, event->venue);
        assert_true(event->game->side[event->crisis->initiator] == 1.0 && event->game->worth > 0.0);
    } else if (event->kind == QD_EVENT_MISSION_ENDS) {
        assert_int_equal(event->age, event->period - event->mission->start);
    } else if (event->kind == QD_EVENT_END) {
        log->survival = event->outcomes->survival;
        log->ended = true;
    }
}

static void test_observed_steps(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    for (uint64_t number = 0; number < 60; number++) {
        qd_test_random_plan(&made, number, STATES, PERIODS);
        qd_luck_t luck = {.seed = 71, .world = number};
        uint64_t whole = played(world, &made.plan, luck);
        log_t log = {.last = QD_EVENTS};
        qd_observer_t observer = {&log, see};
        qd_result_t result;
        assert_true(qd_world_draw(world, &made.plan, luck, &observer));
        assert_int_equal(log.last, QD_EVENT_WORLD);
        while (qd_world_step(world))
            assert_int_equal(log.last, QD_EVENT_PERIOD);
        qd_world_finish(world, &result);
        assert_true(log.ended && qd_test_result_hash(&result) == whole);
        assert_true(log.survival == result.outcomes.survival && log.crises == result.outcomes.crises);
    }
    assert_null(qd_event_name(QD_EVENTS));
    qd_world_free(world);
}

/* ---- setting ------------------------------------------------------------------------------------------- */

/* At every period the changes found by the next step are those of a schedule. */
static void test_set_is_a_schedule(void **state)
{
    (void)state;
    static const struct {
        qd_parameter_t parameter;
        double value;
    } sets[] = {{QD_P_crises_rate, 0.9},
                {QD_P_blocs_max, 3},
                {QD_P_affinity_values_scale, 0.4},
                {QD_P_institution_target, 1},
                {QD_P_affinity_distance_scale, 1.5},
                {QD_P_clubs_deepening, 0.5}};
    enum { SETS = sizeof sets / sizeof *sets };
    qd_world_t *world = qd_world_new(STATES, PERIODS), *other = qd_world_new(STATES, PERIODS);
    unsigned moved = 0;
    for (unsigned at = 0; at < PERIODS; at += 3) {
        qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
        plan.parameter[QD_P_order_states] = qd_constant(24);
        plan.parameter[QD_P_order_periods] = qd_constant(PERIODS);
        plan.parameter[QD_P_clubs_depth] = qd_constant(2);
        plan.parameter[QD_P_affinity_convergence] = qd_constant(0.1);
        qd_change_t change[SETS];
        qd_luck_t luck = {.seed = 5, .world = at};
        uint64_t before = played(other, &plan, luck);
        for (size_t i = 0; i < SETS; i++)
            change[i] = (qd_change_t){(int)at, sets[i].parameter, qd_constant(sets[i].value)};
        qd_plan_t scheduled = plan;
        scheduled.changes = SETS;
        scheduled.change = change;
        assert_true(qd_world_draw(world, &plan, luck, NULL));
        for (unsigned t = 0; t < at; t++)
            assert_true(qd_world_step(world));
        for (size_t i = 0; i < SETS; i++)
            assert_int_equal(qd_world_set(world, sets[i].parameter, sets[i].value, &error), QD_OK);
        qd_result_t result;
        qd_world_finish(world, &result);
        uint64_t after = played(other, &scheduled, luck);
        assert_true(qd_test_result_hash(&result) == after);
        moved += before != after;
        assert_true(played(world, &plan, luck) == before); /* earlier settings are cleared */
    }
    assert_true(moved > 5);
    qd_world_free(world);
    qd_world_free(other);
}

static void refuse(qd_world_t *world, qd_parameter_t parameter, double value, const char *why)
{
    error = QD_ERROR_NONE;
    assert_int_equal(qd_world_set(world, parameter, value, &error), QD_ERROR_INPUT);
    assert_non_null(strstr(error.text, why));
    error = QD_ERROR_NONE;
}

static void test_what_cannot_be(void **state)
{
    (void)state;
    qd_plan_t plan = qd_plan_default(QD_BIPOLAR);
    plan.parameter[QD_P_order_periods] = qd_constant(4);
    qd_world_t *world = qd_world_new(qd_plan_states_max(&plan), 4);
    qd_world_view_t view;
    qd_result_t result;
    assert_false(qd_world_step(world) || qd_world_look(world, &view));
    qd_world_finish(world, &result);
    assert_string_equal(result.failure, "no world was drawn");
    refuse(world, QD_P_crises_rate, 1.0, "no period is left");
    assert_true(qd_world_draw(world, &plan, (qd_luck_t){1, 2}, NULL));
    refuse(world, QD_P_crises_rate, -1.0, "crises.rate");
    refuse(world, QD_P_crises_rate, (double)NAN, "outside its range");
    refuse(world, QD_P_blocs_max, 2.5, "not whole");
    refuse(world, QD_P_order_states, 12, "drawing");
    refuse(world, QD_PARAMETER_COUNT, 1.0, "found parameter");
    refuse(world, (qd_parameter_t)-1, 1.0, "found parameter");
    while (qd_world_step(world))
        ;
    refuse(world, QD_P_crises_rate, 1.0, "no period is left");
    plan.parameter[QD_P_order_periods] = qd_constant(5); /* more than it was made for */
    assert_false(qd_world_draw(world, &plan, (qd_luck_t){1, 2}, NULL) || qd_world_step(world) ||
                 qd_world_look(world, &view));
    qd_world_finish(world, &result);
    assert_string_equal(result.failure, "there is no room for so many periods");
    qd_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stepped_is_played), cmocka_unit_test(test_observed_steps),
        cmocka_unit_test(test_set_is_a_schedule), cmocka_unit_test(test_what_cannot_be)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
