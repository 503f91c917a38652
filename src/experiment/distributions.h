/* Values and distributions of parameters, as experiment files write them:
 *   32, true, leader, rumsfeld                a constant
 *   {NAME: [number, ...]}                     a row of quadrille/distributions.def, its numbers in order
 *   {NAME: {WORD: number, ...}}               the same by name: {uniform: {low: 0, high: 1}}
 *   {choice: [value, ...]}                    equal weights
 *   {choice: {values: [...], weights: [...]}} */
#ifndef QD_EXPERIMENT_DISTRIBUTIONS_H
#define QD_EXPERIMENT_DISTRIBUTIONS_H

#include <stdio.h>

#include "experiment/loading.h"

/* One value of a parameter (or the row of a doctrine), checked against its type and range; false and a
 * message if it is invalid. */
bool qd_read_value(const qd_yaml_node_t *node, int parameter, double *value);

/* A value or a distribution, as written; false and a message where its support leaves the parameter's range,
 * or if its kind does not fit the parameter's type. */
bool qd_read_distribution(const qd_yaml_node_t *node, int parameter, qd_distribution_t *written);

/* The mapping {kind: numbers} alone: all that qd_read_distribution accepts except a constant. */
bool qd_read_form(const qd_yaml_node_t *map, int parameter, qd_distribution_t *written);

/* Fills name[] with the keys of all distributions, in the order of their table, and returns their number. */
size_t qd_distribution_names(const char *name[QD_DISTRIBUTIONS]);

/* Whether a key names a kind of distribution. */
bool qd_is_distribution_name(const char *key);

/* The distribution to draw from. */
qd_distribution_t qd_given_finished(const qd_given_t *given);

/* Canonical text: a number in the shortest form that reads back exactly, a value in its parameter's words, a
 * distribution. */
void qd_write_real(FILE *out, double value);
void qd_write_value(FILE *out, int parameter, double value);
void qd_write_distribution(FILE *out, int parameter, const qd_distribution_t *written);

#endif
