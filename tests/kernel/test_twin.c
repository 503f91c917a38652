/* labels: validation */
/* The kernel against the plain twin of tests/reference: two implementations of model.md, written apart, must
 * give the same outcomes and the same paths to 1e-12. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quadrille/world.h"
#include "reference/twin.h"
#include "reference/twin_cases.h"

#define TOLERANCE 1e-12
#define COUNT(x)  (sizeof(x) / sizeof(x)[0])

/* ---- comparing ----------------------------------------------------------------------------------------- */

typedef struct {
    size_t worlds, different;
} tally_t;

static bool agree(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return fabs(a - b) <= TOLERANCE * fmax(1.0, fmax(fabs(a), fabs(b)));
}

/* Says where two worlds part: the first few outcomes, and the first period of each series. */
static void tell(const char *what, qd_luck_t luck, const qd_result_t *kernel, const qd_outcomes_t *twin,
                 const double *path)
{
    print_error("%s, world %llu: kernel against twin\n", what, (unsigned long long)luck.world);
    for (size_t k = 0; k < QD_OUTCOMES; k++)
        if (!agree(kernel->outcomes.value[k], twin->value[k]))
            print_error("  %s: %.17g %.17g\n", qd_outcome_table[k].name, kernel->outcomes.value[k],
                        twin->value[k]);
    for (size_t s = 0; s < QD_SERIES_COUNT; s++)
        for (size_t t = 0; t < kernel->periods; t++) {
            double a = kernel->path[s * kernel->path_stride + t], b = path[s * kernel->periods + t];
            if (agree(a, b))
                continue;
            print_error("  path %s from period %zu: %.17g %.17g\n", qd_series_table[s].name, t, a, b);
            break;
        }
}

/* Support begins at 1/2: it is 0 only where the kernel does not keep it. */
static bool plays_second_edition(void)
{
    static int known = -1;
    if (known >= 0)
        return known > 0;
    qd_world_t *world = qd_world_new(32, 140);
    qd_plan_t plan = qd_plan_default(QD_UNIPOLAR);
    qd_result_t result;
    qd_world_play(world, &plan, (qd_luck_t){1, 1}, NULL, &result);
    qd_world_free(world);
    known = result.outcomes.support_end > 0.0;
    return known > 0;
}

static bool same(const qd_result_t *kernel, const qd_outcomes_t *twin, const double *path, size_t periods)
{
    if (kernel->failure != NULL || kernel->periods != periods)
        return false;
    bool whole = plays_second_edition();
    for (size_t k = 0; k < (whole ? QD_OUTCOMES : (size_t)QD_O_share_hub); k++)
        if (!agree(kernel->outcomes.value[k], twin->value[k]))
            return false;
    for (size_t s = 0; s < (whole ? QD_SERIES_COUNT : (size_t)QD_S_integration); s++)
        for (size_t t = 0; t < periods; t++)
            if (!agree(kernel->path[s * kernel->path_stride + t], path[s * periods + t]))
                return false;
    return true;
}

/* Plays worlds first..first+count-1 of the plan both ways. */
static void compare(tally_t *tally, const char *what, const qd_plan_t *plan, uint64_t first, size_t count)
{
    static qd_error_t error;
    error = QD_ERROR_NONE;
    if (qd_plan_check(plan, what, &error) != QD_OK)
        fail_msg("%s", error.text);
    size_t most = qd_plan_periods_max(plan);
    qd_world_t *world = qd_world_new(qd_plan_states_max(plan), most);
    double *path = malloc(QD_SERIES_COUNT * most * sizeof *path);
    assert_non_null(world);
    assert_non_null(path);
    for (size_t w = 0; w < count; w++) {
        qd_luck_t luck = {.seed = 20190917, .world = first + w};
        qd_result_t kernel;
        qd_outcomes_t twin = {.value = {0}};
        qd_world_play(world, plan, luck, NULL, &kernel);
        size_t periods = qd_twin_play(plan, luck, &twin, path);
        tally->worlds++;
        if (same(&kernel, &twin, path, periods))
            continue;
        tally->different++;
        if (kernel.failure != NULL)
            print_error("%s, world %llu: %s\n", what, (unsigned long long)luck.world, kernel.failure);
        else
            tell(what, luck, &kernel, &twin, path);
    }
    free(path);
    qd_world_free(world);
}

static void conclude(const tally_t *tally)
{
    print_message("%zu worlds, %zu differ\n", tally->worlds, tally->different);
    assert_int_equal(tally->different, 0);
}

/* ---- plans --------------------------------------------------------------------------------------------- */

static void set(qd_plan_t *plan, qd_parameter_t parameter, double value)
{
    plan->parameter[parameter] = qd_constant(value);
}

static void set_doctrine(qd_plan_t *plan, size_t row)
{
    for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++)
        set(plan, qd_doctrine_fields[f], qd_doctrine_table[row].value[f]);
}

static qd_distribution_t uniform(double low, double high, uint32_t key)
{
    qd_distribution_t d = {.kind = QD_UNIFORM, .key = key, .a = low, .b = high};
    assert_null(qd_distribution_finish(&d, low, high));
    return d;
}

static void test_defaults_and_doctrines(void **state)
{
    (void)state;
    tally_t tally = {0};
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++)
        for (size_t row = 0; row < qd_doctrine_count; row++) {
            qd_plan_t plan = qd_plan_default(kind);
            set_doctrine(&plan, row);
            compare(&tally, qd_doctrine_table[row].name, &plan, 10 * row, 7);
            set(&plan, QD_P_doctrine_scope, 1);
            set(&plan, QD_P_doctrine_umbrella, 1);
            set(&plan, QD_P_order_periods, 60);
            compare(&tally, qd_doctrine_table[row].name, &plan, 1000 + 10 * row, 7);
        }
    conclude(&tally);
}

static void apply_variant(qd_plan_t *plan, const qd_twin_variant_t *variant)
{
    for (size_t i = 0; i < COUNT(variant->with); i++)
        if (variant->with[i].parameter != QD_P_order_states || variant->with[i].value > 0)
            set(plan, variant->with[i].parameter, variant->with[i].value);
}

static void test_variants(void **state)
{
    (void)state;
    tally_t tally = {0};
    for (size_t v = 0; v < qd_twin_variant_count; v++)
        for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
            qd_plan_t plan = qd_plan_default(kind);
            set(&plan, QD_P_order_periods, 80);
            apply_variant(&plan, &qd_twin_variants[v]);
            compare(&tally, qd_twin_variants[v].name, &plan, 100 * v, 4);
        }
    conclude(&tally);
}

/* The smallest worlds of each kind: one minor state, and two. Not at the default institution of 1/2: with
 * three states, L = 2/3 outside it then makes 0.12 L - 0.02 inside and 0.12 L outside equal, and rounding
 * would choose the venue. */
static void test_tiny_worlds(void **state)
{
    (void)state;
    tally_t tally = {0};
    for (int minors = 1; minors <= 2; minors++)
        for (int poles = 1; poles <= 4; poles++) {
            qd_plan_t plan = qd_plan_default(poles == 1   ? QD_UNIPOLAR
                                             : poles == 2 ? QD_BIPOLAR
                                                          : QD_MULTIPOLAR);
            set(&plan, QD_P_order_poles, poles);
            set(&plan, QD_P_order_states, poles + minors);
            set(&plan, QD_P_crises_rate, 1);
            set(&plan, QD_P_institution_initial, 0.45);
            set(&plan, QD_P_institution_target, 0.45);
            compare(&tally, "tiny", &plan, (uint64_t)(100 * poles), 25);
        }
    qd_plan_t lone = qd_plan_default(QD_MULTIPOLAR);
    set(&lone, QD_P_order_poles, 1);
    compare(&tally, "multipolar with one pole", &lone, 0, 10);
    conclude(&tally);
}

/* Parameters that differ from world to world, some of them sharing their draw. */
static void test_random_parameters(void **state)
{
    (void)state;
    tally_t tally = {0};
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    uint32_t shared = qd_name_key("fate");
    plan.parameter[QD_P_order_states] = (qd_distribution_t){.kind = QD_INTEGERS, .a = 8, .b = 40};
    plan.parameter[QD_P_order_periods] = (qd_distribution_t){.kind = QD_INTEGERS, .a = 3, .b = 90};
    plan.parameter[QD_P_mission_coupling] = uniform(0, 3, shared);
    plan.parameter[QD_P_crises_rate] = uniform(0.1, 3, shared);
    plan.parameter[QD_P_affinity_noise] = uniform(0, 0.5, 0);
    plan.parameter[QD_P_blocs_max] = (qd_distribution_t){.kind = QD_INTEGERS, .a = 0, .b = 12};
    for (size_t i = 0; i < QD_PARAMETER_COUNT; i++) {
        const qd_parameter_info_t *info = qd_parameter_info(i);
        assert_null(qd_distribution_finish(&plan.parameter[i], info->low, info->high));
    }
    compare(&tally, "random parameters", &plan, 0, 100);
    conclude(&tally);
}

/* ---- schedules ----------------------------------------------------------------------------------------- */

#define CHANGE(when, name, number)                                                                           \
    {                                                                                                        \
        .at = when, .parameter = QD_P_##name, .distribution = {                                              \
            .kind = QD_CONSTANT,                                                                             \
            .a = number,                                                                                     \
            .low = number,                                                                                   \
            .high = number                                                                                   \
        }                                                                                                    \
    }

static void play_schedule(tally_t *tally, const char *what, const qd_change_t *change, size_t changes)
{
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
        qd_plan_t plan = qd_plan_default(kind);
        plan.change = change;
        plan.changes = changes;
        set(&plan, QD_P_crises_rate, 1);
        set(&plan, QD_P_order_periods, 80);
        compare(tally, what, &plan, 40, 10);
    }
}

static void test_schedules(void **state)
{
    (void)state;
    tally_t tally = {0};
    static const qd_change_t labels[] = {
        CHANGE(0, blocs_max, 12),  CHANGE(0, blocs_cohesion, 0.4), CHANGE(9, blocs_max, 2),
        CHANGE(20, blocs_max, 10), CHANGE(20, blocs_cohesion, 1),  CHANGE(41, blocs_review, 3),
        CHANGE(50, blocs_max, 0),  CHANGE(60, blocs_max, 5),
    };
    static const qd_change_t scales[] = {
        CHANGE(10, affinity_distance_scale, 0.2), CHANGE(10, affinity_values_scale, 2),
        CHANGE(30, mission_random_order, 1),      CHANGE(40, doctrine_scope, 1),
        CHANGE(40, doctrine_bias_flexible, 0.2),  CHANGE(40, doctrine_bias_flexible, 0.1),
        CHANGE(55, doctrine_umbrella, 1),         CHANGE(55, doctrine_bias_umbrella, 0.2),
        CHANGE(200, doctrine_bias_umbrella, -5),
    };
    static const qd_change_t renewal[] = {
        CHANGE(0, capability_pole_decline, 0.01), CHANGE(16, institution_target, 0.9),
        CHANGE(16, institution_renewal, 0.2),     CHANGE(40, tension_breakdown, 0.05),
        CHANGE(48, doctrine_learning, 0.05),      CHANGE(48, doctrine_diffusion, 0.05),
        CHANGE(79, institution_target, 0),
    };
    play_schedule(&tally, "labels come and go", labels, COUNT(labels));
    play_schedule(&tally, "scales and scope", scales, COUNT(scales));
    play_schedule(&tally, "renewal", renewal, COUNT(renewal));
    conclude(&tally);
}

/* A timeline of doctrines, the last of them drawn world by world with one shared draw, as a random preset is.
 */
static void test_timeline(void **state)
{
    (void)state;
    static const int at[] = {0, 32, 64, 88, 110};
    static const char *const name[] = {"weinberger_powell", "clinton", "rumsfeld", "obama", NULL};
    qd_change_t change[COUNT(at) * QD_DOCTRINE_FIELDS];
    for (size_t i = 0; i < COUNT(at); i++)
        for (size_t f = 0; f < QD_DOCTRINE_FIELDS; f++) {
            qd_distribution_t d = {
                .kind = QD_CHOICE, .key = qd_name_key("doctrine"), .n = (int)qd_doctrine_count};
            for (size_t row = 0; row < qd_doctrine_count; row++) {
                d.value[row] = qd_doctrine_table[row].value[f];
                d.cumulative[row] = 1.0;
            }
            assert_null(qd_distribution_finish(&d, -10, 100));
            if (name[i] != NULL)
                d = qd_constant(qd_doctrine_table[qd_doctrine_find(name[i])].value[f]);
            change[i * QD_DOCTRINE_FIELDS + f] = (qd_change_t){at[i], qd_doctrine_fields[f], d};
        }
    tally_t tally = {0};
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
        qd_plan_t plan = qd_plan_default(kind);
        plan.change = change;
        plan.changes = COUNT(change);
        compare(&tally, "timeline", &plan, 7000, 12);
    }
    conclude(&tally);
}

/* ---- empirical orders ---------------------------------------------------------------------------------- */

#define STATES 18

typedef struct {
    int code[STATES], bloc[STATES];
    double capability[STATES], place[3 * STATES], value[2 * STATES], affinity[STATES * STATES];
} history_t;

/* Coarse numbers, so that exact zeros and saturated ties occur; the two greatest powers are equals. */
static void write_history(history_t *h)
{
    double sum = 0.0;
    qd_luck_t luck = {.seed = 5, .world = 5};
    for (int i = 0; i < STATES; i++) {
        h->code[i] = 2 + 5 * i;
        h->bloc[i] = i % 5;
        h->capability[i] = 1.0 / (1.0 + (i > 1 ? i : 1));
        sum += h->capability[i];
        double angle = 0.7 * i, z = -0.9 + 0.1 * i;
        h->place[3 * i] = sqrt(1.0 - z * z) * cos(angle);
        h->place[3 * i + 1] = sqrt(1.0 - z * z) * sin(angle);
        h->place[3 * i + 2] = z;
        h->value[2 * i] = cos(1.3 * i);
        h->value[2 * i + 1] = sin(0.4 * i * i);
        h->affinity[i * STATES + i] = 0.0;
        for (int j = 0; j < i; j++) {
            double u = qd_random_uniform(luck, QD_PURPOSE_DESIGN, 1, (uint32_t)(i * STATES + j));
            h->affinity[i * STATES + j] = h->affinity[j * STATES + i] = 0.5 * floor(5.0 * u) - 1.0;
        }
    }
    for (int i = 0; i < STATES; i++)
        h->capability[i] /= sum;
}

static void test_empirical_orders(void **state)
{
    (void)state;
    static history_t h;
    write_history(&h);
    tally_t tally = {0};
    for (int given = 0; given < 16; given++) {
        qd_empirical_t empirical = {
            .states = STATES,
            .poles = 1 + (size_t)given % 6,
            .code = h.code,
            .capability = h.capability,
            .place = given & 1 ? h.place : NULL,
            .value = given & 2 ? h.value : NULL,
            .affinity = given & 4 ? h.affinity : NULL,
            .bloc = given & 8 ? h.bloc : NULL,
        };
        qd_plan_t plan = qd_plan_default(QD_EMPIRICAL);
        plan.empirical = &empirical;
        set(&plan, QD_P_crises_rate, 1);
        set(&plan, QD_P_order_periods, 60);
        compare(&tally, "empirical", &plan, 300, 6);
        set(&plan, QD_P_blocs_max, 3);
        compare(&tally, "empirical with fewer labels", &plan, 400, 2);
    }
    conclude(&tally);
}

/* Every state a great power, as in a concert of Europe: no state has a patron, and every state has a veto.
 */
static void test_empirical_orders_of_poles_alone(void **state)
{
    (void)state;
    static history_t h;
    write_history(&h);
    tally_t tally = {0};
    for (size_t states = 2; states <= STATES; states += 3) {
        double capability[STATES];
        for (size_t i = 0; i < states; i++)
            capability[i] = 1.0 / (double)states;
        qd_empirical_t empirical = {
            .states = states, .poles = states, .code = h.code, .capability = capability};
        qd_plan_t plan = qd_plan_default(QD_EMPIRICAL);
        plan.empirical = &empirical;
        set(&plan, QD_P_crises_rate, 1);
        set(&plan, QD_P_capability_pole_decline, 0.01);
        compare(&tally, "poles alone", &plan, 500, 12);
        empirical.place = h.place;
        empirical.bloc = h.bloc;
        compare(&tally, "poles alone, with places and blocs", &plan, 600, 6);
    }
    conclude(&tally);
}

/* ---- random parameter sets ----------------------------------------------------------------------------- */

typedef struct {
    qd_luck_t luck;
    uint32_t draw;
} stream_t;

static double next(stream_t *stream)
{
    return qd_random_uniform(stream->luck, QD_PURPOSE_DESIGN, 2, stream->draw++);
}

static const qd_twin_range_t *range_of(size_t range)
{
    return range < qd_twin_range_count ? &qd_twin_ranges[range]
                                       : &qd_twin_second_ranges[range - qd_twin_range_count];
}

/* A value of the sub-range; its ends now and then. */
static double value_in(stream_t *stream, size_t range)
{
    double u = next(stream), low = range_of(range)->low, high = range_of(range)->high;
    double v = u < 0.06 ? low : u > 0.97 ? high : low + (high - low) * next(stream);
    return qd_parameter_info(range_of(range)->parameter)->type == QD_TYPE_REAL ? v : floor(v + 0.5);
}

static size_t random_schedule(stream_t *stream, size_t ranges, qd_change_t change[], size_t most)
{
    size_t count = (size_t)(next(stream) * (double)(most + 1));
    int at = 0;
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        size_t range = (size_t)(next(stream) * (double)ranges);
        double value = value_in(stream, range);
        at += (int)(8.0 * next(stream));
        if (!qd_parameter_info(range_of(range)->parameter)->drawing_only)
            change[made++] = (qd_change_t){at, range_of(range)->parameter, qd_constant(value)};
    }
    return made;
}

/* One random set of the first `ranges` ranges, `worlds` worlds of it. */
static void compare_random_set(tally_t *tally, uint64_t number, size_t ranges, size_t worlds)
{
    stream_t stream = {.luck = {.seed = 1648 + ranges, .world = number}};
    qd_plan_t plan = qd_plan_default((qd_order_kind_t)(number % 3));
    double boldness = next(&stream);
    for (size_t r = 0; r < ranges; r++) {
        double value = value_in(&stream, r);
        if (next(&stream) < boldness || range_of(r)->parameter == QD_P_order_periods)
            set(&plan, range_of(r)->parameter, value);
    }
    qd_change_t change[12];
    plan.changes = random_schedule(&stream, ranges, change, COUNT(change));
    plan.change = change;
    char what[32];
    snprintf(what, sizeof what, "random set %d", (int)number);
    compare(tally, what, &plan, number, worlds);
}

static void test_random_sets(void **state)
{
    (void)state;
    tally_t tally = {0};
    for (uint64_t number = 0; number < 400; number++)
        compare_random_set(&tally, number, qd_twin_range_count, 2);
    conclude(&tally);
}

/* ---- parts 9 to 14 ------------------------------------------------------------------------------------- */

static void need_second_edition(void)
{
    if (!plays_second_edition()) {
        print_message("skipped: this kernel does not play parts 9 to 12\n");
        skip();
    }
}

static void test_second_variants(void **state)
{
    (void)state;
    need_second_edition();
    tally_t tally = {0};
    for (size_t v = 0; v < qd_twin_second_variant_count; v++)
        for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
            qd_plan_t plan = qd_plan_default(kind);
            set(&plan, QD_P_order_periods, 60);
            set(&plan, QD_P_order_states, 7 + (double)(v % 18));
            apply_variant(&plan, &qd_twin_second_variants[v]);
            compare(&tally, qd_twin_second_variants[v].name, &plan, 100 * v, 6);
        }
    conclude(&tally);
}

static void test_second_schedules(void **state)
{
    (void)state;
    need_second_edition();
    tally_t tally = {0};
    static const qd_change_t wars[] = {
        CHANGE(0, endurance_chance, 1),     CHANGE(8, endurance_pace, 0.05),
        CHANGE(20, doctrine_exit, 2),       CHANGE(30, doctrine_exit, 0),
        CHANGE(30, publics_weight, 0.3),    CHANGE(40, doctrine_support, 0.4),
        CHANGE(50, endurance_fatigue, 0.1), CHANGE(60, endurance_chance, 0),
    };
    static const qd_change_t values[] = {
        CHANGE(5, affinity_convergence, 0.2), CHANGE(15, affinity_values_scale, 2),
        CHANGE(25, affinity_roots, 0.1),      CHANGE(35, affinity_values_scale, 0.3),
        CHANGE(45, affinity_convergence, 0),  CHANGE(60, affinity_roots, 0),
    };
    play_schedule(&tally, "enduring wars come and go", wars, COUNT(wars));
    play_schedule(&tally, "values converge for a while", values, COUNT(values));
    conclude(&tally);
}

static void test_second_random_sets(void **state)
{
    (void)state;
    need_second_edition();
    tally_t tally = {0};
    for (uint64_t number = 0; number < 700; number++)
        compare_random_set(&tally, number, qd_twin_range_count + qd_twin_second_range_count, 3);
    conclude(&tally);
}

/* Pacts and rivalries: first blocs with few labels and many, affinities that they move, clubs that begin. */
static void test_empirical_ties(void **state)
{
    (void)state;
    static history_t h;
    static bool pact[STATES * STATES], rival[STATES * STATES];
    write_history(&h);
    tally_t tally = {0};
    for (int i = 0; i < STATES; i++)
        for (int j = 0; j < i; j++) {
            pact[i * STATES + j] = pact[j * STATES + i] = (7 * i + 3 * j) % 5 == 0;
            rival[i * STATES + j] = rival[j * STATES + i] = (5 * i + j) % 6 == 0;
        }
    for (int given = 0; given < 8; given++) {
        qd_empirical_t empirical = {.states = STATES,
                                    .poles = 1 + (size_t)given % 6,
                                    .code = h.code,
                                    .capability = h.capability,
                                    .place = h.place,
                                    .affinity = given & 4 ? h.affinity : NULL,
                                    .pact = given & 1 ? pact : NULL,
                                    .rival = given & 2 ? rival : NULL};
        qd_plan_t plan = qd_plan_default(QD_EMPIRICAL);
        plan.empirical = &empirical;
        set(&plan, QD_P_order_periods, 50);
        set(&plan, QD_P_affinity_pacts, 0.4);
        set(&plan, QD_P_affinity_rivalries, 0.7);
        compare(&tally, "ties", &plan, 700, 4);
        set(&plan, QD_P_blocs_first, 0);
        set(&plan, QD_P_blocs_max, 2 + given);
        compare(&tally, "ties, first blocs stand", &plan, 800, 4);
        if (!plays_second_edition())
            continue;
        set(&plan, QD_P_clubs_depth, 3);
        set(&plan, QD_P_clubs_switching_cost, 0.05);
        compare(&tally, "ties and clubs", &plan, 900, 4);
    }
    conclude(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_and_doctrines),
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_tiny_worlds),
        cmocka_unit_test(test_random_parameters),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_timeline),
        cmocka_unit_test(test_empirical_orders),
        cmocka_unit_test(test_empirical_orders_of_poles_alone),
        cmocka_unit_test(test_random_sets),
        cmocka_unit_test(test_second_variants),
        cmocka_unit_test(test_second_schedules),
        cmocka_unit_test(test_second_random_sets),
        cmocka_unit_test(test_empirical_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
