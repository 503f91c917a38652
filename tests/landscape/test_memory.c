/* Memory runs out at any request while a landscape or power file is read or solved: the status says so, and
 * nothing else happens. */
#include "support/failing_memory.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "quadrille/landscape.h"
#include "quadrille/power.h"
#include "support/check.h"

#define FIVE "actors: {A: 1, B: 2, C: 3, D: 1.5, E: 1}\n"
#define PAIRS                                                                                                \
    "propensity: [[0, 1, -1, 0.5, 1], [1, 0, -1, 1, -0.5], [-1, -1, 0, 1, 1], [0.5, 1, 1, 0, -1], [1, "      \
    "-0.5, 1, -1, 0]]\n"

static char path[] = "/tmp/qd-landscape-memory-XXXXXX";

/* Blocs of equal sizes and propensities have minima on plateaus. */
static const char *const landscapes[] = {
    "rule: two-camps\nmethod: exact\n" FIVE PAIRS,
    "rule: blocs\nmethod: exact\n" FIVE PAIRS,
    "rule: two-camps\nmethod: search\nstarts: 3\nseed: 3\n" FIVE PAIRS,
    "rule: blocs\nmethod: search\nstarts: 3\nseed: 3\n" FIVE PAIRS,
    "rule: blocs\nmethod: exact\nactors: [A, B, C, D]\npropensity: [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, "
    "0], [0, 0, 0, 0]]\n",
    "rule: two-camps\nmethod: search\nstarts: 2\nties: " QD_SOURCE_DIR "/experiments/data/tribes.csv\n",
};

/* Many members with large weights are counted by halves, others by generating functions. */
static const char *const bodies[] = {
    "members: {A: 3, B: 2, C: 2, D: 1}\nquota: 5\nveto: [A]\n",
    "members: [A, B, C]\nrules: [{weights: {A: 2, B: 1, C: 1}, quota: 3}, {weights: {A: 1, B: 1, C: 1}, "
    "quota: 2}]\n",
    "members: {A: 900000001, B: 800000011, C: 700000027, D: 600000043, E: 500000003, F: 400000009, G: "
    "300000007}\nquota: 2000000000\n",
};

static void write_file(const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0 && fclose(out) == 0);
}

static qd_status_t solve_landscape(qd_error_t *error)
{
    qd_landscape_t *self = NULL;
    qd_landscape_answer_t *answer = NULL;
    qd_status_t status = qd_landscape_load(path, &self, error);
    if (status == QD_OK)
        status = qd_landscape_solve(self, NULL, &answer, error);
    if (status == QD_OK)
        assert_true(answer->minima > 0);
    else
        assert_null(answer);
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
    return status;
}

static qd_status_t solve_power(qd_error_t *error)
{
    qd_power_t *self = NULL;
    qd_power_index_t index[8];
    qd_status_t status = qd_power_load(path, &self, error);
    if (status == QD_OK)
        status = qd_power_solve(self, index, error);
    if (status == QD_OK)
        assert_true(index[0].banzhaf > 0.0 && index[0].banzhaf < 1.0);
    qd_power_free(self);
    return status;
}

/* Refuses every request in turn; then the work succeeds. */
static void try_all(qd_status_t (*work)(qd_error_t *error), const char *text)
{
    long refusals = 0, requests = LONG_MAX;
    write_file(text);
    for (long k = 1; k <= requests; k++) {
        qd_error_t error = QD_ERROR_NONE;
        fail_at(k);
        qd_status_t status = work(&error);
        long made = fail_at(0);
        if (status == QD_OK ? error.count > 0 : status != QD_ERROR_MEMORY || error.text[0] == '\0')
            fail_msg("request %ld of `%s`: status %d, message `%s`", k, text, status, error.text);
        refusals += status != QD_OK;
        requests = status == QD_OK && k > made ? made : LONG_MAX;
    }
    assert_true(refusals > 10 || !FAILING_MEMORY);
}

static void test_landscapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof landscapes / sizeof landscapes[0]; i++)
        try_all(solve_landscape, landscapes[i]);
}

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        try_all(solve_power, bodies[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_landscapes),
        cmocka_unit_test(test_bodies),
    };
    int file = mkstemp(path);
    if (file < 0 || close(file) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return unlink(path) == 0 ? failed : 1;
}
