/* Lists that grow. */
#include "base/memory.h"
#include "support/check.h"

/* Elements of a growing list are preserved; the room grows geometrically, so that the list moves rarely. */
static void test_grows(void **state)
{
    (void)state;
    uint64_t *list = NULL, moves = 0;
    size_t capacity = 0;
    for (size_t count = 0; count < 10000; count++) {
        size_t before = capacity;
        uint64_t *larger = qd_list_room(list, count, 1, &capacity, sizeof *larger);
        assert_non_null(larger);
        list = larger;
        moves += capacity != before;
        list[count] = 3 * count;
    }
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(list[i], 3 * i);
    assert_true(moves < 25);
    size_t before = capacity;
    uint64_t *larger = qd_list_room(list, 10000, 100000, &capacity, sizeof *larger);
    assert_non_null(larger);
    assert_true(capacity >= 110000 && capacity > before);
    assert_int_equal(larger[9999], 29997);
    free(larger);
}

/* Sizes beyond all memory are refused, and the list is unchanged. */
static void test_refuses(void **state)
{
    (void)state;
    size_t capacity = 0;
    char *list = qd_list_room(NULL, 0, 8, &capacity, 1);
    assert_non_null(list);
    size_t before = capacity;
    list[7] = 'x';
    const size_t more[] = {SIZE_MAX - 8, SIZE_MAX - 7, SIZE_MAX / 2, SIZE_MAX / 3};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        assert_null(qd_list_room(list, 8, more[i], &capacity, 4));
    assert_int_equal(capacity, before);
    assert_int_equal(list[7], 'x');
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_grows), cmocka_unit_test(test_refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
