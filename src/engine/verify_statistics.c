#include "engine/verify_statistics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/conclude.h"
#include "store/compare.h"

/* The rows against the tallies; the first line of what is found, without the file's name. */
static qd_status_t check_rows(qd_index_t *index, const char *path, char *difference, size_t size,
                              qd_error_t *error)
{
    qd_error_t found = QD_ERROR_NONE;
    qd_status_t status = qd_index_check_rows(index, &found);
    if (status != QD_ERROR_INPUT) {
        if (status != QD_OK)
            *error = found;
        return status;
    }
    const char *what = found.text;
    size_t length = strlen(path);
    if (strncmp(what, path, length) == 0 && what[length] == ':')
        what += length + 2;
    snprintf(difference, size, "%.*s", (int)strcspn(what, "\n"), what);
    return QD_OK;
}

static qd_status_t make_again(const qd_experiment_t *experiment, qd_index_t *index, const char *path,
                              const char *again, char *difference, size_t size, qd_error_t *error)
{
    qd_assembled_t assembled;
    qd_conclusion_t conclusion = {.output = again, .statistics_only = true, .command_line = ""};
    qd_status_t status = qd_conclude(experiment, index, &conclusion, &assembled, error);
    if (status == QD_OK)
        status = qd_result_compare(path, again, difference, size, error);
    unlink(again);
    return status;
}

qd_status_t qd_verify_statistics(const qd_experiment_t *experiment, qd_index_t *index, const char *path,
                                 char *difference, size_t size, qd_error_t *error)
{
    const char *base = getenv("TMPDIR");
    char *folder = NULL, *again = NULL;
    *difference = '\0';
    qd_status_t status = check_rows(index, path, difference, size, error);
    if (status != QD_OK || *difference != '\0')
        return status;
    if (asprintf(&folder, "%s/quadrille-XXXXXX", base != NULL && *base != '\0' ? base : "/tmp") < 0)
        return qd_error_add(error, QD_ERROR_MEMORY, "no memory for a path");
    if (mkdtemp(folder) == NULL) {
        status = qd_error_add(error, QD_ERROR_IO,
                              "%s: a scratch folder could not be made: %s; name a place for it in TMPDIR",
                              folder, strerror(errno));
    } else if (asprintf(&again, "%s/again.h5", folder) < 0) {
        again = NULL;
        status = qd_error_add(error, QD_ERROR_MEMORY, "no memory for a path");
    } else {
        status = make_again(experiment, index, path, again, difference, size, error);
    }
    rmdir(folder);
    free(again);
    free(folder);
    return status;
}
