/* `ablate:`, assumptions switched off one at a time. Every point of a claim gets a twin for each
 * ablation: the same point with the ablation's settings in force throughout, over the file's `parameters`, the
 * design, and every change of a schedule. Twins are points like others (so that runs, shards, merges and
 * verification know them), appended behind all others and marked `from_claim` and `ablation`. */
#ifndef QD_EXPERIMENT_ABLATIONS_H
#define QD_EXPERIMENT_ABLATIONS_H

#include <stdio.h>

#include "experiment/loading.h"

/* Reads `assumptions` (the preset: the assumptions of docs/model.md, part 8) or a mapping {name: {parameter:
 * value, ...}}, and appends the twins. Needs the claims. Faults are left in the document. */
void qd_ablations_read(qd_loading_t *load, const qd_yaml_node_t *node);

/* `baseline: true`: the same for two references, the arms of contrasts under the doctrine `neutral` and with
 * doctrine.vital_interest at its greatest, at which no crisis is worth a mission. Needs the ablations. */
void qd_baselines_read(qd_loading_t *load, const qd_yaml_node_t *node);

/* Frees both. */
void qd_ablations_free(qd_experiment_t *self);

/* load->ablate as a mapping, the preset spelled out: "{debt: {tension.debt: 0}, ...}". */
void qd_write_ablations(FILE *out, const qd_loading_t *load);

#endif
