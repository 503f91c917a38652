/* Enduring missions (model.md part 10): the data of a mission that continues, and its further periods. */
#ifndef QD_KERNEL_ENDURANCE_H
#define QD_KERNEL_ENDURANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "quadrille/view.h"

typedef struct {
    unsigned start, number; /* t0, and the crisis of that period */
    int initiator, target;  /* target: or QD_NOBODY */
    qd_venue_t venue;
    double severity, resistance, legitimacy;
    double values[2];         /* v_m */
    double *x, *stake, *term; /* [padded] sides; h; venue term */
    double *saves, *member;   /* [padded] 1 for states with the saving, and for members of the hub; else 0 */
    double support, opposition, success; /* C+, C-, q of the last period */
} qd_enduring_t;

#endif
