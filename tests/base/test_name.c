/* The name that was probably meant. */
#include "base/text.h"
#include "quadrille/registry.h"
#include "support/check.h"

static const char *nearest_parameter(const char *name)
{
    return qd_nearest_name(name, QD_PARAMETER_COUNT, qd_parameter_name);
}

static void test_slips_of_the_pen(void **state)
{
    (void)state;
    static const char *const slips[][2] = {
        {"mission.couplng", "mission.coupling"},   /* one left out */
        {"mission.couppling", "mission.coupling"}, /* one too many */
        {"mission.koupling", "mission.coupling"},  /* one for another */
        {"misison.coupling", "mission.coupling"},  /* two exchanged */
        {"affinity.valuesscale", "affinity.values_scale"},
        {"doctrine.bias_unilaterl", "doctrine.bias_unilateral"},
        {"order.state", "order.states"},
        {"Mission.effort", "mission.effort"},
    };
    for (size_t i = 0; i < QD_COUNT(slips); i++) {
        const char *found = nearest_parameter(slips[i][0]);
        assert_non_null(found);
        assert_string_equal(found, slips[i][1]);
    }
}

static void test_the_name_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++)
        assert_string_equal(nearest_parameter(qd_parameter_name(i)), qd_parameter_name(i));
    for (size_t i = 0; i < QD_OUTCOMES; i++)
        assert_string_equal(qd_nearest_name(qd_outcome_name(i), QD_OUTCOMES, qd_outcome_name),
                            qd_outcome_name(i));
}

static void test_nothing_near(void **state)
{
    (void)state;
    assert_null(nearest_parameter("zzz"));
    assert_null(nearest_parameter("completely.different_thing"));
    assert_null(nearest_parameter(""));
    char giant[401];
    memset(giant, 'q', 400);
    for (size_t length = 1; length <= 400; length += 7) {
        giant[length] = '\0';
        assert_null(nearest_parameter(giant));
        giant[length] = 'q';
    }
}

/* Up to a third of the length and one more, and no further; the first of equals. */
static void test_how_near(void **state)
{
    (void)state;
    static const char *const names[] = {"abcdef", "abcxyz", "uvwxyz"};
    assert_string_equal(qd_nearest_of("abcdez", 3, names), "abcdef");
    assert_string_equal(qd_nearest_of("abc123", 3, names), "abcdef"); /* distance 3 = 6 / 3 + 1, both */
    assert_null(qd_nearest_of("ab1234", 3, names));                   /* distance 4 */
    assert_string_equal(qd_nearest_of("bacdef", 3, names), "abcdef");
    assert_string_equal(qd_nearest_of("uvwxy", 3, names), "uvwxyz");
    assert_null(qd_nearest_of("uvwxyz", 0, names));
    static const char *const letters[] = {"A", "UK", "USA"};
    assert_null(qd_nearest_of("Z", 3, letters)); /* another letter is another name */
    assert_null(qd_nearest_of("UN", 3, letters));
    assert_string_equal(qd_nearest_of("USE", 3, letters), "USA");
}

static void test_doctrines_and_orders(void **state)
{
    (void)state;
    assert_string_equal(qd_nearest_name("rumsfield", qd_doctrine_count, qd_doctrine_name), "rumsfeld");
    assert_string_equal(qd_nearest_name("weinberger-powell", qd_doctrine_count, qd_doctrine_name),
                        "weinberger_powell");
    assert_string_equal(qd_nearest_name("multi-polar", QD_ORDER_KINDS, qd_order_name), "multipolar");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slips_of_the_pen),     cmocka_unit_test(test_the_name_itself),
        cmocka_unit_test(test_nothing_near),         cmocka_unit_test(test_how_near),
        cmocka_unit_test(test_doctrines_and_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
