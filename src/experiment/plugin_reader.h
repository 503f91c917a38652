/* The plugin of an experiment: `plugin: NAME` in a file of one's own; in a resolved text also the digest of its file and what it
 * declares, so that results can be read without its code. */
#ifndef QD_EXPERIMENT_PLUGIN_READER_H
#define QD_EXPERIMENT_PLUGIN_READER_H

#include <stdio.h>

#include "experiment/loading.h"

/* Sets load->self->plugin and its digest: those of the plugin in use, if there is one. `node` is NULL where the file has
 * no `plugin:`. To be read before every name of a parameter or an outcome. False after a fault that was told. */
bool qd_plugin_read(qd_loading_t *load, const qd_yaml_node_t *node);

/* "plugin: {...}" and a new line, nothing without a plugin; `whole`: with what it declares. */
void qd_write_plugin(FILE *out, const qd_experiment_t *self, bool whole);

#endif
