#include "base/number.h"
#include "statistics/interval.h"
#include "support/check.h"

#include "statistics/histograms.h"

#define MOST 300

/* Percentiles of the values in ascending order, moved so that the median lies on the centre. */
static qd_interval_t plain(size_t n, const double value[], double confidence, double centre)
{
    double sorted[MOST], tail = (1.0 - confidence) / 2.0;
    memcpy(sorted, value, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, qd_compare_doubles);
    double shift = centre - sorted[qd_quantile_rank(0.5, n) - 1];
    return (qd_interval_t){sorted[qd_quantile_rank(tail, n) - 1] + shift,
                           sorted[qd_quantile_rank(1.0 - tail, n) - 1] + shift};
}

/* Of distinct values, of many equal ones, ascending, descending, and all equal. */
static double value_of(qd_test_stream_t *stream, size_t kind, size_t n, size_t i)
{
    const double value[] = {qd_test_between(stream, -1.0, 1.0), floor(qd_test_between(stream, 0.0, 3.0)),
                            (double)i, (double)(n - i), 0.5};
    return value[kind];
}

static void test_intervals_are_those_of_sorted_values(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(11, 1);
    for (size_t n = 1; n <= MOST; n++)
        for (size_t kind = 0; kind < 5; kind++) {
            double value[MOST];
            for (size_t i = 0; i < n; i++)
                value[i] = value_of(&stream, kind, n, i);
            qd_interval_t expected = plain(n, value, 0.9, 2.0),
                          found = qd_resample_interval(n, value, 0.9, 2.0);
            QD_ASSERT_NEAR(found.low, expected.low, 0.0);
            QD_ASSERT_NEAR(found.high, expected.high, 0.0);
        }
}

/* A few NaN are left out; so many that an end could be one of them make it unknown. */
static void test_missing_values(void **state)
{
    (void)state;
    double value[100], known[98];
    for (size_t i = 0; i < 98; i++)
        value[i] = known[i] = (double)((i * 37) % 98);
    value[98] = value[99] = value[40];
    value[3] = value[40] = NAN;
    known[3] = known[40] = value[99];
    qd_interval_t expected = plain(98, known, 0.95, 0.0), found = qd_resample_interval(100, value, 0.95, 0.0);
    QD_ASSERT_NEAR(found.low, expected.low, 0.0);
    QD_ASSERT_NEAR(found.high, expected.high, 0.0);
    value[0] = NAN;
    assert_true(isnan(qd_resample_interval(100, value, 0.95, 0.0).low));
}

/* The low end of 200 values at 95 % is the 5th, that of 8 at 50 % the 2nd: so many unknown ones could all lie
 * at or below it. */
static void test_as_many_missing_as_the_rank_of_an_end(void **state)
{
    (void)state;
    const struct {
        size_t n, rank;
        double confidence;
    } row[] = {{200, 5, 0.95}, {40, 1, 0.95}, {8, 2, 0.5}, {1000, 25, 0.95}};
    for (size_t r = 0; r < QD_COUNT(row); r++)
        for (size_t missing = 0; missing <= row[r].rank; missing++) {
            double value[1000];
            for (size_t i = 0; i < row[r].n; i++)
                value[i] = i < missing ? (double)NAN : (double)i;
            qd_interval_t found = qd_resample_interval(row[r].n, value, row[r].confidence, 0.0);
            assert_int_equal(isnan(found.low), missing == row[r].rank);
            assert_int_equal(isnan(found.high), missing == row[r].rank);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_are_those_of_sorted_values),
        cmocka_unit_test(test_missing_values),
        cmocka_unit_test(test_as_many_missing_as_the_rank_of_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
