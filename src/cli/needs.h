/* What a run needs of the machine, before it begins. */
#ifndef QD_CLI_NEEDS_H
#define QD_CLI_NEEDS_H

#include <stdbool.h>

#include "quadrille/experiment.h"

/* Whether the rows of all worlds fit on the disk where the output will lie: in parts and in the result, which are
 * both there at the end. Tells where they do not. */
bool qd_needs_have_room(const qd_experiment_t *experiment, const char *output, size_t shards);

/* Says how many worlds there are to play, how long that takes, how much memory and disk; an exit status. `threads`
 * of each rank: 0 for as many as there are processors. */
int qd_needs_say(const qd_experiment_t *experiment, const char *output, size_t shards, int threads,
                 int ranks);

#endif
