/* A landscape file: refused with a reason, or solved (where that is quick), with every actor in one group. */
#include "fuzz.h"

#include "landscape/files.h"

#include <stdlib.h>

#define ACTORS_MOST 8 /* of landscapes that are solved here */
#define STARTS_MOST 100

static void solve(const qd_landscape_t *landscape)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_landscape_answer_t *answer = NULL;
    qd_status_t status = qd_landscape_solve(landscape, NULL, &answer, &error);
    fuzz_refusal(status, &error);
    if (status != QD_OK)
        return;
    fuzz_promise(answer->minima > 0 && answer->actors == landscape->actors, "there is a least energy");
    for (size_t i = 1; i < answer->minima; i++)
        fuzz_promise(answer->minimum[i - 1].energy <= answer->minimum[i].energy, "minima ascend in energy");
    qd_landscape_answer_free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    qd_error_t error = QD_ERROR_NONE;
    qd_yaml_t *document = NULL;
    qd_landscape_t *landscape = NULL;
    qd_status_t status = qd_yaml_parse(text, size, "fuzz.yaml", &document, &error);
    if (status == QD_OK)
        status = qd_landscape_read(document, "", &landscape, &error);
    fuzz_refusal(status, &error);
    if (status == QD_OK && landscape->actors <= ACTORS_MOST &&
        (landscape->method == QD_METHOD_EXACT || landscape->starts <= STARTS_MOST))
        solve(landscape);
    if (status == QD_OK)
        qd_landscape_free(landscape);
    qd_yaml_free(document);
    free(text);
    return 0;
}
