/* The requirements of the Climate and Forecast conventions (CF 1.8) for a netCDF file: units that UDUNITS
 * knows, meanings of codes, coordinates beside the variables. */
#ifndef QD_STORE_CF_H
#define QD_STORE_CF_H

#include <stddef.h>

#include "quadrille/registry.h"

#define QD_CF_CONVENTIONS "CF-1.8"

/* Returns the UDUNITS unit for a unit of the registry: "3 months" for periods, which are quarters, and "1"
 * for counts, shares and the model's own scales. NULL stands for a text: "1". */
const char *qd_cf_units(const char *unit);

/* The measured quantity, if `unit` has more information than qd_cf_units ("wars", "tension"); else NULL. */
const char *qd_cf_quantity(const char *unit);

/* Meanings of the codes 0, 1, ... of an outcome or a parameter, separated by blanks; NULL if it has no
 * codes. */
const char *qd_cf_outcome_flags(size_t outcome);
const char *qd_cf_parameter_flags(qd_parameter_type_t type);

/* Codes are stored in one byte each, this one for a missing value. The function converts missing codes among
 * doubles that were read to NaN. */
#define QD_CF_NO_CODE (-1)
void qd_cf_restore_codes(double value[], size_t count);

#endif
