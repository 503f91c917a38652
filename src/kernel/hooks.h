/* What the outside sees of a world (quadrille/view.h, in hooks.c; declared in world.h), and where the kernel calls the
 * hooks of a plugin (quadrille/plugin.h): without a plugin none of these functions is reached. */
#ifndef QD_KERNEL_HOOKS_H
#define QD_KERNEL_HOOKS_H

#include "kernel/world.h"

/* A new world: its memory is cleared. NULL, or why it cannot be played with the plugin of its plan. */
const char *qd_hooks_begin(qd_world_t *self);

/* Draws the order by the plugin's own code; there is an `order` hook. NULL, or why the draw failed. */
const char *qd_hooks_order(qd_world_t *self);

/* The crisis at hand has been drawn: its stakes and prices, and then its initiator; there is a `crisis` hook. */
void qd_hooks_crisis(qd_world_t *self);

/* Venue g is solved: its worth; there is a `worth` hook. */
void qd_hooks_worth(qd_world_t *self, qd_venue_t g);

/* There is a `period` hook. */
void qd_hooks_period(qd_world_t *self);

/* The plugin's own outcomes. NULL, or why the world failed. */
const char *qd_hooks_finish(qd_world_t *self, qd_outcomes_t *outcomes);

#endif
