/* Worlds already played, which qd_world_play hands out in this program instead of playing (see wraps.c). */
#ifndef BENCH_STAGE_WRAPS_H
#define BENCH_STAGE_WRAPS_H

#include <stddef.h>

#include "quadrille/world.h"

typedef struct {
    size_t count;
    qd_result_t *result;
} stage_played_t;

extern stage_played_t stage_played;

#endif
