/* labels: validation slow */
/* Runs that stop when their claims are decided: the share of files with a false verdict, for effects
 * exactly at their margins and near them. At the margins a test for a fixed number of worlds, repeated at
 * every look, fails. */
#include "engine/sequenced.h"

#include "statistics/contrast.h"

#define REPEATS 2000
#define ERROR   0.0049 /* standard error of 5 % of REPEATS */

static uint64_t repeat;

/* With margins, so that effects may lie at them: the difference between targets 1 and 0 is `shift`. */
static const char text[] =
    "seed: 3\nluck: %s\norders: [unipolar, bipolar]\nparameters: {order.periods: 30}\n"
    "design: {type: grid, factors: {institution.target: {values: [0, 0.5, 1]}}}\n"
    "precision: {claims: all, min_worlds: 256, max_worlds: 3072}\nclaims:\n"
    "  - {id: contrast, says: x, outcome: %s, margin: %g, contrast: {more: {institution.target: 1}, "
    "less: "
    "{institution.target: 0}}}\n"
    "  - {id: trend, says: x, outcome: %s, margin: %g, trend: {factor: institution.target, direction: "
    "rises}}\n"
    "  - {id: orders, says: x, outcome: %s, contrast: {more: {order: bipolar}, less: {order: unipolar}}}\n"
    "  - {id: one, says: x, outcome: %s, order: bipolar, margin: %g, contrast: {more: "
    "{institution.target: 0.5}, "
    "less: {institution.target: 0}}}\n";

/* ---- worlds -------------------------------------------------------------------------------------------- */

static double shift;  /* of the outcome from target 0 to target 1 */
static bool by_order; /* orders share no luck */

/* Uniform luck: half of a world's is shared by its cells, or by those of one order. */
static double share_of_luck(size_t point, size_t order, uint64_t world)
{
    qd_luck_t luck = {5000 + repeat, world};
    uint32_t cell = (uint32_t)(8 * point + order);
    bool shared = qd_random_uniform(luck, QD_PURPOSE_BOOTSTRAP, 97, cell) < 0.5;
    return qd_random_uniform(luck, QD_PURPOSE_BOOTSTRAP, 98,
                             shared ? 1000 + (by_order ? (uint32_t)order : 0) : cell);
}

/* A rare flag. */
static double flag(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    (void)experiment;
    return share_of_luck(point, order, world) < 0.05 ? 1.0 : 0.0;
}

/* Between 0 and 30, most worlds near 0. */
static double skewed(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    double u = share_of_luck(point, order, world);
    return 20.0 * u * u * u * u + shift * experiment->point[point].coordinate[0];
}

/* Without an upper bound: exponential. */
static double waiting(const qd_experiment_t *experiment, size_t point, size_t order, uint64_t world)
{
    return -log(1.0 - share_of_luck(point, order, world)) + shift * experiment->point[point].coordinate[0];
}

/* ---- verdicts ------------------------------------------------------------------------------------------ */

/* Whether a verdict is false: any verdict if effects lie at their margins; else a contradiction, or an effect
 * between orders. */
static bool any_false(const sequenced_t *self, bool above)
{
    for (size_t c = 0; c < 4; c++)
        for (size_t k = 0; k < 3; k++) {
            qd_place_state_t state = found(self, c, k).state;
            bool nothing = !above || c == 2;
            if (state == QD_PLACE_CONTRADICTED || (state == QD_PLACE_SUPPORTED && nothing))
                return true;
        }
    return false;
}

typedef struct {
    const char *name, *outcome;
    qd_outcome_t column;
    made_up_t *made_up;
    double shift, margin; /* of the difference between targets 1 and 0 */
    bool by_order;
} situation_t;

static double share_of_false(const situation_t *situation, double *worlds)
{
    char yaml[2000];
    sequenced_t self;
    size_t wrong = 0;
    shift = situation->shift;
    by_order = situation->by_order;
    *worlds = 0.0;
    const char *outcome = situation->outcome;
    double margin = situation->margin;
    snprintf(yaml, sizeof yaml, text, by_order ? "by-order" : "shared", outcome, margin, outcome, margin,
             outcome, outcome, margin / 2.0);
    sequenced_open(&self, yaml);
    for (repeat = 0; repeat < REPEATS; repeat++) {
        sequenced_restart(&self);
        sequenced_run(&self, situation->column, situation->made_up);
        wrong += any_false(&self, situation->shift > situation->margin);
        *worlds += (double)self.looked / REPEATS;
    }
    sequenced_close(&self);
    return (double)wrong / REPEATS;
}

static void test_files(void **state)
{
    (void)state;
    const situation_t situation[] = {
        {"rare flags, effects at the margin", "breakdown", QD_O_breakdown, flag, 0.0, 0.0, false},
        {"rare flags at the margin, luck by order", "breakdown", QD_O_breakdown, flag, 0.0, 0.0, true},
        {"skewed and bounded, effects at the margin", "survival", QD_O_survival, skewed, 2.0, 2.0, false},
        {"skewed and bounded, at the margin, luck by order", "survival", QD_O_survival, skewed, 2.0, 2.0,
         true},
        {"skewed and bounded, effects 0.1 sd above the margin", "survival", QD_O_survival, skewed, 2.6, 2.0,
         false},
        {"skewed and unbounded, effects at the margin", "tension_mean", QD_O_tension_mean, waiting, 0.5, 0.5,
         false},
        {"skewed and unbounded, at the margin, luck by order", "tension_mean", QD_O_tension_mean, waiting,
         0.5, 0.5, true},
    };
    for (size_t i = 0; i < sizeof situation / sizeof *situation; i++) {
        double worlds, wrong = share_of_false(&situation[i], &worlds);
        print_message("validation | 12 | files of four claims that stop when decided, 12 looks at most: %s | "
                      "some verdict "
                      "is false | <= 0.05 (+ 0.015) | %.4f (ending after %.0f worlds)\n",
                      situation[i].name, wrong, worlds);
        assert_true(wrong <= 0.05 + 3.0 * ERROR);
    }
}

/* ---- the need for sequences ---------------------------------------------------------------------------- */

/* One contrast without an effect, tested at every look as if its worlds were fixed, until it is rejected. */
static void test_fixed_tests_would_fail(void **state)
{
    (void)state;
    size_t wrong = 0;
    shift = 0.0;
    for (repeat = 0; repeat < REPEATS; repeat++) {
        qd_contrast_t *contrast = qd_contrast_new(2, (const double[]){1.0, -1.0});
        bool rejected = false;
        for (uint64_t look = 0; look < 12 && !rejected; look++) {
            double value[2][QD_LOOK_SIZE];
            for (size_t cell = 0; cell < 2; cell++)
                for (uint64_t w = 0; w < QD_LOOK_SIZE; w++)
                    value[cell][w] = 20.0 * pow(share_of_luck(cell, 0, look * QD_LOOK_SIZE + w), 4.0);
            qd_contrast_add(contrast, QD_LOOK_SIZE, (const double *const[]){value[0], value[1]});
            rejected = qd_contrast_result(contrast, 0.95, 0.0).p <= 0.05;
        }
        wrong += rejected;
        qd_contrast_free(contrast);
    }
    print_message("validation | 12 | one contrast without an effect, tested as if fixed at each of 12 looks "
                  "| type-I error | "
                  "> 0.05 (that is why) | %.3f\n",
                  (double)wrong / REPEATS);
    assert_true(wrong > REPEATS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_fixed_tests_would_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
