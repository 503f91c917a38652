/* Whether an output file is one of the inputs. */
#ifndef QD_ENGINE_SAME_FILE_H
#define QD_ENGINE_SAME_FILE_H

#include <stdbool.h>

/* Whether writing to `output` would replace the file `input`, or one in it where `input` is a folder. Told by
 * device and inode, so through links and other spellings of the path too. False where one is not there. */
bool qd_would_replace(const char *output, const char *input);

#endif
