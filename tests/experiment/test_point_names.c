/* Names of design points: shown ones differ, and each is taken back. */
#include "experiment/loaded.h"

static const char grid[] =
    "orders: [unipolar]\n"
    "design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]},\n"
    "  institution.target: {values: [0.123456, 0.123457]}, doctrine.umbrella: {values: [true, false]}}}\n";

/* Two points set the same values of factors; a third is labelled as another's position. */
static const char list[] = "orders: [unipolar]\n"
                           "design:\n"
                           "  type: list\n"
                           "  points:\n"
                           "    - {doctrine: rumsfeld}\n"
                           "    - {set: {doctrine: rumsfeld}, schedule: [{at: 2, set: {doctrine: obama}}]}\n"
                           "    - {label: 'x=1, y', set: {doctrine: obama}}\n"
                           "    - {label: '1000', set: {doctrine: clinton}}\n"
                           "    - {tension.decay: 0.2}\n";

static void assert_found(const qd_experiment_t *self, const char *name, size_t point)
{
    size_t found = 99;
    qd_error_t error = QD_ERROR_NONE;
    if (qd_experiment_find_point(self, name, &found, &error) != QD_OK || found != point)
        fail_msg("%s: point %zu, not %zu; %s", name, found, point, error.text);
}

static void assert_refused(const qd_experiment_t *self, const char *name, const char *says)
{
    size_t found;
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_experiment_find_point(self, name, &found, &error), QD_ERROR_INPUT);
    if (!strstr(error.text, says))
        fail_msg("%s: \"%s\" does not say \"%s\"", name, error.text, says);
}

static void check_all_names(const qd_experiment_t *self)
{
    for (size_t p = 0; p < self->points; p++) {
        char *name = qd_experiment_point_name(self, p);
        assert_non_null(name);
        assert_found(self, name, p);
        assert_found(self, self->point[p].label, p);
        for (size_t other = 0; other < p; other++) {
            char *another = qd_experiment_point_name(self, other);
            assert_string_not_equal(name, another);
            free(another);
        }
        free(name);
    }
}

static void test_a_grid(void **state)
{
    (void)state;
    qd_experiment_t *self = loaded(grid);
    check_all_names(self);
    assert_found(self, "rumsfeld, target 0.123457, umbrella false", 3);
    assert_found(self, "doctrine=obama,institution.target=0.123456,doctrine.umbrella=true", 4);
    assert_found(self, "doctrine=obama, target=1.23456e-1, umbrella=true", 4);
    assert_found(self, "7", 7);
    bool chosen[8];
    assert_int_equal(qd_experiment_choose_points(self, "doctrine=obama", chosen), 4);
    assert_false(chosen[3]);
    assert_true(chosen[4]);
    assert_refused(self, "doctrine=obama", "4 points");
    assert_refused(self, "8", "0 to 7");
    assert_refused(self, "doctrine=trump", "expected a point's label");
    assert_refused(self, "stake=1", "expected a point's label");
    assert_refused(self, "obama, target 0.123457, umbrela true",
                   "did you mean `obama, target 0.123457, umbrella true`");
    qd_experiment_free(self);
}

static void test_points_of_a_list(void **state)
{
    (void)state;
    qd_experiment_t *self = loaded(list);
    char *name = qd_experiment_point_name(self, 1);
    assert_string_equal(name, "1 (rumsfeld)");
    free(name);
    name = qd_experiment_point_name(self, 3);
    assert_string_equal(name, "1000"); /* digits, but not its position */
    free(name);
    check_all_names(self);
    assert_found(self, "x=1, y", 2);
    assert_found(self, "1000", 3);
    assert_found(self, "clinton", 3);
    assert_found(self, "3", 3);
    assert_found(self, "decay 0.2", 4);
    assert_refused(self, "rumsfeld", "2 points");
    qd_experiment_free(self);
}

static void test_points_of_claims(void **state)
{
    (void)state;
    char text[2048];
    snprintf(text, sizeof text,
             "%sclaims:\n"
             "  - {id: a, says: x, outcome: survival, contrast: {more: {point: 'obama, target 0.123457, "
             "umbrella true'},\n"
             "     less: {point: 0}}}\n"
             "  - {id: b, says: x, outcome: survival, contrast: {more: {point: "
             "'doctrine=obama,target=0.123456'},\n"
             "     less: {point: 'doctrine=rumsfeld'}}}\n",
             grid);
    qd_experiment_t *self = loaded(text);
    assert_int_equal(self->points, 8);
    assert_int_equal(self->claim[0].more.points, 1);
    assert_int_equal(self->claim[0].more.point[0], 6);
    assert_int_equal(self->claim[0].less.point[0], 0);
    assert_int_equal(self->claim[1].more.points, 2);
    assert_int_equal(self->claim[1].less.points, 4);
    qd_experiment_free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_grid),
        cmocka_unit_test(test_points_of_a_list),
        cmocka_unit_test(test_points_of_claims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
