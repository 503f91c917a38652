/* Exponentials of many numbers. Called, not inlined: its constants fill the registers, which the loops of a
 * caller would have to share. */
#include "math/elementary.h"
#include "math/reduce.h"

void qd_exp_all(double *x, size_t padded)
{
    for (size_t i = 0; i < padded; i += QD_LANES)
        for (size_t l = 0; l < QD_LANES; l++)
            x[i + l] = qd_exp(x[i + l]);
}
