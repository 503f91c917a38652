/* The least that each stage could take: operations over throughput, or a chain of dependent operations over
 * its latency.
 *
 * Counted from the algorithm, for N states without padding, from what happened in the very worlds that were
 * timed (stage_counts_t). Taken as given: matrices are kept whole, so that a row is contiguous; the kernel's
 * order of sums; no contraction of products and sums; everything lies in the first-level cache; no branch is
 * mispredicted, no call costs anything. Integer work beside floating point is free except where it is all
 * there is (random numbers, tally). */
#ifndef BENCH_STAGE_FLOORS_H
#define BENCH_STAGE_FLOORS_H

#include "clock.h"

/* The core of the machine that docs/performance.md measures (Zen 3): per cycle two multiplications and two
 * additions or comparisons of vectors of doubles, or four vector operations on integers; two loads, one
 * store, one scalar multiplication of integers; a division or root of a vector of four every 8 cycles. */
typedef struct {
    double lanes;      /* doubles in a vector that passes at once: 2 (v2), 4 (v3 and v4) */
    double arithmetic; /* vector operations on doubles a cycle, as many multiplications as others */
    double loads, stores;
    double integers;
    double division; /* cycles for one lane of a vector division or root */
    double add;      /* latency of an addition, multiplication or comparison */
    double forward;  /* latency from a store to a load of the same place */
    double mask;     /* latency from a comparison to the number of the first lane that fails */
} core_t;

core_t core_of(double lanes);

/* Cycles for each stage, in all of the worlds counted. `outcomes`, `series`: values a world gives; `periods`:
 * of one world. */
void floors_of_stages(const core_t *core, const stage_counts_t *counts, double n,
                      double floor[STAGES_PLAYED]);

/* Cycles for one world's tally: `values` of rows and of paths. */
double floor_of_tally(double values, double path_values);

/* What bounds each stage, in a word or two. */
extern const char *const floor_bounds[STAGES];

#endif
