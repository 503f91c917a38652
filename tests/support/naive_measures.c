#include "support/naive_measures.h"

#include <math.h>

double qd_test_integration(const qd_state_t *state)
{
    double deep = 0.0, whole = 0.0;
    for (size_t i = state->poles; state->depth > 0 && i < state->n; i++) {
        double deepest = 0.0;
        for (size_t k = 0; k < state->poles; k++)
            deepest = fmax(deepest, state->level[k * state->padded + i]);
        deep += state->c[i] * deepest / (double)state->depth;
        whole += state->c[i];
    }
    return whole > 0.0 ? deep / whole : 0.0;
}
