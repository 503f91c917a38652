#include "quadrille/quadrille.h"

const char *qd_version(void)
{
    return QD_VERSION;
}
