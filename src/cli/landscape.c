/* quadrille landscape: exact or searched landscape of one stated game. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"
#include "cli/cli.h"
#include "engine/parallel.h"
#include "quadrille/landscape.h"

#define SHOWN 20 /* minima that the table on a terminal shows */

/* ---- JSON ---------------------------------------------------------------------------------------------- */

static void json_groups(const qd_landscape_t *self, const qd_minimum_t *minimum)
{
    putchar('[');
    for (size_t k = 0; k < minimum->groups; k++) {
        fputs(k ? ", [" : "[", stdout);
        bool first = true;
        for (size_t i = 0; i < self->actors; i++) {
            if (minimum->group[i] != k)
                continue;
            fputs(first ? "" : ", ", stdout);
            qd_json_text(stdout, self->name[i]);
            first = false;
        }
        putchar(']');
    }
    putchar(']');
}

static void json_configuration(const qd_landscape_t *self, const qd_minimum_t *minimum)
{
    fputs("\"energy\": ", stdout);
    qd_json_real(stdout, minimum->energy);
    fputs(", \"disagreements\": ", stdout);
    qd_json_real(stdout, minimum->disagreements);
    fputs(", \"groups\": ", stdout);
    json_groups(self, minimum);
}

static void json_minimum(const qd_landscape_t *self, const qd_landscape_answer_t *answer,
                         const qd_minimum_t *minimum)
{
    fputs("    {", stdout);
    json_configuration(self, minimum);
    if (answer->basins)
        printf(", \"basin\": %llu", (unsigned long long)minimum->basin);
    else
        fputs(", \"basin\": null", stdout);
    printf(", \"strict\": %s", minimum->strict ? "true" : "false");
    if (self->method == QD_METHOD_SEARCH)
        printf(", \"hits\": %llu", (unsigned long long)minimum->basin);
    if (minimum->plateau > 0)
        printf(", \"plateau\": %zu, \"exit\": %s", minimum->plateau, minimum->exit ? "true" : "false");
    putchar('}');
}

static const char *scope_name(qd_minima_scope_t scope)
{
    return scope == QD_MINIMA_ALL ? "all" : scope == QD_MINIMA_OPTIMAL ? "optimal" : "found";
}

static void print_json(const qd_landscape_t *self, const qd_landscape_answer_t *answer)
{
    printf("{\n  \"rule\": \"%s\",\n  \"method\": \"%s\",\n  \"exact\": %s,\n  \"actors\": %zu,\n"
           "  \"configurations\": ",
           qd_landscape_rule_name(self->rule), qd_landscape_method_name(self->method),
           answer->exact ? "true" : "false", self->actors);
    qd_json_real(stdout, answer->configurations);
    printf(",\n  \"minima_scope\": \"%s\",\n  \"minima_total\": %llu,\n  \"minima\": [\n",
           scope_name(answer->scope), (unsigned long long)answer->minima_total);
    for (size_t m = 0; m < answer->minima; m++) {
        json_minimum(self, answer, &answer->minimum[m]);
        puts(m + 1 < answer->minima ? "," : "");
    }
    fputs("  ],\n  \"best\": {", stdout);
    json_configuration(self, &answer->minimum[0]);
    printf(", \"optima\": %llu}", (unsigned long long)answer->optima);
    if (self->method == QD_METHOD_EXACT && answer->plateaus_known)
        printf(",\n  \"plateaus\": %zu", answer->plateaus);
    if (self->method == QD_METHOD_SEARCH)
        printf(",\n  \"seed\": %llu,\n  \"starts\": %llu,\n  \"hits\": %llu", (unsigned long long)self->seed,
               (unsigned long long)answer->starts, (unsigned long long)answer->hits);
    puts("\n}");
}

/* ---- table --------------------------------------------------------------------------------------------- */

static void table_groups(const qd_landscape_t *self, const qd_minimum_t *minimum)
{
    for (size_t k = 0; k < minimum->groups; k++) {
        fputs(k ? " | " : "", stdout);
        bool first = true;
        for (size_t i = 0; i < self->actors; i++)
            if (minimum->group[i] == k) {
                printf("%s%s", first ? "" : " ", self->name[i]);
                first = false;
            }
    }
}

static void table_minimum(const qd_landscape_t *self, const qd_landscape_answer_t *answer,
                          const qd_minimum_t *minimum)
{
    char share[32] = "-";
    if (answer->basins || self->method == QD_METHOD_SEARCH)
        snprintf(share, sizeof share, "%llu", (unsigned long long)minimum->basin);
    char kind[48];
    if (minimum->plateau > 0)
        snprintf(kind, sizeof kind, "plateau %zu%s", minimum->plateau, minimum->exit ? ", exit" : "");
    else
        snprintf(kind, sizeof kind, "%s", minimum->strict ? "strict" : "level");
    printf("%14.10g %14.10g %12s  %-16s ", minimum->energy, minimum->disagreements, share, kind);
    table_groups(self, minimum);
    putchar('\n');
}

static void print_table(const qd_landscape_t *self, const qd_landscape_answer_t *answer)
{
    bool search = self->method == QD_METHOD_SEARCH;
    printf("%s, %s: %zu actor%s, %.15g configurations\n", qd_landscape_rule_name(self->rule),
           qd_landscape_method_name(self->method), self->actors, QD_S(self->actors), answer->configurations);
    if (search)
        printf("least energy found (an upper bound): %.15g, disagreements %.15g, reached by %llu of %llu "
               "starts, in %llu "
               "ways\n",
               answer->minimum[0].energy, answer->minimum[0].disagreements, (unsigned long long)answer->hits,
               (unsigned long long)answer->starts, (unsigned long long)answer->optima);
    else
        printf("least energy: %.15g, disagreements %.15g, reached by %llu configuration%s\n",
               answer->minimum[0].energy, answer->minimum[0].disagreements,
               (unsigned long long)answer->optima, QD_S(answer->optima));
    printf("%llu %s\n\n%14s %14s %12s  %-16s %s\n", (unsigned long long)answer->minima_total,
           answer->scope == QD_MINIMA_ALL       ? "minima"
           : answer->scope == QD_MINIMA_OPTIMAL ? "optimal partitions (other stable ones are not searched)"
                                                : "different minima found",
           "energy", "disagreements", search ? "starts" : "basin", "kind", "groups");
    for (size_t m = 0; m < answer->minima && m < SHOWN; m++)
        table_minimum(self, answer, &answer->minimum[m]);
    if (answer->minima_total > SHOWN)
        printf("... and %llu more (--json lists up to %zu)\n",
               (unsigned long long)(answer->minima_total - SHOWN), answer->minima);
}

typedef struct {
    qd_form_t form;
    int threads;
    uint64_t starts, seed;
    bool has_starts, has_seed;
} arguments_t;

static bool take_starts(void *field, const char *value)
{
    arguments_t *self = field;
    return self->has_starts = qd_natural_of(value, 1, QD_STARTS_MAX, &self->starts);
}

static bool take_seed(void *field, const char *value)
{
    arguments_t *self = field;
    return self->has_seed = qd_natural_of(value, 0, UINT64_MAX, &self->seed);
}

static const qd_option_t options[] = {
    QD_OPTION_JSON(arguments_t, form, "JSON on standard output also on a terminal"),
    QD_OPTION_TEXT(arguments_t, form, "a table also where standard output is no terminal"),
    QD_OPTION_THREADS(arguments_t, threads,
                      "threads (default: all processors); the answer does not depend on it"),
    {"starts", 0, "N", "starts of a search, instead of the file's (default 1000)", take_starts, 0,
     "a whole number from 1 to " QD_DIGITS_OF(QD_STARTS_MAX), NULL},
    {"seed", 0, "S", "seed of a search, instead of the file's (default 1)", take_seed, 0, "a whole number",
     NULL},
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t arguments = {0};
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_t *self = NULL;
    qd_landscape_answer_t *answer = NULL;
    int status = qd_options_take(&qd_command_landscape, argc, argv, &arguments);
    if (status >= 0)
        return status;
    status = 0;
    if (qd_landscape_load(argv[optind], &self, &error)) {
        status = qd_cli_fail(&error);
        goto out;
    }
    if (self->method == QD_METHOD_EXACT && (arguments.has_starts || arguments.has_seed))
        fprintf(stderr, "quadrille: note: --%s has no effect with `method: exact`\n",
                arguments.has_starts ? "starts" : "seed");
    self->starts = arguments.has_starts ? arguments.starts : self->starts;
    self->seed = arguments.has_seed ? arguments.seed : self->seed;
    int threads;
    if (qd_parallel_choose(arguments.threads, &threads, &error)) {
        status = qd_cli_fail(&error);
        goto out;
    }
    qd_runner_t runner = qd_parallel_runner(threads);
    if (qd_landscape_solve(self, &runner, &answer, &error)) {
        status = qd_cli_fail(&error);
        goto out;
    }
    if (qd_form_is_json(arguments.form))
        print_json(self, answer);
    else
        print_table(self, answer);
out:
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
    return status;
}

const qd_command_t qd_command_landscape = {
    .name = "landscape",
    .meaning = "exact or searched landscape of one stated game",
    .synopsis = "FILE.yaml [OPTION]...",
    .about = "Computes the stable configurations of a few actors, which no actor would leave: their "
             "energies, the minima "
             "and their "
             "basins under steepest descent, and the frustration.",
    .notes = "The file:\n\n"
             "  rule: two-camps                     # or blocs: any number of them\n"
             "  method: exact                       # or search, with starts: and seed:\n"
             "  actors: {Sun: 28.9, Prime: 1.0}     # names and sizes, in order\n"
             "  propensity: [[0, -1], [-1, 0]]      # symmetric; or instead of it\n"
             "  ties: tribes.csv                    # a,b,sign (without actors: every name, size 1)\n\n"
             "exact: two-camps up to 36 actors (basins up to 24); blocs up to 22 (all stable partitions and "
             "their basins "
             "up to 13, the optimal partitions beyond). search gives an upper bound.",
    .option = options,
    .operand = "files",
    .least = 1,
    .most = 1,
    .complete = "*.yaml",
    .run = run,
};
