/* quadrille report: a result file as one page of figures and tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "quadrille/result.h"
#include "report/report.h"

/* ---- the page ------------------------------------------------------------------------------------------ */

typedef struct {
    qd_result_file_t *file;
    qd_experiment_t *experiment;
    qd_report_options_t options;
} page_t;

static qd_status_t write_page(void *context, FILE *out, qd_error_t *error)
{
    page_t *self = context;
    return qd_report_write(self->file, self->experiment, &self->options, out, error);
}

static int report(const char *path, const char *output, char *points, bool force)
{
    qd_error_t error = QD_ERROR_NONE;
    page_t page = {.options = {.name = path}};
    size_t *point = NULL;
    char *place = output ? strdup(output) : qd_cli_beside(path, "html");
    int result = 1;
    if (!place) {
        (void)qd_cli_no_memory("a path");
        goto out;
    }
    if (qd_cli_may_make(place, path, force, &error) != QD_OK ||
        qd_result_file_open(path, &page.file, &error) != QD_OK ||
        qd_result_file_experiment(page.file, path, &page.experiment, &error) != QD_OK ||
        qd_result_file_check(page.file, false, &error) != QD_OK) {
        result = qd_cli_fail(&error);
        goto out;
    }
    if (points && qd_cli_find_points(page.file, page.experiment, points, &point, &page.options.points,
                                     &error) != QD_OK) {
        result = qd_cli_fail(&error);
        goto out;
    }
    page.options.point = point;
    result = qd_cli_write(place, force, write_page, &page);
out:
    free(point);
    qd_experiment_free(page.experiment);
    qd_result_file_close(page.file);
    free(place);
    return result;
}

typedef struct {
    const char *output;
    char *points; /* read_points cuts it up */
    bool force;
} arguments_t;

static const qd_option_t options[] = {
    QD_OPTION_OUTPUT("FILE", arguments_t, output, "*.html",
                     "where to; default: OUT.h5 with the ending .html, in the current folder"),
    {"points", 0, "LIST",
     "design points whose curves are shown, by label or position with commas between; default: as many as "
     "fit",
     qd_take_word, offsetof(arguments_t, points), "names of points", NULL},
    QD_OPTION_FORCE(arguments_t, force, "replace an existing page"),
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t self = {0};
    int code = qd_options_take(&qd_command_report, argc, argv, &self);
    return code >= 0 ? code : report(argv[optind], self.output, self.points, self.force);
}

const qd_command_t qd_command_report = {
    .name = "report",
    .meaning = "a result file as one page of figures and tables",
    .synopsis = "OUT.h5 [OPTION]...",
    .about = "Writes one page of figures and tables: verdicts on claims, means with intervals, survival, "
             "distributions, "
             "paths, the design, sensitivity. It opens from disk and loads nothing from a network.",
    .option = options,
    .operand = "result files",
    .least = 1,
    .most = 1,
    .complete = "*.h5",
    .run = run,
};
