#include "engine/columns.h"

uint64_t qd_kept_columns(const qd_experiment_t *experiment)
{
    uint64_t columns = 0;
    for (size_t o = 0; o < QD_OUTCOMES; o++)
        columns |= (uint64_t)experiment->output.outcome[o] << o;
    for (size_t c = 0; c < experiment->claims; c++)
        columns |= (uint64_t)1 << experiment->claim[c].outcome;
    if (experiment->precision.given)
        columns |= (uint64_t)1 << experiment->precision.outcome;
    return columns;
}

qd_part_kind_t qd_kept_kind(const qd_experiment_t *experiment)
{
    return (qd_part_kind_t){.config_hash = experiment->config_hash,
                            .columns = qd_kept_columns(experiment),
                            .extras = experiment->output.landscape ? QD_LANDSCAPE_OUTCOMES : 0,
                            .paths = experiment->output.paths};
}
