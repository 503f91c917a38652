/* Where the time of a world goes: every moment belongs to one stage, the innermost one entered.
 *
 * The linker leads the calls between the kernel's files through wraps.c (-Wl,--wrap), which enters and leaves
 * stages; the kernel itself is compiled as it is. One reading of the time-stamp counter ends a stretch and
 * begins the next, so a stretch costs the same small overhead wherever it lies; it is measured and taken off
 * (stage_clock_cycles).
 *
 * Wrapped functions have no argument for a context, so the clock and the counts are one variable each. One
 * thread. */
#ifndef BENCH_STAGE_CLOCK_H
#define BENCH_STAGE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <x86intrin.h>

typedef enum {
    STAGE_REST, /* what is in no other: control, events, schedule */
    STAGE_RANDOM,
    STAGE_ORDER,
    STAGE_CRISIS,
    STAGE_GAMES,
    STAGE_WEIGHING,
    STAGE_CONSEQUENCES,
    STAGE_PERIOD,
    STAGE_REVIEW,
    STAGE_OUTCOMES,
    STAGES_PLAYED, /* the stages above are those of a world; those below come after it */
    STAGE_TALLY = STAGES_PLAYED,
    STAGE_ENCODE,
    STAGE_PARTS,
    STAGE_ASSEMBLE,
    STAGES
} stage_t;

#define STAGE_DEPTH 16

typedef struct {
    uint64_t ticks[STAGES];
    uint64_t stretches[STAGES];
} stage_cost_t;

typedef struct {
    bool on;
    uint64_t last;
    int depth;
    stage_t at[STAGE_DEPTH];
    stage_cost_t cost;
} stage_clock_t;

/* How often things happen, from which the floors follow (floors.c). Summed while `on`. */
typedef struct {
    bool on;
    double uniforms, normals;                                /* draws one by one */
    double uniforms_in_bulk, in_bulk;                        /* draws together: uniforms, normals */
    double orders, crises, targeted, abreast, passes, moves; /* moves: after the first pass */
    double missions, rows, joiners; /* rows: states that take sides, whose affinities it changes */
    double periods, settled, reviews, review_passes, review_moves, labels, blocs;
} stage_counts_t;

extern stage_clock_t stage_clock;
extern stage_counts_t stage_counts;

static inline void stage_turn(stage_t to)
{
    uint64_t now = __rdtsc();
    stage_t from = stage_clock.at[stage_clock.depth];
    stage_clock.cost.ticks[from] += now - stage_clock.last;
    stage_clock.cost.stretches[from]++;
    stage_clock.last = now;
    stage_clock.at[stage_clock.depth] = to;
}

static inline void stage_enter(stage_t stage)
{
    if (!stage_clock.on)
        return;
    stage_t outer = stage_clock.at[stage_clock.depth];
    stage_turn(outer);
    stage_clock.at[++stage_clock.depth] = stage;
}

static inline void stage_leave(void)
{
    if (!stage_clock.on)
        return;
    stage_turn(STAGE_REST);
    stage_clock.depth--;
}

/* Starts in STAGE_REST with all costs 0; stops and counts the last stretch. */
void stage_clock_start(void);
void stage_clock_stop(void);

/* What the clock itself costs: ticks per stretch, least of many tries. */
double stage_clock_overhead(void);

/* Core cycles per tick of the time-stamp counter: a chain of additions takes a cycle each. Least of many
 * tries, so that what other programs take does not count. */
double stage_clock_cycles_per_tick(void);

/* The cost of a stage in core cycles, overhead taken off. */
double stage_clock_cycles(const stage_cost_t *cost, stage_t stage, double overhead, double cycles_per_tick);

#endif
