/* State and functions shared by the readers of an experiment's parts. */
#ifndef QD_EXPERIMENT_LOADING_H
#define QD_EXPERIMENT_LOADING_H

#include <stdio.h>

#include "quadrille/experiment.h"
#include "quadrille/registry.h"
#include "yaml/reader.h"

#define QD_DOCTRINE       (-1)    /* in place of a parameter's position: `doctrine` */
#define QD_POINTS_MAX     1000000 /* design points */
#define QD_SCHEDULE_MAX   10000   /* entries of one schedule */
#define QD_LABEL_SIZE_MAX 200     /* bytes of a label or a name */

/* One setting of a file: a distribution as written, before qd_distribution_finish (raw weights, equal bounds
 * of a beta where none were given). For the doctrine, values are rows of qd_doctrine_table.
 */
typedef struct {
    int parameter; /* QD_P_... or QD_DOCTRINE */
    qd_distribution_t written;
} qd_given_t;

/* The settings of one block, sorted by parameter. The doctrine comes first, so that values given by name
 * override its values. */
typedef struct {
    size_t count;
    qd_given_t *given;
} qd_block_t;

/* One entry of a schedule. */
typedef struct {
    int at;
    qd_block_t block;
} qd_entry_t;

typedef struct {
    size_t count;
    qd_entry_t *entry; /* sorted by `at`, file order kept */
} qd_schedule_t;

/* One item of a list design's `points`. */
typedef struct {
    char *label;
    qd_block_t block;
    qd_schedule_t schedule;
} qd_item_t;

typedef struct {
    qd_experiment_t *self; /* the experiment under construction */
    qd_error_t *error;
    const char *folder; /* of relative data files: "" or ends in '/' */
    bool resolved;      /* the text is canonical: it was checked when it was written */
    bool periods_set;   /* order.periods is given by --set, or a factor of the design */
    qd_block_t base;    /* `parameters` with --set merged in */
    qd_schedule_t schedule;
    size_t items;
    qd_item_t *item;                                    /* list designs with `points` */
    const qd_yaml_node_t *claims, *ablate, *robustness; /* or NULL */
    const qd_yaml_node_t *awaited;                      /* `claims` of `precision`, or NULL */
} qd_loading_t;

/* qd_new with load->error. */
void *qd_loading_room(qd_loading_t *load, size_t count, size_t size);
char *qd_loading_copy(qd_loading_t *load, const char *text);

/* "doctrine" or the parameter's name. */
const char *qd_given_name(int parameter);

/* ---- texts, labels and names --------------------------------------------------------------------------- */

/* A text in double quotes, escaped. */
void qd_write_text(FILE *out, const char *text);

/* A short text without control characters, for labels, names and ids. */
bool qd_read_label(const qd_yaml_node_t *node, const char **label);

/* The name of an outcome. */
bool qd_read_outcome(const qd_yaml_node_t *node, qd_outcome_t *outcome);

#endif
