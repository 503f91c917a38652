/* Encoded tallies of many (point, order) pairs: the calling thread reads them, all threads work on them.
 *
 * The calling thread reads as many as are worked on together; then each worker takes its share of them. */
#ifndef QD_STORE_TALLY_CREW_H
#define QD_STORE_TALLY_CREW_H

#include "quadrille/runner.h"
#include "store/index.h"

/* The tally of a (point, order). `place` is the caller's. */
typedef struct {
    size_t point, order, place;
    unsigned char *bytes; /* NULL where nothing is done, or, unless merged, where there are several */
    size_t size;
} qd_crew_cell_t;

/* work: on any thread; no two run at once with the same worker (0 .. workers - 1). after: on the calling
 * thread, in the order in which cells were added; NULL: nothing. */
typedef struct {
    qd_status_t (*work)(void *context, size_t worker, const qd_crew_cell_t *cell, qd_error_t *error);
    qd_status_t (*after)(void *context, const qd_crew_cell_t *cell, qd_error_t *error);
    void *context;
    bool merged; /* several tallies of a (point, order) are read as one, in the present encoding */
} qd_crew_task_t;

typedef struct {
    qd_error_t error;
    size_t cell; /* position of the cell where it occurred */
} qd_crew_fault_t;

typedef struct {
    qd_index_t *index;
    const qd_runner_t *runner;
    qd_crew_task_t task;
    size_t workers, cells, most;
    qd_crew_fault_t *fault; /* per worker */
    qd_crew_cell_t *cell;
} qd_tally_crew_t;

/* Number of workers on that runner; NULL: 1. */
size_t qd_crew_workers(const qd_runner_t *runner);

/* The caller frees it, also after a failure. */
QD_MUST_USE qd_status_t qd_tally_crew_init(qd_tally_crew_t *self, qd_index_t *index,
                                           const qd_runner_t *runner, const qd_crew_task_t *task,
                                           qd_error_t *error);
void qd_tally_crew_free(qd_tally_crew_t *self);

/* Reads a tally; once enough are queued, they are processed. */
QD_MUST_USE qd_status_t qd_tally_crew_add(qd_tally_crew_t *self, size_t point, size_t order, size_t place,
                                          qd_error_t *error);

/* Processes the queued ones. */
QD_MUST_USE qd_status_t qd_tally_crew_finish(qd_tally_crew_t *self, qd_error_t *error);

#endif
