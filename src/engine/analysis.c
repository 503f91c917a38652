#include "engine/analysis.h"

qd_status_t qd_analyse(const qd_experiment_t *experiment, qd_index_t *done,
                       const qd_claim_sequences_t *sequences, qd_analysis_t *out, qd_error_t *error)
{
    *out = (qd_analysis_t){0};
    qd_status_t status = qd_analyse_claims(experiment, done, sequences, out, error);
    if (status == QD_OK)
        status = qd_analyse_contrasts(experiment, done, out, error);
    if (status == QD_OK)
        status = qd_analyse_sensitivity(experiment, done, out, error);
    return status;
}
