/* A plugin: rules of one's own. Commerce holds states back, and the world is drawn in two continents.
 *
 *     cc -shared -fPIC -O2 $(pkg-config --cflags quadrille) own_rule.c -o own_rule.so -lm
 *     quadrille run --plugin ./own_rule.so EXPERIMENT.yaml
 *
 * - crisis: a state's stake against a target shrinks with its proximity to it, stake (1 - commerce.restraint
 *   G_ik): neighbours trade.
 * - worth: an initiator's worth of a venue is less by commerce.caution for each state that opposes it.
 * - order: where commerce.continents is 1, states lie on two opposite sides of the earth instead of anywhere.
 *
 * With the defaults, 0 for all three, the worlds are those of the model, bit for bit. */
#include <math.h>

#include <quadrille/plugin.h>

enum { RESTRAINT, CAUTION, CONTINENTS };

static const qd_own_parameter_t parameters[] = {
    [RESTRAINT] = {.name = "commerce.restraint",
                   .unit = "1",
                   .meaning = "share of a stake that trade with a near target takes away",
                   .high = 1.0},
    [CAUTION] = {.name = "commerce.caution",
                 .unit = "payoff",
                 .meaning = "what an initiator's worth loses for each opponent",
                 .high = 1.0},
    [CONTINENTS] = {.name = "commerce.continents",
                    .unit = "flag",
                    .meaning = "1: states lie on two continents; 0: anywhere",
                    .high = 1.0},
};

/* Stakes against the target. */
static void restrain(const qd_hook_t *hook, const qd_crisis_view_t *crisis, double stake[], double price[])
{
    const qd_world_view_t *world = hook->world;
    (void)price;
    if (hook->parameter[RESTRAINT] == 0.0 || crisis->target == QD_NOBODY)
        return;
    const double *near = world->proximity + (size_t)crisis->target * world->stride;
    for (size_t i = 0; i < world->states; i++)
        stake[i] *= 1.0 - hook->parameter[RESTRAINT] * near[i];
}

static double heed(const qd_hook_t *hook, const qd_crisis_view_t *crisis, const qd_game_view_t *game)
{
    size_t opponents = game->opponents - (crisis->target != QD_NOBODY); /* the target opposes any mission */
    return game->worth - hook->parameter[CAUTION] * (double)opponents;
}

/* A point within half a radian or so of one of two opposite points. */
static void settle(const qd_hook_t *hook, qd_order_draft_t *draft)
{
    if (hook->parameter[CONTINENTS] == 0.0)
        return;
    for (size_t i = 0; i < draft->states; i++) {
        double *place = draft->place + 3 * i, length = 0.0;
        place[0] = i % 2 ? -1.0 : 1.0;
        place[1] = 0.3 * hook->normal(hook, 0, (uint32_t)(2 * i));
        place[2] = 0.3 * hook->normal(hook, 0, (uint32_t)(2 * i + 1));
        for (size_t d = 0; d < 3; d++)
            length += place[d] * place[d];
        for (size_t d = 0; d < 3; d++)
            place[d] /= sqrt(length);
    }
    draft->has_place = true;
}

const qd_plugin_t *qd_plugin(void)
{
    static const qd_plugin_t plugin = {.abi = QD_PLUGIN_ABI,
                                       .name = "commerce",
                                       .meaning = "trade restrains, opposition deters, two continents",
                                       .parameters = sizeof parameters / sizeof *parameters,
                                       .parameter = parameters,
                                       .order = settle,
                                       .crisis = restrain,
                                       .worth = heed};
    return &plugin;
}
