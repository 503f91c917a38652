/* Verdicts, contrasts and sensitivity from worlds whose outcomes are made up, so that the right answers are
 * known. */
#include "engine/bench.h"

static void expect_near(double found, double expected, double by)
{
    if (!(fabs(found - expected) <= by))
        fail_msg("found %.10g, expected %.10g within %.3g", found, expected, by);
}

/* ---- contrasts ----------------------------------------------------------------------------------------- */

#define CLAIM(id, more, less, rest)                                                                          \
    "  - {id: " id ", says: x, outcome: survival, contrast: {more: {institution.target: " more               \
    "}, less: {institution.target: " less "}}" rest "}\n"

static const char three_levels[] =
    "seed: 3\nworlds: 600\norders: [unipolar, bipolar]\n"
    "design: {type: grid, factors: {institution.target: {values: [0, 0.5, 1]}}}\n"
    "claims:\n" CLAIM("up", "0.5", "0", "") CLAIM("down", "0", "0.5", "") CLAIM("nothing", "1", "0.5", "")
        CLAIM("too-far", "0.5", "0", ", margin: 2") CLAIM("bipolar", "0.5", "0", ", order: bipolar");

/* Target 0.5 and 1 add 1 (bipolar: 3), on luck that all points share and a little of their own. */
static double step_up(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double target = experiment->point[point].coordinate[0];
    return 50.0 + (target > 0.0 ? (order == 1 ? 3.0 : 1.0) : 0.0) + 5.0 * luck(world, 0) +
           0.5 * luck(world, (uint32_t)(1 + point));
}

static void test_verdicts(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, three_levels, step_up);
    const qd_result_claim_t *up = claim_of(&bench, "up"), *down = claim_of(&bench, "down");
    assert_string_equal(up->verdict, "supported");
    assert_string_equal(down->verdict, "contradicted");
    assert_string_equal(claim_of(&bench, "nothing")->verdict, "undecided");
    assert_string_equal(claim_of(&bench, "bipolar")->verdict, "supported");
    assert_string_equal(claim_of(&bench, "bipolar")->order, "bipolar");
    assert_string_equal(up->order, "all");
    assert_string_equal(up->kind, "contrast");
    /* Mean over the orders of 1 and 3; each order has the same luck. */
    expect_near(up->estimate, 2.0, 0.15);
    expect_near(claim_of(&bench, "bipolar")->estimate, 3.0, 0.15);
    expect_near(down->estimate, -up->estimate, 1e-12);
    assert_int_equal(up->worlds, 600);
    assert_true(up->low < up->estimate && up->estimate < up->high && up->low > 0.0);
    assert_true(up->variance_reduction > 20.0);
    bench_close(&bench);
}

static const qd_result_verdict_t *cell_of(const bench_t *self, const char *id, size_t order)
{
    size_t claim = (size_t)(claim_of(self, id) - self->analysis.claim);
    return &self->analysis.by_order[claim * self->experiment->orders + order];
}

static void test_margin_and_holm(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, three_levels, step_up);
    const qd_result_claim_t *far = claim_of(&bench, "too-far");
    /* The effect is 2 and the margin is 2. */
    assert_true(far->p_holm > 0.05);
    assert_true(far->low < 2.0 && 2.0 < far->high);
    for (size_t i = 0; i < bench.analysis.claims; i++) {
        const qd_result_claim_t *claim = &bench.analysis.claim[i];
        bool decided = strcmp(claim->verdict, "undecided") != 0 && claim != far;
        assert_true(claim->p_holm >= claim->p);
        assert_int_equal(decided, claim->p_holm <= 0.05);
        /* Four claims in three places and one in one: 13 intervals at one level. */
        expect_near(claim->confidence, 1.0 - 0.05 / 13.0, 1e-12);
    }
    bench_close(&bench);
}

/* A claim is judged in every order, each against the margin: 1 in unipolar orders, 3 in bipolar ones. */
static void test_orders_of_a_claim(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, three_levels, step_up);
    const qd_result_verdict_t *one = cell_of(&bench, "up", 0), *three = cell_of(&bench, "up", 1);
    expect_near(one->estimate, 1.0, 0.15);
    expect_near(three->estimate, 3.0, 0.15);
    assert_string_equal(one->verdict, "supported");
    assert_string_equal(cell_of(&bench, "down", 1)->verdict, "contradicted");
    assert_string_equal(cell_of(&bench, "nothing", 1)->verdict, "undecided");
    const qd_result_claim_t *up = claim_of(&bench, "up");
    expect_near(up->estimate, (one->estimate + three->estimate) / 2.0, 1e-9);
    assert_true(one->low < one->estimate && one->estimate < one->high && one->p < 1e-6);
    assert_int_equal(one->worlds, 600);
    /* A claim about one order has that order's cell, the same as its row. */
    assert_string_equal(cell_of(&bench, "bipolar", 0)->verdict, "");
    assert_true(isnan(cell_of(&bench, "bipolar", 0)->estimate));
    expect_near(cell_of(&bench, "bipolar", 1)->estimate, claim_of(&bench, "bipolar")->estimate, 0.0);
    /* With a margin of 2 the orders contradict each other. */
    const qd_result_claim_t *far = claim_of(&bench, "too-far");
    assert_string_equal(far->verdict, "mixed");
    assert_non_null(strstr(far->note, "orders differ by "));
    assert_non_null(strstr(far->note, ": bipolar "));
    bench_close(&bench);
}

/* Target 0.5 adds 2 in unipolar orders and takes 1 in bipolar ones: supported in the mean, and yet mixed. */
static double opposed(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double target = experiment->point[point].coordinate[0];
    return 50.0 + (target == 0.5 ? (order == 1 ? -1.0 : 2.0) : 0.0) + 5.0 * luck(world, 0) +
           0.5 * luck(world, (uint32_t)(1 + point));
}

static void test_mixed(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, three_levels, opposed);
    const qd_result_claim_t *up = claim_of(&bench, "up");
    assert_true(up->p_holm < 0.05 && up->estimate > 0.0 && up->low > 0.0);
    assert_string_equal(up->verdict, "mixed");
    assert_string_equal(cell_of(&bench, "up", 0)->verdict, "supported");
    assert_string_equal(cell_of(&bench, "up", 1)->verdict, "contradicted");
    assert_string_equal(claim_of(&bench, "down")->verdict, "mixed");
    assert_string_equal(claim_of(&bench, "bipolar")->verdict, "contradicted");
    bench_close(&bench);
}

/* ---- luck by order ------------------------------------------------------------------------------------- */

static const char lucks[] =
    "seed: 3\nworlds: 600\norders: [unipolar, bipolar]\nluck: by-order\n"
    "design: {type: grid, factors: {institution.target: {values: [0, 0.5, 1]}}}\n"
    "ablate: {debt: {tension.debt: 0}}\nclaims:\n" CLAIM("up", "0.5", "0", "") CLAIM("unipolar", "0.5", "0",
                                                                                     ", order: unipolar")
        CLAIM("bipolar", "0.5", "0", ", order: bipolar") "  - {id: rises, says: x, outcome: survival, trend: "
                                                         "{factor: institution.target, direction: rises}}\n"
                                                         "  - {id: orders, says: x, outcome: survival, "
                                                         "contrast: {more: {order: bipolar}, less: {order: "
                                                         "unipolar}}}\n";

/* Orders have luck of their own, which their points share; every seventh world fails in one cell. */
static double by_order(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double target = experiment->point[point].coordinate[0], spread = order == 1 ? 4.0 : 1.0;
    if (point == 0 && order == 1 && world % 7 == 0)
        return (double)NAN;
    return 50.0 + 3.0 * (double)order + target * (order == 1 ? 3.0 : 1.0) +
           spread * luck(world, 40 + (uint32_t)order) +
           0.5 * spread * luck(world, (uint32_t)(1 + 2 * point + order));
}

static double se_of(const qd_result_claim_t *claim)
{
    return claim->unpaired_se / sqrt(claim->variance_reduction);
}

/* Standard error of a cell's mean, from the made up values themselves; worlds in *count. */
static double cell_se(const bench_t *bench, size_t point, size_t order, double *mean)
{
    double sum = 0.0, squares = 0.0, n = 0.0;
    for (uint64_t w = 0; w < bench->experiment->worlds; w++) {
        double y = by_order(bench->experiment, point, order, w);
        sum += isnan(y) ? 0.0 : y;
        squares += isnan(y) ? 0.0 : y * y;
        n += !isnan(y);
    }
    *mean = sum / n;
    return sqrt((squares - sum * sum / n) / (n - 1.0) / n);
}

/* Arms stay paired within an order; orders are independent of each other: sqrt(sum se^2) / k. */
static void test_luck_by_order(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, lucks, by_order);
    const qd_result_claim_t *up = claim_of(&bench, "up"), *one = claim_of(&bench, "unipolar"),
                            *two = claim_of(&bench, "bipolar"), *orders = claim_of(&bench, "orders");
    expect_near(se_of(up), hypot(se_of(one), se_of(two)) / 2.0, 1e-12);
    expect_near(up->estimate, (one->estimate + two->estimate) / 2.0, 1e-12);
    assert_true(one->worlds == 600 && two->worlds == 600 - 86);
    assert_true(one->variance_reduction > 3.0 && two->variance_reduction > 3.0);
    /* One point's two orders in the table of contrasts, against the cells themselves. */
    size_t seen = 0;
    for (size_t i = 0; i < bench.analysis.contrasts; i++) {
        const qd_result_contrast_t *row = &bench.analysis.contrast[i];
        double mean[2];
        if (strcmp(row->outcome, "survival") != 0 || strcmp(row->more, "bipolar/0") != 0 ||
            strcmp(row->less, "unipolar/0") != 0)
            continue;
        double se = hypot(cell_se(&bench, 0, 0, &mean[0]), cell_se(&bench, 0, 1, &mean[1]));
        expect_near(row->se, se, 1e-9);
        expect_near(row->estimate, mean[1] - mean[0], 1e-9);
        expect_near(row->variance_reduction, 1.0, 1e-9);
        seen++;
    }
    assert_int_equal(seen, 1);
    /* A claim that compares orders: its arm's points are paired in each. */
    assert_string_equal(orders->verdict, "supported");
    expect_near(orders->estimate, 4.0, 0.6);
    assert_true(orders->variance_reduction < 1.0); /* points of an arm add up their common luck */
    assert_string_equal(claim_of(&bench, "rises")->verdict, "supported");
    bench_close(&bench);
}

/* ---- ablations ----------------------------------------------------------------------------------------- */

static const char ablated[] =
    "seed: 3\nworlds: 600\norders: [unipolar, bipolar]\n"
    "design: {type: grid, factors: {institution.target: {values: [0, 1]}}}\n"
    "ablate: {debt: {tension.debt: 0}, war: {escalation.hazard: 0}}\n"
    "claims:\n" CLAIM("up", "1", "0", "") CLAIM("bipolar", "1", "0", ", order: bipolar");

/* Target adds 2, of which all but 0.5 against it is due to debt. */
static double by_debt(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)order;
    const qd_point_t *at = &experiment->point[point];
    double effect = at->ablation == 1 ? -0.5 : 2.0;
    return 50.0 + effect * at->coordinate[0] + 5.0 * luck(world, 0) +
           0.5 * luck(world, (uint32_t)(1 + point));
}

static void test_ablations(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, ablated, by_debt);
    assert_int_equal(bench.experiment->ablations, 2);
    assert_int_equal(bench.experiment->points, 2 + 2 * 2);
    const qd_result_verdict_t *up = &bench.analysis.ablation[0], *bipolar = &bench.analysis.ablation[2];
    assert_string_equal(claim_of(&bench, "up")->verdict, "supported");
    assert_string_equal(up[0].verdict, "contradicted");
    expect_near(up[0].estimate, -0.5, 0.15);
    assert_string_equal(up[1].verdict, "supported");
    expect_near(up[1].estimate, 2.0, 0.15);
    assert_string_equal(bipolar[0].verdict, "contradicted");
    assert_true(up[0].low < up[0].estimate && up[0].estimate < up[0].high && up[0].high < 0.0);
    /* The counterparts take no part in contrasts: one pair of points in each order, one of orders at each
     * point. */
    for (size_t i = 0; i < bench.analysis.contrasts; i++)
        assert_null(strstr(bench.analysis.contrast[i].more, "without"));
    assert_int_equal(bench.analysis.contrasts, 6 * (2 + 2));
    bench_close(&bench);
}

/* ---- baselines, family, what the arms leave alone ------------------------------------------------------ */

static const char with_baselines[] =
    "seed: 3\nworlds: 600\norders: [unipolar, bipolar]\nbaseline: true\nfamily: {name: paper, tests: 50}\n"
    "design: {type: grid, factors: {institution.target: {values: [0, 1]}}}\n"
    "claims:\n" CLAIM(
        "up", "1", "0",
        ", status: exploratory, negligible: 3") "  - {id: trend, says: x, outcome: survival, trend: {factor: "
                                                "institution.target, direction: rises}}\n";

/* Target adds 2; the neutral doctrine takes 1 from what either arm has, doing nothing takes 4. */
static double above_baselines(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    static const double cost[] = {0.0, 1.0, 4.0};
    (void)order;
    const qd_point_t *at = &experiment->point[point];
    return 50.0 + 2.0 * at->coordinate[0] - cost[at->ablation] + 5.0 * luck(world, 0) +
           0.5 * luck(world, (uint32_t)(1 + point));
}

static void test_baselines(void **state)
{
    (void)state;
    static const double expected[QD_BASELINES] = {1.0, 1.0, 4.0, 4.0};
    bench_t bench;
    bench_run(&bench, with_baselines, above_baselines);
    assert_int_equal(bench.experiment->points, 2 + 2 * 2);
    for (size_t b = 0; b < QD_BASELINES; b++) {
        expect_near(bench.analysis.baseline[b].estimate, expected[b], 0.15);
        assert_string_equal(bench.analysis.baseline[b].verdict, "supported");
        assert_string_equal(bench.analysis.baseline[QD_BASELINES + b].verdict, ""); /* a trend has no arms */
    }
    assert_string_equal(claim_of(&bench, "up")->status, "exploratory");
    assert_string_equal(claim_of(&bench, "trend")->status, "confirmatory");
    expect_near(claim_of(&bench, "up")->negligible, 3.0, 0.0);
    /* Six tests of a family of fifty. */
    expect_near(claim_of(&bench, "up")->confidence, 1.0 - 0.05 / 50.0, 1e-12);
    assert_true(claim_of(&bench, "up")->p_holm >= 44.0 * claim_of(&bench, "up")->p);
    bench_close(&bench);
}

static double with_failures(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    bool failed = (point == 0 && world % 10 == 3) || (point == 1 && order == 1 && world % 10 == 4);
    return failed ? (double)NAN : step_up(experiment, point, order, world);
}

/* A world counts where every arm has it: 80% of the 200 that point 1 has. */
static void test_common_worlds(void **state)
{
    (void)state;
    bench_t bench;
    bench_open(&bench, three_levels);
    for (size_t p = 0; p < 2; p++)
        for (size_t o = 0; o < 2; o++)
            play(&bench, p, o, p == 1 ? 200 : 600, with_failures);
    bench_analyse(&bench);
    assert_int_equal(claim_of(&bench, "up")->worlds, 160);
    assert_int_equal(claim_of(&bench, "bipolar")->worlds, 160);
    const qd_result_claim_t *nothing = claim_of(&bench, "nothing");
    assert_int_equal(nothing->worlds, 0);
    assert_string_equal(nothing->verdict, "undecided");
    assert_true(isnan(nothing->estimate));
    assert_string_not_equal(nothing->note, "");
    bench_close(&bench);
}

/* More worlds than fit into a batch give the same mean as one pass over all. */
static void test_batches(void **state)
{
    (void)state;
    bench_t bench;
    bench_open(&bench, three_levels);
    double expected = 0.0;
    enum { WORLDS = 9001 };
    bench.experiment->worlds = WORLDS;
    for (size_t p = 0; p < 2; p++)
        for (size_t o = 0; o < 2; o++)
            play(&bench, p, o, WORLDS, step_up);
    bench_analyse(&bench);
    for (uint64_t w = 0; w < WORLDS; w++)
        expected += (step_up(bench.experiment, 1, 1, w) - step_up(bench.experiment, 0, 1, w)) / WORLDS;
    assert_int_equal(claim_of(&bench, "bipolar")->worlds, WORLDS);
    expect_near(claim_of(&bench, "bipolar")->estimate, expected, 1e-9);
    bench_close(&bench);
}

/* ---- interactions, orders, trends ---------------------------------------------------------------------- */

static const char crossed[] =
    "seed: 3\nworlds: 500\norders: [unipolar, bipolar]\n"
    "design: {type: grid, factors: {institution.target: {values: [0, 1]}, blocs.cohesion: {values: [0.2, "
    "0.5, 0.6, 0.8]}}}\n"
    "claims:\n"
    "  - {id: more-where-loose, says: x, outcome: survival, contrast: {more: {institution.target: 1}, less: "
    "{institution.target: 0}}, interaction: {where: {blocs.cohesion: 0.2}, against: {blocs.cohesion: 0.8}}}\n"
    "  - {id: orders, says: x, outcome: survival, contrast: {more: {order: unipolar}, less: {order: "
    "bipolar}}}\n"
    "  - {id: rises, says: x, outcome: survival, trend: {factor: blocs.cohesion, direction: rises}, order: "
    "unipolar}\n"
    "  - {id: falls, says: x, outcome: survival, trend: {factor: blocs.cohesion, direction: falls}, order: "
    "unipolar}\n"
    "  - {id: turns, says: x, outcome: survival, trend: {factor: blocs.cohesion, direction: rises}, order: "
    "bipolar}\n";

/* Target helps by 4 at cohesion 0.2 and by 1 at 0.8. Cohesion adds; in bipolar orders it turns back at 0.6.
 */
static double interacting(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double target = experiment->point[point].coordinate[0], cohesion = experiment->point[point].coordinate[1];
    double bend = order == 1 && cohesion == 0.6 ? -6.0 : 0.0;
    return 50.0 + target * (5.0 - 5.0 * cohesion) + 10.0 * cohesion + bend + (order == 0 ? 2.0 : 0.0) +
           5.0 * luck(world, 0) + 0.5 * luck(world, (uint32_t)(1 + 2 * point + order));
}

static void test_kinds(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, crossed, interacting);
    const qd_result_claim_t *interaction = claim_of(&bench, "more-where-loose");
    expect_near(interaction->estimate, 3.0, 0.15);
    assert_string_equal(interaction->kind, "interaction");
    assert_string_equal(interaction->verdict, "supported");
    /* A quarter of the points is bent by 6 in bipolar orders. */
    expect_near(claim_of(&bench, "orders")->estimate, 3.5, 0.15);
    assert_string_equal(claim_of(&bench, "orders")->order, "unipolar - bipolar");
    assert_string_equal(claim_of(&bench, "rises")->verdict, "supported");
    assert_string_equal(claim_of(&bench, "falls")->verdict, "contradicted");
    expect_near(claim_of(&bench, "rises")->estimate, 4.5, 0.15);
    /* It rises overall, but not monotonically. */
    const qd_result_claim_t *turns = claim_of(&bench, "turns");
    assert_true(turns->low > 0.0 && turns->p_holm > 0.05);
    assert_string_equal(turns->verdict, "undecided");
    assert_non_null(strstr(turns->note, "turns back between 0.5 and 0.6"));
    bench_close(&bench);
}

/* ---- no effect ----------------------------------------------------------------------------------------- */

static const char unused[] =
    "seed: 3\nworlds: 50\norders: [unipolar, bipolar]\n"
    "design: {type: list, factors: {institution.target: {values: [0, 0, 0, 0.3, 0.7, 0.7, 1]}, "
    "blocs.cohesion: {values: [0, 1, 0.4, 0, 0.4, 1, 0]}}}\n"
    "claims:\n" CLAIM("more", "0", "0.7", "") CLAIM("less", "0.7", "0", "")
        CLAIM("margin", "0", "0.3",
              ", margin: 0.1") "  - {id: rises, says: x, outcome: survival, trend: {factor: "
                               "institution.target, direction: rises}}\n"
                               "  - {id: falls, says: x, outcome: survival, trend: {factor: "
                               "institution.target, direction: falls}}\n"
                               "  - {id: orders, says: x, outcome: survival, contrast: {more: {order: "
                               "unipolar}, less: {order: bipolar}}}\n"
                               "  - {id: inter, says: x, outcome: survival, contrast: {more: "
                               "{institution.target: 0}, less: "
                               "{institution.target: 0.7}}, interaction: {where: {blocs.cohesion: 1}, "
                               "against: {blocs.cohesion: 0.4}}}\n"
                               "  - {id: bimodal, says: x, outcome: breakdown, bimodal: true}\n";

/* A factor and an order without effect, in worlds whose sums are rounded. */
static double unmoved(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)experiment;
    (void)point;
    (void)order;
    return 0.1 + luck(world, 0);
}

static void test_no_effect(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, unused, unmoved);
    for (size_t i = 0; i < bench.analysis.claims; i++) {
        const qd_result_claim_t *claim = &bench.analysis.claim[i];
        expect_near(claim->estimate, 0.0, 0.0);
        if (strcmp(claim->id, "margin") == 0) {
            /* No world of 50 differs; a mean of 0.1 needs one in 1,400 that differs by all 140 periods. */
            assert_string_equal(claim->verdict, "undecided");
            assert_true(claim->low <= 0.0 && claim->high >= 0.1);
            continue;
        }
        assert_string_equal(claim->verdict, "undecided");
        assert_string_equal(claim->note, "does not vary");
        expect_near(claim->p, 1.0, 0.0);
        if (strcmp(claim->kind, "bimodal") != 0) {
            expect_near(claim->low, 0.0, 0.0);
            expect_near(claim->high, 0.0, 0.0);
        }
        assert_true(isnan(claim->variance_reduction));
    }
    size_t still = 0;
    for (size_t i = 0; i < bench.analysis.contrasts; i++) {
        const qd_result_contrast_t *row = &bench.analysis.contrast[i];
        expect_near(row->estimate, 0.0, 0.0);
        expect_near(row->low, 0.0, 0.0);
        expect_near(row->high, 0.0, 0.0);
        still += isnan(row->variance_reduction) != 0;
    }
    assert_int_equal(still, bench.analysis.contrasts);
    bench_close(&bench);
}

/* ---- bimodality ---------------------------------------------------------------------------------------- */

static const char modes[] = "seed: 3\nworlds: 1000\norders: [unipolar, bipolar, multipolar]\nclaims:\n"
                            "  - {id: two, says: x, outcome: survival, order: unipolar, bimodal: true}\n"
                            "  - {id: one, says: x, outcome: survival, order: bipolar, bimodal: true}\n"
                            "  - {id: everywhere, says: x, outcome: survival, bimodal: true}\n";

static double one_or_two_modes(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)experiment;
    (void)point;
    double side = order == 1 ? 0.0 : luck(world, 1) > 0.0 ? 20.0 : -20.0;
    return rint(60.0 + side + 5.0 * luck(world, 0));
}

static void test_bimodal(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, modes, one_or_two_modes);
    assert_string_equal(claim_of(&bench, "two")->verdict, "supported");
    assert_string_equal(claim_of(&bench, "one")->verdict, "undecided");
    /* It has to be so in every order. */
    assert_string_equal(claim_of(&bench, "everywhere")->verdict, "undecided");
    expect_near(claim_of(&bench, "everywhere")->estimate, claim_of(&bench, "one")->estimate, 0.0);
    assert_true(isnan(claim_of(&bench, "two")->low));
    bench_close(&bench);
}

/* ---- contrasts ----------------------------------------------------------------------------------------- */

static void test_contrast_table(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench, three_levels, step_up);
    /* 3 pairs of points in each of 2 orders, 1 pair of orders at each of 3 points, of 6 outcomes. */
    assert_int_equal(bench.analysis.contrasts, 6 * (3 * 2 + 3));
    size_t found = 0;
    for (size_t i = 0; i < bench.analysis.contrasts; i++) {
        const qd_result_contrast_t *row = &bench.analysis.contrast[i];
        if (strcmp(row->outcome, "survival") != 0 || strcmp(row->more, "bipolar/1") != 0 ||
            strcmp(row->less, "bipolar/0") != 0)
            continue;
        found++;
        expect_near(row->estimate, 3.0, 0.15);
        expect_near(row->variance_reduction, pow(row->unpaired_se / row->se, 2), 1e-6);
        assert_int_equal(row->worlds, 600);
    }
    assert_int_equal(found, 1);
    bench_close(&bench);
}

/* ---- sensitivity --------------------------------------------------------------------------------------- */

#define FACTORS "factors: {institution.target: {uniform: [0, 1]}, blocs.cohesion: {uniform: [0, 1]}}"

/* 2 x + y: of its variance 0.8 is due to x. */
static double linear(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)order;
    const double *x = experiment->point[point].coordinate;
    return 50.0 + 2.0 * x[0] + x[1] + 3.0 * luck(world, 0) + 0.05 * luck(world, (uint32_t)(1 + point));
}

static void test_saltelli(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench,
              "seed: 3\nworlds: 32\norders: [unipolar]\noutput: {outcomes: [survival]}\n"
              "design: {type: saltelli, points: 256, " FACTORS "}\n",
              linear);
    assert_int_equal(bench.analysis.sensitivities, 2);
    const qd_result_sensitivity_t *x = &bench.analysis.sensitivity[0], *y = &bench.analysis.sensitivity[1];
    assert_string_equal(x->factor, "institution.target");
    assert_string_equal(x->method, "saltelli");
    expect_near(x->total, 0.8, 0.05);
    expect_near(y->total, 0.2, 0.05);
    expect_near(x->first, 0.8, 0.1);
    assert_true(x->total_low <= x->total && x->total <= x->total_high && x->total_high - x->total_low < 0.4);
    assert_true(x->noise_share < 0.01);
    assert_true(x->total_noise_low <= x->total && x->total <= x->total_noise_high);
    assert_true(x->total_noise_high - x->total_noise_low < x->total_high - x->total_low);
    assert_true(isnan(x->mu_star));
    bench_close(&bench);
}

static void test_morris(void **state)
{
    (void)state;
    bench_t bench;
    bench_run(&bench,
              "seed: 3\nworlds: 32\norders: [unipolar]\noutput: {outcomes: [survival]}\n"
              "design: {type: morris, points: 10, " FACTORS "}\n",
              linear);
    assert_int_equal(bench.analysis.sensitivities, 2);
    expect_near(bench.analysis.sensitivity[0].mu_star, 2.0, 0.1);
    expect_near(bench.analysis.sensitivity[0].mu, 2.0, 0.1);
    expect_near(bench.analysis.sensitivity[1].mu_star, 1.0, 0.1);
    assert_true(bench.analysis.sensitivity[1].sigma < 0.1);
    bench_close(&bench);
}

/* An interrupted design is analysed up to its last complete block. */
static void test_prefix(void **state)
{
    (void)state;
    bench_t bench;
    bench_open(&bench, "seed: 3\nworlds: 4\norders: [unipolar]\noutput: {outcomes: [survival]}\n"
                       "design: {type: morris, points: 10, " FACTORS "}\n");
    for (size_t p = 0; p < 3 * 5 + 1; p++)
        play(&bench, p, 0, 4, linear);
    bench_analyse(&bench);
    assert_int_equal(bench.analysis.sensitivities, 2);
    expect_near(bench.analysis.sensitivity[0].mu_star, 2.0, 0.2);
    bench_close(&bench);
    bench_open(&bench, "seed: 3\nworlds: 4\norders: [unipolar]\n"
                       "design: {type: morris, points: 10, " FACTORS "}\n");
    bench_analyse(&bench);
    assert_int_equal(bench.analysis.sensitivities, 0);
    assert_int_equal(bench.analysis.contrasts, 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_margin_and_holm),
        cmocka_unit_test(test_orders_of_a_claim),
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_luck_by_order),
        cmocka_unit_test(test_ablations),
        cmocka_unit_test(test_baselines),
        cmocka_unit_test(test_common_worlds),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_bimodal),
        cmocka_unit_test(test_no_effect),
        cmocka_unit_test(test_contrast_table),
        cmocka_unit_test(test_saltelli),
        cmocka_unit_test(test_morris),
        cmocka_unit_test(test_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
