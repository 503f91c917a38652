/* Exact moments, and their bytes: whatever is no encoding is refused. */
#include "statistics/moments.h"

#include <stdlib.h>

#include "support/check.h"

static qd_moments_t moments_of(const double value[], size_t count)
{
    qd_moments_t self;
    qd_moments_clear(&self);
    for (size_t i = 0; i < count; i++)
        qd_moments_add(&self, value[i]);
    return self;
}

static qd_byte_writer_t encoded(const qd_moments_t *self)
{
    qd_byte_writer_t to = {0};
    qd_moments_encode(self, &to);
    assert_false(to.failed);
    return to;
}

static bool decodes(const qd_byte_writer_t *from, size_t size, qd_moments_t *out)
{
    qd_byte_reader_t reader = {.at = from->bytes, .end = from->bytes + size};
    return qd_moments_decode(out, &reader);
}

/* Large values nearly cancel: 1e9 + 1, 1e9 + 2 and 1e9 + 4 have the variance 7/3. */
static void test_values(void **state)
{
    (void)state;
    const double value[] = {1e9 + 4.0, (double)NAN, 1e9 + 1.0, 1e9 + 2.0};
    qd_moments_t found = moments_of(value, 4), one = moments_of(value, 1), none = moments_of(value, 0);
    assert_int_equal(found.count, 3);
    assert_true(found.min == 1e9 + 1.0 && found.max == 1e9 + 4.0);
    QD_ASSERT_NEAR(qd_moments_mean(&found), 1e9 + 7.0 / 3.0, 1e-6);
    QD_ASSERT_NEAR(qd_moments_variance(&found), 7.0 / 3.0, 1e-9);
    assert_true(isnan(qd_moments_variance(&one)) && isnan(qd_moments_mean(&none)));
    assert_true(none.min > none.max);
}

static void test_bytes(void **state)
{
    (void)state;
    const double value[] = {-3.5, 1e12, 0.25, -1e12};
    for (size_t count = 0; count <= 4; count++) {
        qd_moments_t made = moments_of(value, count), back;
        qd_byte_writer_t bytes = encoded(&made);
        assert_true(decodes(&bytes, bytes.size, &back));
        assert_true(back.count == made.count && back.sum == made.sum && back.squares == made.squares &&
                    back.squares_high == made.squares_high && back.min == made.min && back.max == made.max);
        for (size_t size = 0; size < bytes.size; size++)
            assert_false(decodes(&bytes, size, &back));
        free(bytes.bytes);
    }
}

static void test_a_least_above_the_greatest_is_refused(void **state)
{
    (void)state;
    const double value[] = {1.0, 2.0}, wrong[][2] = {{2.5, 2.0}, {(double)NAN, 2.0}, {1.0, (double)NAN}};
    qd_moments_t back;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        qd_moments_t made = moments_of(value, 2);
        made.min = wrong[i][0];
        made.max = wrong[i][1];
        qd_byte_writer_t bytes = encoded(&made);
        assert_false(decodes(&bytes, bytes.size, &back));
        free(bytes.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_a_least_above_the_greatest_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
