/* What is chosen of a result file by names on the command line. */
#ifndef QD_CLI_CHOICES_H
#define QD_CLI_CHOICES_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/experiment.h"
#include "quadrille/result.h"

/* *point = the point of a result file that is called so: qd_experiment_find_point, or by label and position alone
 * where `experiment` is NULL. */
QD_MUST_USE qd_status_t qd_cli_find_point(const qd_result_file_t *file, const qd_experiment_t *experiment,
                                          const char *name, size_t *point, qd_error_t *error);

/* Reads "NAME,NAME,...", which it cuts up, into *point, malloc'ed, of *points positions. A name that holds commas may be given
 * alone. */
QD_MUST_USE qd_status_t qd_cli_find_points(const qd_result_file_t *file, const qd_experiment_t *experiment,
                                           char *list, size_t **point, size_t *points, qd_error_t *error);

/* Marks the outcomes of "NAME,NAME,...", or every one for "all". -1, or the exit status of a misuse of `command`, which is told. */
QD_MUST_USE int qd_cli_find_outcomes(const char *command, const char *list, bool outcome[QD_OUTCOMES_MAX]);

#endif
