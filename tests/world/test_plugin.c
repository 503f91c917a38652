/* The plugin of a process: declarations that do not hold are refused, its rules reach the world, and values
 * that no rule may give make the world fail with their name. */
#include "quadrille/plugin.h"
#include "support/check.h"

#define STATES  12
#define PERIODS 40

/* ---- a plugin that may misbehave ----------------------------------------------------------------------- */

typedef enum {
    FINE,
    CAPABILITY,
    PLACE,
    VALUES,
    AFFINITY,
    DIAGONAL,
    LABEL,
    STAKE,
    PRICE,
    LAST_STAKE,
    LAST_PRICE,
    WORTH,
    RANGE,
    NOT_FINITE
} fault_t;

static fault_t fault;
static size_t events;          /* seen in this world */
static double largest;         /* capability of the first state at the first event */
static double relation;        /* baseline of the first two then */
static bool stream_held;       /* whether the plugin's numbers were those of its stream */
static bool sides_held;        /* whether each game's numbers were those of its sides */
static double tie[PERIODS][2]; /* affinity and baseline of the first two at the end of each period */

static void draw_order(const qd_hook_t *hook, qd_order_draft_t *draft)
{
    (void)hook;
    for (size_t i = 0; i < draft->states; i++) {
        draft->capability[i] = 1.0 / (double)(i + 1);
        draft->place[3 * i] = cos((double)i);
        draft->place[3 * i + 1] = sin((double)i);
        draft->values[2 * i] = (double)i;
        draft->label[i] = i < draft->poles ? 1 : 0;
        for (size_t j = 0; j < draft->states; j++)
            draft->affinity[i * draft->states + j] = i == j ? 0.0 : 0.25;
    }
    if (fault == CAPABILITY)
        draft->capability[1] = 2.0;
    if (fault == PLACE)
        draft->place[0] = 0.5;
    if (fault == VALUES)
        draft->values[1] = (double)NAN;
    if (fault == AFFINITY)
        draft->affinity[1] = 0.5;
    if (fault == DIAGONAL)
        draft->affinity[0] = 0.5;
    if (fault == LABEL)
        draft->label[2] = -1;
    draft->has_capability = draft->has_place = draft->has_values = draft->has_affinity = draft->has_label =
        true;
}

static void change_crisis(const qd_hook_t *hook, const qd_crisis_view_t *crisis, double stake[],
                          double price[])
{
    size_t last = hook->world->states - 1;
    (void)crisis;
    for (size_t i = 0; i <= last; i++) {
        stake[i] = fault == STAKE ? (double)NAN : stake[i];
        price[i] = fault == PRICE ? -1.0 : price[i];
    }
    stake[last] = fault == LAST_STAKE ? -(double)INFINITY : stake[last];
    price[last] = fault == LAST_PRICE ? (double)INFINITY : price[last];
}

static double change_worth(const qd_hook_t *hook, const qd_crisis_view_t *crisis, const qd_game_view_t *game)
{
    size_t joiners = 0, opponents = 0;
    (void)crisis;
    for (size_t i = 0; i < hook->world->states; i++) {
        joiners += game->side[i] > 0.0;
        opponents += game->side[i] < 0.0;
    }
    sides_held = sides_held && game->joiners == joiners && game->opponents == opponents;
    return fault == WORTH ? (double)INFINITY : game->worth;
}

static void see(const qd_hook_t *hook, const qd_event_t *event)
{
    (void)hook;
    if (events++ > 0)
        return;
    largest = event->world->capability[0];
    relation = event->world->baseline[1];
}

static void end_period(const qd_hook_t *hook)
{
    qd_luck_t luck = {.seed = hook->seed, .world = hook->number};
    ++*(uint32_t *)hook->memory;
    tie[hook->world->period][0] = hook->world->affinity[1];
    tie[hook->world->period][1] = hook->world->baseline[1];
    stream_held = stream_held &&
                  hook->uniform(hook, 3, 4) == qd_random_uniform(luck, QD_PURPOSE_PLUGIN, 3, 4) &&
                  hook->normal(hook, 3, 4) == qd_random_normal(luck, QD_PURPOSE_PLUGIN, 3, 4);
}

static void finish(const qd_hook_t *hook, const qd_outcomes_t *model, double own[])
{
    (void)model;
    own[0] = fault == RANGE ? 1001.0 : fault == NOT_FINITE ? (double)NAN : *(uint32_t *)hook->memory;
}

static const qd_own_parameter_t parameter[2] = {{"probe.one", "1", "a number", 0.0, 2.0, 1.0},
                                                {"probe.two", "1", "another", 0.0, 2.0, 1.0}};
static const qd_own_outcome_t outcome[2] = {
    {"probed", "periods", "periods counted", QD_OUTCOME_COUNT, 0.0, 1000.0},
    {"probed_too", "1", "nothing", QD_OUTCOME_REAL, -1.0, 1.0}};
static qd_plugin_t probe = {.abi = QD_PLUGIN_ABI,
                            .name = "probe",
                            .meaning = "counts periods",
                            .parameters = 2,
                            .parameter = parameter,
                            .outcomes = 2,
                            .outcome = outcome,
                            .memory = sizeof(uint32_t),
                            .order = draw_order,
                            .crisis = change_crisis,
                            .worth = change_worth,
                            .see = see,
                            .period = end_period,
                            .finish = finish};

/* ---- declarations -------------------------------------------------------------------------------------- */

static void expect_refusal(const qd_plugin_t *plugin, const char *phrase)
{
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_plugin_use(plugin, &error), QD_ERROR_INPUT);
    if (!strstr(error.text, phrase))
        fail_msg("`%s` is not in `%s`", phrase, error.text);
    assert_null(qd_plugin_in_use());
    assert_int_equal(qd_parameter_find("probe.one"), -1);
}

static void test_declarations(void **state)
{
    (void)state;
    static const struct {
        qd_own_parameter_t row;
        const char *expected;
    } parameters[] = {
        {{"probe", "1", "m", 0, 1, 0}, "`probe`; expected a name of the form PLUGIN.NAME"},
        {{"other.one", "1", "m", 0, 1, 0}, "expected a name of the form PLUGIN.NAME"},
        {{"probe.One", "1", "m", 0, 1, 0}, "expected a name of the form PLUGIN.NAME"},
        {{NULL, "1", "m", 0, 1, 0}, "expected a name of the form PLUGIN.NAME"},
        {{"probe.one", "1", "m", 0, 1, 0}, "expected another name than those before it"},
        {{"probe.x", "\t", "m", 0, 1, 0}, "expected a unit and a meaning"},
        {{"probe.x", "1", "m\n", 0, 1, 0}, "expected a unit and a meaning"},
        {{"probe.x", "1", NULL, 0, 1, 0}, "expected a unit and a meaning"},
        {{"probe.x", "1", "m", 0, 1, 2}, "expected a finite range that holds its default"},
        {{"probe.x", "1", "m", 0, INFINITY, 2}, "expected a finite range that holds its default"},
        {{"probe.x", "1", "m", NAN, 1, 0}, "expected a finite range that holds its default"},
    };
    static const struct {
        qd_own_outcome_t row;
        const char *expected;
    } outcomes[] = {
        {{"Probed", "1", "m", QD_OUTCOME_REAL, 0, 1}, "expected a name of small letters"},
        {{"4th", "1", "m", QD_OUTCOME_REAL, 0, 1}, "expected a name of small letters"},
        {{"a_name_of_more_than_forty_bytes_is_too_long", "1", "m", QD_OUTCOME_REAL, 0, 1}, "small letters"},
        {{"probed", "1", "m", QD_OUTCOME_REAL, 0, 1}, "expected another name than those before it"},
        {{"wars", "1", "m", QD_OUTCOME_REAL, 0, 1}, "expected a name that no other outcome has"},
        {{"potential_gap", "1", "m", QD_OUTCOME_REAL, 0, 1}, "expected a name that no other outcome has"},
        {{"x", NULL, "m", QD_OUTCOME_REAL, 0, 1}, "expected a unit and a meaning"},
        {{"x", "1", "m", (qd_outcome_type_t)9, 0, 1}, "expected a type"},
        {{"x", "1", "m", QD_OUTCOME_REAL, 1, 1}, "expected a range"},
        {{"x", "1", "m", QD_OUTCOME_REAL, NAN, 1}, "expected a range"},
    };
    for (size_t i = 0; i < QD_COUNT(parameters); i++) {
        qd_own_parameter_t rows[2] = {parameter[0], parameters[i].row};
        qd_plugin_t wrong = probe;
        wrong.parameter = rows;
        expect_refusal(&wrong, parameters[i].expected);
    }
    for (size_t i = 0; i < QD_COUNT(outcomes); i++) {
        qd_own_outcome_t rows[2] = {outcome[0], outcomes[i].row};
        qd_plugin_t wrong = probe;
        wrong.outcome = rows;
        expect_refusal(&wrong, outcomes[i].expected);
    }
    qd_plugin_t wrong = probe;
    wrong.abi = QD_PLUGIN_ABI + 1;
    expect_refusal(&wrong, "ABI version");
    wrong = probe;
    wrong.name = "Probe";
    expect_refusal(&wrong, "without a proper name and meaning");
    wrong = probe;
    wrong.parameters = QD_OWN_PARAMETERS + 1;
    expect_refusal(&wrong, "expected at most");
}

/* ---- rules --------------------------------------------------------------------------------------------- */

static void test_rules(void **state)
{
    (void)state;
    static const char *const told[] = {
        [FINE] = "",
        [CAPABILITY] = "the plugin's order: capabilities that are not positive and descending",
        [PLACE] = "the plugin's order: places that are not unit vectors",
        [VALUES] = "the plugin's order: values that are not finite",
        [AFFINITY] =
            "the plugin's order: affinities that are not symmetric, in [-1, 1], with a zero diagonal",
        [DIAGONAL] =
            "the plugin's order: affinities that are not symmetric, in [-1, 1], with a zero diagonal",
        [LABEL] = "the plugin's order: labels that are not 0 .. blocs.max",
        [STAKE] = "the plugin's crisis: stakes that are not finite, or prices below 0 or not finite",
        [PRICE] = "the plugin's crisis: stakes that are not finite, or prices below 0 or not finite",
        [LAST_STAKE] = "the plugin's crisis: stakes that are not finite, or prices below 0 or not finite",
        [LAST_PRICE] = "the plugin's crisis: stakes that are not finite, or prices below 0 or not finite",
        [WORTH] = "the plugin's worth: it is not finite",
        [RANGE] = "the plugin's outcomes: one is not finite, or outside its range",
        [NOT_FINITE] = "the plugin's outcomes: one is not finite, or outside its range",
    };
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_plugin_use(&probe, &error), QD_OK);
    assert_int_equal(qd_plugin_use(&probe, &error), QD_ERROR_INPUT); /* one in a process */
    assert_non_null(strstr(error.text, "expected one in a process"));
    assert_true(qd_plugin_in_use() == &probe && qd_parameter_find("probe.two") >= 0);
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    plan.parameter[QD_P_order_states] = qd_constant(STATES);
    plan.parameter[QD_P_order_periods] = qd_constant(PERIODS);
    plan.parameter[QD_P_crises_rate] = qd_constant(1.0);
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    double harmonic = 0.0;
    for (int i = 1; i <= STATES; i++)
        harmonic += 1.0 / i;
    for (fault = FINE; fault <= NOT_FINITE; fault++) {
        qd_result_t result;
        events = 0;
        stream_held = sides_held = true;
        qd_world_play(world, &plan, (qd_luck_t){.seed = 5, .world = 3}, NULL, &result);
        assert_string_equal(result.failure ? result.failure : "", told[fault]);
        if (fault != FINE)
            continue;
        assert_true(stream_held && sides_held);
        assert_true(events > PERIODS); /* an event of each period, and its crises */
        QD_ASSERT_NEAR(largest, 1.0 / harmonic, 1e-15);
        QD_ASSERT_NEAR(relation, 0.25, 0.0);
        assert_int_equal(result.outcomes.value[QD_OUTCOMES], PERIODS);
        assert_true(result.outcomes.value[QD_OUTCOMES + 1] == 0.0);
    }
    qd_world_free(world);
}

/* Affinities wait for a reader in an unwatched world, and its venues are solved abreast; hooks for periods
 * and worths see what those of a watched world see. */
static void test_unwatched(void **state)
{
    (void)state;
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    plan.parameter[QD_P_order_states] = qd_constant(STATES);
    plan.parameter[QD_P_order_periods] = qd_constant(PERIODS);
    plan.parameter[QD_P_affinity_convergence] = qd_constant(0.1);
    plan.parameter[QD_P_affinity_roots] = qd_constant(0.01);
    plan.parameter[QD_P_clubs_depth] = qd_constant(2);
    qd_world_t *world = qd_world_new(STATES, PERIODS);
    assert_non_null(world);
    size_t moving = 0;
    fault = FINE;
    sides_held = true;
    for (uint64_t number = 0; number < 20; number++) {
        const qd_luck_t luck = {.seed = 6, .world = number};
        double watched[PERIODS][2];
        qd_result_t result;
        probe.see = see;
        qd_world_play(world, &plan, luck, NULL, &result);
        assert_null(result.failure);
        memcpy(watched, tie, sizeof tie);
        memset(tie, 0, sizeof tie);
        probe.see = NULL;
        qd_world_play(world, &plan, luck, NULL, &result);
        assert_null(result.failure);
        assert_memory_equal(tie, watched, sizeof tie);
        moving += tie[PERIODS - 1][1] != tie[PERIODS - 2][1];
    }
    assert_true(moving > 0 && sides_held);
    probe.see = see;
    qd_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declarations),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_unwatched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
