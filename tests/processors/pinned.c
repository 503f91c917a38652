/* The pinned worlds of every kind, for processors of any sort: a program of the kernel alone, without cmocka,
 * GSL or HDF5 (test_other_processors.py compiles it for each). One line a kind: its name, and the hash of the
 * outcomes of its worlds as result files have it (statistics/tally.h), the paths' bits after it. The
 * argument is the number of worlds of the defaults. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "quadrille/world.h"
#include "reference/twin_cases.h"
#include "statistics/tally.h"

#define STATES  64
#define PERIODS 140
#define FEW     2 /* of each variant */
#define FIRST   (QD_O_not_converged + 1)

/* The source of the lines of one kind. */
typedef struct {
    qd_world_t *world;
    qd_tally_t *tally;
    uint64_t defaults; /* worlds of the defaults */
    uint64_t paths,
        first; /* chained hashes: of the paths; of the first edition's outcomes, as defaults.txt has it */
} player_t;

static int play(player_t *self, const qd_plan_t *plan, uint64_t seed, uint64_t worlds)
{
    for (uint64_t w = 0; w < worlds; w++) {
        qd_result_t result;
        qd_world_play(self->world, plan, (qd_luck_t){.seed = seed, .world = w}, NULL, &result);
        if (result.failure) {
            fprintf(stderr, "world %" PRIu64 ": %s\n", w, result.failure);
            return 1;
        }
        qd_tally_add(self->tally, w, &result);
        self->first = XXH3_64bits_withSeed(&result.outcomes, FIRST * sizeof(double), self->first);
        for (size_t s = 0; s < QD_SERIES_COUNT; s++)
            for (size_t t = 0; t < result.periods; t++) {
                double v = result.path[s * result.path_stride + t];
                v = v == v ? v : -1e300; /* NaN has many bits */
                self->paths = XXH3_64bits_withSeed(&v, sizeof v, self->paths);
            }
    }
    return 0;
}

static void print(const player_t *self, const char *edition, const char *order, const char *name)
{
    qd_hash_sum_t hash = qd_tally_hash(self->tally);
    printf("%s/%s/%s %016" PRIx64 "%016" PRIx64 " %016" PRIx64 "\n", edition, order, name, hash.high,
           hash.low, self->paths);
}

static void begin(player_t *self)
{
    qd_tally_clear(self->tally);
    self->paths = self->first = 0;
}

/* The defaults of an order, and their bits as tests/data/defaults.txt has them. */
static int play_defaults(player_t *self, qd_order_kind_t kind)
{
    qd_plan_t plan = qd_plan_default(kind);
    begin(self);
    if (play(self, &plan, 1, self->defaults))
        return 1;
    print(self, "first", qd_order_name(kind), "defaults");
    printf("defaults %s %016" PRIx64 "\n", qd_order_name(kind), self->first);
    return 0;
}

static int play_variants(player_t *self, qd_order_kind_t kind, const char *edition,
                         const qd_twin_variant_t *variants, size_t count)
{
    for (size_t v = 0; v < count; v++) {
        qd_plan_t plan = qd_plan_default(kind);
        for (size_t i = 0; i < QD_TWIN_SETTINGS; i++)
            if (variants[v].with[i].parameter != QD_P_order_states || variants[v].with[i].value != 0.0)
                plan.parameter[variants[v].with[i].parameter] = qd_constant(variants[v].with[i].value);
        begin(self);
        if (play(self, &plan, 7 + v, FEW))
            return 1;
        print(self, edition, qd_order_name(kind), variants[v].name);
    }
    return 0;
}

/* All quantities that an order draws again in the middle of a world. */
static int play_schedule(player_t *self, qd_order_kind_t kind)
{
    const qd_change_t change[] = {
        {.at = 10, .parameter = QD_P_blocs_max, .distribution = qd_constant(12)},
        {.at = 20, .parameter = QD_P_affinity_values_scale, .distribution = qd_constant(0.5)},
        {.at = 30, .parameter = QD_P_affinity_distance_scale, .distribution = qd_constant(0.4)},
        {.at = 40, .parameter = QD_P_endurance_chance, .distribution = qd_constant(0.7)},
    };
    qd_plan_t plan = qd_plan_default(kind);
    plan.change = change;
    plan.changes = sizeof change / sizeof *change;
    plan.parameter[QD_P_affinity_convergence] = qd_constant(0.05);
    plan.parameter[QD_P_clubs_depth] = qd_constant(3);
    begin(self);
    if (play(self, &plan, 3, FEW))
        return 1;
    print(self, "second", qd_order_name(kind), "schedule");
    return 0;
}

static int play_all(player_t *self)
{
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++)
        if (play_defaults(self, kind) ||
            play_variants(self, kind, "first", qd_twin_variants, qd_twin_variant_count) ||
            play_variants(self, kind, "second", qd_twin_second_variants, qd_twin_second_variant_count) ||
            play_schedule(self, kind))
            return 1;
    return 0;
}

int main(int count, char **argument)
{
    player_t player = {.world = qd_world_new(STATES, PERIODS), .tally = qd_tally_new(PERIODS, false)};
    player.defaults = count > 1 ? strtoull(argument[1], NULL, 10) : 1;
    int status = player.world && player.tally ? play_all(&player) : 1;
    qd_tally_free(player.tally);
    qd_world_free(player.world);
    return status;
}
