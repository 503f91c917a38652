/* Drawn orders (model.md part 1): invariants of every order, and averages. */
#include "world/sample.h"

#include "support/check.h"
#include "support/random_plan.h"

#define WORLDS 400
#define N      32

typedef struct {
    qd_state_t state;
    qd_parameters_t p;
} order_t;

static void draw(order_t *order, const qd_plan_t *plan, uint64_t world)
{
    qd_luck_t luck = {.seed = 1949, .world = world};
    qd_sample_parameters(plan, luck, &order->p);
    QD_ASSERT_NO_FAULT(qd_sample_order(&order->state, plan, &order->p, luck));
    QD_ASSERT_NO_FAULT(qd_state_verify(&order->state));
}

static void start(order_t *order, size_t states)
{
    *order = (order_t){0};
    assert_true(qd_state_init(&order->state, states));
}

/* Poles hold S (before the capping of minors, which can only raise it), sorted; minors sorted, at most half
 * the weakest pole but for rounds that ran out. */
static void check_capabilities(const order_t *order, qd_order_kind_t kind)
{
    const qd_state_t *s = &order->state;
    double poles = 0.0;
    for (size_t i = 0; i < s->poles; i++) {
        poles += s->c[i];
        assert_true(i == 0 || s->c[i] <= s->c[i - 1]);
    }
    assert_true(poles > order->p.order_pole_share - 1e-12);
    for (size_t i = s->poles; i < s->n; i++) {
        assert_true(i == s->poles || s->c[i] <= s->c[i - 1]);
        assert_true(s->c[i] <= 0.5 * s->c[s->poles - 1] * (1.0 + 1e-9));
    }
    if (kind == QD_BIPOLAR)
        QD_ASSERT_NEAR(s->c[1] / s->c[0], order->p.order_pole_ratio, 1e-14);
}

static void test_capabilities(void **state)
{
    (void)state;
    order_t order;
    start(&order, N);
    size_t untouched = 0;
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
        qd_plan_t plan = qd_plan_default(kind);
        for (uint64_t w = 0; w < WORLDS; w++) {
            draw(&order, &plan, w);
            check_capabilities(&order, kind);
            double poles = 0.0;
            for (size_t i = 0; i < order.state.poles; i++)
                poles += order.state.c[i];
            untouched += fabs(poles - order.p.order_pole_share) < 1e-12;
        }
    }
    assert_true(untouched > WORLDS); /* the cap need not bind, or has room to spread */
    qd_state_free(&order.state);
}

/* The unipole sits at the centre; poles on a circle of the given diameter, at equal angles. */
static void test_places_of_the_poles_values(void **state)
{
    (void)state;
    order_t order;
    start(&order, N);
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
        qd_plan_t plan = qd_plan_default(kind);
        qd_test_set(&plan, QD_P_order_separation, 1.2);
        for (uint64_t w = 0; w < WORLDS; w++) {
            draw(&order, &plan, w);
            const double *x = order.state.value, *y = x + order.state.padded;
            size_t m = order.state.poles;
            if (kind == QD_UNIPOLAR)
                assert_true(x[0] == 0.0 && y[0] == 0.0);
            for (size_t k = 0; k < m && m > 1; k++) {
                size_t next = (k + 1) % m;
                QD_ASSERT_NEAR(hypot(x[k], y[k]), 0.6, 1e-14);
                QD_ASSERT_NEAR(x[k] * x[next] + y[k] * y[next], 0.36 * cos(2 * M_PI / (double)m), 1e-14);
            }
        }
    }
    qd_state_free(&order.state);
}

/* B and A from their formulas, by libm. */
static void test_affinities(void **state)
{
    (void)state;
    order_t order;
    start(&order, N);
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    double sum = 0.0, square = 0.0, count = 0.0;
    for (uint64_t w = 0; w < 60; w++) {
        draw(&order, &plan, w);
        const qd_state_t *s = &order.state;
        const qd_parameters_t *p = &order.p;
        size_t padded = s->padded;
        const double *x = s->value, *y = x + padded;
        for (size_t i = 0; i < s->n; i++)
            for (size_t j = 0; j < i; j++) {
                double distance = hypot(x[i] - x[j], y[i] - y[j]), cosine = 0.0;
                for (size_t d = 0; d < 3; d++)
                    cosine += s->place[d * padded + i] * s->place[d * padded + j];
                double v = 2 * exp(-distance * distance / (2 * 0.49)) - 1;
                double g = exp(-acos(fmax(-1.0, fmin(1.0, cosine))) / 0.7);
                double b = p->affinity_values * v + p->affinity_interdependence * g -
                           p->affinity_rivalry * fmin(s->c[i], s->c[j]) / s->c[0];
                QD_ASSERT_NEAR(s->baseline[i * padded + j], fmax(-1.0, fmin(1.0, b)), 1e-7);
                double noise = s->affinity[i * padded + j] - s->baseline[i * padded + j];
                if (fabs(b) < 0.5) { /* no clamp: noise 0.1 z */
                    sum += noise;
                    square += noise * noise;
                    count += 1.0;
                }
            }
    }
    QD_ASSERT_NEAR(sum / count, 0.0, 0.5 / sqrt(count));
    QD_ASSERT_NEAR(square / count, 0.01, 0.01 * 5 * sqrt(2.0 / count));
    qd_state_free(&order.state);
}

/* Minors sit around a patron: with a tiny spread every minor is on top of a pole, and each pole gets its
 * share c_k G_ik / sum. */
static void test_patrons(void **state)
{
    (void)state;
    order_t order;
    start(&order, N);
    qd_plan_t plan = qd_plan_default(QD_BIPOLAR);
    qd_test_set(&plan, QD_P_order_spread, 1e-6);
    double expected = 0.0, found = 0.0, variance = 0.0;
    for (uint64_t w = 0; w < WORLDS; w++) {
        draw(&order, &plan, w);
        const qd_state_t *s = &order.state;
        const double *x = s->value, *y = x + s->padded;
        for (size_t i = 2; i < s->n; i++) {
            double near0 = hypot(x[i] - x[0], y[i] - y[0]), near1 = hypot(x[i] - x[1], y[i] - y[1]);
            assert_true(fmin(near0, near1) < 1e-5 && fmax(near0, near1) > 1.5);
            double w0 = s->c[0] * s->proximity[i * s->padded], w1 = s->c[1] * s->proximity[i * s->padded + 1];
            double chance = w0 / (w0 + w1);
            expected += chance;
            variance += chance * (1.0 - chance);
            found += near0 < near1;
        }
    }
    QD_ASSERT_NEAR(found, expected, 4.5 * sqrt(variance));
    qd_state_free(&order.state);
}

static void test_institutions(void **state)
{
    (void)state;
    order_t order;
    start(&order, N);
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    qd_test_set(&plan, QD_P_blocs_max, 5);
    qd_test_set(&plan, QD_P_blocs_cohesion, 0.3);
    qd_test_set(&plan, QD_P_institution_initial, 0.9);
    draw(&order, &plan, 3);
    const qd_state_t *s = &order.state;
    assert_int_equal(s->labels, 5);
    for (size_t i = 0; i < s->n; i++)
        assert_int_equal(s->label[i], i < 5 ? (int)i + 1 : 0);
    for (size_t k = 1; k <= 5; k++)
        assert_true(s->cohesion[k] == 0.3);
    assert_true(s->institution == 0.9 && s->tension == 0.0 && s->debt == 0.0);
    for (size_t i = 0; i < s->padded; i++)
        assert_true(s->load[i] == 0.0);
    qd_state_free(&order.state);
}

/* Common random numbers: world w has the same places in every order; and for any other parameters,
 * the same noise on each pair. */
static void test_common_random_numbers(void **state)
{
    (void)state;
    order_t one, other;
    start(&one, N);
    start(&other, N);
    qd_plan_t unipolar = qd_plan_default(QD_UNIPOLAR), multipolar = qd_plan_default(QD_MULTIPOLAR);
    qd_test_set(&multipolar, QD_P_mission_coupling, 3);
    qd_test_set(&multipolar, QD_P_affinity_values, 0.1);
    for (uint64_t w = 0; w < 50; w++) {
        draw(&one, &unipolar, w);
        draw(&other, &multipolar, w);
        assert_memory_equal(one.state.place, other.state.place, 3 * one.state.padded * sizeof(double));
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < i; j++) {
                size_t at = i * one.state.padded + j;
                double a = one.state.affinity[at], b = other.state.affinity[at];
                if (fabs(a) < 1.0 && fabs(b) < 1.0)
                    QD_ASSERT_NEAR(a - one.state.baseline[at], b - other.state.baseline[at], 1e-15);
            }
    }
    qd_state_free(&one.state);
    qd_state_free(&other.state);
}

/* The same parameter has the same u in every plan; parameters that share a key move together. */
static void test_draws_of_parameters(void **state)
{
    (void)state;
    qd_plan_t plan = qd_plan_default(QD_UNIPOLAR), shared = plan;
    const qd_distribution_t unit = {.kind = QD_UNIFORM, .a = 0, .b = 1, .low = 0, .high = 1};
    plan.parameter[QD_P_doctrine_foresight] = plan.parameter[QD_P_doctrine_quorum] = unit;
    shared.parameter[QD_P_doctrine_foresight] = shared.parameter[QD_P_doctrine_quorum] = unit;
    shared.parameter[QD_P_doctrine_foresight].key = shared.parameter[QD_P_doctrine_quorum].key =
        qd_name_key("x");
    double product = 0.0;
    for (uint64_t w = 0; w < 4000; w++) {
        qd_luck_t luck = {.seed = 6, .world = w};
        qd_parameters_t a, b;
        qd_sample_parameters(&plan, luck, &a);
        qd_sample_parameters(&shared, luck, &b);
        assert_true(a.order_pole_share == b.order_pole_share && a.order_pole_share >= 0.35);
        assert_true(a.doctrine_foresight ==
                    qd_random_uniform(luck, QD_PURPOSE_PARAMETERS, 0, qd_name_key("doctrine.foresight")));
        assert_true(b.doctrine_foresight == b.doctrine_quorum);
        product += (a.doctrine_foresight - 0.5) * (a.doctrine_quorum - 0.5);
    }
    QD_ASSERT_NEAR(product / 4000, 0.0, 4.5 / 12 / sqrt(4000));
    qd_luck_t luck = {.seed = 6, .world = 1};
    qd_parameters_t p;
    qd_sample_parameters(&plan, luck, &p);
    assert_true(p.mission_coupling == 0.7 && p.order_states == 32);
}

static void check_cap(const double before[], size_t count, double cap, const double after[])
{
    double c[8];
    memcpy(c, before, count * sizeof *c);
    qd_sample_cap(c, count, cap);
    for (size_t i = 0; i < count; i++)
        QD_ASSERT_NEAR(c[i], after[i], 1e-15);
}

static void test_cap_by_hand(void **state)
{
    (void)state;
    check_cap((double[]){1, 2, 3}, 3, 5, (double[]){1, 2, 3});     /* nothing exceeds it */
    check_cap((double[]){8, 1, 3}, 3, 6, (double[]){6, 1.5, 4.5}); /* 2 spread as 1 : 3 */
    check_cap((double[]){10, 4, 1}, 3, 6,
              (double[]){6, 6, 3});                      /* 4 spread: 7.2 exceeds, then all to the last */
    check_cap((double[]){9, 9}, 2, 4, (double[]){4, 4}); /* no state is left to take the rest */
    check_cap((double[]){5, 5, 2}, 3, 5, (double[]){5, 5, 2});       /* exactly at the cap */
    check_cap((double[]){7, 5, 1, 1}, 4, 5, (double[]){5, 5, 2, 2}); /* states at the cap take nothing */
}

/* The total is kept while some state has room, and at most eight rounds are made. */
static void test_cap_at_random(void **state)
{
    (void)state;
    qd_test_stream_t stream = qd_test_stream(131, 0);
    for (int round = 0; round < 3000; round++) {
        double c[8], total = 0.0, after = 0.0, cap = qd_test_between(&stream, 0.05, 3.0);
        size_t count = 1 + qd_test_below(&stream, 8);
        for (size_t i = 0; i < count; i++)
            total += c[i] = exp(1.5 * qd_test_normal(&stream));
        qd_sample_cap(c, count, cap);
        for (size_t i = 0; i < count; i++)
            after += c[i];
        if (total <= (double)count * cap)
            QD_ASSERT_NEAR(after, total, 1e-13 * total);
        for (size_t i = 0; i < count;
             i++) /* eight rounds suffice for eight states: one is capped in each at least */
            assert_true(c[i] <= cap * (1 + 1e-12));
    }
}

static void test_no_room(void **state)
{
    (void)state;
    order_t order;
    start(&order, 8);
    qd_plan_t plan = qd_plan_default(QD_UNIPOLAR);
    qd_luck_t luck = {.seed = 1};
    qd_sample_parameters(&plan, luck, &order.p);
    assert_non_null(qd_sample_order(&order.state, &plan, &order.p, luck));
    order.p.order_states = 1;
    assert_non_null(qd_sample_order(&order.state, &plan, &order.p, luck));
    qd_state_free(&order.state);
}

static void test_made_up_orders(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    order_t order;
    start(&order, 48);
    for (uint64_t number = 0; number < 1500; number++) {
        qd_test_random_plan(&made, number, 48, 8);
        draw(&order, &made.plan, number);
        assert_int_equal(order.state.n, (size_t)order.p.order_states);
        assert_int_equal(order.state.poles, (size_t)order.p.order_poles);
        for (size_t i = 0; i < order.state.n; i++) {
            double square = 0.0;
            for (size_t d = 0; d < 3; d++)
                square += order.state.place[d * order.state.padded + i] *
                          order.state.place[d * order.state.padded + i];
            QD_ASSERT_NEAR(square, 1.0, 1e-14);
        }
    }
    qd_state_free(&order.state);
}

/* A state with a pact with a pole begins in its club at depth 1; a pole is in its own at depth Lambda. */
static void test_first_members_of_clubs(void **state)
{
    (void)state;
    const int code[] = {1, 2, 3, 4, 5, 6};
    const double capability[] = {0.3, 0.3, 0.1, 0.1, 0.1, 0.1};
    const size_t pair[][2] = {{0, 3}, {1, 4}, {1, 3}, {2, 5}}; /* the last without a pole */
    const double expected[2][6] = {{3, 0, 0, 1, 0, 0}, {0, 3, 0, 1, 1, 0}};
    bool pact[36] = {false};
    for (size_t i = 0; i < QD_COUNT(pair); i++)
        pact[pair[i][0] * 6 + pair[i][1]] = pact[pair[i][1] * 6 + pair[i][0]] = true;
    const qd_empirical_t data = {
        .states = 6, .poles = 2, .code = code, .capability = capability, .pact = pact};
    qd_plan_t plan = qd_plan_default(QD_EMPIRICAL);
    plan.empirical = &data;
    plan.parameter[QD_P_clubs_depth] = qd_constant(3);
    order_t order;
    start(&order, 6);
    draw(&order, &plan, 1);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < 6; i++)
            assert_true(order.state.level[k * order.state.padded + i] == expected[k][i]);
    qd_state_free(&order.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_members_of_clubs),
        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_places_of_the_poles_values),
        cmocka_unit_test(test_affinities),
        cmocka_unit_test(test_patrons),
        cmocka_unit_test(test_institutions),
        cmocka_unit_test(test_common_random_numbers),
        cmocka_unit_test(test_draws_of_parameters),
        cmocka_unit_test(test_cap_by_hand),
        cmocka_unit_test(test_cap_at_random),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_made_up_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
