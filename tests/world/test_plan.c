/* Plans: defaults, checks between parameters, and the room a plan needs. */
#include "quadrille/world.h"
#include "support/check.h"
#include "support/random_plan.h"

static qd_error_t error;

static void expect_fault(const qd_plan_t *plan, const char *const parts[], size_t count)
{
    error = QD_ERROR_NONE;
    assert_int_equal(qd_plan_check(plan, "file.yaml:3", &error), QD_ERROR_INPUT);
    assert_int_equal(error.status, QD_ERROR_INPUT);
    assert_memory_equal(error.text, "file.yaml:3: ", 13);
    for (size_t i = 0; i < count; i++)
        if (!strstr(error.text, parts[i]))
            fail_msg("found \"%s\"; expected \"%s\" in it", error.text, parts[i]);
}

static void expect_sound(const qd_plan_t *plan)
{
    error = QD_ERROR_NONE;
    if (qd_plan_check(plan, "here", &error) != QD_OK)
        fail_msg("%s", error.text);
    assert_int_equal(error.count, 0);
}

static void test_defaults_are_sound(void **state)
{
    (void)state;
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
        qd_plan_t plan = qd_plan_default(kind);
        expect_sound(&plan);
        assert_int_equal(plan.changes, 0);
        assert_null(plan.empirical);
        assert_int_equal(qd_plan_states_max(&plan), 32);
        assert_int_equal(qd_plan_periods_max(&plan), 140);
        for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
            assert_true(plan.parameter[i].a == qd_parameter_info(i)->by_order[kind].a);
    }
}

/* N must exceed m; the message names both numbers. */
static void test_states_exceed_poles(void **state)
{
    (void)state;
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    qd_test_set(&plan, QD_P_order_states, 6);
    expect_fault(&plan, (const char *const[]){"order.states 6", "order.poles 6", "more states than poles"},
                 3);
    qd_test_set(&plan, QD_P_order_states, 7);
    expect_sound(&plan);
    plan.parameter[QD_P_order_states] =
        (qd_distribution_t){.kind = QD_INTEGERS, .a = 5, .b = 40, .low = 5, .high = 40};
    expect_fault(&plan, (const char *const[]){"5", "6"}, 2);
    assert_int_equal(qd_plan_states_max(&plan), 40);
}

static void test_poles_of_each_kind(void **state)
{
    (void)state;
    qd_plan_t plan = qd_plan_default(QD_UNIPOLAR);
    qd_test_set(&plan, QD_P_order_poles, 2);
    expect_fault(&plan, (const char *const[]){"order.poles 2", "expected 1", "unipolar"}, 3);
    plan = qd_plan_default(QD_BIPOLAR);
    plan.parameter[QD_P_order_poles] =
        (qd_distribution_t){.kind = QD_INTEGERS, .a = 2, .b = 3, .low = 2, .high = 3};
    expect_fault(&plan, (const char *const[]){"order.poles 3", "expected 2", "bipolar"}, 3);
    qd_test_set(&plan, QD_P_order_poles, 1);
    qd_test_set(&plan, QD_P_order_states, 1);
    expect_fault(&plan, (const char *const[]){"bipolar", "more states"}, 2);
    assert_int_equal(error.count, 2); /* all faults at once */
}

static void test_empirical_orders(void **state)
{
    (void)state;
    qd_empirical_t data = {.states = 9, .poles = 3};
    qd_plan_t plan = qd_plan_default(QD_EMPIRICAL);
    plan.empirical = &data;
    expect_sound(&plan);
    assert_int_equal(qd_plan_states_max(&plan), 9);
    data.poles = 9; /* a concert of great powers */
    expect_sound(&plan);
}

static void test_made_up_plans_are_sound(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    size_t scheduled = 0;
    for (uint64_t number = 0; number < 500; number++) {
        qd_test_random_plan(&made, number, 40, 60);
        expect_sound(&made.plan);
        assert_true(qd_plan_states_max(&made.plan) <= 40 && qd_plan_periods_max(&made.plan) <= 60);
        scheduled += made.plan.changes > 0;
        for (size_t i = 0; i < QD_PARAMETER_COUNT; i++) {
            assert_true(made.plan.parameter[i].low >= qd_parameter_info(i)->low);
            assert_true(made.plan.parameter[i].high <= qd_parameter_info(i)->high);
        }
    }
    assert_true(scheduled > 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_sound),      cmocka_unit_test(test_states_exceed_poles),
        cmocka_unit_test(test_poles_of_each_kind),      cmocka_unit_test(test_empirical_orders),
        cmocka_unit_test(test_made_up_plans_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
