/* quadrille init: a commented experiment to start from. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    "# output: {worlds: true, paths: true, outcomes: [survival, resolved]}   # what is kept; all by "
    "default\n";

static void print_help(void)
{
    puts("Usage: quadrille init [NAME]\n\n"
         "Writes NAME.yaml, a commented experiment to start from (default: experiment.yaml). A file that is "
         "there stays.\n\n"
         "  -h, --help  this text");
}

/* "NAME.yaml", malloc'ed; a name that ends so already stays. */
static char *file_of(const char *name)
{
    size_t length = strlen(name);
    char *path = NULL;
    bool whole = length > 5 && strcmp(name + length - 5, ".yaml") == 0;
    return asprintf(&path, "%s%s", name, whole ? "" : ".yaml") < 0 ? NULL : path;
}

static int write_experiment(const char *path)
{
    bool there;
    if (!qd_cli_may_write(path, &there))
        return 2;
    FILE *out = fopen(path, "wx");
    if (!out) {
        fprintf(stderr, "quadrille: %s: %s\n", path,
                errno == EEXIST ? "found an existing file; expected none" : strerror(errno));
        return errno == EEXIST ? 2 : 1;
    }
    fprintf(out, text, path, path);
    bool written = !ferror(out);
    if (fclose(out) != 0 || !written) {
        fprintf(stderr, "quadrille: %s: %s\n", path, strerror(errno));
        return 1;
    }
    fprintf(stderr, "quadrille: wrote %s; `quadrille run %s` plays it\n", path, path);
    return 0;
}

int qd_cli_init(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option != 'h')
            return qd_cli_wrong_option("init", argv[optind - 1], options);
        print_help();
        return 0;
    }
    if (argc - optind > 1 || (optind < argc && !*argv[optind]))
        return qd_cli_misuse("init", "found %d names; expected one", argc - optind);
    char *path = file_of(optind < argc ? argv[optind] : "experiment");
    int code = path ? write_experiment(path) : 1;
    free(path);
    return code;
}
