/* Runs independent tasks through a runner, or in sequence where there is none. */
#ifndef QD_LANDSCAPE_RUNNER_H
#define QD_LANDSCAPE_RUNNER_H

#include "quadrille/landscape.h"

static inline void qd_runner_run(const qd_runner_t *runner, size_t count,
                                 void (*task)(void *context, size_t index), void *context)
{
    if (runner)
        runner->run(runner->threads, count, task, context);
    else
        for (size_t index = 0; index < count; index++)
            task(context, index);
}

#endif
