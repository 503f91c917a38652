/* Parameter sets on which the kernel and the twin are compared. */
#ifndef QD_TESTS_REFERENCE_TWIN_CASES_H
#define QD_TESTS_REFERENCE_TWIN_CASES_H

#include "quadrille/registry.h"

#define QD_TWIN_SETTINGS 8

typedef struct {
    qd_parameter_t parameter;
    double value;
} qd_twin_setting_t;

/* One departure from the defaults. Unused settings are zero: order.states 0 is not a valid value. */
typedef struct {
    const char *name;
    qd_twin_setting_t with[QD_TWIN_SETTINGS];
} qd_twin_variant_t;

extern const qd_twin_variant_t qd_twin_variants[];
extern const size_t qd_twin_variant_count;

/* Sub-range of a parameter for random sets: sensible, but wider than any experiment's. */
typedef struct {
    qd_parameter_t parameter;
    double low, high;
} qd_twin_range_t;

extern const qd_twin_range_t qd_twin_ranges[];
extern const size_t qd_twin_range_count;

/* The same for parts 9 to 13: to be set beside the others. */
extern const qd_twin_variant_t qd_twin_second_variants[];
extern const size_t qd_twin_second_variant_count;
extern const qd_twin_range_t qd_twin_second_ranges[];
extern const size_t qd_twin_second_range_count;

#endif
