/* A result file: refused with a reason, or readable as a whole. */
#include "fuzz.h"

#include "quadrille/result.h"

#include <stdlib.h>

static void ask_cell(qd_result_file_t *file, size_t point, size_t order)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_result_summary_t summary;
    uint64_t worlds;
    double row[4];
    if (qd_result_file_done(file, point, order, &worlds, &error) != QD_OK)
        return;
    for (int outcome = 0; outcome < QD_OUTCOMES; outcome++) {
        qd_status_t status =
            qd_result_file_summary(file, point, order, (qd_outcome_t)outcome, &summary, &error);
        if (status == QD_OK && qd_result_file_has_worlds(file, (qd_outcome_t)outcome) && worlds > 0)
            status = qd_result_file_read(file, point, order, (qd_outcome_t)outcome, 0,
                                         worlds < 4 ? worlds : 4, row, &error);
        fuzz_promise(status != QD_ERROR_INTERNAL, error.text);
    }
}

static void ask(qd_result_file_t *file)
{
    qd_error_t error = QD_ERROR_NONE;
    const qd_result_failure_t *failure;
    const qd_result_claim_t *claim;
    const qd_result_contrast_t *contrast;
    const qd_result_sensitivity_t *sensitivity;
    qd_experiment_t *experiment = NULL;
    size_t count;
    (void)qd_result_file_provenance(file);
    size_t points = qd_result_file_points(file), orders = qd_result_file_orders(file);
    for (size_t p = 0; p < points && p < 4; p++)
        for (size_t o = 0; o < orders && o < 4; o++)
            ask_cell(file, p, o);
    if (qd_result_file_failures(file, &failure, &count, &error) == QD_OK)
        for (size_t i = 0; i < count; i++)
            fuzz_promise(failure[i].point < points && failure[i].order < orders && failure[i].reason != NULL,
                         "a failure lies in the file");
    if (qd_result_file_claims(file, &claim, &count, &error) == QD_OK)
        for (size_t i = 0; i < count; i++)
            fuzz_promise(claim[i].id != NULL && claim[i].verdict != NULL, "a claim has its texts");
    if (qd_result_file_contrasts(file, &contrast, &count, &error) == QD_OK)
        for (size_t i = 0; i < count; i++)
            fuzz_promise(contrast[i].more != NULL && contrast[i].less != NULL, "a contrast has its texts");
    if (qd_result_file_sensitivity(file, &sensitivity, &count, &error) == QD_OK)
        for (size_t i = 0; i < count; i++)
            fuzz_promise(sensitivity[i].factor != NULL, "a sensitivity has its texts");
    if (qd_result_file_experiment(file, "fuzz.h5", &experiment, &error) == QD_OK)
        qd_experiment_free(experiment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_file("fuzz.h5", data, size);
    qd_error_t error = QD_ERROR_NONE;
    qd_result_file_t *file = NULL;
    qd_status_t status = qd_result_file_open(path, &file, &error);
    fuzz_refusal(status, &error);
    if (status == QD_OK) {
        ask(file);
        qd_result_file_close(file);
    }
    free(path);
    return 0;
}
