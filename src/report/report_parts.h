/* Data and functions that the parts of a report share: the result, and JSON of five digits. For report*.c
 * only. */
#ifndef QD_REPORT_REPORT_PARTS_H
#define QD_REPORT_REPORT_PARTS_H

#include "report/report.h"

typedef struct {
    qd_result_file_t *file;
    const qd_experiment_t *experiment;
    const qd_report_options_t *options;
    FILE *out;
    qd_error_t *error;
    size_t points, orders, details;
    size_t *detail; /* [details] points whose curves the page shows */
} qd_report_t;

/* A number with five digits, more than a figure shows; null where it is not finite. */
void qd_report_put_real(FILE *out, double x);

/* "KEY": followed by a text or a number, and a comma. */
void qd_report_put_text(FILE *out, const char *key, const char *value);
void qd_report_put_number(FILE *out, const char *key, double x);

/* Numbers with commas between. */
void qd_report_put_reals(FILE *out, const double value[], size_t count);

/* The comma before an element of a list, except the first. */
void qd_report_put_comma(FILE *out, size_t position);

/* The tables of the result: claims with their verdicts by order, ablations and baselines; contrasts;
 * sensitivity; effects of factors. */
QD_MUST_USE qd_status_t qd_report_write_claims(const qd_report_t *self);
QD_MUST_USE qd_status_t qd_report_write_contrasts(const qd_report_t *self);
QD_MUST_USE qd_status_t qd_report_write_sensitivity(const qd_report_t *self);
QD_MUST_USE qd_status_t qd_report_write_effects(const qd_report_t *self);

#endif
