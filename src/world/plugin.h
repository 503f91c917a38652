/* Which plugin a process knows: one whose code is in use, or one that a result file only describes. */
#ifndef QD_WORLD_PLUGIN_H
#define QD_WORLD_PLUGIN_H

#include "quadrille/plugin.h"

/* The plugin that is known, with its code or without it; NULL where there is none. Its digest is qd_plugin_digest(). */
const qd_plugin_t *qd_plugin_known(void);

/* Makes the rows of a plugin known, from what a result file says of it. Everything is copied; hooks are not called and may be
 * NULL. No plugin may be known yet. QD_ERROR_INPUT: what does not hold, each message after "WHERE: ". */
QD_MUST_USE qd_status_t qd_plugin_describe(const qd_plugin_t *described, const char *digest,
                                           const char *where, qd_error_t *error);

#endif
