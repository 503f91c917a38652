/* A plugin known only by its declarations, as a result file holds them: its rows are copied, and nothing
 * beyond them is read. */
#include "quadrille/plugin.h"
#include "support/check.h"
#include "world/plugin.h"

/* Behind the two rows of each list lies one whose texts are in the page at address 0: reading them would end
 * the test. */
#define NOWHERE ((const char *)8)

static void test_rows_are_copied(void **state)
{
    (void)state;
    char name[] = "probe", meaning[] = "a plugin", first[] = "probe.one", second[] = "probed";
    const qd_own_parameter_t parameter[] = {{first, "1", "a number", 0.0, 2.0, 1.0},
                                            {"probe.two", "km", "another", -1.0, 3.0, 0.5},
                                            {NOWHERE, NOWHERE, NOWHERE, 0.0, 0.0, 0.0}};
    const qd_own_outcome_t outcome[] = {{second, "periods", "counted", QD_OUTCOME_COUNT, 0.0, 1000.0},
                                        {"probed_too", "1", "nothing", QD_OUTCOME_REAL, -1.0, 1.0},
                                        {NOWHERE, NOWHERE, NOWHERE, QD_OUTCOME_REAL, 0.0, 0.0}};
    const qd_plugin_t plugin = {.abi = QD_PLUGIN_ABI,
                                .name = name,
                                .meaning = meaning,
                                .parameters = 2,
                                .parameter = parameter,
                                .outcomes = 2,
                                .outcome = outcome};
    qd_error_t error = QD_ERROR_NONE;
    if (qd_plugin_describe(&plugin, "digest", "a.h5", &error) != QD_OK)
        fail_msg("%s", error.text);
    name[0] = meaning[0] = first[0] = second[0] = '?';
    const qd_plugin_t *found = qd_plugin_known();
    assert_null(qd_plugin_in_use()); /* without code */
    assert_non_null(found);
    assert_string_equal(found->name, "probe");
    assert_string_equal(found->meaning, "a plugin");
    assert_int_equal(found->parameters, 2);
    assert_string_equal(found->parameter[0].name, "probe.one");
    assert_string_equal(found->parameter[1].unit, "km");
    assert_true(found->parameter[1].low == -1.0 && found->parameter[1].value == 0.5);
    assert_int_equal(found->outcomes, 2);
    assert_string_equal(found->outcome[0].name, "probed");
    assert_string_equal(found->outcome[1].meaning, "nothing");
    assert_true(qd_parameter_find("probe.two") >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
