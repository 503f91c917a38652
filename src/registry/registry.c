#include "registry/rows.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

const qd_order_info_t qd_order_table[QD_ORDER_KINDS] = {
    {"unipolar", "one pole, the others around it"},
    {"bipolar", "two poles of comparable size, opposed in values"},
    {"multipolar", "three to six poles on a circle of values"},
    {"empirical",
     "states of a given year from data; values that the data lack are drawn as for a multipolar order"},
};

#define CONSTANT(x)                                                                                          \
    {                                                                                                        \
        .kind = QD_CONSTANT, .a = (x), .low = (x), .high = (x)                                               \
    }
#define UNIFORM(x, y)                                                                                        \
    {                                                                                                        \
        .kind = QD_UNIFORM, .a = (x), .b = (y), .low = (x), .high = (y)                                      \
    }
#define INTEGERS(x, y)                                                                                       \
    {                                                                                                        \
        .kind = QD_INTEGERS, .a = (x), .b = (y), .low = (x), .high = (y)                                     \
    }
#define BELOW_HALF 0x1.fffffffffffffp-2
#define DRAWING    true
#define PLAYING    false

static qd_parameter_info_t parameters[QD_PARAMETERS_MAX] = {
#define QD_PARAMETER(field, name, type, low, high, when, unit, uni, bi, multi, meaning)                      \
    {name, unit, meaning, QD_TYPE_##type, low, high, when, {uni, bi, multi, multi}},
#define QD_PARAMETER_ALL(field, name, type, low, high, when, unit, value, meaning)                           \
    QD_PARAMETER(field, name, type, low, high, when, unit, CONSTANT(value), CONSTANT(value),                 \
                 CONSTANT(value), meaning)
#include "quadrille/parameters.def"
#undef QD_PARAMETER
#undef QD_PARAMETER_ALL
};

static qd_outcome_info_t outcomes[QD_OUTCOMES_MAX] = {
#define QD_OUTCOME(field, group, shown, type, low, high, unit, meaning)                                      \
    {#field, unit, meaning, QD_GROUP_##group, QD_SHOWN_##shown, QD_OUTCOME_##type, low, high},
#include "quadrille/outcomes.def"
#undef QD_OUTCOME
};

const qd_outcome_info_t qd_landscape_table[QD_LANDSCAPE_OUTCOMES] = {
#define QD_LANDSCAPE_OUTCOME(field, type, low, high, unit, meaning)                                          \
    {#field, unit, meaning, QD_GROUP_LANDSCAPE, QD_SHOWN_ASKED, QD_OUTCOME_##type, low, high},
#include "quadrille/landscape.def"
#undef QD_LANDSCAPE_OUTCOME
};

const qd_series_info_t qd_series_table[QD_SERIES_COUNT] = {
#define QD_SERIES(field, low, high, unit, meaning) {#field, unit, meaning, low, high},
#include "quadrille/series.def"
#undef QD_SERIES
};

const qd_parameter_t qd_doctrine_fields[QD_DOCTRINE_FIELDS] = {
    QD_P_doctrine_bias_collective, QD_P_doctrine_bias_alliance, QD_P_doctrine_bias_flexible,
    QD_P_doctrine_bias_unilateral, QD_P_doctrine_force_ratio,   QD_P_doctrine_vital_interest,
};

const qd_doctrine_info_t qd_doctrine_table[] = {
#define QD_DOCTRINE(name, collective, alliance, flexible, unilateral, force_ratio, vital_interest, meaning)  \
    {#name, meaning, {collective, alliance, flexible, unilateral, force_ratio, vital_interest}},
#include "quadrille/doctrines.def"
#undef QD_DOCTRINE
};

const qd_outcome_info_t *const qd_outcome_table = outcomes;
size_t qd_parameter_count = QD_PARAMETER_COUNT, qd_outcome_count = QD_OUTCOMES;
const size_t qd_doctrine_count = sizeof qd_doctrine_table / sizeof qd_doctrine_table[0];

const qd_parameter_info_t *qd_parameter_info(size_t parameter)
{
    return &parameters[parameter];
}

const char *qd_parameter_name(size_t index)
{
    return parameters[index].name;
}

const char *qd_outcome_name(size_t index)
{
    return qd_outcome_table[index].name;
}

const char *qd_doctrine_name(size_t index)
{
    return qd_doctrine_table[index].name;
}

const char *qd_order_name(size_t index)
{
    return qd_order_table[index].name;
}

void qd_own_parameter_add(const qd_parameter_info_t *info)
{
    parameters[qd_parameter_count++] = *info;
}

void qd_own_outcome_add(const qd_outcome_info_t *info)
{
    outcomes[qd_outcome_count++] = *info;
}

static int find(const char *name, size_t count, const char *(*name_at)(size_t))
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name_at(i), name) == 0)
            return (int)i;
    return -1;
}

int qd_parameter_find(const char *name)
{
    return find(name, qd_parameter_count, qd_parameter_name);
}

const qd_outcome_info_t *qd_value_info(size_t value)
{
    if (value >= QD_OUTCOMES_MAX)
        return value < QD_VALUES_MAX ? &qd_landscape_table[value - QD_OUTCOMES_MAX] : NULL;
    return value < qd_outcome_count ? &qd_outcome_table[value] : NULL;
}

int qd_outcome_find(const char *name)
{
    return find(name, qd_outcome_count, qd_outcome_name);
}

int qd_doctrine_find(const char *name)
{
    return find(name, qd_doctrine_count, qd_doctrine_name);
}

const char *qd_group_name(qd_group_t group)
{
    static const char *const names[] = {"stability",   "fragmentation", "coalitions",
                                        "diagnostics", "landscape",     "plugin"};
    return names[group];
}

const char *const qd_assumed[] = {
#define QD_ASSUMED(sentence) sentence,
#define QD_FOUND(sentence)
#include "registry/assumptions.def"
#undef QD_ASSUMED
#undef QD_FOUND
    NULL};

const char *const qd_found[] = {
#define QD_ASSUMED(sentence)
#define QD_FOUND(sentence) sentence,
#include "registry/assumptions.def"
#undef QD_ASSUMED
#undef QD_FOUND
    NULL};
