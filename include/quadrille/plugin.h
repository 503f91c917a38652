/* Additional rules without a change of the program: a plugin declares parameters, outcomes and hooks that
 * the kernel calls.
 *
 * A plugin is a shared object that exports the function qd_plugin (below), built with nothing but these
 * headers:
 *
 *     cc -shared -fPIC -O2 $(pkg-config --cflags quadrille) my.c -o my.so
 *     quadrille run --plugin ./my.so EXPERIMENT.yaml
 *
 * or a qd_plugin_t of the calling program (qd_plugin_use). A process has at most one. Its parameters and
 * outcomes are then known wherever the model's are: in experiment files, designs, schedules, claims, result
 * files. Results carry its name and the digest of its file; they are resumed, verified and replayed with the
 * same file only.
 *
 * A plugin is code with the rights of its caller: only an explicit request loads one.
 *
 * Hooks must be pure: their effects may depend on their arguments and on their own memory of that world,
 * never on a clock, a file, a thread or another world. Several threads call them at once, on different
 * worlds. They allocate nothing. */
#ifndef QUADRILLE_PLUGIN_H
#define QUADRILLE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/event.h"
#include "quadrille/registry.h"
#include "quadrille/view.h"

#pragma GCC visibility push(default)

/* The layout of everything that a plugin sees: this header, view.h and event.h. Only equal numbers fit. */
#define QD_PLUGIN_ABI 1

/* ---- the arguments of hooks ---------------------------------------------------------------------------- */

/* The arguments of a hook: valid during the call. */
typedef struct qd_hook qd_hook_t;
/* The world in which a hook is called, and the plugin's own data of it. */
struct qd_hook {
    const qd_world_view_t *world; /* as it stands; in `order`, before there is one, NULL */
    const double *parameter;      /* [parameters] the plugin's own, in its order, as they hold now */
    void *memory; /* this world's: zero when it is drawn; NULL where the plugin asked for none */

    /* The plugin's own random numbers, a stream beside all others: uniform on [0, 1), or standard normal. The
     * same (period, draw) gives the same number at every design point and in every order; a normal consumes
     * draws 2k and 2k + 1. */
    double (*uniform)(const qd_hook_t *self, uint32_t period, uint32_t draw);
    /* The standard normal among them. */
    double (*normal)(const qd_hook_t *self, uint32_t period, uint32_t draw);
    uint64_t seed, number; /* of the experiment; of the world */
};

/* An order drawn by a plugin. The kernel has set states, poles and the present parameters (order.states
 * and order.poles as drawn). The hook fills any of the arrays and sets their flags; the kernel draws the
 * others by the kind of order. */
typedef struct {
    size_t states, poles;              /* N, m */
    qd_order_kind_t kind;              /* of the order */
    const qd_parameters_t *parameters; /* the model's, as drawn */
    /* Set where the hook has filled the array of that name. */
    bool has_capability, has_place, has_values, has_affinity, has_label;
    double *capability; /* [states] shares; more than 0, descending, the poles first; scaled to sum 1 */
    double *place;      /* [states][3] unit vectors */
    double *values;     /* [states][2] in value units */
    double *affinity;   /* [states][states] symmetric, zero diagonal, in [-1, 1]: baseline and start */
    int *label;         /* [states] first blocs: 0, or 1 .. blocs.max */
} qd_order_draft_t;

/* ---- the declarations of a plugin ---------------------------------------------------------------------- */

/* A parameter "PLUGIN.NAME": real, drawn once a world like any other, and open to schedules. */
typedef struct {
    const char *name;           /* "PLUGIN.NAME", where PLUGIN is the plugin's name */
    const char *unit, *meaning; /* "1" where it has no unit; one line */
    double low, high, value;    /* closed range; default */
} qd_own_parameter_t;

/* An outcome, a column of /worlds. */
typedef struct {
    const char *name;           /* letters, digits and underscores, as no other outcome */
    const char *unit, *meaning; /* "1" where it has no unit; one line */
    qd_outcome_type_t type;     /* real, count, flag or code */
    double low, high;           /* closed range; -INFINITY, INFINITY: none stated */
} qd_own_outcome_t;

#define QD_OWN_NAME_MAX 40 /* bytes of a name, the closing NUL counted */

/* All pointers are to constants that outlive every world. A hook that is NULL is not called, and costs
 * nothing. */
typedef struct {
    uint32_t abi;                        /* QD_PLUGIN_ABI */
    const char *name;                    /* small letters, digits and underscores, a letter first */
    const char *meaning;                 /* one line */
    size_t parameters;                   /* at most QD_OWN_PARAMETERS */
    const qd_own_parameter_t *parameter; /* [parameters] */
    size_t outcomes;                     /* at most QD_OWN_OUTCOMES */
    const qd_own_outcome_t *outcome;     /* [outcomes] */
    size_t memory, memory_per_state;     /* bytes that a world keeps for the plugin */

    /* Draws the order, before period 0. */
    void (*order)(const qd_hook_t *hook, qd_order_draft_t *draft);

    /* A crisis has been drawn: stakes h and prices Delta [states] may be changed, in payoff. The initiator is
     * found from them afterwards (crisis->initiator is QD_NOBODY); the target's stake stays 0. */
    void (*crisis)(const qd_hook_t *hook, const qd_crisis_view_t *crisis, double stake[], double price[]);

    /* The initiator's worth EU of a venue whose game is solved; game->worth is the model's value. Returns
     * the value to use. */
    double (*worth)(const qd_hook_t *hook, const qd_crisis_view_t *crisis, const qd_game_view_t *game);

    /* Every event, as an observer sees it. Worlds are played more slowly where this is set. */
    void (*see)(const qd_hook_t *hook, const qd_event_t *event);

    /* A period has ended. */
    void (*period)(const qd_hook_t *hook);

    /* The world has ended: fills own[outcomes]. `model` holds the model's outcomes. A value that is not
     * finite or outside its range makes the world fail. */
    void (*finish)(const qd_hook_t *hook, const qd_outcomes_t *model, double own[]);
} qd_plugin_t;

/* The function that a shared object exports; it returns a constant description. */
typedef const qd_plugin_t *qd_plugin_function_t(void);
/* The name under which it exports it. */
#define QD_PLUGIN_SYMBOL "qd_plugin"

/* ---- using one ----------------------------------------------------------------------------------------- */

/* Loads the plugin at `path` for the whole process: once, before any experiment is read, any plan or world is
 * made. Not thread-safe. The same file again changes nothing. QD_ERROR_INPUT: no such file, no plugin,
 * another ABI, a declaration that does not hold, another plugin is in use. */
QD_MUST_USE qd_status_t qd_plugin_load(const char *path, qd_error_t *error);

/* The same for a plugin of the calling program, which has no digest. It must outlive every use of the
 * library. */
QD_MUST_USE qd_status_t qd_plugin_use(const qd_plugin_t *plugin, qd_error_t *error);

/* The plugin in use, or NULL. */
const qd_plugin_t *qd_plugin_in_use(void);

/* The SHA-256 of its file, 64 hexadecimal digits; "" where there is no plugin or no file. Valid until the
 * process ends. */
const char *qd_plugin_digest(void);

#pragma GCC visibility pop

#endif
