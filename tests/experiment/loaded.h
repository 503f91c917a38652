/* Experiments from text, for tests: loaded or the test fails with the message. */
#ifndef TESTS_EXPERIMENT_LOADED_H
#define TESTS_EXPERIMENT_LOADED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quadrille/experiment.h"

static inline qd_experiment_t *loaded(const char *text)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    if (qd_experiment_parse(text, "test.yaml", &experiment, &error))
        fail_msg("%s", error.text);
    assert_int_equal(error.count, 0);
    return experiment;
}

/* The plan of (point, order); its changes are in `change`, which has room for 64. */
static inline qd_plan_t plan_of(const qd_experiment_t *self, size_t point, size_t order,
                                qd_change_t change[64])
{
    qd_plan_t plan;
    assert_in_range(self->changes + self->point[point].changes, 0, 64);
    qd_experiment_plan(self, point, order, change, &plan);
    return plan;
}

/* The constant that a plan gives to a parameter. */
static inline double constant_of(const qd_plan_t *plan, qd_parameter_t parameter)
{
    assert_int_equal(plan->parameter[parameter].kind, QD_CONSTANT);
    return plan->parameter[parameter].a;
}

static inline void assert_near(double a, double b, double tolerance)
{
    if (!(a - b <= tolerance && b - a <= tolerance))
        fail_msg("%.17g is not %.17g to %g", a, b, tolerance);
}

#endif
