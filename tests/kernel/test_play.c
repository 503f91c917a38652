/* Whole worlds: pure functions of (plan, seed, world); sound after every period; outcomes within their
 * ranges. */
#include "kernel/world.h"
#include "support/check.h"
#include "support/random_plan.h"
#include "world/state.h"

static qd_error_t error;

static uint64_t hash_of(qd_world_t *world, const qd_plan_t *plan, uint64_t number,
                        const qd_observer_t *observer)
{
    qd_result_t result;
    qd_world_play(world, plan, (qd_luck_t){.seed = 71, .world = number}, observer, &result);
    return qd_test_result_hash(&result);
}

/* ---- determinism --------------------------------------------------------------------------------------- */

#define STATES  30
#define PERIODS 30

static void test_nothing_leaks(void **state)
{
    (void)state;
    enum { WORLDS = 240 };
    static qd_test_plan_t made, other;
    qd_world_t *world = qd_world_new(STATES, PERIODS), *larger = qd_world_new(64, 200);
    assert_non_null(world);
    assert_non_null(larger);
    for (uint64_t number = 0; number < WORLDS; number++) {
        qd_test_random_plan(&made, number, STATES, PERIODS);
        qd_test_random_plan(&other, number + 5000, STATES, PERIODS);
        qd_world_t *fresh = qd_world_new(qd_plan_states_max(&made.plan), qd_plan_periods_max(&made.plan));
        assert_non_null(fresh);
        uint64_t first = hash_of(fresh, &made.plan, number, NULL);
        assert_true(hash_of(fresh, &made.plan, number, NULL) == first);  /* the same twice */
        (void)hash_of(world, &other.plan, number, NULL);                 /* another world in between */
        assert_true(hash_of(world, &made.plan, number, NULL) == first);  /* more room, and used */
        assert_true(hash_of(larger, &made.plan, number, NULL) == first); /* more room still */
        qd_world_free(fresh);
    }
    qd_world_free(world);
    qd_world_free(larger);
}

static void look(void *context, const qd_event_t *event)
{
    size_t *seen = context;
    seen[event->kind]++;
    if (event->kind == QD_EVENT_WORLD)
        assert_int_equal(event->period, 0); /* after any end of the previous world */
}

/* Being watched changes nothing. */
static void test_observer_changes_nothing(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    size_t seen[QD_EVENTS] = {0};
    qd_observer_t observer = {.context = seen, .see = look};
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    for (uint64_t number = 0; number < 200; number++) {
        qd_test_random_plan(&made, number, STATES, PERIODS);
        assert_true(hash_of(world, &made.plan, number, NULL) ==
                    hash_of(world, &made.plan, number, &observer));
    }
    for (size_t kind = 0; kind < QD_EVENTS; kind++)
        assert_true(seen[kind] > 0); /* every kind of event occurs */
    assert_int_equal(seen[QD_EVENT_WORLD], 200);
    assert_int_equal(seen[QD_EVENT_END], 200);
    qd_world_free(world);
}

/* Seeds and worlds matter; worlds of one plan differ. */
static void test_luck_matters(void **state)
{
    (void)state;
    qd_plan_t plan = qd_plan_default(QD_BIPOLAR);
    qd_world_t *world = qd_world_new(32, 140);
    assert_non_null(world);
    uint64_t hash[60];
    for (uint64_t w = 0; w < QD_COUNT(hash); w++) {
        qd_result_t result;
        qd_world_play(world, &plan, (qd_luck_t){.seed = w % 2, .world = w / 2}, NULL, &result);
        hash[w] = qd_test_result_hash(&result);
        for (uint64_t before = 0; before < w; before++)
            assert_true(hash[before] != hash[w]);
    }
    qd_world_free(world);
}

/* Every instruction set gives the same bits. */
static void test_instruction_sets_agree(void **state)
{
    (void)state;
    enum { WORLDS = 300 };
    static qd_test_plan_t made;
    static uint64_t plain[WORLDS];
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    size_t sets = 0;
    for (qd_isa_t isa = QD_ISA_V2; isa < QD_ISA_COUNT; isa++) {
        error = QD_ERROR_NONE;
        if (qd_isa_select(isa, &error) != QD_OK) {
            print_message("%s: %s", qd_isa_name(isa), error.text);
            continue;
        }
        sets++;
        for (uint64_t number = 0; number < WORLDS; number++) {
            qd_test_random_plan(&made, number, STATES, PERIODS);
            uint64_t hash = hash_of(world, &made.plan, number, NULL);
            if (isa == QD_ISA_V2)
                plain[number] = hash;
            assert_true(hash == plain[number]);
        }
    }
    assert_true(sets >= 1);
    assert_int_equal(qd_isa_select(QD_ISA_AUTO, &error), QD_OK);
    qd_world_free(world);
}

/* Doctrine presets are but six parameters: set by value or by row, the same world. */
static void test_presets_are_values(void **state)
{
    (void)state;
    qd_world_t *world = qd_world_new(32, 40);
    assert_non_null(world);
    qd_plan_t plain = qd_plan_default(QD_UNIPOLAR), preset = plain;
    qd_test_set(&plain, QD_P_order_periods, 40);
    qd_test_set(&preset, QD_P_order_periods, 40);
    qd_test_set_doctrine(&preset, QD_NEUTRAL);
    assert_true(hash_of(world, &plain, 1, NULL) == hash_of(world, &preset, 1, NULL));
    qd_test_set_doctrine(&preset, (size_t)qd_doctrine_find("rumsfeld"));
    assert_true(hash_of(world, &plain, 1, NULL) != hash_of(world, &preset, 1, NULL));
    qd_world_free(world);
}

/* ---- invariants ---------------------------------------------------------------------------------------- */

/* One world, followed. */
typedef struct {
    unsigned periods, crises_now;
    size_t crises, wars, missions, abstained, paralyses, breakdowns, verified;
} tracker_t;

static void track(void *context, const qd_event_t *event)
{
    tracker_t *self = context;
    const qd_state_t *s = event->inside->state;
    switch (event->kind) {
    case QD_EVENT_WORLD:
        *self = (tracker_t){.verified = self->verified};
        QD_ASSERT_NO_FAULT(qd_state_verify(s));
        break;
    case QD_EVENT_CRISIS:
        self->crises++;
        assert_true(++self->crises_now <= QD_CRISES_MAX);
        break;
    case QD_EVENT_MISSION:
        self->missions++;
        break;
    case QD_EVENT_ABSTAIN:
        self->abstained++;
        break;
    case QD_EVENT_PARALYSIS:
        self->paralyses++;
        break;
    case QD_EVENT_WAR:
        self->wars++;
        break;
    case QD_EVENT_BREAKDOWN:
        self->breakdowns++;
        break;
    case QD_EVENT_PERIOD:
        QD_ASSERT_NO_FAULT(qd_state_verify(s));
        self->verified++;
        self->crises_now = 0;
        assert_int_equal(event->period, self->periods++);
        break;
    default:
        break;
    }
}

static void check_ranges(const qd_outcomes_t *o)
{
    for (size_t i = 0; i < QD_OUTCOMES; i++) {
        const qd_outcome_info_t *info = &qd_outcome_table[i];
        if (!(o->value[i] >= info->low && o->value[i] <= info->high))
            fail_msg("%s: found %.17g; expected within [%g, %g]", info->name, o->value[i], info->low,
                     info->high);
        if (info->type != QD_OUTCOME_REAL)
            assert_true(o->value[i] == floor(o->value[i]));
    }
}

/* Outcomes that say the same thing twice agree. */
static void check_outcomes(const tracker_t *seen, const qd_result_t *result)
{
    const qd_outcomes_t *o = &result->outcomes;
    check_ranges(o);
    double crises = (double)seen->crises, t = (double)result->periods;
    assert_int_equal(seen->periods, result->periods);
    assert_int_equal(seen->missions + seen->abstained, seen->crises);
    assert_true(o->crises == crises && o->wars == (double)seen->wars);
    assert_true(seen->breakdowns == (o->breakdown != 0.0));
    assert_true((o->breakdown == 0.0) == (o->breakdown_cause == 0.0));
    assert_true(o->breakdown != 0.0 ? o->survival < t : o->survival == t);
    assert_true(o->wars == 0.0 || o->breakdown != 0.0);
    double shares = o->share_collective + o->share_alliance + o->share_flexible + o->share_unilateral +
                    o->share_umbrella + o->share_hub + o->share_abstain;
    QD_ASSERT_NEAR(shares, crises > 0 ? 1.0 : 0.0, 1e-12);
    QD_ASSERT_NEAR(o->share_abstain * crises, (double)seen->abstained, 1e-9);
    QD_ASSERT_NEAR(o->paralysis * crises, (double)seen->paralyses, 1e-9);
    double half = floor(t / 2);
    QD_ASSERT_NEAR(o->tension_mean * t, o->tension_early * half + o->tension_late * (t - half),
                   1e-10 * (1 + o->tension_mean * t));
    assert_true(o->resolved <= 1.0 - o->share_abstain + 1e-12);
    assert_true(o->largest_bloc * o->effective_blocs > 1.0 - 1e-12); /* sum s^2 <= max s */
    assert_true(o->passes_mean <= o->passes_max);
    assert_true(o->not_converged == 0.0);
}

/* Paths end where the outcomes say, and have their ranges. */
static void check_paths(const qd_result_t *result)
{
    const qd_outcomes_t *o = &result->outcomes;
    size_t last = result->periods - 1, stride = result->path_stride;
    assert_true(stride >= result->periods);
    assert_true(result->path[QD_S_tension * stride + last] == o->tension_end);
    assert_true(result->path[QD_S_institution * stride + last] == o->institution_end);
    assert_true(result->path[QD_S_debt * stride + last] == o->debt_end);
    assert_true(result->path[QD_S_effective_blocs * stride + last] == o->effective_blocs);
    assert_true(result->path[QD_S_unaligned * stride + last] == o->unaligned);
    double sum = 0.0;
    for (size_t s = 0; s < QD_SERIES_COUNT; s++)
        for (size_t t = 0; t <= last; t++) {
            double v = result->path[s * stride + t];
            assert_true((s == QD_S_flexible && isnan(v)) ||
                        (v >= qd_series_table[s].low && v <= qd_series_table[s].high));
            sum += s == QD_S_tension ? v : 0.0;
        }
    QD_ASSERT_NEAR(sum / (double)result->periods, o->tension_mean, 1e-12 * (1 + o->tension_mean));
}

static void follow(const qd_plan_t *plan, qd_world_t *world, uint64_t number, tracker_t *tracker)
{
    qd_observer_t observer = {.context = tracker, .see = track};
    qd_result_t result;
    qd_world_play(world, plan, (qd_luck_t){.seed = 72, .world = number}, &observer, &result);
    QD_ASSERT_NO_FAULT(result.failure);
    check_outcomes(tracker, &result);
    check_paths(&result);
}

/* Paths are only recorded: without them every outcome has the same bits. */
static void test_outcomes_without_paths(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    qd_world_t *world = qd_world_new(40, 40);
    assert_non_null(world);
    for (uint64_t number = 0; number < 60; number++) {
        qd_result_t with, without;
        qd_luck_t luck = {.seed = 73, .world = number};
        qd_test_random_plan(&made, number, 40, 40);
        qd_world_keep_paths(world, true);
        qd_world_play(world, &made.plan, luck, NULL, &with);
        assert_non_null(with.path);
        qd_world_keep_paths(world, false);
        qd_world_play(world, &made.plan, luck, NULL, &without);
        assert_null(without.path);
        assert_int_equal(without.periods, with.periods);
        assert_memory_equal(&without.outcomes, &with.outcomes, sizeof with.outcomes);
    }
    qd_world_free(world);
}

static void test_made_up_worlds_are_sound(void **state)
{
    (void)state;
    static qd_test_plan_t made;
    tracker_t tracker = {0};
    qd_world_t *world = qd_world_new(40, 60);
    assert_non_null(world);
    for (uint64_t number = 0; number < 2400; number++) {
        qd_test_random_plan(&made, number, 40, 60);
        follow(&made.plan, world, number, &tracker);
    }
    assert_true(tracker.verified > 60000);
    qd_world_free(world);
}

static void test_default_worlds_are_sound(void **state)
{
    (void)state;
    tracker_t tracker = {0};
    qd_world_t *world = qd_world_new(32, 140);
    assert_non_null(world);
    for (uint64_t number = 0; number < 150; number++) {
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)(number % 3));
        qd_test_set_doctrine(&plan, number / 3 % qd_doctrine_count);
        follow(&plan, world, number, &tracker);
    }
    qd_world_free(world);
}

/* The smallest worlds, and numbers of states around the width of the padding. */
static void test_small_worlds_are_sound(void **state)
{
    (void)state;
    tracker_t tracker = {0};
    qd_world_t *world = qd_world_new(25, 30);
    assert_non_null(world);
    for (unsigned n = 2; n <= 25; n++)
        for (uint64_t number = 0; number < 20; number++) {
            qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
            qd_test_set(&plan, QD_P_order_states, n);
            qd_test_set(&plan, QD_P_order_poles, n == 2 ? 1 : 2);
            qd_test_set(&plan, QD_P_order_periods, 30);
            qd_test_set(&plan, QD_P_crises_rate, 2);
            follow(&plan, world, number, &tracker);
        }
    qd_world_free(world);
}

/* Every parameter at an end of its range now and then: strange worlds, but sound ones. */
static void test_ends_of_ranges_are_sound(void **state)
{
    (void)state;
    tracker_t tracker = {0};
    qd_world_t *world = qd_world_new(40, 50);
    assert_non_null(world);
    for (uint64_t number = 0; number < 900; number++) {
        qd_test_stream_t stream = qd_test_stream(73, number);
        qd_plan_t plan = qd_plan_default((qd_order_kind_t)(number % 3));
        double boldness = 0.6 * qd_test_uniform(&stream);
        for (size_t i = 0; i < QD_PARAMETER_COUNT; i++) {
            const qd_parameter_info_t *info = qd_parameter_info(i);
            double u = qd_test_uniform(&stream), value = qd_test_between(&stream, info->low, info->high);
            value = u < 0.3 ? info->low : u < 0.6 ? info->high : value;
            if (qd_test_uniform(&stream) < boldness && i != QD_P_order_poles)
                qd_test_set(&plan, (qd_parameter_t)i,
                            info->type == QD_TYPE_REAL ? value : floor(value + 0.5));
        }
        qd_test_set(&plan, QD_P_order_states, 7.0 + (double)qd_test_below(&stream, 34));
        qd_test_set(&plan, QD_P_order_periods, 50);
        follow(&plan, world, number, &tracker);
    }
    qd_world_free(world);
}

/* ---- rooms and failures -------------------------------------------------------------------------------- */

static void test_too_small_a_room(void **state)
{
    (void)state;
    qd_world_t *world = qd_world_new(8, 10);
    assert_non_null(world);
    qd_plan_t plan = qd_plan_default(QD_UNIPOLAR);
    qd_result_t result;
    qd_test_set(&plan, QD_P_order_periods, 10);
    qd_world_play(world, &plan, (qd_luck_t){.seed = 1}, NULL, &result);
    assert_non_null(result.failure);
    qd_test_set(&plan, QD_P_order_states, 8);
    qd_test_set(&plan, QD_P_order_periods, 11);
    qd_world_play(world, &plan, (qd_luck_t){.seed = 1}, NULL, &result);
    assert_non_null(result.failure);
    qd_test_set(&plan, QD_P_order_periods, 10);
    qd_world_play(world, &plan, (qd_luck_t){.seed = 1}, NULL, &result);
    QD_ASSERT_NO_FAULT(result.failure);
    assert_int_equal(result.periods, 10);
    qd_world_free(world);
    qd_world_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_leaks),
        cmocka_unit_test(test_observer_changes_nothing),
        cmocka_unit_test(test_luck_matters),
        cmocka_unit_test(test_instruction_sets_agree),
        cmocka_unit_test(test_presets_are_values),
        cmocka_unit_test(test_outcomes_without_paths),
        cmocka_unit_test(test_made_up_worlds_are_sound),
        cmocka_unit_test(test_default_worlds_are_sound),
        cmocka_unit_test(test_small_worlds_are_sound),
        cmocka_unit_test(test_ends_of_ranges_are_sound),
        cmocka_unit_test(test_too_small_a_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
