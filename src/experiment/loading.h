/* What the readers of an experiment's parts share while a file is being loaded. */
#ifndef QD_EXPERIMENT_LOADING_H
#define QD_EXPERIMENT_LOADING_H

#include "yaml/reader.h"
#include "quadrille/experiment.h"

#define QD_DOCTRINE       (-1)    /* stands where a parameter's position would, for `doctrine` */
#define QD_POINTS_MAX     1000000 /* design points */
#define QD_SCHEDULE_MAX   10000   /* entries of one schedule */
#define QD_LABEL_SIZE_MAX 200     /* bytes of a label or a name */

/* What a file gives to one name: a distribution as written, before qd_distribution_finish (raw weights,
 * bounds of a beta left equal where none were given). For the doctrine, values are rows of qd_doctrine_table.
 */
typedef struct {
    int parameter; /* QD_P_... or QD_DOCTRINE */
    qd_distribution_t written;
} qd_given_t;

/* The settings of one block, sorted by parameter: the doctrine stands first, so that values given by name
 * beside it win over it. */
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
    qd_experiment_t *self; /* what is being built */
    qd_error_t *error;
    const char *folder; /* where data files are looked for: "" or ends in '/' */
    bool resolved;      /* the text is a canonical one, checked when it was made */
    bool periods_set;   /* order.periods was given by --set */
    qd_block_t base;    /* `parameters` with --set merged in */
    qd_schedule_t schedule;
    size_t items;
    qd_item_t *item;                       /* list designs with `points` */
    const qd_yaml_node_t *claims, *ablate; /* or NULL */
} qd_loading_t;

/* calloc that leaves QD_ERROR_MEMORY in load->error; never a NULL for count 0. */
void *qd_loading_room(qd_loading_t *load, size_t count, size_t size);
char *qd_loading_copy(qd_loading_t *load, const char *text);

/* "doctrine" or the parameter's name. */
const char *qd_given_name(int parameter);

#endif
