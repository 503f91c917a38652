#include "store/assembly.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const double qd_result_quantiles[QD_RESULT_QUANTILES] = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

static void set_text(qd_assembly_t *self, const char *name, const char *value)
{
    qd_h5_set_text(&self->h5, "/", name, value == NULL ? "" : value);
}

static void write_created(qd_assembly_t *self, const char *created)
{
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;
    if (created == NULL && gmtime_r(&seconds, &utc) != NULL &&
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
        created = now;
    set_text(self, "created", created);
}

static void write_libraries(qd_assembly_t *self, const char *libraries)
{
    unsigned major = 0, minor = 0, release = 0;
    char text[1024];
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%s%sHDF5 %u.%u.%u", libraries == NULL ? "" : libraries,
             libraries == NULL || libraries[0] == '\0' ? "" : ", ", major, minor, release);
    set_text(self, "libraries", text);
    snprintf(text, sizeof text, "version=2,quadrille=%s,hdf5=%u.%u.%u", QD_VERSION, major, minor, release);
    qd_h5_set_ascii(&self->h5, "/", "_NCProperties", text);
}

static void write_experiment(qd_assembly_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, experiment->config_hash);
    qd_h5_set_hash(&self->h5, "/", "seed", experiment->seed);
    set_text(self, "config", experiment->config);
    set_text(self, "config_hash", hash);
    set_text(self, "result_hash", self->assembled.result_hash);
    qd_h5_set_whole(&self->h5, "/", "complete", self->assembled.complete);
}

static void write_attributes(qd_assembly_t *self)
{
    const qd_provenance_t *provenance = &self->options->provenance;
    write_libraries(self, provenance->libraries);
    set_text(self, "title", provenance->title == NULL ? self->experiment->name : provenance->title);
    set_text(self, "about", provenance->about == NULL ? self->experiment->about : provenance->about);
    set_text(self, "source", "quadrille");
    qd_h5_set_whole(&self->h5, "/", "quadrille_format", QD_RESULT_FORMAT);
    set_text(self, "version", provenance->version == NULL ? QD_VERSION : provenance->version);
    set_text(self, "source_commit", provenance->source_commit);
    write_created(self, provenance->created);
    write_experiment(self);
    set_text(self, "command_line", provenance->command_line);
    set_text(self, "host", provenance->host);
    set_text(self, "compiler", provenance->compiler);
    set_text(self, "instruction_set", provenance->instruction_set);
    set_text(self, "shard", provenance->shard);
    qd_h5_set_whole(&self->h5, "/", "threads", provenance->threads);
    qd_h5_set_whole(&self->h5, "/", "ranks", provenance->ranks);
    qd_h5_set_reals(&self->h5, "/", "seconds", &provenance->seconds, 0);
}

/* 0, 1, 2, ... as a coordinate variable, in batches. */
static void write_numbers(qd_assembly_t *self, const char *path, uint64_t size, const char *units,
                          const char *long_name)
{
    qd_h5_coordinate(&self->h5, path, QD_H5_WHOLE, size, units, long_name);
    hid_t variable = qd_h5_open_variable(&self->h5, path);
    int64_t value[QD_CHUNK];
    for (uint64_t first = 0; first < size; first += QD_CHUNK) {
        hsize_t start = first, count = size - first < QD_CHUNK ? size - first : QD_CHUNK;
        for (hsize_t i = 0; i < count; i++)
            value[i] = (int64_t)(first + i);
        qd_h5_write_slab(&self->h5, variable, QD_H5_WHOLE, 1, &start, &count, value);
    }
    qd_h5_close_variable(variable);
}

static void write_centres(qd_assembly_t *self, const char *path, double low, double high, const char *units,
                          const char *long_name)
{
    double value[QD_PLANE_BINS];
    for (size_t i = 0; i < QD_PLANE_BINS; i++)
        value[i] = low + (high - low) * ((double)i + 0.5) / QD_PLANE_BINS;
    qd_h5_coordinate(&self->h5, path, QD_H5_REAL, QD_PLANE_BINS, units, long_name);
    qd_h5_write(&self->h5, path, QD_H5_REAL, value);
}

static void write_dimensions(qd_assembly_t *self, const char **label)
{
    const qd_experiment_t *experiment = self->experiment;
    write_numbers(self, "/point", experiment->points, "1", "design point");
    for (size_t o = 0; o < experiment->orders; o++)
        label[o] = experiment->order[o].label;
    qd_h5_coordinate(&self->h5, "/order", QD_H5_TEXT, experiment->orders, NULL, "kind of world order");
    qd_h5_write(&self->h5, "/order", QD_H5_TEXT, label);
    write_numbers(self, "/world", self->worlds, "1", "index of the world");
    write_numbers(self, "/period", self->periods, "periods", "period");
    qd_h5_coordinate(&self->h5, "/quantile", QD_H5_REAL, QD_RESULT_QUANTILES, "1",
                     "probability of the quantile");
    qd_h5_write(&self->h5, "/quantile", QD_H5_REAL, qd_result_quantiles);
    write_numbers(self, "/bin", QD_BINS, "1",
                  "bin of a histogram; bin_low and bin_high of the outcome say where");
    write_centres(self, "/survival_bin", 0.0, 1.0, "1",
                  "middle of a bin of survival, as a share of the most periods of the point and order");
    write_centres(self, "/blocs_bin", 1.0, 17.0, "blocs",
                  "middle of a bin of effective_blocs; the last bin is open above");
}

static void write_point_labels(qd_assembly_t *self, const char **label, uint64_t *hash)
{
    const qd_experiment_t *experiment = self->experiment;
    for (size_t p = 0; p < experiment->points; p++) {
        label[p] = experiment->point[p].label;
        hash[p] = experiment->point[p].hash;
    }
    qd_h5_put(&self->h5,
              &(qd_h5_variable_t){.path = "/point_label",
                                  .type = QD_H5_TEXT,
                                  .rank = 1,
                                  .dimension = {"/point"},
                                  .long_name = "label of the design point"},
              label);
    qd_h5_put(&self->h5,
              &(qd_h5_variable_t){.path = "/point_hash",
                                  .type = QD_H5_HASH,
                                  .rank = 1,
                                  .dimension = {"/point"},
                                  .units = "1",
                                  .long_name = "hash of what the design point sets"},
              hash);
    for (size_t p = 0; p < experiment->points; p++)
        hash[p] = experiment->point[p].from_claim;
    qd_h5_put(&self->h5,
              &(qd_h5_variable_t){.path = "/point_from_claim",
                                  .type = QD_H5_BYTE,
                                  .rank = 1,
                                  .dimension = {"/point"},
                                  .units = "flag",
                                  .long_name = "whether the point was added for a claim"},
              hash);
}

/* One factor's values over the points: names where the factor is the doctrine. */
static void write_factor(qd_assembly_t *self, size_t number, const char **label, double *value)
{
    const qd_experiment_t *experiment = self->experiment;
    const qd_factor_t *factor = &experiment->design.factor[number];
    const qd_parameter_info_t *info =
        factor->parameter < 0 ? NULL : qd_parameter_info((size_t)factor->parameter);
    char path[256];
    snprintf(path, sizeof path, "/design/%s", factor->name);
    for (size_t p = 0; p < experiment->points; p++) {
        double at =
            experiment->point[p].coordinate == NULL ? (double)NAN : experiment->point[p].coordinate[number];
        bool row = at >= 0.0 && at < (double)qd_doctrine_count;
        value[p] = at;
        label[p] = info == NULL && row ? qd_doctrine_table[(size_t)at].name : "";
    }
    qd_h5_type_t type = info == NULL ? QD_H5_TEXT : QD_H5_REAL;
    qd_h5_put(&self->h5,
              &(qd_h5_variable_t){.path = path,
                                  .type = type,
                                  .rank = 1,
                                  .dimension = {"/point"},
                                  .units = info == NULL ? NULL : info->unit,
                                  .long_name = info == NULL ? "doctrine preset" : info->meaning},
              info == NULL ? (const void *)label : value);
}

void qd_assembly_frame(qd_assembly_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    size_t most = experiment->points > experiment->orders ? experiment->points : experiment->orders;
    const char **label = calloc(most + 1, sizeof *label);
    uint64_t *hash = calloc(most + 1, sizeof *hash);
    double *value = calloc(most + 1, sizeof *value);
    if (label == NULL || hash == NULL || value == NULL) {
        qd_h5_fail(&self->h5, "describing the design (out of memory)", NULL);
        goto out;
    }
    write_attributes(self);
    write_dimensions(self, label);
    write_point_labels(self, label, hash);
    qd_h5_group(&self->h5, "/design");
    for (size_t f = 0; f < experiment->design.factors; f++)
        write_factor(self, f, label, value);
out:
    free(label);
    free(hash);
    free(value);
}
