/* Numbers from text: some are read exactly, and others refused because reading would change them. */
#include <float.h>

#include "base/number.h"
#include "support/check.h"

static const struct {
    const char *text;
    qd_number_fault_t fault;
    double value;
} reals[] = {
    {"2", QD_NUMBER_GOOD, 2},
    {"-2.50", QD_NUMBER_GOOD, -2.5},
    {".5", QD_NUMBER_GOOD, 0.5},
    {"1.", QD_NUMBER_GOOD, 1},
    {"+1.5E2", QD_NUMBER_GOOD, 150},
    {"007", QD_NUMBER_GOOD, 7},
    {"0.1", QD_NUMBER_GOOD, 0.1},
    {"0e-999999999999", QD_NUMBER_GOOD, 0},
    {"-0.000e5", QD_NUMBER_GOOD, 0},
    {"2.2250738585072014e-308", QD_NUMBER_GOOD, DBL_MIN},
    {"1.7976931348623157e308", QD_NUMBER_GOOD, DBL_MAX},
    {"", QD_NUMBER_NONE, 0},
    {".", QD_NUMBER_NONE, 0},
    {"+", QD_NUMBER_NONE, 0},
    {"1e", QD_NUMBER_NONE, 0},
    {"1e+", QD_NUMBER_NONE, 0},
    {"e5", QD_NUMBER_NONE, 0},
    {"0x10", QD_NUMBER_NONE, 0},
    {"1_0", QD_NUMBER_NONE, 0},
    {"nan", QD_NUMBER_NONE, 0},
    {"inf", QD_NUMBER_NONE, 0},
    {" 1", QD_NUMBER_NONE, 0},
    {"1 ", QD_NUMBER_NONE, 0},
    {"--1", QD_NUMBER_NONE, 0},
    {"1e400", QD_NUMBER_LARGE, 0},
    {"-1e400", QD_NUMBER_LARGE, 0},
    {"1e-400", QD_NUMBER_SMALL, 0},
    {"-1e-400", QD_NUMBER_SMALL, 0},
    {"1e-310", QD_NUMBER_SMALL, 0},
    {"4503599627370496", QD_NUMBER_GOOD, 4503599627370496.0},
    {"4503599627370496.5", QD_NUMBER_INEXACT, 0},
    {"9007199254740992.000", QD_NUMBER_GOOD, 9007199254740992.0},
    {"9007199254740993", QD_NUMBER_INEXACT, 0},
    {"-9007199254740993", QD_NUMBER_INEXACT, 0},
    {"9007199254740993.0", QD_NUMBER_INEXACT, 0},
    {"9007199254740994", QD_NUMBER_GOOD, 9007199254740994.0},
    {"0009007199254740994", QD_NUMBER_GOOD, 9007199254740994.0},
    {"100000000000000000000000", QD_NUMBER_INEXACT, 0}, /* 1e23 is no double */
    {"1e23", QD_NUMBER_GOOD, 1e23},
};

static void test_reals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        double value = 77.0;
        qd_number_fault_t fault = qd_real_of(reals[i].text, &value);
        if (fault != reals[i].fault || value != (fault ? 77.0 : reals[i].value))
            fail_msg("%s: fault %d, value %.17g", reals[i].text, (int)fault, value);
        assert_int_equal(qd_is_decimal(reals[i].text), fault != QD_NUMBER_NONE);
    }
}

static const struct {
    const char *text;
    qd_number_fault_t fault;
    bool negative;
    uint64_t magnitude;
} wholes[] = {
    {"0", QD_NUMBER_GOOD, false, 0},
    {"-0", QD_NUMBER_GOOD, false, 0},
    {"0e-5", QD_NUMBER_GOOD, false, 0},
    {"+7", QD_NUMBER_GOOD, false, 7},
    {"-9", QD_NUMBER_GOOD, true, 9},
    {"-9.0", QD_NUMBER_GOOD, true, 9},
    {"1e6", QD_NUMBER_GOOD, false, 1000000},
    {"1200e-2", QD_NUMBER_GOOD, false, 12},
    {"0.00012e5", QD_NUMBER_GOOD, false, 12},
    {"9007199254740992.0", QD_NUMBER_GOOD, false, UINT64_C(9007199254740992)},
    {"9007199254740993", QD_NUMBER_GOOD, false, UINT64_C(9007199254740993)},
    {"18446744073709551615", QD_NUMBER_GOOD, false, UINT64_MAX},
    {"9007199254740993.0", QD_NUMBER_DIGITS, false, 0},
    {"9007199254740993.", QD_NUMBER_DIGITS, false, 0},
    {"1e16", QD_NUMBER_DIGITS, false, 0},
    {"18446744073709551616", QD_NUMBER_LARGE, false, 0},
    {"1e30", QD_NUMBER_LARGE, false, 0},
    {"1e99999999999999999999", QD_NUMBER_LARGE, false, 0},
    {"4503599627370496.5", QD_NUMBER_FRACTION, false, 0},
    {"8.00000000000000000001", QD_NUMBER_FRACTION, false, 0},
    {"1e-400", QD_NUMBER_FRACTION, false, 0},
    {"1.5", QD_NUMBER_FRACTION, false, 0},
    {"twelve", QD_NUMBER_NONE, false, 0},
};

static void test_wholes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        bool negative;
        uint64_t magnitude;
        assert_int_equal(qd_whole_of(wholes[i].text, &negative, &magnitude), wholes[i].fault);
        if (wholes[i].fault)
            continue;
        assert_int_equal(negative, wholes[i].negative);
        assert_true(magnitude == wholes[i].magnitude);
    }
}

static void test_naturals_keep_their_range(void **state)
{
    (void)state;
    uint64_t value = 7;
    assert_true(qd_natural_of("1e2", 1, 100, &value));
    assert_true(value == 100);
    assert_false(qd_natural_of("101", 1, 100, &value));
    assert_false(qd_natural_of("0", 1, 100, &value));
    assert_false(qd_natural_of("-1", 0, 100, &value));
    assert_true(value == 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_wholes),
        cmocka_unit_test(test_naturals_keep_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
