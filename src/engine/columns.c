#include "engine/columns.h"

#include "kernel/crisis.h"

/* Bit o: the analysis at the end reads outcome o world by world. */
static uint64_t analysed_columns(const qd_experiment_t *experiment)
{
    if (experiment->design.type == QD_DESIGN_SALTELLI || experiment->design.type == QD_DESIGN_MORRIS)
        return UINT64_MAX;
    uint64_t columns = (uint64_t)1 << QD_O_survival | (uint64_t)1 << QD_O_breakdown;
    for (size_t o = 0; o < qd_outcome_count; o++)
        columns |= (uint64_t)qd_outcome_is_main(o) << o;
    return columns;
}

bool qd_outcome_per_crisis(qd_outcome_t outcome)
{
    return outcome == QD_O_resolved || outcome == QD_O_paralysis ||
           (outcome >= QD_O_share_collective && outcome <= QD_O_share_abstain) || outcome == QD_O_share_hub;
}

double qd_outcome_greatest(qd_outcome_t outcome, const qd_cell_size_t *size)
{
    switch (outcome) {
    case QD_O_survival:
        return (double)size->periods;
    case QD_O_crises:
    case QD_O_wars:
        return QD_CRISES_MAX * (double)size->periods;
    case QD_O_effective_blocs:
    case QD_O_coalition_size:
        return (double)size->states;
    default:
        return qd_outcome_table[outcome].high;
    }
}

/* Whether a claim needs the number of crises of each world: for the bimodality of a share of them, and for
 * the missions per crisis by which the effect of a contrast is split. */
static bool needs_crises(const qd_claim_t *claim)
{
    return (claim->kind == QD_CLAIM_BIMODAL && qd_outcome_per_crisis(claim->outcome)) ||
           (claim->outcome == QD_O_resolved && claim->equal == QD_O_share_abstain);
}

/* Bit o: `output:` requests outcome o, a claim judges it or needs it (crises; the outcome in which its arms
 * should be equal), or a precision stop depends on it. If the result file has no worlds, requested outcomes
 * are kept only if the analysis reads them world by world: main outcomes (contrasts), survival and breakdown
 * (curves), all outcomes of a design for sensitivity. */
static uint64_t kept_columns(const qd_experiment_t *experiment)
{
    uint64_t columns = 0;
    for (size_t o = 0; o < qd_outcome_count; o++)
        columns |= (uint64_t)experiment->output.outcome[o] << o;
    if (!experiment->output.worlds)
        columns &= analysed_columns(experiment);
    for (size_t c = 0; c < experiment->claims; c++) {
        const qd_claim_t *claim = &experiment->claim[c];
        columns |= (uint64_t)1 << claim->outcome;
        if (needs_crises(claim))
            columns |= (uint64_t)1 << QD_O_crises;
        if (claim->equal >= 0)
            columns |= (uint64_t)1 << claim->equal;
    }
    if (experiment->precision.given && !experiment->precision.claims)
        columns |= (uint64_t)1 << experiment->precision.outcome;
    return columns;
}

qd_part_kind_t qd_kept_kind(const qd_experiment_t *experiment)
{
    return (qd_part_kind_t){.config_hash = experiment->config_hash,
                            .columns = kept_columns(experiment),
                            .extras = experiment->output.landscape ? QD_LANDSCAPE_OUTCOMES : 0,
                            .paths = experiment->output.paths};
}

bool qd_is_kept_kind(const qd_index_t *index, const qd_experiment_t *experiment)
{
    qd_part_kind_t found = qd_index_kind(index), wanted = qd_kept_kind(experiment);
    return found.config_hash == 0 ||
           (found.columns == wanted.columns && found.extras == wanted.extras && found.paths == wanted.paths);
}

qd_status_t qd_check_kept_kind(const qd_index_t *index, const qd_experiment_t *experiment, const char *path,
                               qd_error_t *error)
{
    if (qd_is_kept_kind(index, experiment))
        return QD_OK;
    return qd_error_add(error, QD_ERROR_INPUT,
                        "%s: keeps other outcomes or paths of each world than its experiment states: it was "
                        "changed or damaged",
                        path);
}
