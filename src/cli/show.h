/* Parts of `quadrille show`; see show.c. */
#ifndef QD_CLI_SHOW_H
#define QD_CLI_SHOW_H

#include "cli/options.h"
#include "cli/screen.h"
#include "quadrille/experiment.h"
#include "quadrille/result.h"

/* A result file and the selection to show. */
typedef struct {
    qd_result_file_t *file;
    qd_experiment_t *experiment; /* of the file; NULL where it cannot be read */
    const char *asked;           /* --outcomes, or NULL */
    bool outcome[QD_VALUES_MAX]; /* asked for */
    bool all;                    /* by `all`: all that the file keeps */
    long point;                  /* -1: all */
    qd_form_t form;
    char **name; /* of each point that was shown: qd_show_point_name; else NULL */
    qd_error_t *error;
} qd_show_t;

/* "12.34 ± 0.05" in 21 columns; blank where mean is NaN, without ± where half is. */
void qd_show_plus_minus(double mean, double half);

/* Whether the file has the intervals by which a precision stop judged its outcome. */
bool qd_show_is_stopped(const qd_show_t *self);

/* The name of a point as it is shown, and as --point takes it (qd_experiment_point_name); its label where the
 * experiment cannot be read. */
const char *qd_show_point_name(const qd_show_t *self, size_t point);

/* The number over which an outcome is a mean or a share. */
typedef enum { QD_OVER_NOTHING, QD_OVER_CRISES, QD_OVER_MISSIONS, QD_OVER_KINDS } qd_over_t;

/* Counts the worlds of a cell without crises, or without missions; NaN where the file does not tell. */
qd_status_t qd_show_without(const qd_show_t *self, size_t point, size_t order, qd_over_t over,
                            double *worlds);

/* Characters of a text (not bytes). */
size_t qd_show_length(const char *text);

/* Prints a text in a column of `width` that begins at `indent`. A text that is too long is never cut: the
 * line is broken after it. Returns the column after it. */
int qd_show_column(const char *text, int indent, int width);

qd_status_t qd_show_summary(const qd_show_t *self);
qd_status_t qd_show_claims(const qd_show_t *self);

qd_status_t qd_show_contrasts(const qd_show_t *self);
qd_status_t qd_show_sensitivity(const qd_show_t *self);
qd_status_t qd_show_effects(const qd_show_t *self);

#endif
