/* An experiment in which one or two keys have other values than they should: a message, or an experiment, and
 * no crash. */
#include "experiment/loaded.h"

#include <stdio.h>

/* Keys of an experiment with a good value and other values: a reader that relies on another key checks it. */
static const char *const key[][2] = {
    {"name", "a"},
    {"seed", "3"},
    {"worlds", "40"},
    {"orders", "[unipolar, bipolar]"},
    {"parameters", "{tension.decay: {uniform: [0.1, 0.2]}}"},
    {"schedule", "[{at: 3, set: {blocs.bypass: 0.5}}]"},
    {"design",
     "{type: grid, factors: {doctrine: {values: [obama, trump]}, tension.debt: {values: [0.1, 0.2]}}}"},
    {"precision", "{claims: all, max_worlds: 1000}"},
    {"output", "{outcomes: [wars, resolved]}"},
    {"confidence", "0.9"},
    {"claims",
     "[{id: x, says: x, outcome: wars, contrast: {more: {doctrine: obama}, less: {doctrine: trump}}}, "
     "{id: y, says: y, outcome: wars, trend: {factor: tension.debt, direction: rises}}]"},
    {"ablate", "{debt: {tension.debt: 0}, slow: {institution.erosion: 0.01}}"},
    {"baseline", "true"},
    {"robustness", "{points: 10, worlds: 2, range: 0.2}"},
    {"luck", "shared"},
};
static const char *const other[] = {"5", "[]", "{}", "{type: lhs}", "[{}]", "x"};
enum { KEYS = sizeof key / sizeof key[0], OTHERS = sizeof other / sizeof other[0] };

/* Parses the experiment with the values of two keys replaced (NULL: left out); returns whether it is
 * accepted. */
static bool parses(size_t a, const char *for_a, size_t b, const char *for_b)
{
    char text[2048];
    size_t used = 0;
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *self = NULL;
    for (size_t k = 0; k < KEYS; k++) {
        const char *value = k == b ? for_b : k == a ? for_a : key[k][1];
        if (value)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s: %s\n", key[k][0], value);
    }
    qd_status_t status = qd_experiment_parse(text, "f.yaml", &self, &error);
    if (status != QD_OK && (status != QD_ERROR_INPUT || self || strncmp(error.text, "f.yaml:", 7) != 0))
        fail_msg("status %d, message `%s` for\n%s", status, error.text, text);
    qd_experiment_free(self);
    return status == QD_OK;
}

static void test_two_wrong_keys(void **state)
{
    (void)state;
    assert_true(parses(0, key[0][1], 0, key[0][1]));
    for (size_t a = 0; a < KEYS; a++)
        for (size_t b = a; b < KEYS; b++)
            for (size_t i = 0; i < OTHERS; i++) {
                (void)parses(a, other[i], b, NULL);
                for (size_t j = 0; j < OTHERS; j++)
                    (void)parses(a, other[i], b, other[j]);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_wrong_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
