/* Between the kernel's files: each function here stands in for the one it is named after (-Wl,--wrap in
 * CMakeLists.txt), marks the stage and, in a counting run, counts what the floors depend on. */
#include "wraps.h"

#include "engine/conclude.h"
#include "engine/part_writer.h"
#include "kernel/mission_game.h"
#include "kernel/world.h"
#include "statistics/tally.h"
#include "store/parts.h"
#include "world/sample.h"

#include "clock.h"

/* The head of a function that stands in for another, and declarations of both. */
#define WRAP(type, name, ...)                                                                                \
    type __real_##name(__VA_ARGS__);                                                                         \
    type __wrap_##name(__VA_ARGS__);                                                                         \
    type __wrap_##name(__VA_ARGS__)

stage_played_t stage_played;

/* ---- random numbers ------------------------------------------------------------------------------------ */

WRAP(double, qd_random_uniform, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    stage_counts.uniforms += stage_counts.on;
    stage_enter(STAGE_RANDOM);
    double u = __real_qd_random_uniform(luck, purpose, period, draw);
    stage_leave();
    return u;
}

WRAP(double, qd_random_open, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    stage_counts.uniforms += stage_counts.on;
    stage_enter(STAGE_RANDOM);
    double u = __real_qd_random_open(luck, purpose, period, draw);
    stage_leave();
    return u;
}

WRAP(double, qd_random_normal, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, uint32_t draw)
{
    stage_counts.normals += stage_counts.on;
    stage_enter(STAGE_RANDOM);
    double z = __real_qd_random_normal(luck, purpose, period, draw);
    stage_leave();
    return z;
}

WRAP(void, qd_random_normals, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    stage_counts.in_bulk += stage_counts.on ? (double)n : 0.0;
    stage_enter(STAGE_RANDOM);
    __real_qd_random_normals(luck, purpose, period, n, out);
    stage_leave();
}

WRAP(void, qd_random_normal_rows, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t periods,
     size_t n, double out[])
{
    stage_counts.in_bulk += stage_counts.on ? (double)(periods * n) : 0.0;
    stage_enter(STAGE_RANDOM);
    __real_qd_random_normal_rows(luck, purpose, period, periods, n, out);
    stage_leave();
}

WRAP(void, qd_random_uniforms, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    stage_counts.uniforms_in_bulk += stage_counts.on ? (double)n : 0.0;
    stage_enter(STAGE_RANDOM);
    __real_qd_random_uniforms(luck, purpose, period, n, out);
    stage_leave();
}

WRAP(void, qd_random_opens, qd_luck_t luck, qd_purpose_t purpose, uint32_t period, size_t n, double out[])
{
    stage_counts.uniforms_in_bulk += stage_counts.on ? (double)n : 0.0;
    stage_enter(STAGE_RANDOM);
    __real_qd_random_opens(luck, purpose, period, n, out);
    stage_leave();
}

WRAP(void, qd_random_pairs, qd_luck_t luck, const qd_pairs_t *at, uint64_t even[8], uint64_t odd[8])
{
    stage_counts.uniforms_in_bulk += stage_counts.on ? 16.0 : 0.0;
    stage_enter(STAGE_RANDOM);
    __real_qd_random_pairs(luck, at, even, odd);
    stage_leave();
}

WRAP(void, qd_normals_of, const uint64_t even[4], const uint64_t odd[4], double out[8])
{
    stage_enter(STAGE_RANDOM);
    __real_qd_normals_of(even, odd, out);
    stage_leave();
}

/* ---- a world's beginning ------------------------------------------------------------------------------- */

WRAP(void, qd_sample_parameters, const qd_plan_t *plan, qd_luck_t luck, qd_parameters_t *out)
{
    stage_enter(STAGE_ORDER);
    __real_qd_sample_parameters(plan, luck, out);
    stage_leave();
}

WRAP(const char *, qd_sample_order, qd_state_t *state, const qd_plan_t *plan, const qd_parameters_t *p,
     qd_luck_t luck)
{
    stage_counts.orders += stage_counts.on;
    stage_enter(STAGE_ORDER);
    const char *failure = __real_qd_sample_order(state, plan, p, luck);
    stage_leave();
    return failure;
}

/* ---- crises -------------------------------------------------------------------------------------------- */

WRAP(unsigned, qd_crisis_count, qd_count_luck_t *held, const qd_state_t *state, const qd_parameters_t *p,
     qd_luck_t luck, unsigned period)
{
    stage_enter(STAGE_CRISIS);
    unsigned count = __real_qd_crisis_count(held, state, p, luck, period);
    stage_leave();
    return count;
}

WRAP(void, qd_crisis_draw, qd_crisis_t *self, const qd_state_t *state, const qd_parameters_t *p,
     qd_luck_t luck, unsigned period, unsigned number, double *scratch)
{
    stage_enter(STAGE_CRISIS);
    __real_qd_crisis_draw(self, state, p, luck, period, number, scratch);
    stage_leave();
    stage_counts.crises += stage_counts.on;
    stage_counts.targeted += stage_counts.on && self->target != QD_NOBODY;
}

/* ---- venues -------------------------------------------------------------------------------------------- */

WRAP(void, qd_venue_prepare, qd_venue_scratch_t *self, const qd_case_t *given)
{
    stage_enter(STAGE_WEIGHING);
    __real_qd_venue_prepare(self, given);
    stage_leave();
}

WRAP(void, qd_venues_abreast_solve, qd_venues_abreast_t *self, qd_venue_game_t venue[QD_ABREAST],
     const qd_case_t *given, const qd_venue_scratch_t *rules)
{
    stage_enter(STAGE_WEIGHING);
    __real_qd_venues_abreast_solve(self, venue, given, rules);
    stage_leave();
    stage_counts.abreast += stage_counts.on;
}

WRAP(void, qd_venues_abreast_sides, const qd_venues_abreast_t *self, qd_venue_t g, size_t padded, double *x)
{
    stage_enter(STAGE_WEIGHING);
    __real_qd_venues_abreast_sides(self, g, padded, x);
    stage_leave();
}

WRAP(bool, qd_venue_fails, const qd_venue_game_t *self, qd_venue_t g, const qd_case_t *given)
{
    stage_enter(STAGE_WEIGHING);
    bool fails = __real_qd_venue_fails(self, g, given);
    stage_leave();
    return fails;
}

WRAP(size_t, qd_games_abreast_solve, const qd_games_abreast_t *self, int passes[QD_ABREAST])
{
    stage_enter(STAGE_GAMES);
    size_t moves = __real_qd_games_abreast_solve(self, passes);
    stage_leave();
    int longest = 0;
    for (size_t g = 0; g < QD_ABREAST; g++)
        longest = passes[g] > longest ? passes[g] : longest;
    stage_counts.passes += stage_counts.on ? longest : 0;
    stage_counts.moves += stage_counts.on ? (double)moves : 0.0;
    return moves;
}

/* ---- consequences -------------------------------------------------------------------------------------- */

/* Changed affinities: whole rows of states that took sides, single pairs of their allies that did not. */
static void count_mission(const qd_world_t *self, qd_venue_t g)
{
    const double *x = self->venue[g].x;
    const qd_state_t *state = &self->state;
    for (size_t i = 0; i < state->n; i++) {
        stage_counts.joiners += x[i] > 0.0;
        stage_counts.rows += x[i] != 0.0;
    }
    stage_counts.missions += 1.0;
}

WRAP(bool, qd_world_consequences, qd_world_t *self, qd_venue_t g)
{
    if (stage_counts.on)
        count_mission(self, g);
    stage_enter(STAGE_CONSEQUENCES);
    bool success = __real_qd_world_consequences(self, g);
    stage_leave();
    return success;
}

/* ---- end of period, bloc review ------------------------------------------------------------------------ */

WRAP(void, qd_world_end_period, qd_world_t *self)
{
    stage_counts.periods += stage_counts.on;
    stage_enter(STAGE_PERIOD);
    __real_qd_world_end_period(self);
    stage_leave();
}

WRAP(void, qd_world_settle, qd_world_t *self)
{
    stage_counts.settled += stage_counts.on && self->owed != 0.0;
    stage_enter(STAGE_PERIOD);
    __real_qd_world_settle(self);
    stage_leave();
}

WRAP(void, qd_world_review_blocs, qd_world_t *self, bool counted)
{
    stage_enter(STAGE_REVIEW);
    __real_qd_world_review_blocs(self, counted);
    stage_leave();
}

static void count_bloc_move(void *context, size_t state, int before, int after)
{
    (void)context, (void)state, (void)before, (void)after;
    stage_counts.review_moves += 1.0;
}

WRAP(int, qd_bloc_game_review, qd_bloc_game_t *self)
{
    if (stage_counts.on) {
        self->moved = count_bloc_move;
        int holders[QD_LABELS_MAX + 1] = {0};
        for (size_t i = 0; i < self->n; i++)
            holders[self->label[i]]++;
        for (size_t k = 1; k <= self->labels; k++) {
            stage_counts.labels += holders[k] > 0;
            stage_counts.blocs += holders[k] > 1;
        }
        stage_counts.reviews += 1.0;
    }
    int passes = __real_qd_bloc_game_review(self);
    stage_counts.review_passes += stage_counts.on ? (double)passes : 0.0;
    return passes;
}

/* ---- outcomes ------------------------------------------------------------------------------------------ */

WRAP(void, qd_record_mission, qd_record_t *self, const qd_set_t *joined, qd_venue_t venue, double legitimacy,
     double gini, double strange, int passes)
{
    stage_enter(STAGE_OUTCOMES);
    __real_qd_record_mission(self, joined, venue, legitimacy, gini, strange, passes);
    stage_leave();
}

WRAP(void, qd_record_period, qd_record_t *self, const qd_state_t *state)
{
    stage_enter(STAGE_OUTCOMES);
    __real_qd_record_period(self, state);
    stage_leave();
}

WRAP(void, qd_record_outcomes, const qd_record_t *self, const qd_state_t *state, double *scratch,
     qd_outcomes_t *out)
{
    stage_enter(STAGE_OUTCOMES);
    __real_qd_record_outcomes(self, state, scratch, out);
    stage_leave();
}

/* ---- the engine, from the world's end to the file ------------------------------------------------------ */

/* Worlds that were played before, one after the other: so that what follows a world is measured over many. */
void __wrap_qd_world_play(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck,
                          const qd_observer_t *observer, qd_result_t *result);
void __wrap_qd_world_play(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck,
                          const qd_observer_t *observer, qd_result_t *result)
{
    (void)self, (void)plan, (void)observer;
    *result = stage_played.result[luck.world % stage_played.count];
}

WRAP(void, qd_tally_add, qd_tally_t *self, uint64_t world, const qd_result_t *result)
{
    stage_enter(STAGE_TALLY);
    __real_qd_tally_add(self, world, result);
    stage_leave();
}

WRAP(qd_status_t, qd_tally_encode, const qd_tally_t *self, unsigned char **buffer, size_t *size,
     size_t *capacity, qd_error_t *error)
{
    stage_enter(STAGE_ENCODE);
    qd_status_t status = __real_qd_tally_encode(self, buffer, size, capacity, error);
    stage_leave();
    return status;
}

WRAP(qd_status_t, qd_parts_append, qd_parts_t *self, const qd_segment_t *segment, qd_error_t *error)
{
    stage_enter(STAGE_PARTS);
    qd_status_t status = __real_qd_parts_append(self, segment, error);
    stage_leave();
    return status;
}

WRAP(qd_status_t, qd_parts_flush, qd_parts_t *self, qd_error_t *error)
{
    stage_enter(STAGE_PARTS);
    qd_status_t status = __real_qd_parts_flush(self, error);
    stage_leave();
    return status;
}

/* The clock knows one thread: parts are written by the one that plays. */
static qd_parts_t *written;

WRAP(qd_status_t, qd_part_writer_start, qd_parts_t *parts, qd_part_writer_t **self, qd_error_t *error)
{
    (void)error;
    written = parts;
    *self = NULL;
    return QD_OK;
}

WRAP(qd_status_t, qd_part_writer_offer, qd_part_writer_t *self, bool wait, qd_error_t *error)
{
    (void)self, (void)wait;
    return __wrap_qd_parts_flush(written, error);
}

WRAP(qd_status_t, qd_conclude, const qd_experiment_t *experiment, qd_index_t *done,
     const qd_conclusion_t *conclusion, qd_assembled_t *assembled, qd_error_t *error)
{
    stage_enter(STAGE_ASSEMBLE);
    qd_status_t status = __real_qd_conclude(experiment, done, conclusion, assembled, error);
    stage_leave();
    return status;
}
