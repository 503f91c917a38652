/* Experiments that are played quickly, for tests of the engine. */
#ifndef QD_TESTS_ENGINE_TINY_H
#define QD_TESTS_ENGINE_TINY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quadrille/experiment.h"

/* Three points (the first and the last set the same) by two orders. `more`: further lines of YAML, `worlds:`
 * among them. */
static inline qd_experiment_t *tiny_experiment(const char *more)
{
    static const char *const text =
        "name: tiny\nseed: 7\norders: [unipolar, bipolar]\n"
        "parameters: {order.states: 5, order.periods: 6, tension.debt: {choice: [0.1, 0.2]}}\n"
        "design: {type: list, points: [{label: a, set: {doctrine: rumsfeld}},\n"
        "  {label: b, set: {doctrine: obama}}, {label: c, set: {doctrine: rumsfeld}}]}\n";
    char whole[2048];
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    snprintf(whole, sizeof whole, "%s%s\n", text, more);
    if (qd_experiment_parse(whole, "tiny", &experiment, &error) != QD_OK)
        fail_msg("%s", error.text);
    return experiment;
}

/* Set-up and tear-down of a test with a scratch folder, whose path is *state. */
static inline int tiny_start(void **state)
{
    char *folder = strdup("/tmp/qd-engine-XXXXXX");
    assert_non_null(mkdtemp(folder));
    *state = folder;
    return 0;
}

static inline int tiny_end(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", (char *)*state);
    int status = system(command);
    free(*state);
    return status;
}

#endif
