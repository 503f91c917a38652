/* The plane of stability and fragmentation: which of its cells a world falls into. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "statistics/tally.h"

#define PERIODS 64

static double width; /* of a bin of effective_blocs */

/* The cell of one world, row and column; SIZE_MAX where it is in none. */
static size_t cell_of(double survival, double blocs)
{
    qd_tally_t *tally = qd_tally_new(PERIODS, false);
    assert_non_null(tally);
    qd_result_t result = {.periods = PERIODS};
    result.outcomes.survival = survival;
    result.outcomes.effective_blocs = blocs;
    qd_tally_add(tally, 0, &result);
    const uint64_t *plane = qd_tally_plane(tally);
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < QD_PLANE_BINS * QD_PLANE_BINS; i++)
        if (plane[i] > 0) {
            assert_true(plane[i] == 1 && found == SIZE_MAX);
            found = i;
        }
    qd_tally_free(tally);
    return found;
}

/* Rows: survival from 0 to the number of periods; the last bin holds its upper edge too. */
static void test_rows(void **state)
{
    (void)state;
    for (size_t row = 0; row < QD_PLANE_BINS; row++) {
        double low = (double)row * PERIODS / QD_PLANE_BINS,
               high = (double)(row + 1) * PERIODS / QD_PLANE_BINS;
        assert_int_equal(cell_of(low, 1.0), row * QD_PLANE_BINS);
        assert_int_equal(cell_of(nextafter(high, 0.0), 1.0), row * QD_PLANE_BINS);
    }
    assert_int_equal(cell_of(PERIODS, 1.0), (QD_PLANE_BINS - 1) * QD_PLANE_BINS);
}

/* Columns: effective_blocs from 1 in bins of one width; larger values fall into the last. */
static void test_columns(void **state)
{
    (void)state;
    for (size_t column = 0; column < QD_PLANE_BINS; column++)
        assert_int_equal(cell_of(0.0, 1.0 + width * (double)column), column);
    assert_int_equal(cell_of(0.0, nextafter(1.0 + width, 0.0)), 0);
    assert_int_equal(cell_of(0.0, 1.0 + width * QD_PLANE_BINS), QD_PLANE_BINS - 1);
    assert_int_equal(cell_of(0.0, 1000.0), QD_PLANE_BINS - 1);
    assert_int_equal(cell_of(0.0, 0.5), 0);
}

static void test_undefined_outcomes_are_left_out(void **state)
{
    (void)state;
    assert_int_equal(cell_of(NAN, 2.0), SIZE_MAX);
    assert_int_equal(cell_of(3.0, NAN), SIZE_MAX);
    assert_int_equal(cell_of(NAN, NAN), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_undefined_outcomes_are_left_out),
    };
    width = 16.0 / QD_PLANE_BINS;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
