#include "cli/choices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "base/number.h"
#include "cli/cli.h"

/* ---- points ---------------------------------------------------------------------------------------------- */

/* A file whose experiment cannot be read knows its points by label and position alone. */
static qd_status_t find_labelled(const qd_result_file_t *file, const char *name, size_t *point,
                                 qd_error_t *error)
{
    size_t points = qd_result_file_points(file);
    uint64_t position;
    for (*point = 0; *point < points; ++*point)
        if (strcmp(qd_result_file_point_label(file, *point), name) == 0)
            return QD_OK;
    if (!qd_natural_of(name, 0, points - 1, &position))
        return qd_error_add(error, QD_ERROR_INPUT,
                            "found point `%s`; expected the label of one of %zu points, or 0 to %zu", name,
                            points, points - 1);
    *point = (size_t)position;
    return QD_OK;
}

qd_status_t qd_cli_find_point(const qd_result_file_t *file, const qd_experiment_t *experiment,
                              const char *name, size_t *point, qd_error_t *error)
{
    /* The file of a shard or of a run that goes on holds the points of the experiment. */
    return experiment && experiment->points == qd_result_file_points(file)
               ? qd_experiment_find_point(experiment, name, point, error)
               : find_labelled(file, name, point, error);
}

qd_status_t qd_cli_find_points(const qd_result_file_t *file, const qd_experiment_t *experiment, char *list,
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

/* ---- outcomes -------------------------------------------------------------------------------------------- */

int qd_cli_find_outcomes(const char *command, const char *list, bool outcome[QD_OUTCOMES_MAX])
{
    bool all = strcmp(list, "all") == 0;
    for (size_t o = 0; all && o < QD_OUTCOMES_MAX; o++)
        outcome[o] = true;
    for (const char *name = all ? NULL : list; name;) {
        char one[64];
        size_t length = strcspn(name, ",");
        snprintf(one, sizeof one, "%.*s", (int)length, name);
        int found = qd_outcome_find(one);
        if (found < 0) {
            const char *near = qd_nearest_name(one, qd_outcome_count, qd_outcome_name);
            return qd_cli_misuse(command,
                                 "found the outcome `%s`%s%s%s; expected one of `quadrille list outcomes`",
                                 one, near ? ", did you mean `" : "", near ? near : "", near ? "`?" : "");
        }
        outcome[found] = true;
        name = name[length] == ',' ? name + length + 1 : NULL;
    }
    return -1;
}
