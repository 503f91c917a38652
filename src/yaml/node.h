/* Internals of the YAML reader: the stored tree. */
#ifndef QD_YAML_NODE_H
#define QD_YAML_NODE_H

#include "yaml/reader.h"

#define QD_YAML_NONE SIZE_MAX

/* Nodes refer to each other and to texts by position, since both arrays grow while a file is read. */
struct qd_yaml_node {
    qd_yaml_t *document;
    qd_yaml_kind_t kind;
    bool plain;               /* an unquoted scalar */
    int line, column;         /* of the value, from 1 */
    int key_line, key_column; /* of the key, from 1 */
    size_t key, text;         /* offsets of texts, or QD_YAML_NONE */
    size_t parent, next, first, last, count;
};

struct qd_yaml {
    char *name;
    bool positions; /* whether messages carry line and column */
    qd_error_t *error;
    size_t began; /* bytes of messages in `error` before the document's */
    size_t faults;
    size_t nodes, node_room;
    qd_yaml_node_t *node;
    size_t text_used, text_room;
    char *text;
};

/* Adds a message at a place of the document and counts the fault; returns QD_ERROR_INPUT. */
qd_status_t qd_yaml_fault(qd_yaml_t *self, int line, int column, const char *format, ...) QD_PRINTF(4, 5);

#endif
