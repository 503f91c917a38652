#include "clock.h"

stage_clock_t stage_clock;
stage_counts_t stage_counts;

#define TRIES 2000

void stage_clock_start(void)
{
    stage_clock = (stage_clock_t){.on = true, .at = {STAGE_REST}};
    stage_clock.last = __rdtsc();
}

void stage_clock_stop(void)
{
    stage_turn(STAGE_REST);
    stage_clock.on = false;
}

double stage_clock_overhead(void)
{
    double least = 1e30;
    for (int try = 0; try < TRIES; try++) {
        stage_clock_start();
        for (int i = 0; i < 100; i++) {
            stage_enter(STAGE_RANDOM);
            stage_leave();
        }
        stage_clock_stop();
        double ticks = 0.0, stretches = 0.0;
        for (size_t s = 0; s < STAGES; s++) {
            ticks += (double)stage_clock.cost.ticks[s];
            stretches += (double)stage_clock.cost.stretches[s];
        }
        least = ticks / stretches < least ? ticks / stretches : least;
    }
    return least;
}

double stage_clock_cycles_per_tick(void)
{
    enum { ROUNDS = 2000, CHAIN = 16 };
    uint64_t least = UINT64_MAX, sum = 0;
    for (int try = 0; try < TRIES; try++) {
        uint64_t began = __rdtsc();
        for (int round = 0; round < ROUNDS; round++)
            __asm__ volatile(".rept 16\n\tadd $1, %0\n\t.endr" : "+r"(sum));
        uint64_t took = __rdtsc() - began;
        least = took < least ? took : least;
    }
    return (double)(ROUNDS * CHAIN) / (double)least;
}

double stage_clock_cycles(const stage_cost_t *cost, stage_t stage, double overhead, double cycles_per_tick)
{
    double ticks = (double)cost->ticks[stage] - overhead * (double)cost->stretches[stage];
    return ticks > 0.0 ? ticks * cycles_per_tick : 0.0;
}
