/* Whether an output file is one of the inputs. */
#ifndef QD_ENGINE_SAME_FILE_H
#define QD_ENGINE_SAME_FILE_H

#include <stdbool.h>

#include "quadrille/error.h"

/* Sets *would to whether writing to `output` would replace the file `input`, or a file in the folder `input`.
 * Compares device and inode, and so sees through links and other spellings of a path. False if either does
 * not exist. QD_ERROR_IO if that cannot be determined. */
QD_MUST_USE qd_status_t qd_would_replace(const char *output, const char *input, bool *would,
                                         qd_error_t *error);

#endif
