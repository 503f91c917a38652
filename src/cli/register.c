/* quadrille register: seals the claims of an experiment before it is run. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "experiment/parts.h"

static qd_status_t write_sealed(void *context, FILE *out, qd_error_t *error)
{
    return qd_registration_write(context, out, error);
}

static int seal(const char *experiment_path, bool force)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_experiment_t *experiment = NULL;
    char *path = qd_registration_path(experiment_path);
    qd_status_t status =
        path ? qd_experiment_load(experiment_path, NULL, &experiment, &error) : qd_no_memory(&error);
    if (status == QD_OK)
        status = qd_cli_may_make(path, experiment_path, force, &error);
    int result;
    if (status != QD_OK || !experiment) {
        result = qd_cli_fail(&error);
    } else {
        result = qd_cli_write(path, force, write_sealed, experiment);
        if (result == 0)
            fprintf(stderr, "quadrille: %zu claim%s registered\n", experiment->claims,
                    QD_S(experiment->claims));
    }
    qd_experiment_free(experiment);
    free(path);
    return result;
}

typedef struct {
    bool force;
} arguments_t;

static const qd_option_t options[] = {
    QD_OPTION_FORCE(arguments_t, force, "replace an existing registration"),
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t arguments = {0};
    int code = qd_options_take(&qd_command_register, argc, argv, &arguments);
    return code >= 0 ? code : seal(argv[optind], arguments.force);
}

const qd_command_t qd_command_register = {
    .name = "register",
    .meaning = "seal the claims of an experiment before it is run",
    .synopsis = "EXPERIMENT.yaml [OPTION]...",
    .about = "Writes EXPERIMENT.registered.yaml beside the experiment: its claims with their margins, seed, "
             "worlds and "
             "analysis, a hash, the date and the program's version. A run of the experiment is compared with "
             "it: `run` and `show` print \"registered DATE\" if nothing has changed since, otherwise "
             "\"exploratory\" and each change.",
    .option = options,
    .operand = "experiment files",
    .least = 1,
    .most = 1,
    .complete = "*.yaml",
    .run = run,
};
