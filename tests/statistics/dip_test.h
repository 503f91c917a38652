/* The whole dip test of one sample, with a null distribution of its own. */
#ifndef QD_TESTS_STATISTICS_DIP_TEST_H
#define QD_TESTS_STATISTICS_DIP_TEST_H

#include "statistics/bimodality.h"
#include "support/check.h"

/* As qd_bimodality_of, and p from `simulations` uniform samples; 500 tell 5 % from 1 %. */
static inline qd_bimodality_t qd_test_bimodality(size_t n, const double value[], const double step[],
                                                 size_t simulations, uint64_t seed)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_bimodality_t out;
    qd_dip_null_t null = {0};
    assert_int_equal(qd_bimodality_of(n, value, step, seed, &out, &error), QD_OK);
    if (out.count < QD_DIP_VALUES_MIN)
        return out;
    assert_int_equal(qd_dip_null_init(&null, out.count, simulations, seed, NULL, &error), QD_OK);
    out.p = qd_dip_null_p(&null, out.dip);
    qd_dip_null_free(&null);
    return out;
}

#endif
