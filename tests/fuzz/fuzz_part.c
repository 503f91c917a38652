/* A part file of a fixed experiment: refused, or every row and tally can be read. If the first byte is odd,
 * its checksum is corrected, so that the code behind the check is reached too. */
#include "fuzz.h"

#include "store/index.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char *const text = "name: tiny\nseed: 7\nworlds: 6\norders: [unipolar, bipolar]\n"
                                "parameters: {order.states: 5, order.periods: 6}\n"
                                "output: {outcomes: [survival, resolved]}\n";

static const qd_experiment_t *experiment(void)
{
    static qd_experiment_t *whole;
    qd_error_t error = QD_ERROR_NONE;
    if (!whole && qd_experiment_parse(text, "tiny", &whole, &error) != QD_OK)
        fuzz_promise(0, error.text);
    return whole;
}

static void put_right(unsigned char *part, size_t size)
{
    if (size < QD_PART_HEADER + QD_PART_CHECKSUM)
        return;
    const uint64_t stated = size, hash = experiment()->config_hash;
    memcpy(part + 16, &stated, sizeof stated);
    memcpy(part + 24, &hash, sizeof hash);
    XXH128_hash_t sum = XXH3_128bits(part, size - QD_PART_CHECKSUM);
    memcpy(part + size - 16, &sum.low64, 8);
    memcpy(part + size - 8, &sum.high64, 8);
}

/* The requests of a resumed run and of a reader. */
static void ask(qd_index_t *index)
{
    for (size_t order = 0; order < experiment()->orders; order++) {
        qd_error_t error = QD_ERROR_NONE;
        const qd_tally_t *tally;
        unsigned char *bytes = NULL;
        size_t size;
        double row[8];
        if (qd_index_tally(index, 0, order, &tally, &error) == QD_OK &&
            qd_index_encoded(index, 0, order, &bytes, &size, &error) == QD_OK)
            free(bytes);
        for (size_t outcome = 0; outcome < QD_OUTCOMES; outcome++) {
            qd_status_t status = qd_index_read(index, 0, order, outcome, 0, 6, row, &error);
            fuzz_promise(status != QD_ERROR_INTERNAL, error.text);
        }
        for (size_t i = 0; i < qd_index_failures(index, 0, order); i++)
            fuzz_promise(qd_index_failure(index, 0, order, i).reason != NULL, "a failure has a reason");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    unsigned char *part = (unsigned char *)fuzz_text(data + 1, size - 1);
    if (data[0] % 2 == 1)
        put_right(part, size - 1);
    char *path = fuzz_file("part-0000-000000.qdp", part, size - 1);
    qd_error_t error = QD_ERROR_NONE;
    qd_index_t *index = NULL;
    qd_status_t status = qd_index_new(experiment(), NULL, &index, &error);
    if (status == QD_OK)
        status = qd_index_add_folder(index, fuzz_folder(), false, &error);
    if (status == QD_OK)
        status = qd_index_select(index, &error);
    if (status == QD_OK) {
        qd_status_t rows = qd_index_check_rows(index, &error);
        fuzz_promise(rows != QD_ERROR_INTERNAL, error.text);
        ask(index);
    }
    qd_index_free(index);
    free(path);
    free(part);
    return 0;
}
