/* One world: a plan states the distribution from which it is drawn, a world is its state, a result its
 * outcomes.
 *
 * A plan is constant and shared between threads. A qd_world_t belongs to one thread; it is allocated once,
 * for the largest number of states it will ever hold, and playing allocates nothing. The kernel uses no file,
 * thread or clock: the result of qd_world_play is a pure function of (plan, seed, world index). */
#ifndef QUADRILLE_WORLD_H
#define QUADRILLE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/event.h"
#include "quadrille/plugin.h"
#include "quadrille/random.h"
#include "quadrille/registry.h"
#include "quadrille/view.h"

#pragma GCC visibility push(default)

/* Greatest number of worlds of one (design point, order): every counter holds twice as many. */
#define QD_WORLDS_MAX ((uint64_t)1 << 40)

/* ---- plan: the distribution of the worlds of one (design point, order) --------------------------------- */

/* The data of an empirical order: states, capabilities and optional arrays. An array that is NULL is
 * drawn. */
typedef struct {
    size_t states;            /* N */
    size_t poles;             /* m: states with a share >= 0.05, 1 to N; states are sorted by capability */
    const int *code;          /* N: Correlates of War country codes, in state order */
    const double *capability; /* N: shares that sum to 1, descending */
    const double *place;      /* N x 3 unit vectors, row by row, or NULL */
    const double *value;      /* N x 2, or NULL */
    const double *affinity; /* N x N symmetric, zero diagonal, in [-1,1], or NULL: then baseline and start */
    const int
        *bloc; /* N: labels 0..K of the first blocs, or NULL: then made from the pacts, if there are any */
    const bool *pact;  /* N x N symmetric: pairs with a defence pact, or NULL */
    const bool *rival; /* N x N symmetric: pairs of rivals, or NULL */
} qd_empirical_t;

/* One parameter set at the start of period `at` (schedule). */
typedef struct {
    int at;                         /* period, from 0 */
    qd_parameter_t parameter;       /* which */
    qd_distribution_t distribution; /* from which it is drawn, once a world */
} qd_change_t;

/* The plan from which worlds are drawn. */
typedef struct {
    qd_order_kind_t kind;                           /* of the order */
    const qd_empirical_t *empirical;                /* NULL unless kind is QD_EMPIRICAL */
    qd_distribution_t parameter[QD_PARAMETERS_MAX]; /* [qd_parameter_count] */
    size_t changes;                                 /* length of `change` */
    const qd_change_t
        *change; /* sorted by `at`; of two that set the same parameter in one period, the later one wins */
    const qd_plugin_t *plugin; /* whose hooks are called, or NULL: the one in use when the plan was made */
} qd_plan_t;

/* The plan of an order's defaults: no schedule, no empirical data. */
qd_plan_t qd_plan_default(qd_order_kind_t kind);

/* Checks the constraints between parameters: N > m for every draw (the states of an empirical order may all
 * be poles), one pole for unipolar, two for bipolar orders. Adds one message a fault, prefixed by `where`. */
QD_MUST_USE qd_status_t qd_plan_check(const qd_plan_t *self, const char *where, qd_error_t *error);

/* Largest number of states that the plan can draw. */
size_t qd_plan_states_max(const qd_plan_t *self);

/* Largest number of periods that the plan can draw. */
size_t qd_plan_periods_max(const qd_plan_t *self);

/* ---- world --------------------------------------------------------------------------------------------- */

/* The state of one world, and the room that playing it needs. */
typedef struct qd_world qd_world_t;

/* Allocates a world for at most `states` states and `periods` periods; NULL when memory is short or
 * order.states may not be that many. Freed by qd_world_free. */
qd_world_t *qd_world_new(size_t states, size_t periods);

/* Releases a world; NULL is allowed. */
void qd_world_free(qd_world_t *self);

/* ---- result -------------------------------------------------------------------------------------------- */

/* The result of a world. */
typedef struct {
    qd_outcomes_t outcomes; /* NaN where the world failed */
    size_t periods;         /* T of this world */
    const double
        *path; /* QD_SERIES_COUNT x stride, period fastest; NaN where undefined; owned by the world */
    size_t path_stride;  /* >= periods */
    const char *failure; /* NULL, or the reason why this world failed (state not finite, invariant broken) */
} qd_result_t;

/* ---- play ---------------------------------------------------------------------------------------------- */

/* Draws world `luck.world` of the plan and plays it to its end (docs/model.md), and fills *result. `observer`
 * may be NULL. The world must have been made for at least the plan's maxima. The same as qd_world_draw and
 * qd_world_finish. */
void qd_world_play(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer,
                   qd_result_t *result);

/* ---- play, step by step -------------------------------------------------------------------------------- */

/* Draws world `luck.world` of the plan, as it is before period 0: no bloc has formed yet. Ends the world
 * that was drawn before. `plan`, what it points to and `observer` (may be NULL) are borrowed until
 * qd_world_finish.
 *
 * Returns false if the plan cannot be drawn or the world was made too small: qd_world_finish reports the
 * reason. */
bool qd_world_draw(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer);

/* Plays the next period: schedule (at period 0 then the first blocs and clubs), crises, end of period,
 * reviews where they are due. Returns false, and does nothing, where no period is left, the world failed or
 * none was drawn. */
bool qd_world_step(qd_world_t *self);

/* view = the world as it stands between two periods, from qd_world_draw on; view->period is the period that
 * the next step plays. The world does not change. Valid until the world is stepped, drawn again or freed.
 * Returns false if no world is drawn. */
bool qd_world_look(qd_world_t *self, qd_world_view_t *view);

/* Sets a parameter from the next period on, as an entry of the schedule at that period would, after the
 * entries of the plan's own schedule. A doctrine preset is six of these (qd_doctrine_fields).
 * QD_ERROR_INPUT: no such parameter; a value that is not finite, outside its range or not whole where it
 * must be; one that only the drawing of a world reads; or no period is left. */
QD_MUST_USE qd_status_t qd_world_set(qd_world_t *self, qd_parameter_t parameter, double value,
                                     qd_error_t *error);

/* Plays the periods that are left and fills *result, which is bit for bit that of qd_world_play where no
 * parameter was set. A second call gives the same result. result->failure is the reason why a world failed;
 * "no world was drawn" if none was. */
void qd_world_finish(qd_world_t *self, qd_result_t *result);

/* ---- instruction sets ---------------------------------------------------------------------------------- */

/* Instruction sets the kernel was built for. All give the same bits; they differ in speed only. */
typedef enum { QD_ISA_AUTO = -1, QD_ISA_V2, QD_ISA_V3, QD_ISA_V4, QD_ISA_COUNT } qd_isa_t;

/* Selects the instruction set for the whole process: x86-64-v2, -v3 (AVX2), -v4 (AVX-512) or the best this
 * processor has. QD_ERROR_INPUT where the processor lacks it. Not thread-safe: call it once, before playing.
 */
QD_MUST_USE qd_status_t qd_isa_select(qd_isa_t isa, qd_error_t *error);

/* The instruction set in use: QD_ISA_V2, QD_ISA_V3 or QD_ISA_V4. */
qd_isa_t qd_isa_selected(void);

/* The name of an instruction set: "v2", "v3", "v4", "auto". A constant. */
const char *qd_isa_name(qd_isa_t isa);

/* The instruction set of a name; QD_ISA_COUNT for any other name. */
qd_isa_t qd_isa_find(const char *name);

#pragma GCC visibility pop

#endif
