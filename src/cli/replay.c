/* quadrille replay: plays one world of a result file again and reports every event. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "cli/cli.h"
#include "engine/replay.h"
#include "quadrille/world.h"

typedef struct {
    qd_replay_options_t replay;
    bool has_world;
    const char *trace; /* path, "-", or NULL */
    qd_isa_t isa;
} arguments_t;

static void show_outcomes(const qd_replay_t *replay)
{
    if (*replay->failure)
        printf("failed: %s\n", replay->failure);
    for (size_t o = 0; o < qd_outcome_count && !*replay->failure; o++)
        printf("%-22s %.17g%s%s\n", qd_outcome_table[o].name, replay->row.value[o],
               strcmp(qd_outcome_table[o].unit, "1") == 0 ? "" : " ",
               strcmp(qd_outcome_table[o].unit, "1") == 0 ? "" : qd_outcome_table[o].unit);
}

/* Compares the replay with the row of the file. */
static void show_comparison(const arguments_t *self, const qd_replay_t *replay)
{
    fprintf(stderr, "quadrille: %s: point %s, order %s, world %" PRIu64, self->replay.path, replay->point,
            self->replay.order, self->replay.world);
    if (!replay->stored)
        fputs(": not in the file; nothing to compare with\n", stderr);
    else if (replay->differs < 0)
        fputs(": equal, bit for bit, to the row in the file\n", stderr);
    else if (replay->differs == QD_OUTCOMES_MAX)
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

static bool take_world(void *field, const char *value)
{
    arguments_t *self = field;
    self->has_world = true;
    return qd_natural_of(value, 0, UINT64_MAX, &self->replay.world);
}

static const qd_option_t options[] = {
    {"order", 0, "KIND", "the order's label, e.g. unipolar", qd_take_word,
     offsetof(arguments_t, replay.order), "the label of an order", "unipolar bipolar multipolar"},
    {"world", 0, "W", "the world's number, from 0", take_world, 0, "a whole number from 0", NULL},
    {"point", 0, "P", "the design point's label or number (may be left out where there is one)", qd_take_word,
     offsetof(arguments_t, replay.point), "the name of a point", NULL},
    {"trace", 0, "FILE",
     "write every event (orders, crises, stakes, venues, votes, coalitions, outcomes, bloc moves) to FILE, "
     "one JSON "
     "object a line; `-`: to stdout, instead of the outcomes",
     qd_take_path, offsetof(arguments_t, trace), "the path of a file", QD_COMPLETE_FILES},
    QD_OPTION_FORCE(arguments_t, replay.force, "replace an existing FILE"),
    QD_OPTION_ISA(arguments_t, isa),
    QD_OPTION_PLUGIN,
    QD_OPTIONS_END,
};

static int run(int argc, char **argv)
{
    arguments_t self = {.isa = QD_ISA_AUTO};
    int code = qd_options_take(&qd_command_replay, argc, argv, &self);
    if (code >= 0)
        return code;
    if (!self.replay.order || !self.has_world)
        return qd_cli_misuse("replay", "found no --%s; expected --order KIND and --world W",
                             self.replay.order ? "world" : "order");
    if (self.replay.force && (!self.trace || strcmp(self.trace, "-") == 0))
        return qd_cli_misuse("replay", "found --force without --trace FILE, which it is for; expected both");
    self.replay.path = argv[optind];
    return replay(&self);
}

const qd_command_t qd_command_replay = {
    .name = "replay",
    .meaning = "play one world of a result file again, with every event",
    .synopsis = "OUT.h5 --order KIND --world W [OPTION]...",
    .about = "Plays one world of a result file again and compares its outcomes bit for bit with those in the "
             "file. The "
             "outcomes go to stdout. Exit status 3: they differ.",
    .option = options,
    .operand = "result files",
    .least = 1,
    .most = 1,
    .complete = "*.h5",
    .run = run,
};
