/* quadrille replay: one world of a result file again, every event told. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "cli/cli.h"
#include "engine/replay.h"
#include "quadrille/world.h"

static void print_help(void)
{
    puts("Usage: quadrille replay OUT.h5 --order KIND --world W [OPTION]...\n\n"
         "Plays one world of a result file again and compares its outcomes bit for bit with those in the "
         "file. The\n"
         "outcomes go to stdout. Exit status 3: they differ.\n\n"
         "      --order KIND      the order's label, e.g. unipolar\n"
         "      --world W         the world's number, from 0\n"
         "      --point P         the design point's label or number (may be left out where there is one)\n"
         "      --trace FILE      write every event (orders, crises, stakes, venues, votes, coalitions, "
         "outcomes, bloc\n"
         "                        moves) to FILE, one JSON object a line; `-`: to stdout, instead of the "
         "outcomes\n"
         "      --force           replace an existing FILE\n"
         "      --isa ISA         auto, v2, v3, v4: instruction set to play with");
}

enum { ORDER = 256, WORLD, POINT, TRACE, FORCE, ISA };

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},          {"order", required_argument, NULL, ORDER},
    {"world", required_argument, NULL, WORLD}, {"point", required_argument, NULL, POINT},
    {"trace", required_argument, NULL, TRACE}, {"force", no_argument, NULL, FORCE},
    {"isa", required_argument, NULL, ISA},     {NULL, 0, NULL, 0}};

typedef struct {
    qd_replay_options_t replay;
    bool has_world;
    const char *trace; /* path, "-", or NULL */
    qd_isa_t isa;
} arguments_t;

static int take_world(arguments_t *self, const char *text)
{
    self->has_world = true;
    if (qd_natural_of(text, 0, UINT64_MAX, &self->replay.world))
        return -1;
    return qd_cli_misuse("replay", "found --world `%s`; expected a whole number from 0", text);
}

/* -1, or an exit status. */
static int take_option(arguments_t *self, int option, const char *name)
{
    switch (option) {
    case 'h':
        print_help();
        return 0;
    case ORDER:
        self->replay.order = optarg;
        return -1;
    case WORLD:
        return take_world(self, optarg);
    case POINT:
        self->replay.point = optarg;
        return -1;
    case TRACE:
        self->trace = optarg;
        return -1;
    case FORCE:
        self->replay.force = true;
        return -1;
    case ISA:
        self->isa = qd_isa_find(optarg);
        return self->isa != QD_ISA_COUNT
                   ? -1
                   : qd_cli_misuse("replay", "found --isa `%s`; expected auto, v2, v3 or v4", optarg);
    default:
        return qd_cli_wrong_option("replay", name, long_options);
    }
}

static void show_outcomes(const qd_replay_t *replay)
{
    if (*replay->failure)
        printf("failed: %s\n", replay->failure);
    for (size_t o = 0; o < QD_OUTCOMES && !*replay->failure; o++)
        printf("%-22s %.17g%s%s\n", qd_outcome_table[o].name, replay->row.value[o],
               strcmp(qd_outcome_table[o].unit, "1") == 0 ? "" : " ",
               strcmp(qd_outcome_table[o].unit, "1") == 0 ? "" : qd_outcome_table[o].unit);
}

/* What the file has to say about it. */
static void show_comparison(const arguments_t *self, const qd_replay_t *replay)
{
    fprintf(stderr, "quadrille: %s: point %s, order %s, world %" PRIu64, self->replay.path, replay->point,
            self->replay.order, self->replay.world);
    if (!replay->stored)
        fputs(": not in the file; nothing to compare with\n", stderr);
    else if (replay->differs < 0)
        fputs(": equal, bit for bit, to what the file holds\n", stderr);
    else if (replay->differs == QD_OUTCOMES)
        fprintf(stderr, ": differs: %s in the file, %s replayed\n",
                *replay->known_failure ? replay->known_failure : "did not fail",
                *replay->failure ? replay->failure : "did not fail");
    else
        fprintf(stderr, ": differs: outcome %s: %a (%.17g) in the file, %a (%.17g) replayed\n",
                qd_outcome_table[replay->differs].name, replay->found.value[replay->differs],
                replay->found.value[replay->differs], replay->row.value[replay->differs],
                replay->row.value[replay->differs]);
}

static int replay(arguments_t *self)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_replay_t found = {0};
    bool to_stdout = self->trace && strcmp(self->trace, "-") == 0;
    self->replay.trace = to_stdout ? NULL : self->trace;
    self->replay.events = to_stdout ? stdout : NULL;
    qd_status_t status = qd_isa_select(self->isa, &error);
    if (status == QD_OK)
        status = qd_replay(&self->replay, &found, &error);
    if (status == QD_OK || status == QD_ERROR_DIFFERS) {
        if (!to_stdout)
            show_outcomes(&found);
        fflush(stdout);
        show_comparison(self, &found);
    } else {
        (void)qd_cli_fail(&error);
    }
    qd_replay_free(&found);
    return qd_exit_status(status);
}

int qd_cli_replay(int argc, char **argv)
{
    arguments_t self = {.isa = QD_ISA_AUTO};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1;) {
        int code = take_option(&self, option, argv[optind - 1]);
        if (code >= 0)
            return code;
    }
    if (optind + 1 != argc)
        return qd_cli_misuse("replay", "found %d result files; expected one", argc - optind);
    if (!self.replay.order || !self.has_world)
        return qd_cli_misuse("replay", "found no --%s; expected --order KIND and --world W",
                             self.replay.order ? "world" : "order");
    self.replay.path = argv[optind];
    return replay(&self);
}
