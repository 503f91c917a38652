#include "engine/bounds.h"

#include "kernel/crisis.h"

double qd_outcome_greatest(qd_outcome_t outcome, double states, double periods)
{
    switch (outcome) {
    case QD_O_survival:
        return periods;
    case QD_O_crises:
    case QD_O_wars:
        return QD_CRISES_MAX * periods;
    case QD_O_effective_blocs:
    case QD_O_coalition_size:
        return states;
    default:
        return qd_outcome_table[outcome].high;
    }
}
