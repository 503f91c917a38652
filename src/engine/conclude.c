#include "engine/conclude.h"

#include <gsl/gsl_version.h>
#include <stdio.h>
#include <unistd.h>
#include <xxhash.h>

#include "engine/analysis.h"

#ifndef QD_COMMIT
#define QD_COMMIT "unknown"
#endif

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

qd_status_t qd_find_done(const qd_experiment_t *experiment, const char *output, const char *folder, bool repair,
                         qd_index_t **done, qd_error_t *error)
{
    qd_index_t *index = NULL;
    qd_status_t status = qd_index_new(experiment, NULL, &index, error);
    if (status == QD_OK && access(folder, F_OK) == 0)
        status = qd_index_add_folder(index, folder, repair, error);
    /* The result file of an earlier run is used as far as it goes: one of another kind is overwritten in the end
     * only where the user has asked for that. */
    qd_error_t unused = QD_ERROR_NONE;
    if (status == QD_OK && access(output, F_OK) == 0 && qd_index_add_result(index, output, &unused) == QD_ERROR_MEMORY)
        status = qd_error_add(error, QD_ERROR_MEMORY, "%s: no memory to read it", output);
    if (status == QD_OK)
        status = qd_index_select(index, error);
    if (status != QD_OK) {
        qd_index_free(index);
        return status;
    }
    *done = index;
    return QD_OK;
}

static qd_provenance_t provenance(const qd_experiment_t *experiment, const qd_conclusion_t *conclusion, char *host,
                                  size_t host_size, char *libraries, size_t libraries_size)
{
    if (gethostname(host, host_size) != 0)
        snprintf(host, host_size, "unknown");
    host[host_size - 1] = '\0';
    snprintf(libraries, libraries_size, "GSL " GSL_VERSION ", xxHash %u.%u.%u", XXH_VERSION_MAJOR,
             XXH_VERSION_MINOR, XXH_VERSION_RELEASE);
    return (qd_provenance_t){.title = experiment->name,
                             .about = experiment->about,
                             .version = QD_VERSION,
                             .source_commit = QD_COMMIT,
                             .command_line = conclusion->command_line,
                             .host = host,
                             .compiler = COMPILER,
                             .instruction_set = qd_isa_name(qd_isa_selected()),
                             .libraries = libraries,
                             .shard = conclusion->shard,
                             .threads = conclusion->threads,
                             .ranks = conclusion->ranks,
                             .seconds = conclusion->seconds};
}

qd_status_t qd_conclude(const qd_experiment_t *experiment, qd_index_t *done, const qd_conclusion_t *conclusion,
                        qd_assembled_t *assembled, qd_error_t *error)
{
    char host[256], libraries[128];
    qd_analysis_t analysis = {0};
    qd_status_t status = qd_analyse(experiment, done, &analysis, error);
    if (status == QD_OK) {
        qd_assemble_options_t options = {
            .path = conclusion->output,
            .overwrite = conclusion->overwrite,
            .worlds = experiment->output.worlds,
            .embed = experiment->output.worlds || conclusion->shard,
            .target = conclusion->target,
            .provenance =
                provenance(experiment, conclusion, host, sizeof host, libraries, sizeof libraries),
            .claims = analysis.claims,
            .claim = analysis.claim,
            .contrasts = analysis.contrasts,
            .contrast = analysis.contrast,
            .sensitivities = analysis.sensitivities,
            .sensitivity = analysis.sensitivity};
        status = qd_assemble(experiment, done, &options, assembled, error);
    }
    qd_analysis_free(&analysis);
    return status;
}
