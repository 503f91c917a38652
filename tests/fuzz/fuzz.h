/* Fuzz targets: each fuzz_NAME.c defines LLVMFuzzerTestOneInput, which feeds bytes to one reader and aborts
 * where a promise is broken. Linked with libFuzzer (scripts/fuzz) a target looks for inputs; linked with
 * replay.c (every ordinary build) it plays those of corpus/NAME/, including crashes that were found. */
#ifndef QD_TESTS_FUZZ_H
#define QD_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "quadrille/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of the bytes, ended by NUL, to be freed. */
char *fuzz_text(const uint8_t *data, size_t size);

/* A folder of this process, made on first use, removed at its end. */
const char *fuzz_folder(void);

/* Writes FOLDER/name; its path, to be freed. */
char *fuzz_file(const char *name, const void *bytes, size_t size);

/* Aborts with the message unless `holds`. */
void fuzz_promise(int holds, const char *message);

/* A refusal has a reason: aborts where status and error disagree. */
void fuzz_refusal(qd_status_t status, const qd_error_t *error);

#endif
