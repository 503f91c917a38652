/* A manifest. If the first byte is odd, its checksum is corrected, so that the code behind the check is
 * reached too. */
#include "fuzz.h"

#include "store/parts_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = malloc(size + 64);
    fuzz_promise(text != NULL, "no memory for an input");
    size_t length = size - 1;
    for (size_t i = 0; i < length; i++)
        text[i] = (char)data[i + 1];
    if (data[0] % 2 == 1) {
        XXH128_hash_t hash = XXH3_128bits(text, length);
        length += (size_t)snprintf(text + length, 64, "checksum %016" PRIx64 "%016" PRIx64 "\n",
                                   (uint64_t)hash.high64, (uint64_t)hash.low64);
    }
    char *path = fuzz_file(QD_MANIFEST_NAME, text, length);
    qd_error_t error = QD_ERROR_NONE;
    qd_manifest_t manifest;
    qd_status_t status = qd_manifest_read(&manifest, &qd_files_system, fuzz_folder(), &error);
    fuzz_refusal(status, &error);
    if (status == QD_OK) {
        fuzz_promise(manifest.version != NULL && manifest.config != NULL, "a manifest has its texts");
        qd_manifest_free(&manifest);
    }
    free(path);
    free(text);
    return 0;
}
