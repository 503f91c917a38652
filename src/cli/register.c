/* quadrille register: seals what an experiment claims before it is run. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "experiment/registration.h"

static void print_help(void)
{
    puts("Usage: quadrille register EXPERIMENT.yaml [OPTION]...\n\n"
         "Writes EXPERIMENT.registered.yaml beside the experiment: its claims with their margins, seed, "
         "worlds and\n"
         "analysis, a hash, the date and the program's version. A run of the experiment is compared with it: "
         "`run` and\n"
         "`show` say \"registered DATE\" where nothing was changed since, otherwise \"exploratory\" and each "
         "change.\n\n"
         "      --force   replace a registration that is there");
}

enum { FORCE = 256 };

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'}, {"force", no_argument, NULL, FORCE}, {NULL, 0, NULL, 0}};

static qd_status_t seal(const char *experiment_path, bool force, qd_error_t *error)
{
    qd_experiment_t *experiment = NULL;
    char *path = qd_registration_path(experiment_path);
    qd_status_t status = path ? qd_experiment_load(experiment_path, NULL, &experiment, error)
                              : qd_error_add(error, QD_ERROR_MEMORY, "no memory for a path");
    if (status == QD_OK)
        status = qd_registration_write(experiment, path, force, error);
    if (status == QD_OK)
        fprintf(stderr, "quadrille: %zu claim%s registered in %s\n", experiment->claims,
                experiment->claims == 1 ? "" : "s", path);
    qd_experiment_free(experiment);
    free(path);
    return status;
}

int qd_cli_register(int argc, char **argv)
{
    bool force = false;
    qd_error_t error = QD_ERROR_NONE;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1;) {
        if (option == 'h') {
            print_help();
            return 0;
        }
        if (option != FORCE)
            return qd_cli_wrong_option("register", argv[optind - 1], long_options);
        force = true;
    }
    if (optind + 1 != argc)
        return qd_cli_misuse("register", "found %d experiment files; expected one", argc - optind);
    return seal(argv[optind], force, &error) == QD_OK ? 0 : qd_cli_fail(&error);
}
