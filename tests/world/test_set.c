/* Sets of states against arrays of flags. */
#include "world/set.h"

#include "support/check.h"
#include "support/random_plan.h"
#include "world/empirical.h"

/* All states may be in a set. */
static void test_room(void **state)
{
    (void)state;
    assert_true(qd_parameter_info(QD_P_order_states)->high == QD_STATES_MAX);
    assert_int_equal(QD_EMPIRICAL_STATES_MAX, QD_STATES_MAX);
    assert_int_equal(QD_STATES_MAX % 64, 0);
    assert_null(qd_world_new(QD_STATES_MAX + 1, 1));
}

static void test_sets_of_random_sides(void **state)
{
    (void)state;
    static double x[2][QD_STATES_MAX];
    qd_test_stream_t stream = qd_test_stream(141, 0);
    for (int round = 0; round < 500; round++) {
        size_t padded = QD_LANES * (1 + qd_test_below(&stream, QD_STATES_MAX / QD_LANES));
        padded = round < 200 ? 8 * (1 + qd_test_below(&stream, 17)) : padded;
        size_t expected[2] = {0}, common = 0;
        qd_set_t set[2];
        for (size_t k = 0; k < 2; k++)
            for (size_t i = 0; i < padded; i++) {
                x[k][i] = (double)qd_test_below(&stream, 3) - 1.0;
                expected[k] += x[k][i] == -1.0;
                common += k == 1 && x[0][i] == -1.0 && x[1][i] == -1.0;
            }
        for (size_t k = 0; k < 2; k++) {
            qd_set_where(&set[k], x[k], padded, -1.0);
            assert_int_equal(qd_set_count(&set[k]), expected[k]);
        }
        assert_int_equal(qd_set_count_common(&set[0], &set[1]), common);
        size_t next = 0; /* the loop meets each, in order */
        for (size_t w = 0; w < set[0].words; w++)
            for (uint64_t left = set[0].word[w]; left != 0; left &= left - 1, next++) {
                while (x[0][next] != -1.0)
                    next++;
                assert_int_equal(qd_set_lowest(w, left), next);
                assert_true(next < padded);
            }
        while (next < padded)
            assert_true(x[0][next++] != -1.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_sets_of_random_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
