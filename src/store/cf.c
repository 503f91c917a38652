#include "store/cf.h"

#include <math.h>
#include <string.h>

const char *qd_cf_units(const char *unit)
{
    return unit && strcmp(unit, "periods") == 0 ? "3 months" : "1";
}

const char *qd_cf_quantity(const char *unit)
{
    return !unit || strcmp(unit, "1") == 0 ? NULL : unit;
}

const char *qd_cf_outcome_flags(size_t outcome)
{
    switch (outcome) {
    case QD_O_breakdown:
        return "no yes";
    case QD_O_breakdown_cause:
        return "none war tension";
    case QD_O_polarity_end:
        return "unipolar bipolar multipolar none";
    default:
        return NULL;
    }
}

const char *qd_cf_parameter_flags(qd_parameter_type_t type)
{
    return type == QD_TYPE_FLAG ? "false true" : type == QD_TYPE_SCOPE ? "all leader" : NULL;
}

void qd_cf_restore_codes(double value[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value[i] == QD_CF_NO_CODE)
            value[i] = NAN;
}
