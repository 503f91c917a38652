/* Registration of the statements made before a run. `quadrille register EXPERIMENT.yaml` seals the claims, the
 * analysis, the seed, the number of worlds and the keys that determine the worlds' values in
 * EXPERIMENT.registered.yaml; an experiment that is loaded later is compared with it.
 *
 * A sealed file has a head (date, program, experiment, hash of the rest) and then lines that are a function of the
 * experiment alone. Comparison is line by line, so that the report names each changed claim. */
#ifndef QD_EXPERIMENT_REGISTRATION_H
#define QD_EXPERIMENT_REGISTRATION_H

#include <stdio.h>

#include "experiment/loading.h"

/* "PATH/NAME.registered.yaml" for "PATH/NAME.yaml", malloc'ed; NULL when memory is short. */
char *qd_registration_path(const char *experiment_path);

/* Writes the sealed text of an experiment, dated now; whether `out` took it all is for the caller to ask. QD_ERROR_INPUT
 * where the experiment has no claims. */
QD_MUST_USE qd_status_t qd_registration_write(const qd_experiment_t *experiment, FILE *out,
                                              qd_error_t *error);

/* Looks for the sealed file of load->self, which has been resolved; sets its `registered` (the date, "" where there
 * is none) and `deviations` (a sentence for each difference, "; " between them, "" where there is none). */
bool qd_registration_find(qd_loading_t *load);

/* `registered:` of a resolved text: {on: DATE, deviations: TEXT}. */
bool qd_registration_read(qd_loading_t *load, const qd_yaml_node_t *node);
void qd_registration_put(FILE *out, const qd_experiment_t *self);

#endif
