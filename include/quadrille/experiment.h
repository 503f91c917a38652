/* An experiment: a YAML file (docs/experiment-file.md), resolved and checked. It is constant after loading,
 * so any thread may read it. */
#ifndef QUADRILLE_EXPERIMENT_H
#define QUADRILLE_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/registry.h"
#include "quadrille/world.h"

#pragma GCC visibility push(default)

/* One order of `orders:`. */
typedef struct {
    qd_order_kind_t kind;      /* how it is drawn */
    char *label;               /* "unipolar", ..., "empirical-1936": unique in the experiment */
    qd_empirical_t *empirical; /* NULL unless the kind is empirical */
    int year;                  /* of an empirical order, else 0 */
} qd_order_t;

/* One parameter set to one distribution. A doctrine preset is expanded into six of these when it is read. */
typedef struct {
    qd_parameter_t parameter;       /* which */
    qd_distribution_t distribution; /* from which it is drawn, once a world */
} qd_setting_t;

/* ---- design -------------------------------------------------------------------------------------------- */

/* QD_DESIGN_NONE, QD_DESIGN_GRID, ...: one for each row of quadrille/designs.def. */
typedef enum {
#define QD_DESIGN(id, name, size, each, factors_most, limit, levels) QD_DESIGN_##id,
#include "quadrille/designs.def"
#undef QD_DESIGN
    QD_DESIGNS
} qd_design_type_t;

/* One factor: a parameter (or the doctrine) with its levels (grid, list, linspace) or its distribution. */
typedef struct {
    char *name;                     /* parameter name, or "doctrine" */
    int parameter;                  /* QD_P_..., or -1 for the doctrine */
    size_t levels;                  /* number of levels; 0 where a distribution is given */
    double *level;                  /* values; for the doctrine rows of qd_doctrine_table */
    qd_distribution_t distribution; /* where it has no levels */
} qd_factor_t;

/* One design point: its settings beyond the file's `parameters`, and its changes beyond the file's
 * schedule. */
typedef struct {
    char *label; /* "0", "1", ... or the label given in a list; unique */
    /* per factor: its value (doctrine: row of qd_doctrine_table); NaN where a list point or a claim's own
     * arm leaves it alone */
    double *coordinate;
    size_t settings;       /* its settings beyond the coordinates; qd_experiment_plan applies both */
    qd_setting_t *setting; /* in order: a later one wins */
    size_t changes;        /* length of `change` */
    qd_change_t *change;   /* sorted by `at` */
    uint64_t hash;         /* XXH3-64 of settings and changes: names the point whatever its position */
    bool from_claim; /* appended for an arm of a claim that the design does not contain, or an ablation */
    /* 1 + the position of the ablation that is in force here, baselines counted on; 0: none */
    size_t ablation;
    size_t variation; /* 1 + the row of the robustness sample that is in force here; 0: none */
    size_t group;     /* of the claims for which it is so varied: position in qd_robustness_t.group */
} qd_point_t;

/* `design:`. */
typedef struct {
    qd_design_type_t type; /* how its points are made */
    size_t factors;        /* length of `factor` */
    qd_factor_t *factor;   /* the varied parameters, in the order of the file */
    size_t size;           /* `points:` base samples, trajectories; 0 for grid and list */
    size_t levels;         /* morris: levels of its grid; else 0 */
} qd_design_t;

/* ---- precision, output --------------------------------------------------------------------------------- */

/* `precision:`: worlds are added until the interval of the mean of an outcome is narrow enough. */
typedef struct {
    bool given;                      /* whether the file states one */
    qd_outcome_t outcome;            /* whose mean */
    double half_width, confidence;   /* of the interval: in the outcome's units, > 0; and in (0, 1) */
    uint64_t min_worlds, max_worlds; /* per point and order */
    bool claims; /* run until the awaited claims are decided; then there is no outcome and no half_width */
} qd_precision_t;

/* `output:`. */
typedef struct {
    bool worlds, paths;            /* write per-world values, paths; default true */
    bool outcome[QD_OUTCOMES_MAX]; /* which outcomes; default all */
    bool landscape;                /* the optional outcome group `landscape`; default false */
} qd_output_t;

/* ---- claims -------------------------------------------------------------------------------------------- */

/* The kind of a claim: about means or about a distribution. */
typedef enum {
    QD_CLAIM_CONTRAST,    /* mean(more) - mean(less) > margin */
    QD_CLAIM_INTERACTION, /* (more - less at `where`) - (more - less at `against`) > margin */
    QD_CLAIM_TREND,       /* outcome rises (or falls) monotonically over the levels of a factor */
    QD_CLAIM_ORDERS,      /* mean(order more) - mean(order less) > margin */
    QD_CLAIM_BIMODAL      /* the outcome's distribution has more than one mode */
} qd_claim_kind_t;

/* A set of design points over which an estimate averages, by position in the experiment. */
typedef struct {
    size_t points; /* length of `point` */
    size_t *point; /* positions, each once */
} qd_arm_t;

/* One entry of `claims:`. */
typedef struct {
    char *id, *says;      /* unique name; the claim in words */
    qd_claim_kind_t kind; /* its kind */
    qd_outcome_t outcome; /* of which outcome */
    int order;            /* position in orders; -1: mean over all orders of the experiment */
    int order_less;       /* QD_CLAIM_ORDERS: the other one */
    qd_arm_t more, less;  /* contrast, interaction; orders and bimodal use `more` alone */
    /* interaction: `more`, `less` hold where the claim says the effect is larger; these two are the same
     * arms where it should be smaller */
    qd_arm_t where_less, where_more;
    size_t levels;       /* trend: length of the two that follow */
    qd_arm_t *level;     /* trend: one arm per level, ascending */
    double *level_value; /* trend: the factor's values there */
    int direction;       /* trend: +1 rises, -1 falls */
    double margin;       /* a claim is supported when its interval lies above the margin */
    double negligible;   /* an effect whose interval lies within -+ this is negligible; 0: none is */
    bool exploratory;    /* `status: exploratory`; else confirmatory */
    int equal;           /* outcome in which the arms of a contrast should not differ, or -1 */
    bool awaited;        /* precision.claims: the run continues until it is decided */
    char *differing;     /* factors that no arm names and whose values differ between the arms; NULL: none */
} qd_claim_t;

/* An assumption and the settings that switch it off. */
typedef struct {
    char *name;            /* as the file calls it */
    size_t settings;       /* length of `setting` */
    qd_setting_t *setting; /* the settings that switch it off */
    size_t
        *counterpart; /* for each point without ablation: the position of the same point with it in force */
} qd_ablation_t;

/* ---- robustness ---------------------------------------------------------------------------------------- */

/* Claims that leave the same factors free, and the points that their arms name. The counterpart of the k-th
 * of these points in row r is point first + r * members + k. */
typedef struct {
    bool *free;            /* per factor: whether it is varied; else it is as the point has it */
    size_t *position;      /* per point that a claim may name: k, or SIZE_MAX */
    size_t points;         /* length of `position` */
    size_t members, first; /* number of its points; position of the first counterpart */
} qd_variation_t;

/* `robustness:`: points of a Latin hypercube at which every claim about an effect is judged again. */
typedef struct {
    size_t rows;           /* of the Latin hypercube; 0: not asked for */
    uint64_t worlds;       /* per point and order, of which the experiment's `worlds` are the most */
    double range;          /* 0: only parameters with a distribution given for them vary */
    size_t factors;        /* length of `factor` */
    qd_factor_t *factor;   /* the varied parameters, each with its distribution */
    double *value;         /* rows x factors */
    size_t groups;         /* length of `group` */
    qd_variation_t *group; /* claims that leave the same factors free */
    size_t *of_claim;      /* per claim: its group, or SIZE_MAX where it is about no effect */
} qd_robustness_t;

/* ---- the whole ----------------------------------------------------------------------------------------- */

/* An experiment, resolved. Everything that it points to belongs to it. */
typedef struct {
    char *path;               /* as given on the command line */
    size_t sources;           /* length of `source` */
    char **source;            /* paths of the data files that were read beside it */
    char *name, *about;       /* title; the question in words, or "" */
    uint64_t seed;            /* of all random numbers */
    bool luck_by_order;       /* every order has luck of its own; else world w has the same in all of them */
    uint64_t worlds;          /* per point and order (precision.max_worlds where precision is given) */
    size_t orders;            /* length of `order` */
    qd_order_t *order;        /* `orders:` */
    size_t settings;          /* length of `setting` */
    qd_setting_t *setting;    /* `parameters:` and then --set */
    size_t changes;           /* length of `change` */
    qd_change_t *change;      /* `schedule:`, sorted by `at`, presets expanded */
    qd_design_t design;       /* how its points were made */
    size_t points;            /* length of `point` */
    qd_point_t *point;        /* all: the design's, those of claims, ablations, baselines and robustness */
    qd_precision_t precision; /* the number of worlds that is enough */
    qd_output_t output;       /* the values to write */
    double max_failures;      /* share of worlds that may fail before the run does; default 0.001 */
    size_t claims;            /* length of `claim` */
    qd_claim_t *claim;        /* `claims:` */
    size_t ablations;         /* length of `ablation` */
    qd_ablation_t *ablation;  /* `ablate:` */
    size_t baselines;         /* length of `baseline` */
    qd_ablation_t
        *baseline; /* `baseline: true`: neutral, do-nothing; counterparts of the arms of contrasts alone */
    qd_robustness_t robustness; /* rows 0: not asked for */
    char *family;               /* "" or the name under which files share one correction */
    char *registered;           /* date of its registration, or "" */
    char *deviations;           /* from the registration, in words; "" where there are none */
    uint64_t family_tests;      /* number of the family's tests in all files; 0: those of this file */
    double confidence;          /* of claims' intervals before Holm's correction; default 0.95 */
    char *notes;                /* settings without effect, a line each; "" where there are none */
    char *config; /* the experiment as resolved, YAML in one canonical form; stored in the result file */
    char *plugin, *plugin_digest; /* name of the plugin, SHA-256 of its file; NULL: none */
    /* XXH3-64 of everything that determines the worlds' values: see docs/result-file.md */
    uint64_t config_hash;
} qd_experiment_t;

/* Changes of a file by the command line: seed, worlds, settings, robustness. Strings are "NAME=VALUE". */
typedef struct {
    bool has_seed, has_worlds;  /* whether the next two are given */
    uint64_t seed, worlds;      /* in place of the file's */
    size_t sets;                /* length of `set` */
    const char *const *set;     /* borrowed for the call */
    bool has_robustness;        /* whether the next two are given */
    uint64_t robustness_points; /* in place of the file's; 0: robustness is not judged */
    uint64_t robustness_worlds; /* of each of these points */
} qd_overrides_t;

/* Reads, checks and resolves a file. On success *self must be released by qd_experiment_free. On failure
 * nothing is left to free, and `error` holds every fault of the file as "FILE:LINE:COLUMN: text found;
 * expectation". `overrides` may be NULL. Data files named by an empirical order are read relative to the
 * experiment file. QD_ERROR_INPUT, QD_ERROR_IO, QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_experiment_load(const char *path, const qd_overrides_t *overrides,
                                           qd_experiment_t **self, qd_error_t *error);

/* The same from the canonical YAML stored in a result file (verify, replay, show); `name` names the text in
 * messages. */
QD_MUST_USE qd_status_t qd_experiment_parse(const char *text, const char *name, qd_experiment_t **self,
                                            qd_error_t *error);

/* Releases an experiment and all that belongs to it; NULL is allowed. */
void qd_experiment_free(qd_experiment_t *self);

/* Whether worlds of the experiment can be played: QD_ERROR_INPUT where it needs a plugin whose code is not
 * loaded. */
QD_MUST_USE qd_status_t qd_experiment_check_plugin(const qd_experiment_t *self, qd_error_t *error);

/* Compares the plugin of an experiment with that of `config`, the canonical YAML of worlds that were played
 * before and lie at `path`. QD_ERROR_INPUT where these are two, or one is none; the message names both. */
QD_MUST_USE qd_status_t qd_experiment_compare_plugin(const qd_experiment_t *self, const char *config,
                                                     const char *path, qd_error_t *error);

/* ---- fields, for callers in other languages, which cannot read the struct ------------------------------ */

/* Number of design points, those of claims, ablations, baselines and robustness included. */
size_t qd_experiment_points(const qd_experiment_t *self);
/* Number of orders, at least 1. */
size_t qd_experiment_orders(const qd_experiment_t *self);
/* Number of worlds of a point and order; where a precision is given, the greatest. */
uint64_t qd_experiment_worlds(const qd_experiment_t *self);
/* The same at one point < qd_experiment_points: fewer where parameters are varied for `robustness`. */
uint64_t qd_experiment_worlds_at(const qd_experiment_t *self, size_t point);
/* Label of a point < qd_experiment_points. Owned by the experiment. */
const char *qd_experiment_point_label(const qd_experiment_t *self, size_t point);
/* Label of an order < qd_experiment_orders. Owned by the experiment. */
const char *qd_experiment_order_label(const qd_experiment_t *self, size_t order);
/* The experiment's title. Owned by the experiment. */
const char *qd_experiment_name(const qd_experiment_t *self);
/* The experiment as resolved, in canonical YAML; result files store it. Owned by the experiment. */
const char *qd_experiment_config(const qd_experiment_t *self);

/* The luck of world `world` (below 2^56) of every point in an order: the seed, and with `luck: by-order` the
 * seed hashed with the order's label (XXH3-64). `order` < qd_experiment_orders. */
qd_luck_t qd_experiment_luck(const qd_experiment_t *self, size_t order, uint64_t world);

/* "shared" or "by-order", as a file states it. A constant. */
const char *qd_experiment_luck_name(const qd_experiment_t *self);

/* The plan of one (point, order): defaults of the kind, then `parameters`, --set, then the point; the file's
 * schedule and then the point's. Writes into *plan, whose `change` array (size: experiment->changes + point's
 * changes) the caller provides. */
void qd_experiment_plan(const qd_experiment_t *self, size_t point, size_t order, qd_change_t change[],
                        qd_plan_t *plan);

/* The number of points before the points varied for `robustness`, which come last. */
size_t qd_experiment_unvaried(const qd_experiment_t *self);

/* Whether the statistics of a point's worlds have paths: the many points varied for `robustness` have
 * none. */
bool qd_experiment_keeps_paths(const qd_experiment_t *self, size_t point);

/* For each of `points` points of the experiment, those that a claim may name first, the point that stands for
 * it in row `row` of the robustness sample of a group; the point itself where there is none. */
void qd_experiment_variation(const qd_experiment_t *self, size_t group, size_t row, size_t points,
                             size_t counterpart[]);

/* ---- names of points ----------------------------------------------------------------------------------- */

/* The name by which a point is shown: the label that a file gave it; else the values of the design's factors
 * there, "rumsfeld, target 0.1"; both, "3 (rumsfeld, target 0.1)", where these values do not tell it from all
 * other points. No two points have the same. A malloc'ed text for free(); NULL where memory is short. */
char *qd_experiment_point_name(const qd_experiment_t *self, size_t point);

/* Marks in chosen[experiment->points] the points that `name` may mean, and returns their number: the point of
 * that label; or else those that are shown under that name; or else the design's points where factors have
 * values, "doctrine=rumsfeld,institution.target=0.1" (a factor may be called by its last part where only one
 * has it); or else the point at that position. SIZE_MAX where memory is short. */
size_t qd_experiment_choose_points(const qd_experiment_t *self, const char *name, bool chosen[]);

/* *point = the one point that `name` means, as above. QD_ERROR_INPUT where there is none or more than one;
 * QD_ERROR_MEMORY. */
QD_MUST_USE qd_status_t qd_experiment_find_point(const qd_experiment_t *self, const char *name, size_t *point,
                                                 qd_error_t *error);

#pragma GCC visibility pop

#endif
