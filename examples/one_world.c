/* One world of a multipolar order, stepped from start to end, watched, and changed on the way.
 *
 * Usage: one_world SEED WORLD [PERIOD NAME VALUE]. The parameter NAME gets VALUE from PERIOD on, as from the
 * schedule of an experiment. Prints a line "NAME VALUE" for each outcome; the values are those of the same
 * world in a result file of an experiment with this seed and schedule. What happens on the way goes to the
 * standard error. */
#include <stdio.h>
#include <stdlib.h>

#include <quadrille/quadrille.h>

/* Event by event: missions and wars. */
static void see(void *context, const qd_event_t *event)
{
    unsigned *wars = context;
    if (event->kind == QD_EVENT_MISSION)
        fprintf(stderr, "period %u: state %d leads a mission (%s) of %zu states, q = %.2f: %s\n",
                event->period, event->crisis->initiator, qd_venue_name(event->venue), event->game->joiners,
                event->game->success,
                event->success   ? "success"
                : event->endures ? "it goes on"
                                 : "failure");
    else if (event->kind == QD_EVENT_WAR)
        ++*wars;
}

/* The strongest state that is in the strongest state's bloc, or that state itself. */
static size_t first_ally(const qd_world_view_t *view)
{
    size_t leader = 0, ally = 0;
    for (size_t i = 1; i < view->states; i++)
        if (view->capability[i] > view->capability[leader])
            leader = i;
    ally = leader;
    for (size_t i = 0; i < view->states; i++)
        if (i != leader && view->label[i] != 0 && view->label[i] == view->label[leader] &&
            (ally == leader || view->capability[i] > view->capability[ally]))
            ally = i;
    return ally;
}

/* Period by period: looks every tenth, and sets the parameter in time. */
static qd_status_t step_through(qd_world_t *world, unsigned at, int parameter, double value,
                                qd_error_t *error)
{
    qd_world_view_t view;
    do {
        if (!qd_world_look(world, &view))
            return QD_OK; /* the world failed: qd_world_finish says why */
        if (view.period % 10 == 0)
            fprintf(stderr, "before period %u: tension %.3f, institution %.3f, first ally %zu\n", view.period,
                    view.tension, view.institution, first_ally(&view));
        if (parameter >= 0 && view.period == at && view.period < view.periods) {
            qd_status_t status = qd_world_set(world, (qd_parameter_t)parameter, value, error);
            if (status != QD_OK)
                return status;
        }
    } while (qd_world_step(world));
    return QD_OK;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 6) {
        fprintf(stderr, "usage: %s SEED WORLD [PERIOD NAME VALUE]\n", argv[0]);
        return 2;
    }
    qd_luck_t luck = {.seed = strtoull(argv[1], NULL, 10), .world = strtoull(argv[2], NULL, 10)};
    unsigned at = argc == 6 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    int parameter = argc == 6 ? qd_parameter_find(argv[4]) : -1;
    double value = argc == 6 ? strtod(argv[5], NULL) : 0.0;
    if (argc == 6 && parameter < 0) {
        fprintf(stderr, "%s: found `%s`; expected a parameter (quadrille list parameters)\n", argv[0],
                argv[4]);
        return 2;
    }
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    qd_world_t *world = qd_world_new(qd_plan_states_max(&plan), qd_plan_periods_max(&plan));
    if (world == NULL) {
        fprintf(stderr, "%s: no memory for a world\n", argv[0]);
        return 1;
    }
    unsigned wars = 0;
    qd_observer_t observer = {.context = &wars, .see = see};
    qd_error_t error = QD_ERROR_NONE;
    qd_result_t result = {.failure = "stopped"};
    qd_status_t status = QD_OK;
    if (qd_world_draw(world, &plan, luck, &observer))
        status = step_through(world, at, parameter, value, &error);
    if (status == QD_OK)
        qd_world_finish(world, &result);
    fprintf(stderr, "%u wars\n%s", wars, error.text);
    if (status == QD_OK && result.failure != NULL)
        fprintf(stderr, "%s: the world failed: %s\n", argv[0], result.failure);
    for (size_t o = 0; result.failure == NULL && o < QD_OUTCOMES; o++)
        printf("%s %.17g\n", qd_outcome_table[o].name, result.outcomes.value[o]);
    qd_world_free(world);
    return status != QD_OK ? qd_exit_status(status) : result.failure == NULL ? 0 : 1;
}
