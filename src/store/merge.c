#include "store/merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

static qd_status_t add(qd_index_t *index, const char *path, qd_error_t *error)
{
    struct stat found;
    qd_status_t status = qd_look_at(path, true, &found, error);
    if (status != QD_OK)
        return status;
    return S_ISDIR(found.st_mode) ? qd_index_add_folder(index, path, false, error)
                                  : qd_index_add_result(index, path, error);
}

qd_status_t qd_merge_index(const qd_experiment_t *experiment, const char *const *path, size_t paths,
                           qd_index_t **index, qd_error_t *error)
{
    qd_status_t status = qd_index_new(experiment, NULL, index, error);
    if (status != QD_OK)
        return status;
    for (size_t i = 0; i < paths; i++) {
        qd_status_t added = add(*index, path[i], error);
        status = status == QD_OK ? added : status;
    }
    if (status == QD_OK)
        status = qd_index_select(*index, error);
    if (status != QD_OK) {
        qd_index_free(*index);
        *index = NULL;
    }
    return status;
}

static qd_status_t check(const char *path, size_t threads, qd_error_t *error)
{
    qd_result_file_t *file;
    qd_status_t status = qd_result_file_open(path, &file, error);
    if (status == QD_OK)
        status = qd_result_file_check_by(file, threads, error);
    qd_result_file_close(file);
    return status;
}

qd_status_t qd_merge_check(const char *const *path, size_t paths, size_t threads, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    for (size_t i = 0; i < paths; i++) {
        qd_status_t checked = check(path[i], threads, error);
        status = status == QD_OK ? checked : status;
    }
    return status;
}

/* Writes the gaps of `done` below `target` as "0-99, 200-299, ..." and returns how many worlds they hold. */
static uint64_t list_gaps(const qd_ranges_t *done, uint64_t target, char *text, size_t size)
{
    uint64_t missing = 0, at = 0;
    size_t used = 0, listed = 0;
    text[0] = '\0';
    for (size_t r = 0; r <= done->size && at < target; r++) {
        uint64_t next = r < done->size && done->range[r].first < target ? done->range[r].first : target;
        if (next > at) {
            missing += next - at;
            if (listed < 4)
                used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64 "-%" PRIu64,
                                         listed == 0 ? "" : ", ", at, next - 1);
            else if (listed == 4)
                used += (size_t)snprintf(text + used, size - used, ", ...");
            listed++;
        }
        if (r < done->size)
            at = done->range[r].first + done->range[r].count;
    }
    return missing;
}

uint64_t qd_merge_missing(const qd_experiment_t *experiment, const qd_index_t *index, const uint64_t *target,
                          qd_error_t *list)
{
    uint64_t total = 0;
    for (size_t p = 0; p < experiment->points; p++) {
        for (size_t o = 0; o < experiment->orders; o++) {
            char gaps[256];
            uint64_t wanted =
                target ? target[p * experiment->orders + o] : qd_experiment_worlds_at(experiment, p);
            uint64_t missing = list_gaps(qd_index_done(index, p, o), wanted, gaps, sizeof gaps);
            total += missing;
            if (missing > 0)
                qd_error_add(list, QD_OK,
                             "missing: point %s, order %s: %" PRIu64 " of %" PRIu64 " world%s (%s)",
                             experiment->point[p].label, experiment->order[o].label, missing, wanted,
                             QD_S(wanted), gaps);
        }
    }
    return total;
}
