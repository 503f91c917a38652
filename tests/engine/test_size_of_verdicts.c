/* labels: validation slow */
/* Error rates of the verdicts of a whole file, on made-up worlds: false verdicts in at most 5% of files,
 * intervals that all cover in at least 95%, and both for few worlds and for trends. */
#include "engine/bench.h"

#include "statistics/trend.h"

#define FILES 600
#define ERROR 0.0089 /* standard error of 5% of FILES */

static uint64_t file_number;
static double effect;

/* Normal luck, most of it shared by the points of a world; a target adds `effect`, in bipolar orders
 * twice. */
static double worlds(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    const double *x = experiment->point[point].coordinate;
    qd_luck_t luck = {1000 + file_number, world};
    double shared = qd_random_normal(luck, QD_PURPOSE_BOOTSTRAP, 99, 0);
    double own = qd_random_normal(luck, QD_PURPOSE_BOOTSTRAP, 98, (uint32_t)(8 * point + order));
    return 50.0 + 3.0 * shared + own + effect * x[0] * (order == 1 ? 2.0 : 1.0);
}

static const char file[] =
    "seed: 3\nworlds: 40\norders: [unipolar, bipolar, multipolar]\noutput: {outcomes: [survival]}\n"
    "design: {type: grid, factors: {institution.target: {values: [0, 0.5, 1]}, blocs.cohesion: {values: [0, "
    "1]}}}\n"
    "claims:\n"
    "  - {id: contrast, says: x, outcome: survival, contrast: {more: {institution.target: 1}, less: "
    "{institution.target: 0}}}\n"
    "  - {id: cohesion, says: x, outcome: survival, contrast: {more: {blocs.cohesion: 1}, less: "
    "{blocs.cohesion: 0}}}\n"
    "  - {id: interaction, says: x, outcome: survival, contrast: {more: {institution.target: 1}, less: "
    "{institution.target: 0}}, interaction: {where: {blocs.cohesion: 1}, against: {blocs.cohesion: 0}}}\n"
    "  - {id: trend, says: x, outcome: survival, trend: {factor: institution.target, direction: rises}}\n"
    "  - {id: orders, says: x, outcome: survival, contrast: {more: {order: bipolar}, less: {order: "
    "unipolar}}}\n"
    "  - {id: one, says: x, outcome: survival, order: bipolar, contrast: {more: {institution.target: 0.5}, "
    "less: "
    "{institution.target: 0}}}\n";

/* The true effect of each claim in the mean over the orders (or its own place) and in each order, over
 * `effect`. */
static const double truth[6][4] = {
    {4.0 / 3.0, 1.0, 2.0, 1.0}, {0}, {0}, {4.0 / 3.0, 1.0, 2.0, 1.0}, {0.5, 0, 0, 0}, {1.0, 0, 1.0, 0}};

static bool covers(double low, double high, double value)
{
    return isnan(low) || (low <= value && value <= high);
}

static bool all_cover(const qd_analysis_t *analysis)
{
    bool all = true;
    for (size_t c = 0; c < 6; c++) {
        const qd_result_claim_t *claim = &analysis->claim[c];
        all = all && covers(claim->low, claim->high, effect * truth[c][0]);
        for (size_t o = 0; o < 3; o++) {
            const qd_result_verdict_t *cell = &analysis->by_order[c * 3 + o];
            all = all && covers(cell->low, cell->high, effect * truth[c][1 + o]);
        }
    }
    return all;
}

/* A verdict that the truth denies: any where nothing has an effect; "mixed" or "contradicted" where every
 * effect is 0 or above. */
static bool any_false(const qd_analysis_t *analysis)
{
    for (size_t c = 0; c < 6; c++) {
        const char *verdict = analysis->claim[c].verdict;
        bool right = strcmp(verdict, "undecided") == 0 ||
                     (effect > 0.0 && truth[c][0] > 0.0 && strcmp(verdict, "supported") == 0);
        if (!right)
            return true;
    }
    return false;
}

static void files_with(double size, double *covered, double *wrong)
{
    effect = size;
    *covered = *wrong = 0.0;
    for (file_number = 0; file_number < FILES; file_number++) {
        bench_t bench;
        bench_run(&bench, file, worlds);
        *covered += all_cover(&bench.analysis) / (double)FILES;
        *wrong += any_false(&bench.analysis) / (double)FILES;
        bench_close(&bench);
    }
}

static void test_files(void **state)
{
    (void)state;
    const double sizes[] = {0.0, 0.4};
    for (size_t s = 0; s < 2; s++) {
        double covered, wrong;
        files_with(sizes[s], &covered, &wrong);
        print_message(
            "validation | 12 | files of six claims, three orders, effects of %g sd | all intervals cover | "
            ">= 0.95 (- 0.027) | %.3f\n",
            sizes[s], covered);
        print_message(
            "validation | 12 | files of six claims, three orders, effects of %g sd | some verdict is false "
            "| <= 0.05 (+ 0.027) | %.3f\n",
            sizes[s], wrong);
        assert_true(covered >= 0.95 - 3.0 * ERROR);
        assert_true(wrong <= 0.05 + 3.0 * ERROR);
    }
}

/* ---- few worlds ---------------------------------------------------------------------------------------- */

/* Differences of flags that have no mean: -1, 0 and 1, as likely either way. */
static void test_few_worlds(void **state)
{
    (void)state;
    enum { RUNS = 20000 };
    const size_t few[] = {2, 3, 4, 6, 8, 12, 20, 50};
    double worst = 0.0;
    for (size_t k = 0; k < sizeof few / sizeof *few; k++)
        for (int rare = 0; rare < 2; rare++) {
            size_t rejected = 0;
            for (uint64_t run = 0; run < RUNS; run++) {
                double d[50], cut = rare ? 0.1 : 0.5;
                qd_contrast_t *contrast = qd_contrast_new(1, (const double[]){1.0});
                for (uint32_t w = 0; w < few[k]; w++) {
                    double u = qd_random_uniform((qd_luck_t){9, run}, QD_PURPOSE_BOOTSTRAP, 71, w);
                    d[w] = u < cut ? -1.0 : u < 2.0 * cut ? 1.0 : 0.0;
                }
                qd_contrast_add(contrast, few[k], (const double *const[]){d});
                rejected += qd_contrast_result(contrast, 0.95, 0.0).p <= 0.05;
                qd_contrast_free(contrast);
            }
            worst = fmax(worst, (double)rejected / RUNS);
        }
    print_message(
        "validation | 12 | differences of flags, 2 to 50 worlds | type-I error, worst | <= 0.05 (+ 0.005) | "
        "%.3f\n",
        worst);
    assert_true(worst <= 0.05 + 0.005);
}

/* ---- trends -------------------------------------------------------------------------------------------- */

/* A mean that rises but for one step, which falls by `fall` standard deviations. */
static double false_support(double fall, size_t levels)
{
    enum { RUNS = 4000, WORLDS = 60 };
    size_t supported = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        double y[6][WORLDS], level[6];
        const double *column[6];
        for (size_t l = 0; l < levels; l++) {
            level[l] = (double)l;
            column[l] = y[l];
            for (uint64_t w = 0; w < WORLDS; w++)
                y[l][w] = (double)(l - (l + 1 == levels)) - (l + 1 == levels ? fall : 0.0) +
                          qd_random_normal((qd_luck_t){run, w}, QD_PURPOSE_BOOTSTRAP, 82, (uint32_t)l);
        }
        qd_trend_t *trend = qd_trend_new(levels, level, +1, 1);
        qd_trend_add(trend, WORLDS, column);
        supported += qd_trend_result(trend, 0.95, 0.0).monotone;
        qd_trend_free(trend);
    }
    return (double)supported / RUNS;
}

static void test_trends(void **state)
{
    (void)state;
    double worst = 0.0;
    for (size_t levels = 3; levels <= 6; levels++)
        worst = fmax(worst, fmax(false_support(0.0, levels), false_support(0.1, levels)));
    print_message(
        "validation | 12 | trends of 3 to 6 levels with one flat or falling step | taken for monotone, worst "
        "| <= 0.05 (+ 0.01) | %.3f\n",
        worst);
    assert_true(worst <= 0.06);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_few_worlds),
        cmocka_unit_test(test_trends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
