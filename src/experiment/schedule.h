/* `schedule:` - parameters that change during a world: a list of {at: period, set: {name: value, ...}}. */
#ifndef QD_EXPERIMENT_SCHEDULE_H
#define QD_EXPERIMENT_SCHEDULE_H

#include <stdio.h>

#include "experiment/loading.h"

/* Reads the list and sorts it by period, file order kept within one. false and messages where something is
 * wrong. */
bool qd_schedule_read(qd_loading_t *load, const qd_yaml_node_t *list, qd_schedule_t *out);
void qd_schedule_free(qd_schedule_t *self);

/* The schedule as changes, presets expanded. *out is to be freed. */
bool qd_schedule_expand(qd_loading_t *load, const qd_schedule_t *self, qd_change_t **out, size_t *count);

/* "[{at: 64, set: {doctrine: rumsfeld}}, ...]" */
void qd_write_schedule(FILE *out, const qd_schedule_t *self);

#endif
