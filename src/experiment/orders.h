/* `orders:` - a list of kinds (unipolar, bipolar, multipolar) and of empirical orders:
 *   {empirical: {cinc: FILE, year: 1936, states: 24, alliances: FILE, places: FILE, values: FILE, affinities:
 * FILE, label: NAME}} (cinc and year are needed), or, in canonical text, the numbers themselves: {empirical:
 * {label: NAME, year: 1936, data: {codes: [...], capability: [...], places: [...], values: [...], affinities:
 * [...], blocs: [...]}}} */
#ifndef QD_EXPERIMENT_ORDERS_H
#define QD_EXPERIMENT_ORDERS_H

#include <stdio.h>

#include "experiment/loading.h"

/* Reads the list into load->self->order; the three kinds where `list` is NULL. Faults are left in the
 * document. */
void qd_orders_read(qd_loading_t *load, const qd_yaml_node_t *list);
void qd_orders_free(qd_experiment_t *self);

/* Position of a label, or -1. */
int qd_order_find(const qd_experiment_t *self, const char *label);

/* "[unipolar, {empirical: {...}}]" */
void qd_write_orders(FILE *out, const qd_experiment_t *self);

#endif
