/* Tables of a result file open for reading. */
#include "store/result_fields.h"

#include <stdlib.h>

#include "store/table.h"

qd_status_t qd_result_file_outcome(qd_result_file_t *self, qd_error_t *error)
{
    if (!self->h5.failed)
        return QD_OK;
    self->h5.failed = false;
    if (!self->h5.absent && self->fault[0] == '\0')
        snprintf(self->fault, sizeof self->fault, "%s", self->h5.why);
    return qd_error_add(error, self->h5.absent ? QD_ERROR_INPUT : QD_ERROR_IO, "%s: %s", self->h5.path,
                        self->h5.why);
}

qd_status_t qd_result_file_fault(qd_result_file_t *self, qd_error_t *error)
{
    qd_status_t status = qd_result_file_outcome(self, error);
    if (status != QD_OK || self->fault[0] == '\0')
        return status;
    return qd_error_add(error, QD_ERROR_IO, "%s: %s", self->h5.path, self->fault);
}

static void free_named(const qd_table_t *table, qd_named_cells_t *kept)
{
    qd_table_free(table, kept->cell, kept->cells);
    for (size_t i = 0; i < kept->names; i++)
        free(kept->name[i]);
    free(kept->name);
}

void qd_result_file_free_tables(qd_result_file_t *self)
{
    qd_table_free(&qd_failure_table, self->failure, self->failures);
    qd_table_free(&qd_claim_table, self->claim, self->claims);
    qd_table_free(&qd_claim_order_table, self->by_order, self->by_orders);
    free_named(&qd_claim_ablation_table, &self->ablation);
    free_named(&qd_claim_baseline_table, &self->baseline);
    free_named(&qd_claim_robustness_table, &self->robustness);
    qd_table_free(&qd_turning_table, self->turning, self->turnings);
    qd_table_free(&qd_contrast_table, self->contrast, self->contrasts);
    qd_table_free(&qd_sensitivity_table, self->sensitivity, self->sensitivities);
}

/* Reads a table once and keeps it. */
static qd_status_t read_table(qd_result_file_t *self, const qd_table_t *table, void **rows, size_t *count,
                              qd_error_t *error)
{
    if (!*rows && !self->parts)
        *rows = qd_table_read(&self->h5, table, count);
    return qd_result_file_outcome(self, error);
}

/* Callers may use the positions of failures without a check. */
static qd_status_t check_failures(const qd_result_file_t *self, qd_error_t *error)
{
    const qd_result_failure_t *failure = self->failure;
    for (size_t i = 0; i < self->failures; i++)
        if (failure[i].point >= self->points || failure[i].order >= self->orders)
            return qd_error_add(error, QD_ERROR_INPUT,
                                "%s: damaged: /failures names point %zu, order %zu; the file has %zu x %zu",
                                self->h5.path, failure[i].point, failure[i].order, self->points,
                                self->orders);
    return QD_OK;
}

qd_status_t qd_result_file_failures(qd_result_file_t *self, const qd_result_failure_t **failure,
                                    size_t *count, qd_error_t *error)
{
    qd_status_t status = QD_OK;
    if (self->parts && !self->failure) {
        qd_result_failure_t *rows = NULL;
        status = qd_parts_reader_failures(self->parts, &rows, &self->failures, error);
        self->failure = rows;
    }
    if (status == QD_OK)
        status = read_table(self, &qd_failure_table, &self->failure, &self->failures, error);
    if (status == QD_OK)
        status = check_failures(self, error);
    *failure = self->failure;
    *count = self->failures;
    return status;
}

qd_status_t qd_result_file_claims(qd_result_file_t *self, const qd_result_claim_t **claim, size_t *count,
                                  qd_error_t *error)
{
    qd_status_t status = read_table(self, &qd_claim_table, &self->claim, &self->claims, error);
    *claim = self->claim;
    *count = self->claims;
    return status;
}

qd_status_t qd_result_file_claims_by_order(qd_result_file_t *self, const qd_result_verdict_t **cell,
                                           qd_error_t *error)
{
    const qd_result_claim_t *claim;
    size_t claims;
    *cell = NULL;
    qd_status_t status = qd_result_file_claims(self, &claim, &claims, error);
    if (status == QD_OK)
        status = read_table(self, &qd_claim_order_table, &self->by_order, &self->by_orders, error);
    if (status != QD_OK || self->by_orders != claims * self->orders)
        return status;
    *cell = self->by_order;
    return QD_OK;
}

/* Reads a table whose second dimension has names. If their number does not fit, the file is damaged and the
 * table is left out. */
static qd_status_t read_named(qd_result_file_t *self, const qd_table_t *table, qd_named_cells_t *kept,
                              const char *const **name, size_t *count, qd_error_t *error)
{
    const qd_result_claim_t *claim;
    size_t claims;
    *name = NULL;
    *count = 0;
    qd_status_t status = qd_result_file_claims(self, &claim, &claims, error);
    if (status != QD_OK || self->parts || !qd_h5_exists(&self->h5, table->across))
        return status;
    status = read_table(self, table, &kept->cell, &kept->cells, error);
    if (status == QD_OK && !kept->name) {
        kept->name = qd_h5_read(&self->h5, table->across, QD_H5_TEXT, &kept->names);
        status = qd_result_file_outcome(self, error);
    }
    if (status != QD_OK || kept->cells != claims * kept->names)
        return status;
    *name = (const char *const *)kept->name;
    *count = kept->names;
    return QD_OK;
}

qd_status_t qd_result_file_ablations(qd_result_file_t *self, const qd_result_verdict_t **cell,
                                     const char *const **name, size_t *count, qd_error_t *error)
{
    qd_status_t status = read_named(self, &qd_claim_ablation_table, &self->ablation, name, count, error);
    *cell = *count > 0 ? self->ablation.cell : NULL;
    return status;
}

qd_status_t qd_result_file_baselines(qd_result_file_t *self, const qd_result_verdict_t **cell,
                                     const char *const **name, size_t *count, qd_error_t *error)
{
    qd_status_t status = read_named(self, &qd_claim_baseline_table, &self->baseline, name, count, error);
    *cell = *count > 0 ? self->baseline.cell : NULL;
    return status;
}

qd_status_t qd_result_file_robustness(qd_result_file_t *self, const qd_result_robustness_t **cell,
                                      const char *const **place, size_t *places, qd_error_t *error)
{
    qd_status_t status =
        read_named(self, &qd_claim_robustness_table, &self->robustness, place, places, error);
    *cell = *places > 0 ? self->robustness.cell : NULL;
    return status;
}

qd_status_t qd_result_file_turning(qd_result_file_t *self, const qd_result_turning_t **row, size_t *count,
                                   qd_error_t *error)
{
    qd_status_t status = read_table(self, &qd_turning_table, &self->turning, &self->turnings, error);
    *row = self->turning;
    *count = self->turnings;
    return status;
}

qd_status_t qd_result_file_contrasts(qd_result_file_t *self, const qd_result_contrast_t **contrast,
                                     size_t *count, qd_error_t *error)
{
    qd_status_t status = read_table(self, &qd_contrast_table, &self->contrast, &self->contrasts, error);
    *contrast = self->contrast;
    *count = self->contrasts;
    return status;
}

qd_status_t qd_result_file_sensitivity(qd_result_file_t *self, const qd_result_sensitivity_t **row,
                                       size_t *count, qd_error_t *error)
{
    qd_status_t status =
        read_table(self, &qd_sensitivity_table, &self->sensitivity, &self->sensitivities, error);
    *row = self->sensitivity;
    *count = self->sensitivities;
    return status;
}
