/* Verification of a result file: plays worlds again and compares them bit for bit with the file. */
#ifndef QD_ENGINE_VERIFY_H
#define QD_ENGINE_VERIFY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "quadrille/error.h"
#include "quadrille/registry.h"

/* Worlds that are played again together. */
#define QD_VERIFY_BLOCK 64

typedef struct {
    const char *path;
    double
        fraction; /* share of all its worlds to play again, spread over points and orders, 0 < fraction <= 1; at
                        least one world */
    int threads;                       /* 0: as many as OpenMP offers */
    const volatile sig_atomic_t *stop; /* set from outside to stop early; not NULL */
    /* Called now and then with the worlds compared so far and to be compared; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
} qd_verify_options_t;

/* The first difference, in the order of points, orders, worlds, outcomes. */
typedef struct {
    bool found;
    size_t point, order;
    uint64_t world;
    int outcome; /* QD_O_..., or QD_OUTCOMES_MAX + QD_L_... of the group `landscape`; -1 where the world failed in
                    one case only, or for another reason */
    double stored, recomputed;
    char stored_failure[128], recomputed_failure[128]; /* "" where it did not fail */
} qd_difference_t;

typedef struct {
    uint64_t worlds;    /* compared */
    uint64_t held;      /* that the file holds; points that set the same things count once */
    uint64_t outcomes;  /* values of each that were compared; 0: the file keeps no rows, its hash alone was
                           compared */
    bool hash_compared; /* everything was played again and gives the file's result_hash, or does not: */
    char stored_hash[33],
        recomputed_hash[33]; /* of the file; of what was played, or of the statistics it holds */
    char version[32];        /* of the program that wrote the file */
    char statistics
        [512]; /* what else differs first: statistics or attributes that do not follow from the worlds,
                                something left out or never written, a digest; "" */
    char not_compared[256]; /* attributes that only the digest covers; "" for a folder of parts */
    char *point, *order;    /* labels of the first difference, malloc'ed */
    qd_difference_t difference;
} qd_verify_report_t;

/* Everything in the file is read, and all of it compared that can be made again: worlds by playing them
 * (`fraction`), statistics, tables and attributes from them, the rest by the digest. What can only be compared by
 * it is what tells of the program and the machine, listed in the report. QD_ERROR_DIFFERS: the report names the
 * first difference, the two hashes, or what else differs. QD_ERROR_INPUT: a file that cannot be verified (no result
 * of quadrille; no worlds; no rows, and a fraction below 1 or an incomplete run). The report is to be freed in
 * every case. */
QD_MUST_USE qd_status_t qd_verify(const qd_verify_options_t *options, qd_verify_report_t *report,
                                  qd_error_t *error);
void qd_verify_report_free(qd_verify_report_t *self);

#endif
