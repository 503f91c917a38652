/* The events of a world as JSON lines: one object an event, in the order in which they happen. docs/trace.md
 * describes each kind. */
#ifndef QD_ENGINE_TRACE_H
#define QD_ENGINE_TRACE_H

#include <stdio.h>

#include "quadrille/world.h"

typedef struct {
    FILE *out;
    const qd_plan_t *plan;
    const char *order, *point; /* labels */
    qd_luck_t luck;
    qd_parameters_t parameters; /* as last told */
} qd_trace_t;

/* An observer's `see`; context is a qd_trace_t whose first five members are set. Whether writing succeeded is
 * told by ferror(out) in the end. */
void qd_trace_see(void *context, const qd_event_t *event);

#endif
