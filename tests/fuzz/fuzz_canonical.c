/* Canonical text, as in result files and manifests: an accepted text has a canonical text that reads back to
 * the same experiment. */
#include "fuzz.h"

#include "quadrille/experiment.h"

#include <stdlib.h>
#include <string.h>

#define POINTS_MOST 2000 /* of experiments that are read twice here */

static void read_again(const qd_experiment_t *first)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *second = NULL;
    qd_status_t status = qd_experiment_parse(first->config, "canonical text", &second, &error);
    fuzz_promise(status == QD_OK, error.text);
    fuzz_promise(strcmp(first->config, second->config) == 0, "the canonical text is its own");
    fuzz_promise(first->config_hash == second->config_hash, "the canonical text keeps the hash");
    fuzz_promise(first->points == second->points && first->orders == second->orders,
                 "and the points and orders");
    for (size_t p = 0; p < first->points; p++)
        fuzz_promise(first->point[p].hash == second->point[p].hash, "and the points' hashes");
    qd_experiment_free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    qd_status_t status = qd_experiment_parse(text, "fuzz.yaml", &experiment, &error);
    fuzz_refusal(status, &error);
    if (status == QD_OK && experiment->points <= POINTS_MOST)
        read_again(experiment);
    if (status == QD_OK)
        qd_experiment_free(experiment);
    free(text);
    return 0;
}
