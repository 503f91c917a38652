/* Whether an output file is one of the inputs. */
#ifndef QD_ENGINE_SAME_FILE_H
#define QD_ENGINE_SAME_FILE_H

#include <stdbool.h>

/* Whether writing to `output` would replace the file `input`, or a file in the folder `input`. Compares
 * device and inode, and so sees through links and other spellings of a path. False if either does not
 * exist. */
bool qd_would_replace(const char *output, const char *input);

#endif
