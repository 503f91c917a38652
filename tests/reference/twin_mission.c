#include <math.h>

#include "reference/twin_parts.h"

int qd_twin_leader(const qd_twin_t *t)
{
    int leader = 0;
    for (int i = 1; i < t->n; i++)
        if (t->c[i] > t->c[leader])
            leader = i;
    return leader;
}

static bool is_member(const qd_twin_t *t, const qd_twin_crisis_t *crisis, int i)
{
    int bloc = qd_twin_bloc(t, crisis->initiator);
    return bloc > 0 && t->label[i] == bloc;
}

/* Members of the hub, the target among them. */
bool qd_twin_hub_member(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int i)
{
    int p = crisis->initiator;
    return venue == QD_HUB && i != p && t->level[i * t->poles + p] >= 1;
}

static bool hub_exists(const qd_twin_t *t, const qd_twin_crisis_t *crisis)
{
    if (t->depth == 0 || crisis->initiator >= t->poles)
        return false;
    for (int i = 0; i < t->n; i++)
        if (i != crisis->target && qd_twin_hub_member(t, crisis, QD_HUB, i))
            return true;
    return false;
}

static bool may_join(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int i)
{
    if (venue == QD_UNILATERAL)
        return false;
    if (venue == QD_HUB)
        return qd_twin_hub_member(t, crisis, venue, i);
    return venue != QD_ALLIANCE || is_member(t, crisis, i);
}

static double venue_term(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int i)
{
    if (venue == QD_COLLECTIVE)
        return t->p.mission_legitimacy_pull * t->institution;
    if (qd_twin_hub_member(t, crisis, venue, i))
        return t->p.mission_hub_obligation * t->level[i * t->poles + crisis->initiator] / t->depth;
    if ((venue != QD_ALLIANCE && venue != QD_UMBRELLA) || !is_member(t, crisis, i))
        return 0.0;
    double pull = t->p.mission_obligation * t->cohesion[t->label[crisis->initiator]];
    return venue == QD_UMBRELLA ? t->p.mission_umbrella * pull : pull;
}

/* F_i: the field without its coupling sum. */
static double outer_field(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int i)
{
    int p = crisis->initiator;
    return crisis->stake[i] + venue_term(t, crisis, venue, i) +
           t->p.mission_patronage * t->c[p] * t->affinity[i * t->n + p];
}

static double field(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, const int x[],
                    int i)
{
    double sum = 0.0;
    for (int j = 0; j < t->n; j++) {
        bool in_turn = qd_twin_hub_member(t, crisis, venue, i) && qd_twin_hub_member(t, crisis, venue, j);
        double share = in_turn ? 1.0 - t->p.mission_shuttle : 1.0;
        sum += t->c[j] * share * t->affinity[i * t->n + j] * x[j];
    }
    return outer_field(t, crisis, venue, i) + t->p.mission_coupling * sum;
}

bool qd_twin_has_saving(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int i)
{
    return venue == QD_FLEXIBLE || (venue == QD_UMBRELLA && !is_member(t, crisis, i)) ||
           qd_twin_hub_member(t, crisis, venue, i);
}

double qd_twin_price(const qd_twin_t *t, const double value[2], bool has_saving, int i)
{
    double foreign = 0.5 * (1.0 - qd_twin_similarity(t, &t->value[2 * i], value));
    double full = t->p.mission_join_cost + t->p.mission_audience_cost * foreign +
                  t->p.mission_overstretch * t->load[i] + t->p.publics_weight * (1.0 - 2.0 * t->support[i]);
    full = fmax(0.0, full);
    return has_saving ? fmax(0.0, full - t->p.mission_flexible_saving * t->p.mission_join_cost) : full;
}

static int best_reply(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, const int x[],
                      int i)
{
    double f = field(t, crisis, venue, x, i);
    double delta = qd_twin_price(t, crisis->value, qd_twin_has_saving(t, crisis, venue, i), i);
    if (f > delta && may_join(t, crisis, venue, i))
        return 1;
    return -f > delta ? -1 : 0;
}

/* Best replies one at a time. Returns the passes made, the last one without a change counted. */
static int play_game(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, int x[])
{
    for (int i = 0; i < t->n; i++)
        x[i] = i == crisis->initiator ? 1 : i == crisis->target ? -1 : 0;
    bool changed = true;
    int passes = 0;
    while (changed && passes < QD_TWIN_PASSES) {
        changed = false;
        passes++;
        for (int position = 0; position < t->n; position++) {
            int i = crisis->order[position];
            if (i == crisis->initiator || i == crisis->target)
                continue;
            int reply = best_reply(t, crisis, venue, x, i);
            changed = changed || reply != x[i];
            x[i] = reply;
        }
    }
    t->record.not_converged += changed;
    return passes;
}

/* q, with 0^0 = 1; two absent sides are even. */
double qd_twin_contest(double p_plus, double p_minus, double exponent)
{
    if (exponent == 0.0 || (p_plus == 0.0 && p_minus == 0.0))
        return 0.5;
    if (p_plus == 0.0 || p_minus == 0.0)
        return p_minus == 0.0 ? 1.0 : 0.0;
    return 1.0 / (1.0 + pow(p_minus / p_plus, exponent));
}

/* Capability-weighted depth of the joiners in the initiator's club. */
static double mean_depth(const qd_twin_t *t, const qd_twin_crisis_t *crisis, const int x[])
{
    double sum = 0.0, weight = 0.0;
    for (int i = 0; i < t->n; i++)
        if (x[i] == 1 && i != crisis->initiator) {
            sum += t->c[i] * t->level[i * t->poles + crisis->initiator] / t->depth;
            weight += t->c[i];
        }
    return weight > 0.0 ? sum / weight : 0.0;
}

static double legitimacy(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, const int x[])
{
    int supporters = 0, opponents = 0;
    for (int i = 0; i < t->n; i++) {
        supporters += x[i] == 1;
        opponents += x[i] == -1;
    }
    double l = 0.5 * (1.0 + (double)(supporters - opponents) / t->n);
    double cohesion = t->cohesion[t->label[crisis->initiator]];
    if (venue == QD_COLLECTIVE)
        l += (1.0 - l) * t->institution;
    if (venue == QD_ALLIANCE)
        l += (1.0 - l) * 0.5 * cohesion * t->institution;
    if (venue == QD_UMBRELLA)
        l += (1.0 - l) * 0.5 * t->p.mission_umbrella * cohesion * t->institution;
    if (venue == QD_HUB)
        l += (1.0 - l) * 0.5 * mean_depth(t, crisis, x) * t->institution;
    return l;
}

/* The six fields of the doctrine that the initiator acts by (part 6), and the biases that no doctrine sets.
 * The others' row is `neutral` of model.md. */
typedef struct {
    double bias[QD_VENUES], force_ratio;
} doctrine_t;

static doctrine_t doctrine_of(const qd_twin_t *t, int initiator)
{
    const qd_parameters_t *p = &t->p;
    if (p->doctrine_scope != 0.0 && initiator != qd_twin_leader(t))
        return (doctrine_t){.bias = {-0.02, -0.01, 0.0, 0.0, p->doctrine_bias_umbrella, p->doctrine_bias_hub},
                            .force_ratio = 0.0};
    return (doctrine_t){.bias = {p->doctrine_bias_collective, p->doctrine_bias_alliance,
                                 p->doctrine_bias_flexible, p->doctrine_bias_unilateral,
                                 p->doctrine_bias_umbrella, p->doctrine_bias_hub},
                        .force_ratio = p->doctrine_force_ratio};
}

static void assess(const qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, qd_twin_game_t *game)
{
    double c_plus = 0.0, c_minus = 0.0;
    for (int i = 0; i < t->n; i++) {
        if (game->x[i] == 1)
            c_plus += t->c[i] * (1.0 - t->load[i]);
        if (game->x[i] == -1 && i != crisis->target)
            c_minus += t->c[i];
    }
    int p = crisis->initiator;
    doctrine_t doctrine = doctrine_of(t, p);
    game->c_plus = c_plus;
    game->p_plus = t->p.mission_effort * c_plus;
    game->p_minus = crisis->resistance + t->p.mission_opposition_effort * c_minus;
    game->success = qd_twin_contest(game->p_plus, game->p_minus, t->p.mission_contest_exponent);
    game->legitimacy = legitimacy(t, crisis, venue, game->x);
    game->risk = c_plus == 0.0 || c_minus == 0.0
                     ? 0.0
                     : fmin(c_plus, c_minus) / fmax(c_plus, c_minus) * (1.0 - game->legitimacy);
    game->worth = crisis->stake[p] * game->success -
                  t->p.doctrine_cost * crisis->resistance * t->c[p] * (1.0 - t->load[p]) / c_plus +
                  t->p.doctrine_legitimacy * game->legitimacy - t->p.doctrine_prudence * game->risk +
                  doctrine.bias[venue] + t->leaning[p * QD_VENUES + (int)venue];
    game->open = game->p_plus >= doctrine.force_ratio * game->p_minus;
}

void qd_twin_game_solve(qd_twin_t *t, const qd_twin_crisis_t *crisis, qd_venue_t venue, qd_twin_game_t *game)
{
    game->exists = true;
    if (venue == QD_ALLIANCE || venue == QD_UMBRELLA)
        game->exists = qd_twin_bloc(t, crisis->initiator) > 0;
    if (venue == QD_UMBRELLA && t->p.doctrine_umbrella == 0.0)
        game->exists = false;
    if (venue == QD_HUB)
        game->exists = hub_exists(t, crisis);
    if (!game->exists)
        return;
    for (int i = 0; i < t->n; i++)
        game->term[i] = venue_term(t, crisis, venue, i);
    game->passes = play_game(t, crisis, venue, game->x);
    assess(t, crisis, venue, game);
    game->untried = true;
}
