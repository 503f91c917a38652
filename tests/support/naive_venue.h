/* The mission game's rules as plain loops after model.md part 4: the field, options and costs of a state in a
 * venue. */
#ifndef QD_TESTS_SUPPORT_NAIVE_VENUE_H
#define QD_TESTS_SUPPORT_NAIVE_VENUE_H

#include "kernel/venue.h"

/* A venue of a crisis: everything that the rules depend on. */
typedef struct {
    const qd_crisis_t *crisis;
    const qd_state_t *state;
    const qd_parameters_t *parameters;
    const qd_leaning_t *leaning;
    int bloc;
    qd_venue_t venue;
} qd_test_venue_t;

/* Neither initiator nor target. */
bool qd_test_is_free(const qd_test_venue_t *self, size_t i);
bool qd_test_may_join(const qd_test_venue_t *self, size_t i);
double qd_test_price(const qd_test_venue_t *self, size_t i);
/* h_i + venue term + patronage: the field without its coupling sum. */
double qd_test_own_field(const qd_test_venue_t *self, size_t i);
/* The whole field, given the sides of all. */
double qd_test_field(const qd_test_venue_t *self, size_t i, const double x[]);
/* sum_i c_i (F_i x_i - price_i |x_i|) + coupling sum_{i<j} c_i c_j A_ij x_i x_j. */
double qd_test_potential(const qd_test_venue_t *self, const double x[]);
/* Gain of free state i from changing to x at the others' present sides. */
double qd_test_gain(const qd_test_venue_t *self, size_t i, double x, const double present[]);
/* Everything that follows from the sides game->x: C+, C-, n+, n-, P+, P-, q, L, epsilon, EU, open. */
qd_venue_game_t qd_test_weigh(const qd_test_venue_t *self, const double x[]);
/* Whether the venue, tried with these sides, is paralysed. */
bool qd_test_fails(const qd_test_venue_t *self, const double x[]);

#endif
