/* Words that several parts of an experiment file have in common, read and written. */
#ifndef QD_EXPERIMENT_WORDS_H
#define QD_EXPERIMENT_WORDS_H

#include <stdio.h>

#include "quadrille/registry.h"
#include "yaml/reader.h"

/* A text in double quotes, escaped. */
void qd_write_text(FILE *out, const char *text);

/* A short text without control characters, for labels, names and ids. */
bool qd_read_label(const qd_yaml_node_t *node, const char **label);

/* The name of an outcome. */
bool qd_read_outcome(const qd_yaml_node_t *node, qd_outcome_t *outcome);

#endif
