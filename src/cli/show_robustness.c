/* Robustness of claims in `quadrille show`. */
#include "cli/show.h"
#include "cli/wrap.h"

#include <stdio.h>

/* "fragile: same sign at 65% [58, 72] of 200 points, significantly opposite at 16%; more often the same where ..." */
static void tell(FILE *out, const qd_result_robustness_t *cell)
{
    fprintf(out, "%s: same sign at %.0f%% [%.0f, %.0f] of %lld points, significantly opposite at %.1f%%",
            cell->verdict, 100.0 * cell->same, 100.0 * cell->same_low, 100.0 * cell->same_high,
            (long long)cell->points, 100.0 * cell->opposite);
    if (*cell->condition)
        fprintf(out, "; %s", cell->condition);
}

void qd_show_robustness(size_t places, const char *const place[], const qd_result_robustness_t cell[])
{
    for (size_t k = 0; k < places; k++) {
        qd_wrap_t line;
        if (!*cell[k].verdict)
            continue;
        printf("%18s", "");
        FILE *out = qd_wrap_begin(&line);
        fprintf(out, "%s ", k > 0 ? place[k] : "around the values:");
        tell(out, &cell[k]);
        qd_wrap_end(&line, 20);
    }
}
