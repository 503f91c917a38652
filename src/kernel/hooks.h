/* The view of a world from outside (quadrille/view.h, in hooks.c; declared in world.h), and the calls of a
 * plugin's hooks (quadrille/plugin.h): without a plugin none of these functions is reached. */
#ifndef QD_KERNEL_HOOKS_H
#define QD_KERNEL_HOOKS_H

#include "kernel/world.h"

/* Prepares a new world: clears its memory. Returns NULL, or the reason for which the plan's plugin cannot
 * play it. */
const char *qd_hooks_begin(qd_world_t *self);

/* Draws the order by the plugin's `order` hook. Returns NULL, or the reason of the failure. */
const char *qd_hooks_order(qd_world_t *self);

/* Calls the `crisis` hook twice: after stakes and prices are drawn, and after the initiator. */
void qd_hooks_crisis(qd_world_t *self);

/* Calls the `worth` hook of the solved venue g. */
void qd_hooks_worth(qd_world_t *self, qd_venue_t g);

/* Calls the `period` hook. */
void qd_hooks_period(qd_world_t *self);

/* Computes the plugin's own outcomes. Returns NULL, or the reason of the failure. */
const char *qd_hooks_finish(qd_world_t *self, qd_outcomes_t *outcomes);

#endif
