/* The frame of a result file: the survey of its contents, its hash, its attributes, dimensions and design. */
#include "store/assembly.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/cf.h"
#include "store/tally_crew.h"

static uint64_t mask_of(const qd_output_t *output)
{
    uint64_t mask = 0;
    for (size_t o = 0; o < qd_outcome_count; o++)
        mask |= (uint64_t)output->outcome[o] << o;
    return mask;
}

qd_assembly_t *qd_assembly_new(const qd_experiment_t *experiment, qd_index_t *index,
                               const qd_assemble_options_t *options)
{
    qd_assembly_t *self = qd_new(1, sizeof *self, NULL);
    if (!self)
        return NULL;
    self->experiment = experiment;
    self->index = index;
    self->options = options;
    self->kind = qd_index_kind(index);
    self->columns = self->kind.columns;
    if (options && !options->embed && !options->scratch)
        self->columns &= mask_of(&experiment->output);
    self->h5.file = -1;
    return self;
}

void qd_assembly_free(qd_assembly_t *self)
{
    if (self)
        free(self->cell);
    free(self);
}

qd_status_t qd_result_hash(const qd_experiment_t *experiment, qd_index_t *index, char hash[33],
                           qd_error_t *error)
{
    qd_assembly_t *self = qd_assembly_new(experiment, index, NULL);
    if (!self)
        return qd_no_memory(error);
    qd_status_t status = qd_assembly_survey(self, error);
    memcpy(hash, self->assembled.result_hash, sizeof self->assembled.result_hash);
    qd_assembly_free(self);
    return status;
}

static void hash_word(XXH3_state_t *state, uint64_t word)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(word >> (8 * i));
    XXH3_128bits_update(state, bytes, sizeof bytes);
}

static void survey_ranges(qd_assembly_t *self, size_t point, size_t order)
{
    const qd_assemble_options_t *options = self->options;
    const qd_ranges_t *done = qd_index_done(self->index, point, order);
    uint64_t target = !options || !options->target
                          ? qd_experiment_worlds_at(self->experiment, point)
                          : options->target[point * self->experiment->orders + order];
    uint64_t end = qd_ranges_end(done);
    size_t periods = qd_index_periods(self->index, point, order);
    self->assembled.complete = self->assembled.complete && qd_ranges_count(done) == target && end == target;
    self->assembled.worlds += qd_ranges_count(done);
    self->worlds = end > self->worlds ? end : self->worlds;
    self->periods = periods > self->periods ? periods : self->periods;
}

/* Ranges of the outcomes in the cells of one worker. */
typedef struct {
    double low[QD_OUTCOMES_MAX], high[QD_OUTCOMES_MAX];
} edges_t;

typedef struct {
    qd_assembly_t *assembly;
    edges_t *edges; /* per worker */
} survey_t;

static void take_extent(survey_t *self, size_t worker, size_t place, const qd_tally_extent_t *extent)
{
    const qd_tally_totals_t *totals = &extent->totals;
    edges_t *edges = &self->edges[worker];
    self->assembly->cell[place] = (qd_cell_hash_t){totals->worlds, totals->failures, totals->hash};
    for (size_t o = 0; o < qd_outcome_count; o++) {
        edges->low[o] = fmin(edges->low[o], extent->min[o]);
        edges->high[o] = fmax(edges->high[o], extent->max[o]);
    }
}

/* On any thread: the extent of a (point, order) with one tally. */
static qd_status_t survey_cell(void *context, size_t worker, const qd_crew_cell_t *cell, qd_error_t *error)
{
    qd_tally_extent_t extent;
    if (!cell->bytes)
        return QD_OK;
    qd_tally_extent_clear(&extent);
    qd_status_t status = qd_tally_extent_add(&extent, cell->bytes, cell->size, error);
    if (status == QD_OK)
        take_extent(context, worker, cell->place, &extent);
    return status;
}

/* On the calling thread: that of one with several, and totals. */
static qd_status_t survey_rest(void *context, const qd_crew_cell_t *cell, qd_error_t *error)
{
    survey_t *self = context;
    qd_assembly_t *assembly = self->assembly;
    qd_tally_extent_t extent;
    if (!cell->bytes) {
        qd_status_t status = qd_index_extent(assembly->index, cell->point, cell->order, &extent, error);
        if (status != QD_OK)
            return status;
        take_extent(self, 0, cell->place, &extent);
    }
    survey_ranges(assembly, cell->point, cell->order);
    assembly->assembled.failures += assembly->cell[cell->place].failures;
    return QD_OK;
}

static qd_status_t survey_points(qd_assembly_t *self, edges_t edges[], qd_error_t *error)
{
    size_t orders = self->experiment->orders, cells = self->experiment->points * orders;
    const qd_runner_t *runner = self->options ? self->options->runner : NULL;
    qd_tally_crew_t crew;
    survey_t survey = {.assembly = self, .edges = edges};
    qd_status_t status = qd_tally_crew_init(
        &crew, self->index, runner, &(qd_crew_task_t){survey_cell, survey_rest, &survey, false}, error);
    for (size_t i = 0; i < cells && status == QD_OK; i++)
        status = qd_tally_crew_add(&crew, i / orders, i % orders, i, error);
    if (status == QD_OK)
        status = qd_tally_crew_finish(&crew, error);
    qd_tally_crew_free(&crew);
    return status;
}

qd_status_t qd_result_hash_of(const qd_experiment_t *experiment, const qd_cell_hash_t cell[], char hash[33],
                              qd_error_t *error)
{
    XXH3_state_t *state = XXH3_createState();
    if (!state || XXH3_128bits_reset(state) != XXH_OK)
        return qd_no_memory(error);
    for (size_t p = 0; p < experiment->points; p++) {
        hash_word(state, experiment->point[p].hash);
        for (size_t o = 0; o < experiment->orders; o++) {
            const char *label = experiment->order[o].label;
            const qd_cell_hash_t *at = &cell[p * experiment->orders + o];
            XXH3_128bits_update(state, label, strlen(label) + 1);
            hash_word(state, at->worlds);
            hash_word(state, at->failures);
            hash_word(state, at->sum.low);
            hash_word(state, at->sum.high);
        }
    }
    XXH128_hash_t digest = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    snprintf(hash, 33, "%016" PRIx64 "%016" PRIx64, (uint64_t)digest.high64, (uint64_t)digest.low64);
    return QD_OK;
}

/* Lower and upper edge of an outcome's QD_BINS equal bins, from its observed range. */
static void find_edges(qd_outcome_t outcome, double *low, double *high)
{
    const qd_outcome_info_t *info = &qd_outcome_table[outcome];
    if (!isfinite(*low) || !isfinite(*high))
        *low = *high = isfinite(info->low) ? info->low : 0.0;
    if (info->type == QD_OUTCOME_COUNT) {
        /* Whole numbers: bins of a whole width, with edges half way between numbers. */
        double first = isfinite(info->low) ? info->low : floor(*low);
        double width = ceil((*high - first + 1.0) / QD_BINS);
        *low = first - 0.5;
        *high = first - 0.5 + QD_BINS * (width < 1.0 ? 1.0 : width);
        return;
    }
    *low = isfinite(info->low) ? info->low : *low;
    *high = isfinite(info->high) ? info->high : *high;
    if (!(*high > *low))
        *high = *low + 1.0;
}

qd_status_t qd_assembly_survey(qd_assembly_t *self, qd_error_t *error)
{
    size_t workers = qd_crew_workers(self->options ? self->options->runner : NULL);
    self->worlds = self->periods = 1;
    self->assembled = (qd_assembled_t){.complete = true};
    edges_t *edges = qd_new(workers, sizeof *edges, error);
    self->cell = qd_new(self->experiment->points * self->experiment->orders, sizeof *self->cell, error);
    for (size_t i = 0; i < workers * qd_outcome_count && edges; i++) {
        edges[i / qd_outcome_count].low[i % qd_outcome_count] = INFINITY;
        edges[i / qd_outcome_count].high[i % qd_outcome_count] = -INFINITY;
    }
    qd_status_t status = !edges || !self->cell ? QD_ERROR_MEMORY : survey_points(self, edges, error);
    if (status == QD_OK)
        status = qd_result_hash_of(self->experiment, self->cell, self->assembled.result_hash, error);
    for (size_t o = 0; o < qd_outcome_count && edges; o++) {
        self->low[o] = edges[0].low[o];
        self->high[o] = edges[0].high[o];
        for (size_t i = 1; i < workers; i++) {
            self->low[o] = fmin(self->low[o], edges[i].low[o]);
            self->high[o] = fmax(self->high[o], edges[i].high[o]);
        }
        find_edges((qd_outcome_t)o, &self->low[o], &self->high[o]);
    }
    free(edges);
    return status;
}

static void set_text(qd_assembly_t *self, const char *name, const char *value)
{
    qd_h5_set_text(&self->h5, "/", name, value ? value : "");
}

static void write_created(qd_assembly_t *self, const char *created)
{
    char now[32];
    qd_write_now(now);
    set_text(self, "created", created ? created : now);
}

static void write_libraries(qd_assembly_t *self, const char *libraries)
{
    unsigned major = 0, minor = 0, release = 0;
    char text[1024];
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%s%sHDF5 %u.%u.%u", libraries ? libraries : "",
             !libraries || libraries[0] == '\0' ? "" : ", ", major, minor, release);
    bool named = libraries && strstr(libraries, "HDF5 "); /* those of joined results */
    set_text(self, "libraries", named ? libraries : text);
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
    set_text(self, "title", provenance->title ? provenance->title : self->experiment->name);
    set_text(self, "about", provenance->about ? provenance->about : self->experiment->about);
    set_text(self, "source", "quadrille");
    qd_h5_set_ascii(&self->h5, "/", "Conventions", QD_CF_CONVENTIONS);
    qd_h5_set_whole(&self->h5, "/", "quadrille_format", QD_RESULT_FORMAT);
    set_text(self, "version", provenance->version ? provenance->version : QD_VERSION);
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
    size_t variable = qd_h5_coordinate(&self->h5, path, QD_H5_WHOLE, size, units, long_name);
    int64_t value[QD_CHUNK];
    for (uint64_t first = 0; first < size; first += QD_CHUNK) {
        hsize_t start = first, count = size - first < QD_CHUNK ? size - first : QD_CHUNK;
        for (hsize_t i = 0; i < count; i++)
            value[i] = (int64_t)(first + i);
        qd_h5_write_slab(&self->h5, variable, &start, &count, qd_h5_wholes(value));
    }
}

/* A coordinate variable and all of its values. */
static void write_coordinate(qd_assembly_t *self, const char *path, size_t size, const char *units,
                             const char *long_name, qd_h5_values_t values)
{
    size_t variable = qd_h5_coordinate(&self->h5, path, values.type, size, units, long_name);
    qd_h5_write(&self->h5, variable, values);
}

/* Middles of QD_PLANE_BINS equal bins of [low, high]. */
static void find_centres(double value[QD_PLANE_BINS], double low, double high)
{
    for (size_t i = 0; i < QD_PLANE_BINS; i++)
        value[i] = low + (high - low) * ((double)i + 0.5) / QD_PLANE_BINS;
}

/* The dimensions of /plane. */
static const struct {
    const char *name, *units, *long_name;
    double low, high;
} bins[] = {
    {"survival_bin", "1",
     "middle of a bin of survival, as a share of the most periods of the point and order", 0.0, 1.0},
    {"blocs_bin", "blocs", "middle of a bin of effective_blocs; the last bin is open above", 1.0, 17.0},
};

static void write_dimensions(qd_assembly_t *self, const char **label)
{
    const qd_experiment_t *experiment = self->experiment;
    write_numbers(self, "/point", experiment->points, "1", "design point");
    for (size_t o = 0; o < experiment->orders; o++)
        label[o] = experiment->order[o].label;
    write_coordinate(self, "/order", experiment->orders, NULL, "kind of world order", qd_h5_texts(label));
    write_numbers(self, "/world", self->worlds, "1", "index of the world");
    write_numbers(self, "/period", self->periods, "periods", "period");
    write_coordinate(self, "/quantile", QD_RESULT_QUANTILES, "1", "probability of the quantile",
                     qd_h5_reals(qd_result_quantiles));
    write_numbers(self, "/bin", QD_BINS, "1",
                  "bin of a histogram; bin_low and bin_high of the outcome say where");
    for (size_t k = 0; k < sizeof bins / sizeof bins[0]; k++) {
        char path[32];
        double value[QD_PLANE_BINS];
        snprintf(path, sizeof path, "/%s", bins[k].name);
        find_centres(value, bins[k].low, bins[k].high);
        write_coordinate(self, path, QD_PLANE_BINS, bins[k].units, bins[k].long_name, qd_h5_reals(value));
    }
}

/* Room for one variable of each type over the points (or over a list of the orders). */
typedef struct {
    const char **label;
    char (*hash)[17]; /* 16 hexadecimal digits */
    uint8_t *flag;
    int8_t *code;
    double *value;
} columns_t;

/* A variable over the points. */
static void put_points(qd_assembly_t *self, const char *path, const char *units, const char *flags,
                       const char *long_name, qd_h5_values_t values)
{
    qd_h5_put(&self->h5,
              &(qd_h5_variable_t){.path = path,
                                  .rank = 1,
                                  .dimension = {"/point"},
                                  .units = units,
                                  .long_name = long_name,
                                  .flags = flags},
              values);
}

static void write_points(qd_assembly_t *self, columns_t *room)
{
    const qd_experiment_t *experiment = self->experiment;
    for (size_t p = 0; p < experiment->points; p++) {
        room->label[p] = experiment->point[p].label;
        room->flag[p] = experiment->point[p].from_claim;
    }
    put_points(self, "/point_label", NULL, NULL, "label of the design point", qd_h5_texts(room->label));
    put_points(self, "/point_from_claim", "1", "no yes", "whether the point was added for a claim",
               qd_h5_bytes(room->flag));
    for (size_t p = 0; p < experiment->points; p++) {
        snprintf(room->hash[p], sizeof room->hash[p], "%016" PRIx64, experiment->point[p].hash);
        room->label[p] = room->hash[p];
    }
    put_points(self, "/point_hash", NULL, NULL, "hash of what the design point sets",
               qd_h5_texts(room->label));
}

/* One factor's values over the points: names where the factor is the doctrine. */
static void write_factor(qd_assembly_t *self, size_t number, columns_t *room)
{
    const qd_experiment_t *experiment = self->experiment;
    const qd_factor_t *factor = &experiment->design.factor[number];
    const qd_parameter_info_t *info =
        factor->parameter < 0 ? NULL : qd_parameter_info((size_t)factor->parameter);
    const char *flags = info ? qd_cf_parameter_flags(info->type) : NULL;
    char path[256];
    snprintf(path, sizeof path, "/design/%s", factor->name);
    for (size_t p = 0; p < experiment->points; p++) {
        double at = experiment->point[p].coordinate ? experiment->point[p].coordinate[number] : (double)NAN;
        bool row = at >= 0.0 && at < (double)qd_doctrine_count;
        room->value[p] = at;
        room->code[p] = (int8_t)(!flags || isnan(at) ? QD_CF_NO_CODE : at != 0.0);
        room->label[p] = !info && row ? qd_doctrine_table[(size_t)at].name : "";
    }
    put_points(self, path, info ? info->unit : NULL, flags, info ? info->meaning : "doctrine preset",
               !info   ? qd_h5_texts(room->label)
               : flags ? qd_h5_codes(room->code)
                       : qd_h5_reals(room->value));
}

/* GROUP/NAME, a copy of the coordinate variable of the dimension /NAME. */
static void put_copy(qd_assembly_t *self, const char *group, const char *name, const char *units,
                     const char *long_name, qd_h5_values_t values)
{
    char path[256], dimension[64];
    snprintf(path, sizeof path, "%s/%s", group, name);
    snprintf(dimension, sizeof dimension, "/%s", name);
    qd_h5_put(&self->h5,
              &(qd_h5_variable_t){
                  .path = path, .rank = 1, .dimension = {dimension}, .units = units, .long_name = long_name},
              values);
}

void qd_assembly_coordinates(qd_assembly_t *self, const char *group, bool quantiles)
{
    const qd_experiment_t *experiment = self->experiment;
    const char **label = qd_new(experiment->orders, sizeof *label, NULL);
    for (size_t o = 0; label && o < experiment->orders; o++)
        label[o] = experiment->order[o].label;
    if (!label)
        qd_h5_no_memory(&self->h5);
    else
        put_copy(self, group, "order", NULL, "kind of world order", qd_h5_texts(label));
    free(label);
    if (quantiles)
        put_copy(self, group, "quantile", "1", "probability of the quantile",
                 qd_h5_reals(qd_result_quantiles));
}

void qd_assembly_bins(qd_assembly_t *self, const char *group)
{
    for (size_t k = 0; k < sizeof bins / sizeof bins[0]; k++) {
        double value[QD_PLANE_BINS];
        find_centres(value, bins[k].low, bins[k].high);
        put_copy(self, group, bins[k].name, bins[k].units, bins[k].long_name, qd_h5_reals(value));
    }
}

void qd_assembly_frame(qd_assembly_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    size_t most = experiment->points > experiment->orders ? experiment->points : experiment->orders;
    columns_t room = {.label = qd_new(most, sizeof *room.label, NULL),
                      .hash = qd_new(most, sizeof *room.hash, NULL),
                      .flag = qd_new(most, sizeof *room.flag, NULL),
                      .code = qd_new(most, sizeof *room.code, NULL),
                      .value = qd_new(most, sizeof *room.value, NULL)};
    if (!room.label || !room.hash || !room.flag || !room.code || !room.value) {
        qd_h5_no_memory(&self->h5);
        goto out;
    }
    write_attributes(self);
    write_dimensions(self, room.label);
    write_points(self, &room);
    qd_h5_group(&self->h5, "/design");
    for (size_t f = 0; f < experiment->design.factors; f++)
        write_factor(self, f, &room);
out:
    free(room.label);
    free(room.hash);
    free(room.flag);
    free(room.code);
    free(room.value);
}
