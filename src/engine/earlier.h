/* The finished worlds of earlier sessions of an experiment: parts and result files. */
#ifndef QD_ENGINE_EARLIER_H
#define QD_ENGINE_EARLIER_H

#include <stdbool.h>

#include "quadrille/experiment.h"
#include "store/assemble.h"
#include "store/index.h"

/* An index over OUT.h5.parts (`folder`) and OUT.h5 (`output`), each where it exists and is not NULL. `repair`
 * sets damaged parts aside. Asked for OUT.h5 alone, it reads every row to see that it is what was written.
 * QD_ERROR_INPUT: the file was changed; the result file or the parts are not this experiment's, or keep other
 * outcomes of each world than it asks for. Freed by qd_index_free. */
QD_MUST_USE qd_status_t qd_earlier_find(const qd_experiment_t *experiment, const char *output,
                                        const char *folder, bool repair, qd_index_t **done,
                                        qd_error_t *error);

/* Whether OUT.h5 exists and is the complete result of exactly this experiment, so that nothing is left to do; then
 * *assembled describes its contents. The file is read whole before it is trusted: QD_ERROR_INPUT where it is not as
 * it was written. To be called before qd_earlier_find. */
QD_MUST_USE qd_status_t qd_earlier_complete(const qd_experiment_t *experiment, const char *output,
                                            bool *complete, qd_assembled_t *assembled, qd_error_t *error);

#endif
