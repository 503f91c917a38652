/* A plugin: outcomes of one's own, computed from the state.
 *
 *     cc -shared -fPIC -O2 $(pkg-config --cflags quadrille) own_outcome.c -o own_outcome.so
 *     quadrille run --plugin ./own_outcome.so EXPERIMENT.yaml
 *
 * `encirclement` is the share of all capability that is hostile to the strongest state at the end: affinity
 * towards it below minus `encirclement.threshold`. `longest_calm` is the largest number of periods in a row
 * without a new crisis. */
#include <quadrille/plugin.h>

enum { THRESHOLD };

static const qd_own_parameter_t parameters[] = {
    [THRESHOLD] = {.name = "encirclement.threshold",
                   .unit = "1",
                   .meaning = "hostility from which a state counts as hostile",
                   .low = 0.0,
                   .high = 1.0,
                   .value = 0.25},
};

static const qd_own_outcome_t outcomes[] = {
    {.name = "encirclement",
     .unit = "share",
     .meaning = "capability share of the states that are hostile to the strongest one at the end",
     .type = QD_OUTCOME_REAL,
     .low = 0.0,
     .high = 1.0},
    {.name = "longest_calm",
     .unit = "periods",
     .meaning = "longest run of periods without a crisis",
     .type = QD_OUTCOME_COUNT,
     .low = 0.0,
     .high = 10000.0},
};

/* State of a world from period to period. */
typedef struct {
    uint32_t crises; /* before this period */
    unsigned calm, longest;
} memory_t;

static void count_calm(const qd_hook_t *hook)
{
    memory_t *memory = hook->memory;
    memory->calm = hook->world->crises == memory->crises ? memory->calm + 1 : 0;
    memory->crises = hook->world->crises;
    memory->longest = memory->calm > memory->longest ? memory->calm : memory->longest;
}

static void measure(const qd_hook_t *hook, const qd_outcomes_t *model, double own[])
{
    const qd_world_view_t *world = hook->world;
    const memory_t *memory = hook->memory;
    size_t strongest = 0;
    double hostile = 0.0;
    (void)model;
    for (size_t i = 1; i < world->states; i++)
        if (world->capability[i] > world->capability[strongest])
            strongest = i;
    for (size_t i = 0; i < world->states; i++)
        if (world->affinity[strongest * world->stride + i] < -hook->parameter[THRESHOLD])
            hostile += world->capability[i];
    own[0] = hostile;
    own[1] = memory->longest;
}

const qd_plugin_t *qd_plugin(void)
{
    static const qd_plugin_t plugin = {.abi = QD_PLUGIN_ABI,
                                       .name = "encirclement",
                                       .meaning = "hostility towards the strongest state, and calm",
                                       .parameters = 1,
                                       .parameter = parameters,
                                       .outcomes = 2,
                                       .outcome = outcomes,
                                       .memory = sizeof(memory_t),
                                       .period = count_calm,
                                       .finish = measure};
    return &plugin;
}
