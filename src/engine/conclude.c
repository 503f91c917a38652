#include "engine/conclude.h"

#include <gsl/gsl_version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/memory.h"
#include "engine/analysis.h"
#include "engine/parallel.h"

#ifndef QD_COMMIT
#define QD_COMMIT NULL
#endif

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *qd_source_commit(void)
{
    return QD_COMMIT;
}

/* ---- origin of worlds from several sessions ------------------------------------------------------------ */

#define BETWEEN "; "

static bool is_listed(const char *list, const char *item)
{
    size_t length = strlen(item);
    for (const char *at = list; at; at = strstr(at, BETWEEN)) {
        at += at == list ? 0 : strlen(BETWEEN);
        if (strncmp(at, item, length) == 0 &&
            (at[length] == '\0' || strncmp(at + length, BETWEEN, strlen(BETWEEN)) == 0))
            return true;
    }
    return false;
}

/* A result that was merged before already has lists. */
static void add_text(char list[static QD_ORIGIN_SIZE], const char *items)
{
    char item[QD_ORIGIN_SIZE];
    while (items && *items != '\0') {
        const char *end = strstr(items, BETWEEN);
        size_t used = strlen(list), length = end ? (size_t)(end - items) : strlen(items);
        snprintf(item, sizeof item, "%.*s", (int)length, items);
        if (!is_listed(list, item) &&
            (length >= sizeof item ||
             snprintf(list + used, QD_ORIGIN_SIZE - used, "%s%s", used > 0 ? BETWEEN : "", item) >=
                 (int)(QD_ORIGIN_SIZE - used)))
            snprintf(list, QD_ORIGIN_SIZE, "mixed");
        items = end ? end + strlen(BETWEEN) : NULL;
    }
}

static void add_count(int *all, bool *differ, int one)
{
    if (one <= 0)
        return;
    *differ = *differ || (*all != 0 && *all != one);
    *all = *differ ? 0 : one;
}

void qd_origin_add(qd_origin_t *self, const qd_provenance_t *from)
{
    add_text(self->source_commit, from->source_commit);
    add_text(self->host, from->host);
    add_text(self->compiler, from->compiler);
    add_text(self->instruction_set, from->instruction_set);
    add_text(self->libraries, from->libraries);
    add_count(&self->threads, &self->threads_differ, from->threads);
    add_count(&self->ranks, &self->ranks_differ, from->ranks);
    self->seconds += from->seconds > 0.0 ? from->seconds : 0.0;
}

/* ---- conclusion ---------------------------------------------------------------------------------------- */

/* Worlds played elsewhere keep their origin when they are merged. */
static void take_origin(qd_provenance_t *self, const qd_origin_t *origin)
{
    self->source_commit = origin->source_commit;
    self->host = origin->host;
    self->compiler = origin->compiler;
    self->instruction_set = origin->instruction_set;
    self->libraries = origin->libraries;
    self->threads = origin->threads;
    self->ranks = origin->ranks;
    self->seconds = origin->seconds;
}

static qd_provenance_t provenance(const qd_experiment_t *experiment, const qd_conclusion_t *conclusion,
                                  char *host, size_t host_size, char *libraries, size_t libraries_size)
{
    if (gethostname(host, host_size) != 0)
        snprintf(host, host_size, "unknown");
    host[host_size - 1] = '\0';
    snprintf(libraries, libraries_size, "GSL " GSL_VERSION ", xxHash %u.%u.%u", XXH_VERSION_MAJOR,
             XXH_VERSION_MINOR, XXH_VERSION_RELEASE);
    qd_provenance_t self = {.title = experiment->name,
                            .about = experiment->about,
                            .version = QD_VERSION,
                            .source_commit = qd_source_commit() ? qd_source_commit() : "unknown",
                            .command_line = conclusion->command_line,
                            .host = host,
                            .compiler = COMPILER,
                            .instruction_set = qd_isa_name(qd_isa_selected()),
                            .libraries = libraries,
                            .shard = conclusion->shard,
                            .threads = conclusion->threads,
                            .ranks = conclusion->ranks,
                            .seconds = conclusion->seconds};
    if (conclusion->origin)
        take_origin(&self, conclusion->origin);
    return self;
}

/* The number of worlds of each (point, order) and the interval that decided it, if a precision stop decides
 * it. */
static qd_status_t find_targets(const qd_experiment_t *experiment, const qd_stopping_t *stopping,
                                uint64_t **target, qd_interval_t **interval, qd_error_t *error)
{
    size_t orders = experiment->orders, cells = experiment->points * orders;
    if (!stopping)
        return QD_OK;
    *target = qd_new(cells, sizeof **target, error);
    *interval = qd_new(cells, sizeof **interval, error);
    if (!*target || !*interval)
        return qd_no_memory(error);
    for (size_t i = 0; i < cells; i++) {
        (*target)[i] = qd_stopping_target(stopping, i / orders, i % orders);
        (*interval)[i] = qd_stopping_interval(stopping, i / orders, i % orders);
    }
    return QD_OK;
}

typedef struct {
    const qd_experiment_t *experiment;
    qd_index_t *done;
    const qd_conclusion_t *conclusion;
    qd_assembled_t *assembled;
    qd_error_t *error;
    qd_status_t status;
} work_t;

static qd_status_t conclude(const qd_experiment_t *experiment, qd_index_t *done,
                            const qd_conclusion_t *conclusion, qd_assembled_t *assembled, qd_error_t *error)
{
    char host[256], libraries[128];
    qd_runner_t runner = qd_parallel_runner(0);
    qd_analysis_t analysis = {0};
    uint64_t *target = NULL;
    qd_interval_t *stop = NULL;
    qd_status_t status = find_targets(experiment, conclusion->stopping, &target, &stop, error);
    if (status == QD_OK)
        status = qd_analyse(experiment, done, qd_stopping_claims(conclusion->stopping), &analysis, error);
    if (status == QD_OK) {
        qd_assemble_options_t options = {
            .path = conclusion->output,
            .runner = &runner,
            .overwrite = conclusion->overwrite,
            .worlds = experiment->output.worlds && !conclusion->statistics_only,
            .embed = (experiment->output.worlds || conclusion->shard) && !conclusion->statistics_only,
            .extra = experiment->output.landscape ? qd_landscape_table : NULL,
            .scratch = conclusion->statistics_only,
            .target = target,
            .stop = experiment->precision.claims ? NULL : stop,
            .provenance = provenance(experiment, conclusion, host, sizeof host, libraries, sizeof libraries),
            .claims = analysis.claims,
            .claim = analysis.claim,
            .by_order = analysis.by_order,
            .ablation = analysis.ablation,
            .baselines = analysis.baseline ? QD_BASELINES : 0,
            .baseline_name = qd_baseline_names,
            .baseline = analysis.baseline,
            .robustness = analysis.robustness,
            .robustness_place = analysis.robustness_place,
            .turnings = analysis.turnings,
            .turning = analysis.turning,
            .contrasts = analysis.contrasts,
            .contrast = analysis.contrast,
            .sensitivities = analysis.sensitivities,
            .sensitivity = analysis.sensitivity};
        status = qd_assemble(experiment, done, &options, assembled, error);
    }
    qd_analysis_free(&analysis);
    free(target);
    free(stop);
    return status;
}

static void conclude_with_threads(void *context)
{
    work_t *self = context;
    self->status = conclude(self->experiment, self->done, self->conclusion, self->assembled, self->error);
}

qd_status_t qd_conclude(const qd_experiment_t *experiment, qd_index_t *done,
                        const qd_conclusion_t *conclusion, qd_assembled_t *assembled, qd_error_t *error)
{
    work_t self = {experiment, done, conclusion, assembled, error, QD_OK};
    qd_parallel_with(0, conclude_with_threads, &self);
    return self.status;
}
