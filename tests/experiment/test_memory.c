/* Memory runs out at any request while an experiment is read, sealed or asked: the status says so, and
 * nothing else happens. */
#include "support/failing_memory.h"

#include <limits.h>
#include <unistd.h>

#include "experiment/loaded.h"
#include "experiment/parts.h"

#define DATA QD_SOURCE_DIR "/tests/data/"
#define CLAIM                                                                                                \
    "  - {id: x, says: x, outcome: wars, contrast: {more: {doctrine: obama}, less: {doctrine: trump}}}\n"

static const char *const texts[] = {
    "name: a\nabout: b\nseed: 9\nworlds: 40\norders: [unipolar, {empirical: {cinc: " DATA
    "nmc_small.csv, year: 1900, alliances: " DATA "pacts_small.csv, rivalries: " DATA
    "rivalries_small.csv}}]\nschedule: [{at: 7, set: {doctrine: trump}}]\nparameters: {affinity.noise: "
    "{beta: "
    "[2, 3]}, doctrine: {choice: {values: [obama, trump], weights: [0.3, 0.1]}}}\n",
    "design: {type: grid, factors: {doctrine: {values: [obama, trump]}, tension.debt: {linspace: [0.1, 0.2, "
    "2]}}}\nablate: {debt: {tension.debt: 0}}\nbaseline: true\nrobustness: {points: 10, worlds: 2, range: "
    "0.2}\nclaims:\n" CLAIM
    "  - {id: y, says: y, outcome: wars, trend: {factor: tension.debt, direction: rises, at: {doctrine: "
    "obama}}}\n",
    "design: {type: list, points: [{label: a, set: {tension.debt: 1}, schedule: [{at: 3, set: {doctrine: "
    "obama}}]}, {doctrine: {choice: [obama, trump]}}]}\nclaims:\n  - {id: x, says: x, outcome: wars, "
    "contrast: "
    "{more: {order: unipolar}, less: {order: bipolar}, at: {point: a}}}\n  - {id: z, says: z, outcome: "
    "resolved, bimodal: true}\n",
    "design: {type: lhs, points: 3, factors: {tension.debt: {uniform: [0, 1]}}}\n",
    "design: {type: sobol, points: 3, factors: {tension.debt: {uniform: [0, 1]}}}\n",
    "design: {type: saltelli, points: 2, factors: {tension.debt: {normal: [1, 0.1]}, tension.decay: {values: "
    "[0, 1]}}}\n",
    "design: {type: morris, points: 2, levels: 4, factors: {tension.debt: {uniform: [0, 1]}}}\n",
    "precision: {claims: all, max_worlds: 1e4}\ndesign: {type: grid, factors: {doctrine: {values: [obama, "
    "trump]}}}\nclaims:\n" CLAIM,
};

/* Every request up to the fortieth, then ever fewer. */
static long after(long k)
{
    return k + 1 + k / 40;
}

static void assert_told(qd_status_t status, const qd_error_t *error, long k)
{
    if (status != QD_ERROR_MEMORY || error->text[0] == '\0')
        fail_msg("request %ld: status %d, message `%s`", k, status, error->text);
}

static qd_status_t read_failing(const char *text, long k, qd_experiment_t **self, long *requests,
                                qd_error_t *error)
{
    fail_at(k);
    qd_status_t status = qd_experiment_parse(text, "test.yaml", self, error);
    *requests = fail_at(0);
    return status;
}

static void test_reading(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        qd_experiment_t *expected = loaded(texts[i]);
        long requests = LONG_MAX;
        for (long k = 1; k <= requests; k = after(k)) {
            qd_experiment_t *found = NULL;
            qd_error_t error = QD_ERROR_NONE;
            qd_status_t status = read_failing(texts[i], k, &found, &requests, &error);
            if (status == QD_OK) { /* the array that could not shrink serves as it is */
                assert_string_equal(found->config, expected->config);
            } else {
                assert_told(status, &error, k);
                assert_null(found);
                requests = LONG_MAX;
            }
            qd_experiment_free(found);
        }
        qd_experiment_free(expected);
    }
}

/* A registration beside the experiment: written, and read with it. */
static void test_registration(void **state)
{
    (void)state;
    char folder[] = "quadrille-memory-XXXXXX", path[64], sealed[64], *text = NULL;
    size_t size = 0;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/e.yaml", folder);
    snprintf(sealed, sizeof sealed, "%s/e.registered.yaml", folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(texts[1], out) >= 0 && fclose(out) == 0);
    qd_error_t fine = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    assert_int_equal(qd_experiment_load(path, NULL, &experiment, &fine), QD_OK);
    qd_status_t status = QD_ERROR_MEMORY;
    for (long k = 1; status != QD_OK; k++) {
        qd_error_t error = QD_ERROR_NONE;
        free(text);
        out = open_memstream(&text, &size);
        fail_at(k);
        status = qd_registration_write(experiment, out, &error);
        fail_at(0);
        assert_int_equal(fclose(out), 0);
        if (status != QD_OK)
            assert_told(status, &error, k);
    }
    qd_experiment_free(experiment);
    out = fopen(sealed, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0 && fclose(out) == 0);
    free(text);
    long requests = LONG_MAX;
    for (long k = 1; k <= requests; k = after(k)) {
        qd_error_t error = QD_ERROR_NONE;
        experiment = NULL;
        fail_at(k);
        status = qd_experiment_load(path, NULL, &experiment, &error);
        requests = fail_at(0);
        if (status != QD_OK) {
            assert_told(status, &error, k);
            assert_null(experiment);
            requests = LONG_MAX;
        } else {
            assert_string_equal(experiment->deviations, "");
            assert_true(strlen(experiment->registered) >= 10);
        }
        qd_experiment_free(experiment);
    }
    assert_true(unlink(path) == 0 && unlink(sealed) == 0 && rmdir(folder) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_registration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
