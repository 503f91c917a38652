/* Replays one world of a result file, reports every event, and compares the world with its row. */
#ifndef QD_ENGINE_REPLAY_H
#define QD_ENGINE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "quadrille/error.h"
#include "quadrille/registry.h"

typedef struct {
    const char *path;  /* result file, or a folder of parts */
    const char *order; /* label */
    const char *point; /* label or position of a design point; NULL: the only one */
    uint64_t world;
    const char *trace; /* path of a file for the events (docs/trace.md), or NULL */
    bool force;        /* replaces an existing trace file, never an input */
    FILE *events; /* without a path: a stream for the events, whose errors the caller checks; NULL: none */
} qd_replay_options_t;

typedef struct {
    char *point;                /* its label; malloc'ed */
    size_t at_point, at_order;  /* positions in the experiment */
    bool stored;                /* the file holds this world */
    qd_outcomes_t row;          /* of the replay; NaN where it failed */
    char failure[128];          /* the reason of its failure; "" if it did not fail */
    bool kept[QD_OUTCOMES_MAX]; /* outcomes of it held by the file */
    qd_outcomes_t found;        /* those */
    char known_failure[128];    /* the reason of its failure in the file; "" if it did not fail */
    int differs; /* first outcome that differs; QD_OUTCOMES_MAX: the failure does; -1: nothing */
} qd_replay_t;

/* QD_ERROR_INPUT: unknown order, point or world, not a result file, or a trace file that exists or cannot be
 * opened. QD_ERROR_DIFFERS: the replayed world differs from its row. QD_ERROR_IO: writing the trace
 * failed. */
QD_MUST_USE qd_status_t qd_replay(const qd_replay_options_t *options, qd_replay_t *replay, qd_error_t *error);
void qd_replay_free(qd_replay_t *self);

#endif
