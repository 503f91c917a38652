/* Execution of independent tasks, on threads or one after another. */
#ifndef QD_RUNNER_H
#define QD_RUNNER_H

#include <stddef.h>

/* Greatest number of threads that a process asks for: each has a stack and worlds of its own. Requests beyond
 * it are QD_ERROR_INPUT. */
#define QD_THREADS_MOST 4096

/* Runs task(context, index) for every index < count, in any order, on any threads, and returns when all are
 * done. Tasks write to their own slots only. engine/parallel.h has one on threads. */
typedef struct {
    int threads; /* handed to `run` */
    /* Runs the tasks on so many threads; every task has ended when it returns. */
    void (*run)(int threads, size_t count, void (*task)(void *context, size_t index), void *context);
} qd_runner_t;

/* Runs tasks through a runner, or in sequence where it is NULL. */
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
