#include "support/check.h"

#include <xxhash.h>

void qd_check_near(double actual, double expected, double tolerance, const char *what, const char *file,
                   int line)
{
    if (fabs(actual - expected) <= tolerance)
        return;
    print_error("%s: found %.17g; expected %.17g, at most %g apart\n", what, actual, expected, tolerance);
    _fail(file, line);
}

void qd_check_no_fault(const char *phrase, const char *file, int line)
{
    if (phrase == NULL)
        return;
    print_error("fault: %s\n", phrase);
    _fail(file, line);
}

qd_test_stream_t qd_test_stream(uint64_t seed, uint64_t number)
{
    return (qd_test_stream_t){.luck = {.seed = seed, .world = number}};
}

double qd_test_uniform(qd_test_stream_t *self)
{
    return qd_random_uniform(self->luck, QD_PURPOSE_DESIGN, 77, self->draw++);
}

double qd_test_between(qd_test_stream_t *self, double low, double high)
{
    return low + (high - low) * qd_test_uniform(self);
}

size_t qd_test_below(qd_test_stream_t *self, size_t n)
{
    return (size_t)(qd_test_uniform(self) * (double)n);
}

double qd_test_normal(qd_test_stream_t *self)
{
    uint32_t draw = (self->draw + 1) & ~1u; /* a pair of its own */
    self->draw = draw + 2;
    return qd_random_normal(self->luck, QD_PURPOSE_DESIGN, 77, draw);
}

double qd_test_chi_square_limit(double degrees)
{
    double spread = 2.0 / (9.0 * degrees), root = 1.0 - spread + 5.0 * sqrt(spread);
    return degrees * root * root * root;
}

uint64_t qd_test_result_hash(const qd_result_t *result)
{
    XXH3_state_t *state = XXH3_createState();
    assert_non_null(state);
    XXH3_64bits_reset(state);
    if (result->failure) {
        XXH3_64bits_update(state, result->failure, strlen(result->failure));
    } else {
        XXH3_64bits_update(state, &result->outcomes, QD_OUTCOMES * sizeof *result->outcomes.value);
        XXH3_64bits_update(state, &result->periods, sizeof result->periods);
        for (size_t s = 0; s < QD_SERIES_COUNT; s++)
            for (size_t t = 0; t < result->periods; t++) {
                double v = result->path[s * result->path_stride + t];
                v = isnan(v) ? -1e300 : v;
                XXH3_64bits_update(state, &v, sizeof v);
            }
    }
    uint64_t hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hash;
}
