/* One world of a multipolar order, played from start to end.
 *
 * Usage: one_world SEED WORLD. Prints a line "NAME VALUE" for each outcome; the values are those of the same world in a result
 * file of an experiment with this seed and no parameters. */
#include <stdio.h>
#include <stdlib.h>

#include <quadrille/quadrille.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s SEED WORLD\n", argv[0]);
        return 2;
    }
    qd_luck_t luck = {.seed = strtoull(argv[1], NULL, 10), .world = strtoull(argv[2], NULL, 10)};
    qd_plan_t plan = qd_plan_default(QD_MULTIPOLAR);
    qd_world_t *world = qd_world_new(qd_plan_states_max(&plan), qd_plan_periods_max(&plan));
    if (world == NULL) {
        fprintf(stderr, "%s: no memory for a world\n", argv[0]);
        return 1;
    }
    qd_result_t result;
    qd_world_play(world, &plan, luck, NULL, &result);
    if (result.failure != NULL)
        fprintf(stderr, "%s: the world failed: %s\n", argv[0], result.failure);
    for (size_t o = 0; result.failure == NULL && o < QD_OUTCOMES; o++)
        printf("%s %.17g\n", qd_outcome_table[o].name, result.outcomes.value[o]);
    int status = result.failure == NULL ? 0 : 1;
    qd_world_free(world);
    return status;
}
