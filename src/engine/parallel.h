/* Independent tasks on threads. The only place where landscapes use OpenMP: src/landscape takes a qd_runner_t
 * and is independent of threads. */
#ifndef QD_ENGINE_PARALLEL_H
#define QD_ENGINE_PARALLEL_H

#include "quadrille/landscape.h"

/* A runner on `threads` threads, or on as many as OpenMP offers if that is 0 or less. Tasks are handed out
 * one by one as threads become free; each index is run exactly once. */
qd_runner_t qd_parallel_runner(int threads);

/* From now on OpenMP offers so many threads to the calling one (0: as many as before); returns how many it offered. */
int qd_parallel_offer(int threads);

#endif
