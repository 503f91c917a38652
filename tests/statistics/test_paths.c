/* Paths of a tally end with its periods. */
#include "statistics/tally.h"

#include "support/check.h"

#define PERIODS 20

static double path[QD_SERIES_COUNT * PERIODS];

static qd_tally_t *make_tally(bool paths)
{
    qd_tally_t *tally = qd_tally_new(PERIODS, paths);
    qd_result_t result = {.periods = PERIODS, .path = path, .path_stride = PERIODS};
    assert_non_null(tally);
    for (uint64_t w = 0; w < 30; w++)
        qd_tally_add(tally, w, &result);
    return tally;
}

/* The period after the last, and any period of a tally without paths, has no numbers. */
static void test_no_path_after_the_last_period(void **state)
{
    (void)state;
    qd_tally_t *with = make_tally(true), *without = make_tally(false);
    const struct {
        const qd_tally_t *tally;
        size_t period;
        uint64_t count;
    } row[] = {{with, PERIODS - 1, 30}, {with, PERIODS, 0}, {with, PERIODS + 3, 0}, {without, 0, 0}};
    for (size_t i = 0; i < QD_COUNT(row); i++)
        for (size_t s = 0; s < QD_SERIES_COUNT; s++) {
            const double p[2] = {0.25, 0.75};
            double mean = -1.0, quantile[2] = {-1.0, -1.0};
            uint64_t count =
                qd_tally_path(row[i].tally, (qd_series_t)s, row[i].period, 2, p, &mean, quantile);
            assert_int_equal(count, row[i].count);
            for (size_t q = 0; q < 2; q++)
                assert_int_equal(isnan(quantile[q]), count == 0);
            assert_int_equal(isnan(mean), count == 0);
        }
    qd_tally_free(with);
    qd_tally_free(without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_path_after_the_last_period)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
