/* labels: validation slow */
/* Bias and coverage of sensitivity indices where design points share the luck of their worlds: of a world's
 * outcome y = x + z / 2 + x z + luck (1 + 2 x) + own, luck being the same at every point. Luck changes the
 * slope of x and thus V, by 22 % of V (standard deviation) in the second setting: without the jackknife, the
 * mean of its first index is 0.656 instead of 0.675. */
#include "design/design.h"
#include "statistics/sensitivity.h"
#include "support/check.h"

#include <stdlib.h>

#define FACTORS 3
#define BATCHES 16
#define RUNS    400

/* Of x + z / 2 + x z, x, z and one factor without effect uniform on [0,1]: with x z = 1/4 + (x - 1/2)/2 +
 * (z - 1/2)/2 + (x - 1/2)(z - 1/2) the parts are (3/2)^2/12, 1/12 and 1/144. */
static const double part[] = {2.25 / 12.0, 1.0 / 12.0, 0.0}, joint = 1.0 / 144.0;

typedef struct {
    size_t base;
    double luck, own; /* standard deviations of a batch mean */
} setting_t;

static double normal(uint64_t run, uint64_t point, uint32_t draw)
{
    return qd_random_normal((qd_luck_t){run, point}, QD_PURPOSE_BOOTSTRAP, 110, draw);
}

static void evaluate(const setting_t *setting, uint64_t run, double unit[], qd_batch_mean_t value[])
{
    qd_error_t error = QD_ERROR_NONE;
    assert_int_equal(qd_design_saltelli(setting->base, FACTORS, run, unit, &error), QD_OK);
    for (size_t p = 0; p < setting->base * (FACTORS + 2); p++) {
        double x = unit[p * FACTORS], z = unit[p * FACTORS + 1];
        for (uint32_t b = 0; b < BATCHES; b++) {
            double luck = setting->luck * normal(run, 1u << 30, b) * (1.0 + 2.0 * x);
            value[p * BATCHES + b] =
                (qd_batch_mean_t){x + z / 2.0 + x * z + luck + setting->own * normal(run, p, b), 4.0};
        }
    }
}

/* Over RUNS designs: mean of an estimate less the truth, its standard error, and how often the interval
 * held. */
typedef struct {
    double sum, squares, held;
} score_t;

static void add(score_t *self, const qd_estimate_t *estimate, double truth)
{
    double off = estimate->estimate - truth;
    self->sum += off / RUNS;
    self->squares += off * off / RUNS;
    self->held += (estimate->whole.low <= truth && truth <= estimate->whole.high) / (double)RUNS;
}

static void report(const setting_t *setting, const char *index, size_t factor, double truth,
                   const score_t *score)
{
    double error = sqrt((score->squares - score->sum * score->sum) / (RUNS - 1.0));
    printf("validation | 13 | Sobol' indices under shared luck, %zu base samples, 16 batches | mean of %s "
           "index %zu "
           "over %d designs | %.4f | %.4f (standard error %.4f)\n",
           setting->base, index, factor + 1, RUNS, truth, truth + score->sum, error);
    printf("validation | 13 | Sobol' indices under shared luck, %zu base samples, 16 batches | coverage of "
           "the 95%% "
           "interval of %s index %zu | 0.950 | %.3f\n",
           setting->base, index, factor + 1, score->held);
    assert_true(fabs(score->sum) < 4.0 * error + truth / (2.0 * (double)setting->base - 1.0));
    assert_true(score->held > 0.92);
}

/* The same estimates from means over all worlds, as if these were exact. */
static void take_for_exact(const setting_t *setting, qd_batch_mean_t value[], qd_sobol_index_t index[])
{
    const qd_bootstrap_t none = {.confidence = 0.95};
    qd_sobol_summary_t summary;
    qd_error_t error = QD_ERROR_NONE;
    for (size_t p = 0; p < setting->base * (FACTORS + 2); p++) {
        double mean = 0.0;
        for (size_t b = 0; b < BATCHES; b++)
            mean += value[p * BATCHES + b].mean / BATCHES;
        value[p] = (qd_batch_mean_t){mean, 4.0 * BATCHES};
    }
    assert_int_equal(qd_sobol_indices(setting->base, FACTORS, 1, value, &none, index, &summary, &error),
                     QD_OK);
}

static void simulate(const setting_t *setting)
{
    size_t points = setting->base * (FACTORS + 2);
    double *unit = malloc(points * FACTORS * sizeof *unit), all = part[0] + part[1] + joint;
    qd_batch_mean_t *value = malloc(points * BATCHES * sizeof *value);
    score_t first[FACTORS] = {{0}}, total[FACTORS] = {{0}};
    double exact = 0.0;
    assert_true(unit && value);
    for (uint64_t run = 0; run < RUNS; run++) {
        const qd_bootstrap_t bootstrap = {.resamples = 400, .confidence = 0.95, .seed = run};
        qd_sobol_index_t index[FACTORS];
        qd_sobol_summary_t summary;
        qd_error_t error = QD_ERROR_NONE;
        evaluate(setting, run, unit, value);
        assert_int_equal(
            qd_sobol_indices(setting->base, FACTORS, BATCHES, value, &bootstrap, index, &summary, &error),
            QD_OK);
        for (size_t f = 0; f < FACTORS; f++) {
            add(&first[f], &index[f].first, part[f] / all);
            add(&total[f], &index[f].total, (part[f] + (f < 2 ? joint : 0.0)) / all);
        }
        take_for_exact(setting, value, index);
        exact += index[0].first.estimate / RUNS;
    }
    for (size_t f = 0; f < FACTORS; f++) {
        report(setting, "first-order", f, part[f] / all, &first[f]);
        report(setting, "total", f, (part[f] + (f < 2 ? joint : 0.0)) / all, &total[f]);
    }
    printf("validation | 13 | Sobol' indices under shared luck, %zu base samples | the same without "
           "correcting for luck, "
           "first-order index 1 | %.4f | %.4f (biased)\n",
           setting->base, part[0] / all, exact);
    free(unit);
    free(value);
}

static void test_indices_under_shared_luck(void **state)
{
    (void)state;
    simulate(&(setting_t){64, 0.3, 0.5});
    simulate(&(setting_t){256, 0.5, 0.3});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indices_under_shared_luck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
