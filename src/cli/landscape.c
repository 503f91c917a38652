/* quadrille landscape: exact or searched landscape of one stated game. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "cli/cli.h"
#include "base/json.h"
#include "engine/parallel.h"
#include "quadrille/landscape.h"

#define SHOWN 20 /* minima that the table on a terminal shows */

typedef struct {
    const char *path;
    bool json;
    int threads;
    uint64_t starts, seed;
    bool has_starts, has_seed;
} options_t;

static void print_help(void)
{
    puts("Usage: quadrille landscape [--json] [-j THREADS] [--starts N] [--seed S] FILE.yaml\n\n"
         "Works out which configurations of a few actors nobody would leave: their energies, the minima and "
         "their\n"
         "basins under steepest descent, and the frustration.\n\n"
         "  --json        JSON on standard output also on a terminal\n"
         "  -j THREADS    how many threads; default: one per processor. The answer does not depend on it\n"
         "  --starts N    starts of a search, instead of the file's (default 1000)\n"
         "  --seed S      seed of a search, instead of the file's (default 1)\n\n"
         "The file:\n\n"
         "  rule: two-camps                     # or blocs: any number of them\n"
         "  method: exact                       # or search, with starts: and seed:\n"
         "  actors: {Sun: 28.9, Prime: 1.0}     # names and sizes, in order\n"
         "  propensity: [[0, -1], [-1, 0]]      # symmetric; or instead of it\n"
         "  ties: tribes.csv                    # a,b,sign (without actors: every name, size 1)\n\n"
         "exact: two-camps up to 36 actors (basins up to 24); blocs up to 22 (all stable partitions and "
         "their basins\n"
         "up to 13, the optimal partitions beyond). search gives an upper bound.");
}

/* -1 to go on, otherwise the exit status. */
static int parse(int argc, char **argv, options_t *options)
{
    static const struct option known[] = {
        {"json", no_argument, NULL, 'J'},         {"threads", required_argument, NULL, 'j'},
        {"starts", required_argument, NULL, 'n'}, {"seed", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    uint64_t threads = 0;
    optind = 1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "j:h", known, NULL)) != -1;) {
        if (option == 'h') {
            print_help();
            return 0;
        }
        if (option == 'J')
            options->json = true;
        else if (option == 'j' && !qd_natural_of(optarg, 1, 1024, &threads))
            return qd_cli_misuse(argv[0], "found `%s` for -j; expected a number of threads, 1 to 1024",
                                 optarg);
        else if (option == 'n' &&
                 !(options->has_starts = qd_natural_of(optarg, 1, QD_STARTS_MAX, &options->starts)))
            return qd_cli_misuse(argv[0], "found `%s` for --starts; expected a whole number from 1 to %d",
                                 optarg, QD_STARTS_MAX);
        else if (option == 's' && !(options->has_seed = qd_natural_of(optarg, 0, UINT64_MAX, &options->seed)))
            return qd_cli_misuse(argv[0], "found `%s` for --seed; expected a whole number", optarg);
        else if (option == '?')
            return qd_cli_misuse(argv[0], "found the option `%s`; expected --json, -j, --starts or --seed",
                                 argv[optind - 1]);
    }
    options->threads = (int)threads;
    if (argc - optind != 1)
        return qd_cli_misuse(argv[0], "found %d files; expected one", argc - optind);
    options->path = argv[optind];
    return -1;
}

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
    printf("%s, %s: %zu actors, %.15g configurations\n", qd_landscape_rule_name(self->rule),
           qd_landscape_method_name(self->method), self->actors, answer->configurations);
    if (search)
        printf("least energy found (an upper bound): %.15g, disagreements %.15g, reached by %llu of %llu "
               "starts, in %llu "
               "ways\n",
               answer->minimum[0].energy, answer->minimum[0].disagreements, (unsigned long long)answer->hits,
               (unsigned long long)answer->starts, (unsigned long long)answer->optima);
    else
        printf("least energy: %.15g, disagreements %.15g, reached by %llu configuration%s\n",
               answer->minimum[0].energy, answer->minimum[0].disagreements,
               (unsigned long long)answer->optima, answer->optima == 1 ? "" : "s");
    printf("%llu %s\n\n%14s %14s %12s  %-16s %s\n", (unsigned long long)answer->minima_total,
           answer->scope == QD_MINIMA_ALL       ? "minima"
           : answer->scope == QD_MINIMA_OPTIMAL ? "optimal partitions (other stable ones are not looked for)"
                                                : "different minima found",
           "energy", "disagreements", search ? "starts" : "basin", "kind", "groups");
    for (size_t m = 0; m < answer->minima && m < SHOWN; m++)
        table_minimum(self, answer, &answer->minimum[m]);
    if (answer->minima_total > SHOWN)
        printf("... and %llu more (--json lists up to %zu)\n",
               (unsigned long long)(answer->minima_total - SHOWN), answer->minima);
}

int qd_cli_landscape(int argc, char **argv)
{
    options_t options = {0};
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_t *self = NULL;
    qd_landscape_answer_t *answer = NULL;
    int status = parse(argc, argv, &options);
    if (status >= 0)
        return status;
    status = 0;
    if (qd_landscape_load(options.path, &self, &error)) {
        status = qd_cli_fail(&error);
        goto out;
    }
    self->starts = options.has_starts ? options.starts : self->starts;
    self->seed = options.has_seed ? options.seed : self->seed;
    qd_runner_t runner = qd_parallel_runner(options.threads);
    if (qd_landscape_solve(self, &runner, &answer, &error)) {
        status = qd_cli_fail(&error);
        goto out;
    }
    if (options.json || !isatty(STDOUT_FILENO))
        print_json(self, answer);
    else
        print_table(self, answer);
out:
    qd_landscape_answer_free(answer);
    qd_landscape_free(self);
    return status;
}
