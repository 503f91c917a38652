/* An experiment file: refused with a reason, or worlds of it can be played. */
#include "fuzz.h"

#include "engine/worker.h"

#include <stdlib.h>

#define STATES_MOST  12 /* of worlds that are played here */
#define PERIODS_MOST 12

static void play(const qd_experiment_t *experiment, size_t point, size_t order)
{
    static const volatile sig_atomic_t go_on = 0;
    qd_error_t error = QD_ERROR_NONE;
    qd_worker_t worker;
    qd_segment_t segment;
    qd_work_t work = {.point = point, .order = order, .range = {0, 2}};
    size_t states, periods;
    qd_worker_sizes(experiment, &states, &periods);
    if (states > STATES_MOST || periods > PERIODS_MOST)
        return;
    qd_status_t status = qd_worker_init(&worker, experiment, states, periods, &error);
    if (status == QD_OK)
        status = qd_worker_play(&worker, &work, &go_on, &segment, &error);
    fuzz_promise(status == QD_OK, error.text);
    qd_worker_free(&worker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    qd_status_t status = qd_experiment_parse(text, "fuzz.yaml", &experiment, &error);
    fuzz_refusal(status, &error);
    if (status == QD_OK) {
        play(experiment, 0, 0);
        play(experiment, experiment->points - 1, experiment->orders - 1);
        qd_experiment_free(experiment);
    }
    free(text);
    return 0;
}
