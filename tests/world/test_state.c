/* The state of a world: its check, and its few operations. */
#include "world/state.h"

#include "support/check.h"
#include "support/hand_made.h"

static void expect(const qd_state_t *state, const char *phrase)
{
    const char *found = qd_state_verify(state);
    if (!found || !strstr(found, phrase))
        fail_msg("found \"%s\"; expected \"...%s...\"", found ? found : "nothing", phrase);
}

#define N 11 /* padded to 16 */

static void test_each_corruption_is_seen(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(N);
    qd_state_t *s = &world->state;
    size_t padded = s->padded;
    assert_int_equal(padded, 16);
    QD_ASSERT_NO_FAULT(qd_state_verify(s));
    const double nan = (double)NAN, inf = (double)INFINITY;
    const struct {
        double *at, value;
        const char *phrase;
    } corruptions[] = {
        {&s->c[3], nan, "capability share"},
        {&s->c[3], 0.0, "capability share"},
        {&s->c[3], -0.1, "capability share"},
        {&s->c[3], 1.5, "capability share"},
        {&s->c[3], s->c[3] * 1.001, "sum to 1"},
        {&s->c[N], 1e-3, "padding of a vector"},
        {&s->load[10], 0.9, "load"},
        {&s->load[10], -1e-9, "load"},
        {&s->load[10], nan, "load"},
        {&s->load[padded - 1], 0.1, "padding of a vector"},
        {&s->cohesion[1], 1.01, "cohesion"},
        {&s->cohesion[s->labels], nan, "cohesion"},
        {&s->institution, -0.01, "institution"},
        {&s->institution, 1.01, "institution"},
        {&s->institution, nan, "institution"},
        {&s->tension, -0.01, "tension"},
        {&s->tension, inf, "tension"},
        {&s->debt, -0.01, "debt"},
        {&s->debt, nan, "debt"},
        {&s->affinity[2 * padded + 2], 0.5, "with itself"},
        {&s->affinity[2 * padded + 5], 0.5, "symmetric"},
        {&s->affinity[2 * padded + 5], 1.01, "outside [-1, 1]"},
        {&s->affinity[2 * padded + 5], nan, "outside [-1, 1]"},
        {&s->affinity[2 * padded + N], 0.5, "padding of a matrix"},
        {&s->baseline[(N - 1) * padded], -0.5, "symmetric"},
        {&s->baseline[N * padded - 1], -0.5, "padding of a matrix"},
        {&s->baseline[(N - 1) * padded + N - 1], -0.5, "with itself"},
    };
    for (size_t i = 0; i < QD_COUNT(corruptions); i++) {
        double before = *corruptions[i].at;
        *corruptions[i].at = corruptions[i].value;
        expect(s, corruptions[i].phrase);
        *corruptions[i].at = before;
        QD_ASSERT_NO_FAULT(qd_state_verify(s));
    }
    for (size_t i = 0; i < N; i++) {
        s->label[i] = (int)s->labels + 1;
        expect(s, "label");
        s->label[i] = -1;
        expect(s, "label");
        s->label[i] = (int)s->labels;
        QD_ASSERT_NO_FAULT(qd_state_verify(s));
    }
    qd_world_free(world);
}

static void test_failure(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(N);
    qd_state_t *s = &world->state;
    QD_ASSERT_NO_FAULT(qd_state_failure(s));
    double *const parts[] = {&s->c[7], &s->tension, &s->debt, &s->institution};
    for (size_t i = 0; i < QD_COUNT(parts); i++) {
        double before = *parts[i];
        *parts[i] = (double)NAN;
        assert_non_null(qd_state_failure(s));
        *parts[i] = (double)INFINITY;
        assert_non_null(qd_state_failure(s));
        *parts[i] = before;
        QD_ASSERT_NO_FAULT(qd_state_failure(s));
    }
    for (size_t i = 0; i < N; i++)
        s->c[i] = 0.0;
    assert_non_null(qd_state_failure(s));
    qd_world_free(world);
}

static void test_normalise(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(3);
    qd_state_t *s = &world->state;
    s->c[0] = 2;
    s->c[1] = 6;
    s->c[2] = 8;
    qd_state_normalise(s);
    assert_true(s->c[0] == 0.125 && s->c[1] == 0.375 && s->c[2] == 0.5);
    for (size_t i = 3; i < s->padded; i++)
        assert_true(s->c[i] == 0.0);
    qd_world_free(world);
}

/* exp(-angle / scale): 1 for oneself, exp(-pi/2 / scale) for a quarter of the way round. */
static void test_proximity(void **state)
{
    (void)state;
    qd_world_t *world = qd_test_world(4);
    qd_state_t *s = &world->state;
    static const double places[4][3] = {{1, 0, 0}, {0, 1, 0}, {-1, 0, 0}, {0.6, 0.8, 0}};
    for (size_t i = 0; i < 4; i++)
        for (size_t d = 0; d < 3; d++)
            s->place[d * s->padded + i] = places[i][d];
    qd_state_set_proximity(s, 0.7);
    const double *g = s->proximity;
    QD_ASSERT_NEAR(g[1], exp(-M_PI_2 / 0.7), 1e-15);
    QD_ASSERT_NEAR(g[2], exp(-M_PI / 0.7), 1e-15);
    QD_ASSERT_NEAR(g[3], exp(-acos(0.6) / 0.7), 1e-15);
    for (size_t i = 0; i < 4; i++) {
        assert_true(g[i * s->padded + i] == 1.0);
        for (size_t j = 0; j < 4; j++)
            assert_true(g[i * s->padded + j] == g[j * s->padded + i]);
        for (size_t j = 4; j < s->padded; j++)
            assert_true(g[i * s->padded + j] == 0.0);
    }
    qd_world_free(world);
}

/* A reset clears all of the former world, also when the new one is smaller. */
static void test_reset(void **state)
{
    (void)state;
    qd_state_t s;
    assert_true(qd_state_init(&s, 20));
    assert_true(s.capacity >= 20);
    qd_state_reset(&s, 20);
    for (size_t i = 0; i < s.padded; i++) {
        s.c[i] = s.load[i] = 0.5;
        s.label[i] = 3;
        for (size_t g = 0; g < QD_VENUES; g++)
            s.learned[g * s.padded + i] = 1.0;
        for (size_t j = 0; j < 20; j++)
            s.affinity[j * s.padded + i] = s.baseline[j * s.padded + i] = s.proximity[j * s.padded + i] =
                -1.0;
    }
    s.tension = s.debt = s.institution = s.cohesion[5] = 1.0;
    qd_state_reset(&s, 9);
    assert_int_equal(s.n, 9);
    assert_int_equal(s.padded, 16);
    for (size_t i = 0; i < 16; i++) {
        assert_true(s.c[i] == 0.0 && s.load[i] == 0.0 && s.label[i] == 0);
        for (size_t g = 0; g < QD_VENUES; g++)
            assert_true(s.learned[g * 16 + i] == 0.0);
        for (size_t j = 0; j < 9; j++)
            assert_true(s.affinity[j * 16 + i] == 0.0 && s.baseline[j * 16 + i] == 0.0 &&
                        s.proximity[j * 16 + i] == 0.0);
    }
    assert_true(s.tension == 0.0 && s.debt == 0.0 && s.institution == 0.0 && s.cohesion[5] == 0.0);
    qd_state_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_corruption_is_seen),
        cmocka_unit_test(test_failure),
        cmocka_unit_test(test_normalise),
        cmocka_unit_test(test_proximity),
        cmocka_unit_test(test_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
