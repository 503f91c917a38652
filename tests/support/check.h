/* The includes of cmocka for every test program, and comparisons that cmocka lacks. */
#ifndef QD_TESTS_SUPPORT_CHECK_H
#define QD_TESTS_SUPPORT_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quadrille/world.h"

#define QD_COUNT(x) (sizeof(x) / sizeof(x)[0])

/* |actual - expected| <= tolerance; tolerance 0 asks for the same number. */
#define QD_ASSERT_NEAR(actual, expected, tolerance)                                                          \
    qd_check_near((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)

/* The phrase is NULL (nothing is wrong); else the test fails and prints it. */
#define QD_ASSERT_NO_FAULT(phrase) qd_check_no_fault((phrase), __FILE__, __LINE__)

void qd_check_near(double actual, double expected, double tolerance, const char *what, const char *file,
                   int line);
void qd_check_no_fault(const char *phrase, const char *file, int line);

/* Numbers for making up test cases: a running draw on one stream. */
typedef struct {
    qd_luck_t luck;
    uint32_t draw;
} qd_test_stream_t;

qd_test_stream_t qd_test_stream(uint64_t seed, uint64_t number);
double qd_test_uniform(qd_test_stream_t *self);                          /* [0,1) */
double qd_test_between(qd_test_stream_t *self, double low, double high); /* [low,high) */
size_t qd_test_below(qd_test_stream_t *self, size_t n);                  /* 0..n-1 */
double qd_test_normal(qd_test_stream_t *self);

/* Less than a millionth of chi-square variables with `degrees` degrees of freedom lie above this one: 5
 * standard deviations above the mean by Wilson and Hilferty's cube root. */
double qd_test_chi_square_limit(double degrees);

/* XXH3-64 of outcomes and paths (periods that were played, every NaN alike) and of the failure's text. */
uint64_t qd_test_result_hash(const qd_result_t *result);

#endif
