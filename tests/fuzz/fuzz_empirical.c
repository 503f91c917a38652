/* Data files of an empirical order: refused with a reason, or an order that keeps the rules of its type. One
 * input holds up to six files, a line of `---` between them: cinc, alliances, places, values, affinities,
 * rivalries. The first byte is the number of states, the year is 1900. */
#include "fuzz.h"

#include "world/empirical.h"

#include <stdlib.h>
#include <string.h>

#define FILES     6
#define SEPARATOR "\n---\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const name[FILES] = {"cinc.csv",   "alliances.csv",  "places.csv",
                                            "values.csv", "affinities.csv", "rivalries.csv"};
    char *path[FILES] = {NULL};
    if (size == 0)
        return 0;
    const uint8_t *at = data + 1, *end = data + size;
    for (size_t i = 0; i < FILES && at < end; i++) {
        const uint8_t *cut = memmem(at, (size_t)(end - at), SEPARATOR, strlen(SEPARATOR));
        path[i] = fuzz_file(name[i], at, (size_t)((cut ? cut : end) - at));
        at = cut ? cut + strlen(SEPARATOR) : end;
    }
    qd_error_t error = QD_ERROR_NONE;
    qd_empirical_t *empirical = NULL;
    const qd_empirical_source_t source = {.cinc = path[0],
                                          .alliances = path[1],
                                          .places = path[2],
                                          .values = path[3],
                                          .affinities = path[4],
                                          .rivalries = path[5],
                                          .year = 1900,
                                          .states = data[0] % 8u};
    qd_status_t status = path[0] ? qd_empirical_read(&source, &empirical, &error) : QD_ERROR_INPUT;
    if (path[0])
        fuzz_refusal(status, &error);
    if (status == QD_OK) {
        const char *broken = qd_empirical_verify(empirical);
        fuzz_promise(broken == NULL, broken);
        qd_empirical_free(empirical);
    }
    for (size_t i = 0; i < FILES; i++)
        free(path[i]);
    return 0;
}
