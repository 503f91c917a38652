/* A signed edge list: refused with a reason, or a valid landscape. */
#include "fuzz.h"

#include "landscape/files.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_file("ties.csv", data, size);
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_t *landscape = NULL;
    qd_status_t status = qd_ties_read(path, NULL, &landscape, &error);
    fuzz_refusal(status, &error);
    if (status == QD_OK) {
        for (size_t i = 0; i < landscape->actors; i++)
            for (size_t j = 0; j < i; j++)
                fuzz_promise(landscape->propensity[i * landscape->actors + j] ==
                                 landscape->propensity[j * landscape->actors + i],
                             "ties are mutual");
        qd_landscape_free(landscape);
    }
    free(path);
    return 0;
}
