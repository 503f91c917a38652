/* `precision: {claims: ...}`: accepted and refused values. */
#include "experiment/loaded.h"

#define TWO_CLAIMS                                                                                           \
    "claims: [{id: 'a, b', says: c, outcome: wars, contrast: {more: {doctrine: obama}, less: {doctrine: "    \
    "trump}}}, {id: d, says: c, outcome: wars, contrast: {more: {order: unipolar}, less: {order: "           \
    "bipolar}}}]\n"

/* `claims` of a precision: all or some, with the file's confidence. */
static void test_precision_of_claims(void **state)
{
    (void)state;
    qd_experiment_t *e = loaded("precision: {claims: all, max_worlds: 1e4}\n" TWO_CLAIMS);
    assert_true(e->precision.given && e->precision.claims && e->worlds == 10000);
    assert_true(e->precision.min_worlds == 1000 && e->precision.confidence == 0.95);
    assert_true(e->claim[0].awaited && e->claim[1].awaited);
    assert_non_null(strstr(e->config, "\nprecision: {claims: all, confidence: 0.95, min_worlds: 1000, "));
    qd_experiment_free(e);
    e = loaded("confidence: 0.9\nprecision: {claims: [d]}\n" TWO_CLAIMS);
    assert_true(!e->claim[0].awaited && e->claim[1].awaited && e->precision.confidence == 0.9);
    qd_experiment_free(e);
}

static const struct {
    const char *yaml, *told;
} wrong[] = {
    {"precision: {clams: all}",
     "f.yaml:1:12: found no `outcome` in `precision`; expected one\n"
     "f.yaml:1:12: found no `half_width` in `precision`; expected one\n"
     "f.yaml:1:13: found the unknown key `clams`; expected one of: outcome, half_width, confidence, "
     "min_worlds, max_worlds, claims (did you mean `claims`?)\n"},
    {"precision: {claims: all, outcome: survival}",
     "f.yaml:1:13: found `claims` in the `precision` of a file without claims; expected claims to decide, or "
     "an "
     "outcome with its half_width\n"
     "f.yaml:1:26: found `outcome` beside `claims`; expected an outcome with its half_width, or claims\n"},
    {"precision: {claims: all}", "f.yaml:1:13: found `claims` in the `precision` of a file without claims; "
                                 "expected claims to decide, or an "
                                 "outcome with its half_width\n"},
    {"precision: {claims: [absorbd]}\nclaims: [{id: absorbed, says: b, outcome: wars, contrast: {more: "
     "{doctrine: "
     "obama}, less: {doctrine: rumsfeld}}}]",
     "f.yaml:1:22: found `absorbd` for `claims`; expected the id of a claim of this file (did you mean "
     "`absorbed`?)\n"},
    {"precision: {claims: some}\nclaims: [{id: a, says: b, outcome: wars, contrast: {more: {doctrine: "
     "obama}, less: "
     "{doctrine: rumsfeld}}}]",
     "f.yaml:1:21: found `some` for `claims`; expected `all`, or a list of ids of claims\n"},
    {"precision: {claims: [a, a]}\nclaims: [{id: a, says: b, outcome: wars, contrast: {more: {doctrine: "
     "obama}, "
     "less: {doctrine: rumsfeld}}}]",
     "f.yaml:1:25: found the claim `a` twice; expected it once\n"},
};

static void test_every_message(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        qd_error_t error = QD_ERROR_NONE;
        qd_experiment_t *experiment;
        assert_int_equal(qd_experiment_parse(wrong[i].yaml, "f.yaml", &experiment, &error), QD_ERROR_INPUT);
        assert_string_equal(error.text, wrong[i].told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precision_of_claims),
        cmocka_unit_test(test_every_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
