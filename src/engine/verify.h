/* Verification of a result file: replays worlds and compares them bit for bit with the file. */
#ifndef QD_ENGINE_VERIFY_H
#define QD_ENGINE_VERIFY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/registry.h"

/* Number of worlds replayed together. */
#define QD_VERIFY_BLOCK 64

typedef struct {
    const char *path;
    /* share of the worlds to replay, 0 < fraction <= 1, at least one world; spread over points and orders */
    double fraction;
    int threads;                       /* 0: as many as OpenMP offers */
    const volatile sig_atomic_t *stop; /* set from outside to stop early; not NULL */
    /* Called at intervals with the numbers of worlds compared so far and to be compared; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
} qd_verify_options_t;

/* The first difference, in the order of points, orders, worlds, outcomes. */
typedef struct {
    bool found;
    size_t point, order;
    uint64_t world;
    /* QD_O_..., or QD_OUTCOMES_MAX + QD_L_... of the group `landscape`; -1: the world failed in the file
     * or in the replay only, or for another reason */
    int outcome;
    double stored, recomputed;
    char stored_failure[128], recomputed_failure[128]; /* "" where it did not fail */
} qd_difference_t;

typedef struct {
    uint64_t worlds; /* compared */
    uint64_t held;   /* held by the file; replicas count once */
    /* outcomes compared of each world; 0: the file keeps no rows, and only its hash was compared */
    uint64_t outcomes;
    bool hash_compared; /* all worlds were replayed, and the hashes below were compared: */
    /* of the file; of the replayed worlds, or of the statistics that the file holds */
    char stored_hash[33], recomputed_hash[33];
    char version[32]; /* of the program that wrote the file */
    /* first other difference: statistics or attributes that do not follow from the worlds, missing or foreign
     * objects, a digest; "" if there is none */
    char statistics[512];
    char not_compared[256]; /* attributes covered by the digest alone; "" for a folder of parts */
    char *point, *order;    /* labels of the first difference, malloc'ed */
    qd_difference_t difference;
} qd_verify_report_t;

/* Reads the whole file and compares everything that can be recomputed: worlds with their replay (`fraction`
 * of them), statistics, tables and attributes with those recomputed from the worlds. The digest covers the
 * rest: attributes about the program and the machine, which the report lists. QD_ERROR_DIFFERS: the report
 * has the first difference, the two hashes, or another difference. QD_ERROR_INPUT: the file cannot be
 * verified (it is not a result of quadrille, it has no worlds, or it keeps no rows and `fraction` is below 1
 * or the run is incomplete). The caller frees the report in every case. */
QD_MUST_USE qd_status_t qd_verify(const qd_verify_options_t *options, qd_verify_report_t *report,
                                  qd_error_t *error);
void qd_verify_report_free(qd_verify_report_t *self);

#endif
