/* Worlds written down by hand, to be put through single steps of the kernel. */
#ifndef QD_TESTS_SUPPORT_HAND_MADE_H
#define QD_TESTS_SUPPORT_HAND_MADE_H

#include "kernel/world.h"

/* A world of n states of equal capability, with affinities of 0 and without labels, one of them a
 * pole; the parameters are the defaults of a multipolar order (random ones at the lower end of their range);
 * the institution and every cohesion stand at 0.5, tension and debt at 0; all states sit at one place with
 * the values (0, 0). Period 0 of 8, luck (1, 0), no observer. Freed by qd_world_free. */
qd_world_t *qd_test_world(size_t n);

/* A_ij = A_ji = B_ij = B_ji = a. */
void qd_test_set_affinity(qd_world_t *world, size_t i, size_t j, double a);

/* Sets the sizes (any positive numbers) and normalises them. */
void qd_test_set_sizes(qd_world_t *world, const double sizes[]);

/* Sets labels; counts and the rest follow from them. */
void qd_test_set_labels(qd_world_t *world, const int labels[]);

/* The crisis at hand: severity s, resistance, initiator and target (QD_NOBODY for none); stakes 0.1 each,
 * prices 0.05. */
void qd_test_set_crisis(qd_world_t *world, double severity, double resistance, int initiator, int target);

/* Updates the case of the initiator of the world's crisis from its present doctrine, bloc and club. */
void qd_test_set_case(qd_world_t *world);

/* Venue g of that crisis as solved: who takes which side; success and escalation are those of the arguments,
 * C+, C-, n+, n-, P+, P- follow from the sides, legitimacy is given, worth is 0. */
void qd_test_set_game(qd_world_t *world, qd_venue_t g, const int sides[], double success, double legitimacy,
                      double escalation);

#endif
