/* The plugin of a process: with its code, or described by a result file. */
#ifndef QD_WORLD_PLUGIN_H
#define QD_WORLD_PLUGIN_H

#include "quadrille/plugin.h"

/* Returns the known plugin, with or without its code; NULL if there is none. Its digest is
 * qd_plugin_digest(). */
const qd_plugin_t *qd_plugin_known(void);

/* Registers the rows of a plugin as described by a result file. Copies everything; hooks are not called and
 * may be NULL. No plugin may be known before. QD_ERROR_INPUT: invalid declarations, one message each after
 * "WHERE: ". */
QD_MUST_USE qd_status_t qd_plugin_describe(const qd_plugin_t *described, const char *digest,
                                           const char *where, qd_error_t *error);

#endif
