/* Blocks of settings: `parameters`, `set` of a schedule entry, a design point, an arm of a claim, --set. */
#ifndef QD_EXPERIMENT_SETTINGS_H
#define QD_EXPERIMENT_SETTINGS_H

#include <stdio.h>

#include "experiment/loading.h"

/* Position of a parameter name, QD_DOCTRINE for "doctrine"; false and a message at the node's key (the
 * nearest name) where there is none. */
bool qd_find_setting(const qd_yaml_node_t *node, const char *name, int *parameter);

/* Reads a mapping of names to values or distributions. Adds to *out all readable settings, even after a fault
 * (then returns false). `scheduled`: parameters that only the drawing of a world reads are refused. */
bool qd_block_read(qd_loading_t *load, const qd_yaml_node_t *map, bool scheduled, qd_block_t *out);

/* Adds or replaces one setting, keeping the order. */
bool qd_block_put(qd_loading_t *load, qd_block_t *block, const qd_given_t *given);
const qd_given_t *qd_block_find(const qd_block_t *block, int parameter); /* NULL: not there */
void qd_block_free(qd_block_t *block);

/* Merges --set NAME=VALUE... into load->base, over the settings of the file. A preset in --set also replaces
 * its six parameters of the file. */
void qd_apply_sets(qd_loading_t *load, const qd_overrides_t *overrides);

/* The last --set of that name, "NAME=VALUE"; NULL if there is none. `overrides` may be NULL. */
const char *qd_set_of(const qd_overrides_t *overrides, const char *name);

/* The block as settings, presets expanded: a constant preset into six constants, a choice of presets into six
 * choices that share the draw of "doctrine". The caller frees *out. */
bool qd_block_expand(qd_loading_t *load, const qd_block_t *block, qd_setting_t **out, size_t *count);

/* The number of settings to which one given value expands, and those settings. */
size_t qd_given_expand(const qd_given_t *given, qd_setting_t out[QD_DOCTRINE_FIELDS]);

/* "{doctrine: rumsfeld, institution.target: 0.9}" */
void qd_write_block(FILE *out, const qd_block_t *block);

/* `schedule:`, parameters that change during a world: a list of {at: period, set: {name: value, ...}}. */

/* Reads the list and sorts it by period, file order kept within one. false and messages after a fault. */
bool qd_schedule_read(qd_loading_t *load, const qd_yaml_node_t *list, qd_schedule_t *out);
void qd_schedule_free(qd_schedule_t *self);

/* The schedule as changes, presets expanded. The caller frees *out. */
bool qd_schedule_expand(qd_loading_t *load, const qd_schedule_t *self, qd_change_t **out, size_t *count);

/* Whether the schedule at period 0 overrides a parameter (or QD_DOCTRINE) entirely. */
bool qd_schedule_overrides(const qd_schedule_t *schedule, int parameter);

/* Reports such an override at the setting in the schedule's list; true if there is none. `what` names the
 * overridden thing: "the factor". */
bool qd_schedule_spares(const qd_yaml_node_t *list, const qd_schedule_t *schedule, int parameter,
                        const char *what);

/* "[{at: 64, set: {doctrine: rumsfeld}}, ...]" */
void qd_write_schedule(FILE *out, const qd_schedule_t *self);

#endif
