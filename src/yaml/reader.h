/* A strict reader of YAML files: a document becomes a tree in which every key and value has its place in the
 * file.
 *
 * Strict means: one document; UTF-8 text; keys are words, none twice in one mapping; no anchors, aliases,
 * merge keys or tags (so that no file expands); at most QD_YAML_DEPTH levels. Quotes around a word change
 * nothing, so that JSON is read unchanged; a number in quotes is a text. The plain scalars of YAML's null (~,
 * null, Null, NULL) are empty values. Every fault is reported as FILE:LINE:COLUMN: found X; expected Y with
 * lines and columns counted from 1. Faults are collected: the typed accessors below return false and add a
 * message to the qd_error_t with which the document was loaded, and the caller continues, to find further
 * faults. At the end qd_yaml_status returns whether there were any.
 *
 * Nodes and texts belong to the document and live until qd_yaml_free. A node may be NULL only where stated. A
 * document belongs to one thread at a time. */
#ifndef QD_YAML_READER_H
#define QD_YAML_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"

#define QD_YAML_DEPTH     16         /* levels of nesting */
#define QD_YAML_FILE_SIZE (4u << 20) /* bytes of a file that qd_yaml_load accepts */

typedef enum { QD_YAML_SCALAR, QD_YAML_SEQUENCE, QD_YAML_MAP } qd_yaml_kind_t;

typedef struct qd_yaml qd_yaml_t;
typedef struct qd_yaml_node qd_yaml_node_t;

/* ---- documents ----------------------------------------------------------------------------------------- */

/* Reads a file. On QD_OK *self is a tree to be released by qd_yaml_free, possibly with faults that do not
 * prevent reading (a key twice, a tag), see qd_yaml_status. Otherwise *self is NULL and `error` has the
 * reason: QD_ERROR_INPUT (unreadable, empty, too large, not text, not YAML, ...) or QD_ERROR_MEMORY.
 * `error` must outlive the document. */
QD_MUST_USE qd_status_t qd_yaml_load(const char *path, qd_yaml_t **self, qd_error_t *error);

/* The same from memory; `name` stands for the file in messages and is copied. No limit on size. */
QD_MUST_USE qd_status_t qd_yaml_parse(const char *text, size_t length, const char *name, qd_yaml_t **self,
                                      qd_error_t *error);

/* One value from the command line, e.g. "{uniform: [0, 1]}": as qd_yaml_parse, but messages carry `name`
 * alone, no line and column. */
QD_MUST_USE qd_status_t qd_yaml_parse_value(const char *text, const char *name, qd_yaml_t **self,
                                            qd_error_t *error);
void qd_yaml_free(qd_yaml_t *self); /* NULL allowed */

const qd_yaml_node_t *qd_yaml_root(const qd_yaml_t *self);

/* QD_OK while no fault was found in this document, QD_ERROR_INPUT after. */
qd_status_t qd_yaml_status(const qd_yaml_t *self);

/* Sorts all messages since the document was loaded by their places; a reader calls it last. */
void qd_yaml_sort_faults(const qd_yaml_t *self);

/* ---- the tree ------------------------------------------------------------------------------------------ */

qd_yaml_kind_t qd_yaml_kind(const qd_yaml_node_t *node);
size_t qd_yaml_count(const qd_yaml_node_t *node);                /* children; 0 for a scalar */
const qd_yaml_node_t *qd_yaml_first(const qd_yaml_node_t *node); /* first child in file order, or NULL */
const qd_yaml_node_t *qd_yaml_next(const qd_yaml_node_t *node);  /* next sibling, or NULL */
const char *qd_yaml_key(const qd_yaml_node_t *node);             /* its key in a mapping, else NULL */
const qd_yaml_node_t *qd_yaml_get(const qd_yaml_node_t *map,
                                  const char *key);     /* NULL: absent, or `map` is NULL or no map */
const char *qd_yaml_scalar(const qd_yaml_node_t *node); /* text of a scalar, else NULL */
bool qd_yaml_is_plain(const qd_yaml_node_t *node);      /* a scalar without quotes */
bool qd_yaml_is_word(const qd_yaml_node_t *node, const char *word); /* a scalar, in quotes or not */
int qd_yaml_line(const qd_yaml_node_t *node);                       /* of the value, from 1 */
int qd_yaml_column(const qd_yaml_node_t *node);

/* ---- faults: all return false, so that a reader can end with `return qd_yaml_fail(...)` ---------------- */

/* "FILE:LINE:COLUMN: " of the node's value, then the message. */
bool qd_yaml_fail(const qd_yaml_node_t *node, const char *format, ...) QD_PRINTF(2, 3);
/* The same at the node's key. */
bool qd_yaml_fail_key(const qd_yaml_node_t *node, const char *format, ...) QD_PRINTF(2, 3);
/* "FILE:LINE:COLUMN: found `abc` for `key`; expected <what>", where key is the nearest one above. */
bool qd_yaml_expected(const qd_yaml_node_t *node, const char *format, ...) QD_PRINTF(2, 3);
/* The same of one of `count` names, with the one nearest to what was found: "... (did you mean `abd`?)".
 * `names` NULL: without it. */
bool qd_yaml_expected_of(const qd_yaml_node_t *node, size_t count, const char *const names[],
                         const char *format, ...) QD_PRINTF(4, 5);
/* The same with a name of the caller's instead of the key; the name NULL: that of the nearest key. */
bool qd_yaml_expected_for(const qd_yaml_node_t *node, const char *name, const char *format, ...)
    QD_PRINTF(3, 4);

/* ---- typed accessors: false and a message unless the node has the type --------------------------------- */

/* A scalar that is not empty. *text is owned by the document. */
bool qd_yaml_text(const qd_yaml_node_t *node, const char **text);
/* The same for a name: without control characters (qd_is_name). */
bool qd_yaml_name(const qd_yaml_node_t *node, const char **text);
/* A decimal number in [low, high]: 2, -2, .5, 1e-3 (base/number.h), not in quotes. */
bool qd_yaml_real(const qd_yaml_node_t *node, double low, double high, double *value);
/* The same with a name of the caller's in the message (qd_yaml_expected_for); and a whole number within
 * +-2^53. */
bool qd_yaml_real_for(const qd_yaml_node_t *node, const char *name, double low, double high, double *value);
bool qd_yaml_integer_for(const qd_yaml_node_t *node, const char *name, double low, double high,
                         double *value);
/* A whole number in [low, high], exact: in digits, or up to 2^53 as a number that is exactly whole (1e6,
 * 2.0). */
bool qd_yaml_whole(const qd_yaml_node_t *node, uint64_t low, uint64_t high, uint64_t *value);
/* true or false, in quotes or not; the second with a name of the caller's in the message. */
bool qd_yaml_flag(const qd_yaml_node_t *node, bool *value);
bool qd_yaml_flag_for(const qd_yaml_node_t *node, const char *name, bool *value);
/* The flag that a word of another YAML dialect means (yes, no, on, off, TRUE, ...): "true", "false" or
 * NULL. */
const char *qd_yaml_flag_meant(const qd_yaml_node_t *node);
/* A node of that kind; `what` is the expectation in words: "a mapping of names to values". */
bool qd_yaml_expect(const qd_yaml_node_t *node, qd_yaml_kind_t kind, const char *what);

/* Every key of the mapping is one of `allowed`; a message for each that is not, with the nearest allowed
 * name. */
bool qd_yaml_check_keys(const qd_yaml_node_t *map, size_t count, const char *const allowed[]);
/* The value of a required key; NULL and a message if it is absent. */
const qd_yaml_node_t *qd_yaml_need(const qd_yaml_node_t *map, const char *key);

#endif
