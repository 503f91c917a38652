/* The registry: three tables (parameters, outcomes, doctrines) and a short one (series). The loader's checks,
 * `quadrille list`, the attributes of result files and the documentation are made from them. Rows are
 * constant and safe to read from any thread. The tables themselves are the files quadrille/X.def. */
#ifndef QUADRILLE_REGISTRY_H
#define QUADRILLE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/random.h"

#pragma GCC visibility push(default)

/* ---- kinds of order ------------------------------------------------------------------------------------ */

/* The kind of an order. */
typedef enum { QD_UNIPOLAR, QD_BIPOLAR, QD_MULTIPOLAR, QD_EMPIRICAL, QD_ORDER_KINDS } qd_order_kind_t;

/* The row of a kind of order. */
typedef struct {
    const char *name, *meaning; /* as in experiment files; one line */
} qd_order_info_t;

/* The kinds of order. */
extern const qd_order_info_t qd_order_table[QD_ORDER_KINDS];

/* ---- parameters ---------------------------------------------------------------------------------------- */

/* The values of a parameter: real numbers, whole ones, 0 or 1, all states or the leader. */
typedef enum { QD_TYPE_REAL, QD_TYPE_WHOLE, QD_TYPE_FLAG, QD_TYPE_SCOPE } qd_parameter_type_t;

/* Position of each parameter in the table: QD_P_order_states, QD_P_affinity_noise, ... */
typedef enum {
#define QD_PARAMETER(field, name, type, low, high, when, unit, uni, bi, multi, meaning) QD_P_##field,
#define QD_PARAMETER_ALL(field, name, type, low, high, when, unit, value, meaning)      QD_P_##field,
#include "quadrille/parameters.def"
#undef QD_PARAMETER
#undef QD_PARAMETER_ALL
    QD_PARAMETER_COUNT /* the model's own */
} qd_parameter_t;

/* The most parameters and outcomes that a plugin (plugin.h) may add to the model's, and room for all. */
#define QD_OWN_PARAMETERS 16                                       /* a plugin's parameters */
#define QD_OWN_OUTCOMES   8                                        /* a plugin's outcomes */
#define QD_PARAMETERS_MAX (QD_PARAMETER_COUNT + QD_OWN_PARAMETERS) /* all parameters */
#define QD_OUTCOMES_MAX   (QD_OUTCOMES + QD_OWN_OUTCOMES)          /* all outcomes */

/* The row of a parameter. */
typedef struct {
    const char *name, *unit, *meaning;          /* as in experiment files; "1" without a unit; one line */
    qd_parameter_type_t type;                   /* the kind of its values */
    double low, high;                           /* closed range of values */
    bool drawing_only;                          /* read only by the drawing of a world: cannot be scheduled */
    qd_distribution_t by_order[QD_ORDER_KINDS]; /* defaults */
} qd_parameter_info_t;

/* One value of every parameter, by field (p->mission_coupling) or by position
 * (p->value[QD_P_mission_coupling]). Whole numbers, flags (0, 1) and scopes (0 all, 1 leader) are doubles
 * too. */
typedef union {
    double value[QD_PARAMETERS_MAX]; /* [qd_parameter_count] */
    struct {
#define QD_PARAMETER(field, name, type, low, high, when, unit, uni, bi, multi, meaning) double field;
#define QD_PARAMETER_ALL(field, name, type, low, high, when, unit, value, meaning)      double field;
#include "quadrille/parameters.def"
#undef QD_PARAMETER
#undef QD_PARAMETER_ALL
    };
} qd_parameters_t;

/* The row of a parameter, 0 <= parameter < qd_parameter_count; never NULL. */
const qd_parameter_info_t *qd_parameter_info(size_t parameter);

/* Position of a name, or -1. */
int qd_parameter_find(const char *name);

/* ---- outcomes ------------------------------------------------------------------------------------------ */

/* The groups of outcomes. */
typedef enum {
    QD_GROUP_STABILITY,
    QD_GROUP_FRAGMENTATION,
    QD_GROUP_COALITIONS,
    QD_GROUP_DIAGNOSTICS,
    QD_GROUP_LANDSCAPE, /* optional: qd_landscape_table */
    QD_GROUP_PLUGIN     /* of the plugin in use */
} qd_group_t;
/* The place where an outcome is shown without a request; outcomes.def defines each outcome. */
typedef enum { QD_SHOWN_ASKED, QD_SHOWN_POINT, QD_SHOWN_MAIN } qd_shown_t;
/* The type of an outcome: a real number, a count, 0 or 1, a code whose meaning lists its values. */
typedef enum { QD_OUTCOME_REAL, QD_OUTCOME_COUNT, QD_OUTCOME_FLAG, QD_OUTCOME_CODE } qd_outcome_type_t;

/* Position of each outcome in the table: QD_O_survival, ... */
typedef enum {
#define QD_OUTCOME(field, group, shown, type, low, high, unit, meaning) QD_O_##field,
#include "quadrille/outcomes.def"
#undef QD_OUTCOME
    QD_OUTCOMES
} qd_outcome_t;

/* The row of an outcome. */
typedef struct {
    const char *name, *unit, *meaning; /* as in experiment files; "1" without a unit; one line */
    qd_group_t group;                  /* to which it belongs */
    qd_shown_t shown;                  /* where it is shown without a request */
    qd_outcome_type_t type;            /* its type */
    double low, high;                  /* closed range of values; infinite where none is stated */
} qd_outcome_info_t;

/* One world's outcomes, by field or by position. */
typedef union {
    double value[QD_OUTCOMES_MAX]; /* [qd_outcome_count] */
    struct {
#define QD_OUTCOME(field, group, shown, type, low, high, unit, meaning) double field;
#include "quadrille/outcomes.def"
#undef QD_OUTCOME
    };
} qd_outcomes_t;

extern const qd_outcome_info_t *const qd_outcome_table; /* [qd_outcome_count] */

/* Whether an outcome is a main one. */
static inline bool qd_outcome_is_main(size_t outcome)
{
    return qd_outcome_table[outcome].shown == QD_SHOWN_MAIN;
}

/* Position of a name among the outcomes, or -1. */
int qd_outcome_find(const char *name);

/* The name of a group, "stability", "fragmentation", ... A constant. */
const char *qd_group_name(qd_group_t group);

/* The optional group `landscape`: further outcomes of a world, computed if the experiment requests them. */
typedef enum {
#define QD_LANDSCAPE_OUTCOME(field, type, low, high, unit, meaning) QD_L_##field,
#include "quadrille/landscape.def"
#undef QD_LANDSCAPE_OUTCOME
    QD_LANDSCAPE_OUTCOMES
} qd_landscape_outcome_t;

#define QD_LANDSCAPE_STARTS 32 /* random starts in each world */

/* Their rows. */
extern const qd_outcome_info_t qd_landscape_table[QD_LANDSCAPE_OUTCOMES];

/* The number of values that may be kept of a world: the outcomes, and from QD_OUTCOMES_MAX on the group
 * `landscape`. */
#define QD_VALUES_MAX (QD_OUTCOMES_MAX + QD_LANDSCAPE_OUTCOMES)

/* The row of such a value; NULL for a number that stands for none. */
const qd_outcome_info_t *qd_value_info(size_t value);

/* ---- series (paths) ------------------------------------------------------------------------------------ */

/* Position of each series in the table: QD_S_institution, ... */
typedef enum {
#define QD_SERIES(field, low, high, unit, meaning) QD_S_##field,
#include "quadrille/series.def"
#undef QD_SERIES
    QD_SERIES_COUNT
} qd_series_t;

/* The row of a series. */
typedef struct {
    const char *name, *unit, *meaning; /* as in result files; "1" without a unit; one line */
    double low, high;                  /* closed range of values */
} qd_series_info_t;

/* The series. */
extern const qd_series_info_t qd_series_table[QD_SERIES_COUNT];

/* ---- doctrines ----------------------------------------------------------------------------------------- */

/* The six parameters that a preset sets, in the order of the columns of the table in docs/model.md. */
#define QD_DOCTRINE_FIELDS 6

/* The positions of these parameters. */
extern const qd_parameter_t qd_doctrine_fields[QD_DOCTRINE_FIELDS];

/* The row of a doctrine. */
typedef struct {
    const char *name, *meaning;       /* as in experiment files; one line */
    double value[QD_DOCTRINE_FIELDS]; /* in the order of qd_doctrine_fields */
} qd_doctrine_info_t;

#define QD_NEUTRAL 0 /* row of the doctrine of the other states when the scope is the leader */
/* The number of parameters: QD_PARAMETER_COUNT and those of the plugin in use. To be read only. */
extern size_t qd_parameter_count;

/* The number of outcomes: QD_OUTCOMES and those of the plugin in use. To be read only. */
extern size_t qd_outcome_count;

/* The number of doctrines. */
extern const size_t qd_doctrine_count;

/* The doctrines. */
extern const qd_doctrine_info_t qd_doctrine_table[];

/* Position of a name among the doctrines, or -1. */
int qd_doctrine_find(const char *name);

/* ---- names --------------------------------------------------------------------------------------------- */

/* The name of a parameter < qd_parameter_count. A constant. */
const char *qd_parameter_name(size_t index);

/* The name of an outcome < qd_outcome_count. A constant. */
const char *qd_outcome_name(size_t index);

/* The name of a doctrine < qd_doctrine_count. A constant. */
const char *qd_doctrine_name(size_t index);

/* The name of a kind of order < QD_ORDER_KINDS. A constant. */
const char *qd_order_name(size_t index);

#pragma GCC visibility pop

#endif
