/* The report of a result file: one HTML page that opens from disk and uses no network.
 *
 * The page carries the data it shows, a charting library (Vega), its own scripts and styles. Every text of
 * the result file is escaped; the page's security policy forbids requests and code made from text. */
#ifndef QD_REPORT_REPORT_H
#define QD_REPORT_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "quadrille/error.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"

typedef struct {
    const char *name;    /* of the result file, as the page calls it */
    size_t points;       /* number of requested points; 0: the first ones, as many as fit */
    const size_t *point; /* [points], positions in the result */
} qd_report_options_t;

/* Writes the page to `out`. `experiment` is that of the result (qd_result_file_experiment). QD_ERROR_INPUT,
 * QD_ERROR_IO: the result cannot be read; `out` then holds a part of the page. The caller checks `out` for
 * write errors. */
QD_MUST_USE qd_status_t qd_report_write(qd_result_file_t *file, const qd_experiment_t *experiment,
                                        const qd_report_options_t *options, FILE *out, qd_error_t *error);

#endif
