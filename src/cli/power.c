/* quadrille power: Shapley-Shubik and Banzhaf power under a stated voting rule. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "base/json.h"
#include "quadrille/power.h"

static void print_help(void)
{
    puts(
        "Usage: quadrille power [--json] FILE.yaml\n\n"
        "Voting power of every member: the index of Shapley and Shubik, the normalised index of Banzhaf, "
        "and the share\n"
        "of the 2^(n-1) coalitions of the others that the member swings. Counted exactly.\n\n"
        "  --json        JSON on standard output also on a terminal\n\n"
        "The file:\n\n"
        "  members: {China: 7, France: 7}      # names and weights, and\n"
        "  quota: 39                           # what a coalition must reach; or\n"
        "  rules:                              # several, all of which must pass\n"
        "    - {weights: {China: 7, France: 7}, quota: 39}\n"
        "  veto: [China]                       # optional: without these nothing passes\n\n"
        "Weights are decimal numbers of at most nine decimals. A rule gives weight 0 to members that it does "
        "not name.\n\n"
        "At most 128 members and 8 rules (7 under `rules:`). Under one rule, weights whose members times "
        "quota are up to\n"
        "130 million (65 million above 67 members), in units of the weights' common divisor and with total - "
        "quota for the\n"
        "quota if that is less: 100 members of weights up to 10000, say. Up to 46 members with any weights; "
        "under several\n"
        "rules up to about 35. Members without a veto count, and those alike in every rule count for less. "
        "An answer takes a\n"
        "gigabyte and a minute at most.");
}

static void print_json(const qd_power_t *self, const qd_power_index_t index[])
{
    fputs("{\n  \"members\": [\n", stdout);
    for (size_t i = 0; i < self->members; i++) {
        fputs("    {\"name\": ", stdout);
        qd_json_text(stdout, self->name[i]);
        fputs(", \"shapley_shubik\": ", stdout);
        qd_json_real(stdout, index[i].shapley_shubik);
        fputs(", \"banzhaf\": ", stdout);
        qd_json_real(stdout, index[i].banzhaf);
        fputs(", \"swings\": ", stdout);
        qd_json_real(stdout, index[i].swings);
        puts(i + 1 < self->members ? "}," : "}");
    }
    puts("  ]\n}");
}

static void print_table(const qd_power_t *self, const qd_power_index_t index[])
{
    printf("%-24s %15s %15s %15s\n", "member", "Shapley-Shubik", "Banzhaf", "swings");
    for (size_t i = 0; i < self->members; i++)
        printf("%-24s %15.12f %15.12f %15.12f%s\n", self->name[i], index[i].shapley_shubik, index[i].banzhaf,
               index[i].swings, self->veto[i] ? "  veto" : "");
}

/* -1 to go on, otherwise the exit status. */
static int parse(int argc, char **argv, bool *json)
{
    static const struct option known[] = {
        {"json", no_argument, NULL, 'J'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    optind = 1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (option == 'h') {
            print_help();
            return 0;
        }
        if (option != 'J')
            return qd_cli_misuse(argv[0], "found the option `%s`; expected --json", argv[optind - 1]);
        *json = true;
    }
    if (argc - optind != 1)
        return qd_cli_misuse(argv[0], "found %d files; expected one", argc - optind);
    return -1;
}

int qd_cli_power(int argc, char **argv)
{
    bool json = false;
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self = NULL;
    qd_power_index_t index[QD_POWER_MEMBERS_MAX];
    int status = parse(argc, argv, &json);
    if (status >= 0)
        return status;
    status = 0;
    if (qd_power_load(argv[optind], &self, &error) || qd_power_solve(self, index, &error)) {
        status = qd_cli_fail(&error);
        goto out;
    }
    if (json || !isatty(STDOUT_FILENO))
        print_json(self, index);
    else
        print_table(self, index);
out:
    qd_power_free(self);
    return status;
}
