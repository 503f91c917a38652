/* Made-up plans: all kinds of order, all doctrines, schedules, constants and distributions, ends of ranges.
 */
#ifndef QD_TESTS_SUPPORT_RANDOM_PLAN_H
#define QD_TESTS_SUPPORT_RANDOM_PLAN_H

#include "quadrille/world.h"

#define QD_TEST_CHANGES_MAX 12

/* A plan and the room for its schedule; do not copy (the plan points into it). */
typedef struct {
    qd_plan_t plan;
    qd_change_t change[QD_TEST_CHANGES_MAX];
} qd_test_plan_t;

/* The plan of this number, the same on every call: at most states_max (>= 24) states, periods_max periods.
 * Its kind is number % 3; every third or so has nothing but a doctrine, every third or so changes most
 * parameters. */
void qd_test_random_plan(qd_test_plan_t *self, uint64_t number, size_t states_max, size_t periods_max);

/* Sets a parameter to a constant. */
void qd_test_set(qd_plan_t *plan, qd_parameter_t parameter, double value);

/* Sets the six parameters of a doctrine (row of qd_doctrine_table). */
void qd_test_set_doctrine(qd_plan_t *plan, size_t row);

#endif
