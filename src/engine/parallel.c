#include "engine/parallel.h"

#include <omp.h>

static void run(int threads, size_t count, void (*task)(void *context, size_t index), void *context)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t index = 0; index < count; index++)
        task(context, index);
}

qd_runner_t qd_parallel_runner(int threads)
{
    return (qd_runner_t){.threads = threads > 0 ? threads : omp_get_max_threads(), .run = run};
}

int qd_parallel_offer(int threads)
{
    int before = omp_get_max_threads();
    if (threads > 0)
        omp_set_num_threads(threads);
    return before;
}
