/* A power file: refused with a reason, or solved (where that is quick): the indices are shares. */
#include "fuzz.h"

#include "landscape/files.h"

#include <math.h>
#include <stdlib.h>

#define MEMBERS_MOST 12 /* of rules that are solved here */

static void solve(const qd_power_t *power)
{
    qd_error_t error = QD_ERROR_NONE;
    qd_power_index_t index[MEMBERS_MOST];
    double shapley_shubik = 0.0, banzhaf = 0.0;
    qd_status_t status = qd_power_solve(power, index, &error);
    fuzz_refusal(status, &error);
    if (status != QD_OK)
        return;
    for (size_t i = 0; i < power->members; i++) {
        fuzz_promise(index[i].shapley_shubik >= 0.0 && index[i].banzhaf >= 0.0, "an index is not negative");
        fuzz_promise(index[i].swings >= 0.0 && index[i].swings <= 1.0, "swings are a share");
        shapley_shubik += index[i].shapley_shubik;
        banzhaf += index[i].banzhaf;
    }
    fuzz_promise(fabs(shapley_shubik - 1.0) < 1e-12 && fabs(banzhaf - 1.0) < 1e-12, "the indices sum to 1");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    qd_error_t error = QD_ERROR_NONE;
    qd_yaml_t *document = NULL;
    qd_power_t *power = NULL;
    qd_status_t status = qd_yaml_parse(text, size, "fuzz.yaml", &document, &error);
    if (status == QD_OK)
        status = qd_power_read(document, &power, &error);
    fuzz_refusal(status, &error);
    if (status == QD_OK && power->members <= MEMBERS_MOST)
        solve(power);
    if (status == QD_OK)
        qd_power_free(power);
    qd_yaml_free(document);
    free(text);
    return 0;
}
