/* quadrille power: Shapley-Shubik and Banzhaf power under a stated voting rule. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "quadrille/power.h"

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

typedef struct {
    qd_form_t form;
} arguments_t;

static const qd_option_t options[] = {
    QD_OPTION_JSON(arguments_t, form, "JSON on standard output also on a terminal"),
    QD_OPTION_TEXT(arguments_t, form, "a table also where standard output is no terminal"),
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t arguments = {0};
    qd_error_t error = QD_ERROR_NONE;
    qd_power_t *self = NULL;
    qd_power_index_t index[QD_POWER_MEMBERS_MAX];
    int status = qd_options_take(&qd_command_power, argc, argv, &arguments);
    if (status >= 0)
        return status;
    status = 0;
    if (qd_power_load(argv[optind], &self, &error) || qd_power_solve(self, index, &error)) {
        status = qd_cli_fail(&error);
        goto out;
    }
    if (qd_form_is_json(arguments.form))
        print_json(self, index);
    else
        print_table(self, index);
out:
    qd_power_free(self);
    return status;
}

const qd_command_t qd_command_power = {
    .name = "power",
    .meaning = "Shapley-Shubik and Banzhaf power under a stated voting rule",
    .synopsis = "FILE.yaml [OPTION]...",
    .about = "Voting power of every member: the index of Shapley and Shubik, the normalised index of "
             "Banzhaf, and the share "
             "of the 2^(n-1) coalitions of the others that the member swings. Counted exactly.",
    .notes =
        "The file:\n\n"
        "  members: {China: 7, France: 7}      # names and weights, and\n"
        "  quota: 39                           # what a coalition must reach; or\n"
        "  rules:                              # several, all of which must pass\n"
        "    - {weights: {China: 7, France: 7}, quota: 39}\n"
        "  veto: [China]                       # optional: without these nothing passes\n\n"
        "Weights are decimal numbers of at most nine decimals. A rule gives weight 0 to members that it "
        "does not "
        "name.\n\n"
        "A file has at most 128 members and 8 rules (7 under `rules:`). Under one rule, the number of "
        "members times the quota is at most 130 million (65 million above 67 members), in units of the "
        "weights' common divisor, with total - quota in place of the quota if that is less: for example "
        "100 members of weights up to 10000. With at most 46 members (under several rules, about 35) any "
        "weights are possible. Only members without a veto count, and members of equal weights in every rule "
        "count for less. An answer takes at most a gigabyte and a minute.",
    .option = options,
    .operand = "files",
    .least = 1,
    .most = 1,
    .complete = "*.yaml",
    .run = run,
};
