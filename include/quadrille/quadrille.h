/* quadrille: Monte Carlo of coalition formation in randomized world orders.
 *
 * Conventions of every header: a method takes its object first; a constructor ends in _new or _load, and what
 * it returns is released by the matching _free (NULL allowed); other pointers must not be NULL unless said;
 * functions are safe to call from several threads on different objects; failures are reported through
 * qd_error_t (error.h). */
#ifndef QUADRILLE_QUADRILLE_H
#define QUADRILLE_QUADRILLE_H

#include "quadrille/error.h"
#include "quadrille/event.h"
#include "quadrille/experiment.h"
#include "quadrille/landscape.h"
#include "quadrille/plugin.h"
#include "quadrille/power.h"
#include "quadrille/random.h"
#include "quadrille/registry.h"
#include "quadrille/result.h"
#include "quadrille/run.h"
#include "quadrille/runner.h"
#include "quadrille/simulate.h"
#include "quadrille/view.h"
#include "quadrille/world.h"

#pragma GCC visibility push(default)

/* "0.2.0": the version of the library that is loaded. */
const char *qd_version(void);

#pragma GCC visibility pop

#endif
