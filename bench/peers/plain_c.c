/* The plain C twin (tests/reference) as a competitor: plays worlds and prints the processor seconds they
 * took. Usage: bench-twin STATES FIRST COUNT: worlds FIRST.. of each of the three orders; prints processor
 * seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "reference/twin.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int count, char *word[])
{
    if (count != 4) {
        fprintf(stderr, "usage: %s STATES FIRST COUNT\n", word[0]);
        return 2;
    }
    double states = strtod(word[1], NULL), check = 0.0;
    unsigned long first = strtoul(word[2], NULL, 10), worlds = strtoul(word[3], NULL, 10);
    double began = now();
    for (qd_order_kind_t kind = QD_UNIPOLAR; kind <= QD_MULTIPOLAR; kind++) {
        qd_plan_t plan = qd_plan_default(kind);
        plan.parameter[QD_P_order_states] = qd_constant(states);
        for (unsigned long w = first; w < first + worlds; w++) {
            qd_outcomes_t outcomes;
            qd_twin_play(&plan, (qd_luck_t){1985, w}, &outcomes, NULL);
            check += outcomes.survival;
        }
    }
    printf("%.6f %.17g\n", now() - began, check);
    return 0;
}
