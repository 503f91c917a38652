/* quadrille init: a commented experiment to start from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const char text[] =
    "# An experiment of quadrille. Every key may be left out; docs/experiment-file.md describes them all.\n"
    "#\n"
    "#   quadrille run %s        plays it and writes a result file\n"
    "#   quadrille run %s --dry-run    checks it alone\n"
    "\n"
    "about: Do ad hoc coalitions resolve more crises than doctrines that insist on broad support?\n"
    "seed: 1985                    # the same seed, the same worlds and the same luck at every design point\n"
    "worlds: 500                   # of each design point and order; more make intervals narrower\n"
    "orders: [unipolar, bipolar, multipolar]\n"
    "# luck: by-order              # every order has luck of its own; by default all share it\n"
    "\n"
    "parameters:                   # of every world: `quadrille list parameters`\n"
    "  order.states: 24            # a constant,\n"
    "  affinity.noise: {uniform: [0.05, 0.15]}   # or a distribution, drawn for each world\n"
    "\n"
    "design:                       # what differs between points\n"
    "  type: grid                  # every combination of the factors' values; or list, lhs, sobol, "
    "saltelli, morris\n"
    "  factors:\n"
    "    doctrine: {values: [weinberger_powell, rumsfeld]}   # presets: `quadrille list doctrines`\n"
    "\n"
    "claims:                       # stated before the run and judged after it\n"
    "  - id: tactical-gain\n"
    "    says: Ad hoc coalitions resolve more crises.\n"
    "    outcome: resolved         # `quadrille list outcomes`\n"
    "    contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}\n"
    "\n"
    "# schedule:                   # changes during a world\n"
    "#   - {at: 64, set: {doctrine: rumsfeld}}\n"
    "# output: {worlds: true, paths: true, outcomes: [survival, resolved]}   # kept values; all by "
    "default\n";

/* "NAME.yaml", malloc'ed; a name with this ending stays unchanged. */
static char *file_of(const char *name)
{
    size_t length = strlen(name);
    char *path = NULL;
    bool whole = length > 5 && strcmp(name + length - 5, ".yaml") == 0;
    return asprintf(&path, "%s%s", name, whole ? "" : ".yaml") < 0 ? NULL : path;
}

static qd_status_t put_experiment(void *context, FILE *out, qd_error_t *error)
{
    const char *path = context;
    (void)error;
    fprintf(out, text, path, path);
    return QD_OK;
}

static int write_experiment(char *path)
{
    bool there;
    qd_error_t error = QD_ERROR_NONE;
    if (qd_cli_may_write(path, &there, &error) != QD_OK)
        return qd_cli_fail(&error);
    if (there)
        return qd_cli_refuse_existing(path, "another NAME may be given");
    int code = qd_cli_write(path, false, put_experiment, path);
    if (code == 0)
        fprintf(stderr, "quadrille: `quadrille run %s` plays it\n", path);
    return code;
}

static int run(int argc, char **argv)
{
    int code = qd_options_take(&qd_command_init, argc, argv, NULL);
    if (code >= 0)
        return code;
    if (optind < argc && !*argv[optind])
        return qd_cli_misuse("init", "found an empty name; expected one");
    char *path = file_of(optind < argc ? argv[optind] : "experiment");
    code = path ? write_experiment(path) : qd_cli_no_memory("a path");
    free(path);
    return code;
}

const qd_command_t qd_command_init = {
    .name = "init",
    .meaning = "write a commented experiment to start from",
    .synopsis = "[NAME]",
    .about = "Writes NAME.yaml, a commented experiment to start from (default: experiment.yaml). An existing "
             "file is kept.",
    .operand = "names",
    .least = 0,
    .most = 1,
    .run = run,
};
