/* `quadrille register`: the sealed lines, and the reported changes. */
#include "experiment/loaded.h"

#include <stdio.h>
#include <unistd.h>

#include "experiment/parts.h"

static const char claims[] =
    "seed: 3\nworlds: 50\ndesign: {type: list, points: [{label: a}, {label: b, set: {doctrine: obama}}]}\n"
    "claims:\n"
    "  - {id: x, says: x, outcome: wars, contrast: {more: {point: a}, less: {point: b}}}\n"
    "  - {says: y, id: y, outcome: crises, contrast: {more: {point: a}, less: {point: b}}, margin: 0.5}\n";

static char folder[64], path[96], sealed[96];

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static qd_experiment_t *load_file(const qd_overrides_t *overrides)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *self = NULL;
    if (qd_experiment_load(path, overrides, &self, &error) != QD_OK)
        fail_msg("%s", error.text);
    return self;
}

static int setup(void **state)
{
    (void)state;
    qd_error_t error = QD_ERROR_NONE;
    strcpy(folder, "test_registration.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.b.yaml", folder);
    char *found = qd_registration_path(path);
    snprintf(sealed, sizeof sealed, "%s/a.b.registered.yaml", folder);
    assert_string_equal(found, sealed);
    free(found);
    write_file(claims);
    qd_experiment_t *self = load_file(NULL);
    assert_string_equal(self->registered, "");
    FILE *out = fopen(sealed, "w");
    assert_non_null(out);
    assert_int_equal(qd_registration_write(self, out, &error), QD_OK);
    assert_int_equal(fclose(out), 0);
    qd_experiment_free(self);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    unlink(sealed);
    return rmdir(folder);
}

/* Loads the file with one text replaced, and compares the reported deviations. */
static void expect_deviations(const char *old, const char *new, const char *told)
{
    char text[2048];
    const char *at = strstr(claims, old);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - claims), claims, new, at + strlen(old));
    write_file(text);
    qd_experiment_t *self = load_file(NULL);
    assert_int_equal(strlen(self->registered), strlen("2026-01-01T00:00:00Z"));
    assert_string_equal(self->deviations, told);
    /* The result's text keeps it. */
    qd_experiment_t *again = loaded(self->config);
    assert_string_equal(again->registered, self->registered);
    assert_string_equal(again->deviations, told);
    assert_string_equal(again->config, self->config);
    qd_experiment_free(again);
    qd_experiment_free(self);
}

static void test_unchanged(void **state)
{
    (void)state;
    expect_deviations("says: y", "says: y", "");
    /* Texts that are only displayed may change. */
    expect_deviations("seed: 3", "about: more\noutput: {paths: false}\nseed: 3", "");
}

static void test_changes(void **state)
{
    (void)state;
    expect_deviations("margin: 0.5", "margin: 0.4", "claim `y` was changed");
    expect_deviations("id: x", "id: z", "claim `z` is new; claim `x` is gone");
    expect_deviations("worlds: 50", "worlds: 60", "`worlds` was changed");
    expect_deviations("seed: 3", "seed: 3\nconfidence: 0.9", "`confidence` was changed");
    expect_deviations(
        "seed: 3", "seed: 4",
        "parameters, orders, schedule, kind of design, luck or seed: was changed; `seed` was changed");
    expect_deviations(
        "seed: 3", "seed: 3\nluck: by-order",
        "parameters, orders, schedule, kind of design, luck or seed: was changed; `luck` is new");
    expect_deviations("seed: 3", "seed: 3\nablate: assumptions", "`ablate` is new");
    expect_deviations("{label: a}", "{label: a, set: {blocs.review: 3}}", "`design` was changed");
}

static void test_overrides(void **state)
{
    (void)state;
    write_file(claims);
    qd_experiment_t *self = load_file(&(qd_overrides_t){.has_worlds = true, .worlds = 10});
    assert_string_equal(self->deviations, "`worlds` was changed");
    qd_experiment_free(self);
}

/* A registration that was overwritten. */
static void test_forged(void **state)
{
    (void)state;
    char text[4096] = "";
    FILE *file = fopen(sealed, "r+");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    char *at = strstr(text, "margin: 0.5");
    assert_non_null(at);
    memcpy(at, "margin: 0.6", strlen("margin: 0.6"));
    rewind(file);
    fputs(text, file);
    fclose(file);
    expect_deviations("margin: 0.5", "margin: 0.6",
                      "the registration itself was changed after it was written");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unchanged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_overrides, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forged, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
