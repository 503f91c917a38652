/* labels: slow memory */
/* Memory runs out at any request while worlds are played, judged, verified, merged and replayed: the status
 * says so, and finished worlds are not lost. */
#include "support/failing_memory.h"

#include <limits.h>
#include <unistd.h>

#include "engine/tiny.h"

#include "engine/merge.h"
#include "engine/replay.h"
#include "engine/verify.h"
#include "quadrille/run.h"
#include "quadrille/simulate.h"

#define CONTRAST(id)                                                                                         \
    "{id: " id ", says: x, outcome: wars, contrast: {more: {doctrine: obama}, less: {doctrine: trump}}}"

/* Designs, claims of every form, ablations, robustness, and both stopping rules. */
static const char *const texts[] = {
    "design: {type: grid, factors: {doctrine: {values: [obama, trump]}, tension.debt: {values: [0, 0.2]}}}\n"
    "ablate: {decay: {tension.decay: 0}}\nrobustness: {points: 10, worlds: 2, range: 0.2}\n"
    "output: {landscape: true}\nworlds: 4\nclaims:\n  - " CONTRAST(
        "a") "\n"
             "  - {id: b, says: x, outcome: wars, trend: {factor: tension.debt, direction: rises}}\n"
             "  - {id: c, says: x, outcome: resolved, bimodal: true}\n"
             "  - {id: d, says: x, outcome: survival, contrast: {more: {order: unipolar}, less: {order: "
             "bipolar}}}\n",
    "design: {type: saltelli, points: 4, factors: {tension.debt: {uniform: [0, 1]}, tension.decay: {uniform: "
    "[0, 1]}}}\noutput: {outcomes: [survival, breakdown], paths: true}\nworlds: 3\n",
    "design: {type: morris, points: 3, levels: 4, factors: {tension.debt: {uniform: [0, 1]}, tension.decay: "
    "{uniform: [0, 1]}}}\noutput: {worlds: false}\nworlds: 2\n",
    "design: {type: lhs, points: 6, factors: {tension.debt: {uniform: [0, 1]}}}\nbaseline: true\nworlds: "
    "2\n",
    "design: {type: grid, factors: {doctrine: {values: [obama, trump]}}}\nworlds: 8\n"
    "precision: {claims: all, min_worlds: 8, max_worlds: 40}\nclaims:\n  - " CONTRAST("f") "\n",
    "worlds: 8\nprecision: {outcome: survival, half_width: 0.01, min_worlds: 8, max_worlds: 24}\n",
};

#define TEXTS (sizeof texts / sizeof texts[0])

static sig_atomic_t never;
static char folder[] = "/tmp/qd-engine-memory-XXXXXX";
static char output[64], shard[2][64], merged[64];
static const qd_experiment_t *experiment;
static qd_run_summary_t summary;

static qd_experiment_t *parse(const char *more)
{
    char text[2048];
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *made = NULL;
    snprintf(text, sizeof text,
             "name: memory\nseed: 7\norders: [unipolar, bipolar]\nparameters: {order.states: 4, "
             "order.periods: 4}\n%s",
             more);
    if (qd_experiment_parse(text, "memory.yaml", &made, &error) != QD_OK)
        fail_msg("%s", error.text);
    return made;
}

static qd_status_t play(const char *path, size_t k, size_t shards, bool resume, qd_error_t *error)
{
    qd_run_options_t options = {.output = path,
                                .threads = 1,
                                .resume = resume,
                                .force = !resume,
                                .shard = k,
                                .shards = shards,
                                .command_line = "test",
                                .stop = &never};
    return qd_run(experiment, &options, &summary, error);
}

/* ---- operations ---------------------------------------------------------------------------------------- */

static qd_status_t run(qd_error_t *error)
{
    return play(output, 1, 1, false, error);
}

static qd_status_t verify(qd_error_t *error)
{
    qd_verify_report_t report;
    qd_verify_options_t options = {.path = output, .fraction = 1.0, .threads = 1, .stop = &never};
    qd_status_t status = qd_verify(&options, &report, error);
    qd_verify_report_free(&report);
    return status;
}

static qd_status_t merge(qd_error_t *error)
{
    qd_merge_summary_t joined;
    const char *const path[2] = {shard[0], shard[1]};
    qd_merge_options_t options = {.output = merged, .shard = path, .shards = 2, .force = true};
    return qd_merge(&options, &joined, error);
}

static qd_status_t replay(qd_error_t *error)
{
    qd_replay_t found = {0};
    qd_replay_options_t options = {.path = output, .order = "bipolar", .point = "0", .world = 1};
    qd_status_t status = qd_replay(&options, &found, error);
    if (status == QD_OK)
        assert_true(found.stored && found.differs == -1);
    qd_replay_free(&found);
    return status;
}

static qd_status_t simulate(qd_error_t *error)
{
    static const char *const factor[] = {"tension.debt", "doctrine"};
    static const double value[] = {0.1, 0.0, 0.2, 1.0};
    static const qd_outcome_t outcome[] = {QD_O_survival, QD_O_wars};
    double out[2 * 2 * 3 * 2];
    qd_batch_t batch = {.factors = 2,
                        .factor = factor,
                        .points = 2,
                        .value = value,
                        .worlds = 3,
                        .outcomes = 2,
                        .outcome = outcome,
                        .threads = 1};
    return qd_simulate(experiment, &batch, out, error);
}

/* ---- refusals at every place --------------------------------------------------------------------------- */

/* Tries `work` with a request refused, once for each place that requests memory and that no earlier work
 * has. `then`, if not NULL, has to succeed after every eighth failure. */
static void try_all(qd_status_t (*work)(qd_error_t *error), const char *name, void (*then)(void))
{
    size_t refusals = 0;
    qd_error_t fine = QD_ERROR_NONE;
    places_listen();
    if (work(&fine) != QD_OK)
        fail_msg("%s: %s", name, fine.text);
    size_t count = places_end();
    for (size_t i = 0; i < count; i++) {
        qd_error_t error = QD_ERROR_NONE;
        fail_at(places.first[i]);
        qd_status_t status = work(&error);
        fail_at(0);
        if (status != QD_OK &&
            (status == QD_ERROR_INPUT || status == QD_ERROR_DIFFERS || error.text[0] == '\0'))
            fail_msg("%s, request %ld: status %d, message `%s`", name, places.first[i], status, error.text);
        if (status == QD_OK && error.count > 0)
            fail_msg("%s, request %ld: done, and yet `%s`", name, places.first[i], error.text);
        if (status != QD_OK && then && i % 8 == 0)
            then();
        refusals += status != QD_OK;
    }
    assert_true(refusals > 0 || count == 0);
}

static char hash[sizeof summary.assembled.result_hash];

static void resume(void)
{
    qd_error_t error = QD_ERROR_NONE;
    if (play(output, 1, 1, true, &error) != QD_OK)
        fail_msg("%s", error.text);
    assert_string_equal(summary.assembled.result_hash, hash);
}

static void test_every_step(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        qd_error_t error = QD_ERROR_NONE;
        qd_experiment_t *made = parse(texts[i]);
        experiment = made;
        if (run(&error) != QD_OK)
            fail_msg("%s", error.text);
        memcpy(hash, summary.assembled.result_hash, sizeof hash);
        try_all(run, "running", resume);
        if (run(&error) != QD_OK)
            fail_msg("%s", error.text);
        try_all(verify, "verifying", NULL);
        qd_experiment_free(made);
    }
}

static void test_shards_and_worlds(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *made = parse(texts[3]);
    experiment = made;
    for (size_t s = 0; s < 2; s++)
        if (play(shard[s], s + 1, 2, false, &error) != QD_OK)
            fail_msg("%s", error.text);
    if (run(&error) != QD_OK)
        fail_msg("%s", error.text);
    try_all(merge, "merging", NULL);
    try_all(replay, "replaying", NULL);
    try_all(simulate, "simulating", NULL);
    qd_experiment_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_step),
        cmocka_unit_test(test_shards_and_worlds),
    };
    char command[64];
    if (!mkdtemp(folder))
        return 1;
    snprintf(output, sizeof output, "%s/a.h5", folder);
    snprintf(merged, sizeof merged, "%s/m.h5", folder);
    for (int s = 0; s < 2; s++)
        snprintf(shard[s], sizeof shard[s], "%s/%d.h5", folder, s + 1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command) == 0 ? failed : 1;
}
