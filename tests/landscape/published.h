/* Shared by the tests of this folder: landscapes made in memory, and lines with published and computed
 * values. scripts/validation makes docs/validation.md from these lines. */
#ifndef QD_TESTS_LANDSCAPE_PUBLISHED_H
#define QD_TESTS_LANDSCAPE_PUBLISHED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/parallel.h"
#include "quadrille/landscape.h"
#include "quadrille/random.h"

/* Prints one line of the table and fails unless found equals expected. */
static inline void published_text(const char *number, const char *source, const char *quantity,
                                  const char *expected, const char *found)
{
    printf("validation | %s | %s | %s | %s | %s\n", number, source, quantity, expected, found);
    fflush(stdout);
    assert_string_equal(found, expected);
}

/* The same for numbers that must agree to all printed digits of `expected`, given as %.15g. */
static inline void published_number(const char *number, const char *source, const char *quantity,
                                    double expected, double found)
{
    char left[40], right[40];
    snprintf(left, sizeof left, "%.15g", expected);
    snprintf(right, sizeof right, "%.15g", found);
    published_text(number, source, quantity, left, right);
}

/* The same for numbers that must agree to `tolerance`. */
static inline void published_near(const char *number, const char *source, const char *quantity,
                                  double expected, double found, double tolerance)
{
    printf("validation | %s | %s | %s | %.15g | %.15g\n", number, source, quantity, expected, found);
    fflush(stdout);
    assert_true(found >= expected - tolerance && found <= expected + tolerance);
}

/* The same for numbers that were published with six decimals. */
static inline void published_decimals(const char *number, const char *source, const char *quantity,
                                      double expected, double found)
{
    char left[40], right[40];
    snprintf(left, sizeof left, "%.6f", expected);
    snprintf(right, sizeof right, "%.6f", found);
    published_text(number, source, quantity, left, right);
}

static inline qd_landscape_t *make_landscape(size_t n, qd_landscape_rule_t rule, qd_landscape_method_t method)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_t *self;
    assert_int_equal(qd_landscape_new(n, &self, &error), QD_OK);
    self->rule = rule;
    self->method = method;
    return self;
}

static inline void set_pair(qd_landscape_t *self, size_t i, size_t j, double p)
{
    self->propensity[i * self->actors + j] = self->propensity[j * self->actors + i] = p;
}

static inline qd_landscape_t *load_landscape(const char *path)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_t *self;
    if (qd_landscape_load(path, &self, &error) != QD_OK)
        fail_msg("%s", error.text);
    return self;
}

static inline qd_landscape_answer_t *solve(const qd_landscape_t *self, int threads)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_answer_t *answer;
    qd_runner_t runner = qd_parallel_runner(threads);
    if (qd_landscape_solve(self, threads > 0 ? &runner : NULL, &answer, &error) != QD_OK)
        fail_msg("%s", error.text);
    return answer;
}

/* Propensities N(0,1), stream `world` of seed 3. */
static inline void draw_propensities(qd_landscape_t *self, uint64_t world)
{
    for (size_t i = 0; i < self->actors; i++)
        for (size_t j = 0; j < i; j++)
            set_pair(self, i, j,
                     qd_random_normal((qd_luck_t){3, world}, QD_PURPOSE_LANDSCAPE, 1,
                                      (uint32_t)(i * self->actors + j)));
}

/* "A B|C D": groups as the answer numbers them. */
static inline void describe_groups(const qd_landscape_t *self, const qd_minimum_t *minimum, char *out,
                                   size_t size)
{
    out[0] = '\0';
    for (size_t k = 0; k < minimum->groups; k++) {
        const char *before = k ? " / " : "";
        for (size_t i = 0; i < self->actors; i++)
            if (minimum->group[i] == k) {
                size_t used = strlen(out);
                snprintf(out + used, size - used, "%s%s", before, self->name[i]);
                before = " ";
            }
    }
}

static inline void assert_same_answer(const qd_landscape_answer_t *a, const qd_landscape_answer_t *b)
{
    assert_int_equal(a->minima, b->minima);
    assert_true(a->minima_total == b->minima_total && a->optima == b->optima && a->hits == b->hits);
    assert_int_equal(a->plateaus, b->plateaus);
    for (size_t m = 0; m < a->minima; m++) {
        const qd_minimum_t *left = &a->minimum[m], *right = &b->minimum[m];
        assert_true(left->energy == right->energy && left->disagreements == right->disagreements);
        assert_memory_equal(left->group, right->group, a->actors * sizeof *left->group);
        assert_true(left->basin == right->basin && left->strict == right->strict);
        assert_true(left->plateau == right->plateau && left->exit == right->exit);
    }
}

/* Skips the test, and prints the reason, if a file of the shared folder is missing. */
static inline void need_file(const char *path)
{
    if (access(path, R_OK) != 0) {
        printf("skipped: %s is not there\n", path);
        skip();
    }
}

#endif
