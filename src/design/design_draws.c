#include "design/design_draws.h"

void qd_design_shuffle(size_t item[], size_t n, qd_luck_t luck, qd_design_use_t use, uint32_t first_draw)
{
    for (size_t i = n; i-- > 1;) {
        double u = qd_random_uniform(luck, QD_PURPOSE_DESIGN, use, first_draw + (uint32_t)i);
        size_t other = (size_t)(u * (double)(i + 1)), kept = item[i];
        item[i] = item[other];
        item[other] = kept;
    }
}
