/* quadrille report: a result file as one page of figures and tables. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "quadrille/result.h"
#include "report/report.h"

/* ---- points -------------------------------------------------------------------------------------------- */

/* Reads "LABEL,LABEL,..."; cuts the list up. A name that holds commas may be given alone. */
static qd_status_t read_points(const qd_result_file_t *file, const qd_experiment_t *experiment, char *list,
                               size_t **point, size_t *points, qd_error_t *error)
{
    qd_error_t ignored = QD_ERROR_NONE;
    qd_status_t status = QD_OK;
    *points = 0;
    *point = calloc(strlen(list) + 1, sizeof **point);
    if (*point == NULL)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a list of points");
    if (qd_cli_find_point(file, experiment, list, *point, &ignored) == QD_OK) {
        *points = 1;
        return QD_OK;
    }
    for (char *name = strtok(list, ","); name && status == QD_OK; name = strtok(NULL, ","))
        status = qd_cli_find_point(file, experiment, name, &(*point)[(*points)++], error);
    return *points > 0 ? status
                       : qd_error_add(error, QD_ERROR_INPUT, "found no point in --points; expected a list");
}

/* ---- the page ------------------------------------------------------------------------------------------ */

/* Writes the page beside its place and renames it, so that a page of that name is always whole. */
static int write_page(qd_result_file_t *file, const qd_experiment_t *experiment,
                      const qd_report_options_t *options, const char *output)
{
    qd_error_t error = QD_ERROR_NONE;
    char *temporary = NULL;
    FILE *out = NULL;
    qd_status_t status = QD_OK;
    int handle = asprintf(&temporary, "%s.%ld.tmp", output, (long)getpid()) < 0
                     ? -1
                     : open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (handle < 0 || (out = fdopen(handle, "w")) == NULL) {
        fprintf(stderr, "quadrille: %s: %s\n", output, strerror(errno));
        if (handle >= 0) {
            close(handle);
            unlink(temporary);
        }
        free(temporary);
        return 1;
    }
    status = qd_report_write(file, experiment, options, out, &error);
    bool written = !ferror(out) && fflush(out) == 0 && fsync(handle) == 0;
    written = fclose(out) == 0 && written;
    if (status == QD_OK && (!written || rename(temporary, output) != 0))
        status =
            qd_error_add(&error, QD_ERROR_IO, "%s: writing the page failed: %s", output, strerror(errno));
    if (status != QD_OK)
        unlink(temporary);
    free(temporary);
    return status == QD_OK ? 0 : qd_cli_fail(&error);
}

static int report(const char *path, const char *output, char *points, bool force)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_result_file_t *file = NULL;
    qd_experiment_t *experiment = NULL;
    size_t *point = NULL;
    bool there;
    char *place = output ? strdup(output) : qd_cli_beside(path, "html");
    int result = 1;
    qd_report_options_t options = {.name = path};
    if (place == NULL)
        goto out;
    result = 2;
    if (!qd_cli_may_write(place, &there) || !qd_cli_spares(place, &path, 1))
        goto out;
    if (there && !force) {
        fprintf(stderr, "quadrille: %s: found a file of that name; expected none, or --force to replace it\n",
                place);
        goto out;
    }
    if (qd_result_file_open(path, &file, &error) != QD_OK ||
        qd_result_file_experiment(file, path, &experiment, &error) != QD_OK ||
        qd_result_file_check(file, false, &error) != QD_OK) {
        result = qd_cli_fail(&error);
        goto out;
    }
    if (points && read_points(file, experiment, points, &point, &options.points, &error) != QD_OK) {
        result = qd_cli_fail(&error);
        goto out;
    }
    options.point = point;
    result = write_page(file, experiment, &options, place);
    if (result == 0)
        fprintf(stderr, "quadrille: wrote %s\n", place);
out:
    free(point);
    qd_experiment_free(experiment);
    qd_result_file_close(file);
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
     "there is room "
     "for",
     qd_take_word, offsetof(arguments_t, points), "names of points", NULL},
    QD_OPTION_FORCE(arguments_t, force, "replace a page that is there"),
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
