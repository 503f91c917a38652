/* `robustness:` - is a claim true only of the parameters' values, or also around them? A Latin hypercube over all parameters
 * that the claim leaves free, each within a share `range` of its value and its own range, or with a distribution of its own.
 * Every point that the arms of a claim name gets a twin for each point of the hypercube. Arms share the hypercube's point and
 * the worlds' luck, so that contrasts stay paired.
 *
 * Free is a numeric parameter with one and the same value in all worlds of all orders. Held are: what any arm of the claim
 * sets (by the design, by name, or in a schedule: it is what the claim is about, or its setting), what the file's schedule
 * changes, what is drawn for each world (the claim is about the mean over it) or differs between kinds of orders (it
 * defines them), order.states, order.periods and order.poles (they give outcomes their scale), and values of 0, of which a
 * share is 0. A parameter with a distribution of its own is free unless an arm sets it. */
#ifndef QD_EXPERIMENT_ROBUSTNESS_H
#define QD_EXPERIMENT_ROBUSTNESS_H

#include <stdio.h>

#include "experiment/loading.h"

/* Reads {points: 200, worlds: 200, range: 0.5, parameters: {NAME: DISTRIBUTION, ...}} and appends the twins. Needs the
 * claims, and has to be read last. Faults are left in the document. */
void qd_robustness_read(qd_loading_t *load, const qd_yaml_node_t *node);
void qd_robustness_free(qd_experiment_t *self);

/* "{points: 200, worlds: 200, range: 0.5}" */
void qd_write_robustness(FILE *out, const qd_loading_t *load);

#endif
