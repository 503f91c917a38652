#include "statistics/tally.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "statistics/histograms.h"
#include "statistics/interval.h"
#include "statistics/moments.h"

#define FORMAT      0x32594c4c41544451ull /* "QDTALLY2" */
#define FORMAT_ONE  0x31594c4c41544451ull /* "QDTALLY1": read, not written any more */
#define PLANE       (QD_PLANE_BINS * QD_PLANE_BINS)
#define BLOCS_FIRST 1.0
#define BLOCS_LAST  17.0

struct qd_tally {
    size_t periods;
    bool paths;
    qd_tally_totals_t totals;
    qd_moments_t moments[QD_OUTCOMES_MAX];
    qd_sketch_t sketch[QD_OUTCOMES_MAX];
    uint64_t plane[PLANE];
    qd_path_histogram_t path[QD_SERIES_COUNT];
    uint64_t *counts; /* memory of the sketches */
};

static bool has_negative(size_t outcome)
{
    return qd_outcome_table[outcome].low < 0.0;
}

static bool allocate(qd_tally_t *self)
{
    size_t bins = 0;
    for (size_t o = 0; o < qd_outcome_count; o++)
        bins += qd_sketch_bins(has_negative(o));
    self->counts = qd_new(bins, sizeof *self->counts, NULL);
    if (!self->counts)
        return false;
    uint64_t *at = self->counts;
    for (size_t o = 0; o < qd_outcome_count; o++) {
        qd_sketch_init(&self->sketch[o], at, has_negative(o));
        at += qd_sketch_bins(has_negative(o));
    }
    for (size_t s = 0; self->paths && s < QD_SERIES_COUNT; s++)
        if (!qd_path_histogram_init(&self->path[s], &qd_series_table[s], self->periods))
            return false;
    return true;
}

qd_tally_t *qd_tally_new(size_t periods, bool paths)
{
    qd_tally_t *self = qd_new(1, sizeof *self, NULL);
    if (!self)
        return NULL;
    self->periods = periods;
    self->paths = paths;
    if (!allocate(self)) {
        qd_tally_free(self);
        return NULL;
    }
    for (size_t o = 0; o < qd_outcome_count; o++)
        qd_moments_clear(&self->moments[o]); /* all other memory was allocated zeroed */
    return self;
}

void qd_tally_free(qd_tally_t *self)
{
    if (!self)
        return;
    for (size_t s = 0; s < QD_SERIES_COUNT; s++)
        qd_path_histogram_free(&self->path[s]);
    free(self->counts);
    free(self);
}

void qd_tally_clear(qd_tally_t *self)
{
    self->totals = (qd_tally_totals_t){0};
    memset(self->plane, 0, sizeof self->plane);
    for (size_t o = 0; o < qd_outcome_count; o++) {
        qd_moments_clear(&self->moments[o]);
        qd_sketch_clear(&self->sketch[o]);
    }
    for (size_t s = 0; self->paths && s < QD_SERIES_COUNT; s++)
        qd_path_histogram_clear(&self->path[s]);
}

static void add_hash(qd_hash_sum_t *self, uint64_t low, uint64_t high)
{
    self->low += low;
    self->high += high + (self->low < low);
}

/* A row is hashed as the little-endian bits of its values, with one zero and one NaN only. */
void qd_hash_sum_add(qd_hash_sum_t *self, uint64_t world, const qd_outcomes_t *outcomes)
{
    uint64_t row[QD_OUTCOMES_MAX];
    for (size_t o = 0; o < qd_outcome_count; o++) {
        double x = outcomes->value[o] + 0.0;
        uint64_t bits;
        memcpy(&bits, &x, sizeof bits);
        row[o] = htole64(x == x ? bits : 0x7FF8000000000000ull);
    }
    XXH128_hash_t hash = XXH3_128bits_withSeed(row, qd_outcome_count * sizeof *row, world);
    add_hash(self, hash.low64, hash.high64);
}

/* Position of x among QD_PLANE_BINS equal bins of [low, high]. */
static size_t plane_bin(double x, double low, double high)
{
    double place = (x - low) / (high - low) * QD_PLANE_BINS;
    return (size_t)fmax(0.0, fmin(place, QD_PLANE_BINS - 1));
}

static void add_to_plane(qd_tally_t *self, const qd_outcomes_t *outcomes)
{
    if (outcomes->survival != outcomes->survival || outcomes->effective_blocs != outcomes->effective_blocs)
        return;
    size_t row = self->periods > 0 ? plane_bin(outcomes->survival, 0.0, (double)self->periods) : 0;
    self->plane[row * QD_PLANE_BINS + plane_bin(outcomes->effective_blocs, BLOCS_FIRST, BLOCS_LAST)]++;
}

void qd_tally_add(qd_tally_t *self, uint64_t world, const qd_result_t *result)
{
    self->totals.worlds++;
    qd_hash_sum_add(&self->totals.hash, world, &result->outcomes);
    for (size_t o = 0; o < qd_outcome_count; o++) {
        double x = result->outcomes.value[o];
        if (x != x)
            continue;
        qd_moments_add(&self->moments[o], x);
        qd_sketch_add(&self->sketch[o], x);
    }
    add_to_plane(self, &result->outcomes);
    size_t periods = result->periods < self->periods ? result->periods : self->periods;
    for (size_t s = 0; self->paths && s < QD_SERIES_COUNT; s++)
        qd_path_histogram_add(&self->path[s], result->path + s * result->path_stride, periods);
}

void qd_hash_sum_add_failure(qd_hash_sum_t *self, uint64_t world, const char *reason)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(reason, strlen(reason), world);
    add_hash(self, hash.low64, hash.high64);
}

void qd_tally_add_failure(qd_tally_t *self, uint64_t world, const char *reason)
{
    self->totals.failures++;
    qd_hash_sum_add_failure(&self->totals.hash, world, reason);
}

void qd_tally_merge(qd_tally_t *self, const qd_tally_t *other)
{
    self->totals.worlds += other->totals.worlds;
    self->totals.failures += other->totals.failures;
    add_hash(&self->totals.hash, other->totals.hash.low, other->totals.hash.high);
    for (size_t o = 0; o < qd_outcome_count; o++) {
        qd_moments_merge(&self->moments[o], &other->moments[o]);
        qd_sketch_merge(&self->sketch[o], &other->sketch[o]);
    }
    for (size_t i = 0; i < PLANE; i++)
        self->plane[i] += other->plane[i];
    for (size_t s = 0; self->paths && s < QD_SERIES_COUNT; s++)
        qd_path_histogram_merge(&self->path[s], &other->path[s]);
}

uint64_t qd_tally_count(const qd_tally_t *self)
{
    return self->totals.worlds;
}

uint64_t qd_tally_failures(const qd_tally_t *self)
{
    return self->totals.failures;
}

qd_hash_sum_t qd_tally_hash(const qd_tally_t *self)
{
    return self->totals.hash;
}

/* A plausible value of an unseen world if the outcome has no upper bound: for counts and the kernel's
 * diagnostics, one more than the largest observed. */
static double next_above(const qd_moments_t *moments, const qd_outcome_info_t *info)
{
    bool whole = info->type == QD_OUTCOME_COUNT || info->group == QD_GROUP_DIAGNOSTICS;
    return whole ? moments->max + 1.0 : moments->max;
}

/* Without a stated bound, a side is Student's limit or the limit of the sample with one more value at its
 * end, whichever lies further out: nothing may then cut the interval off. */
static qd_interval_t interval_of(const qd_moments_t *moments, const qd_outcome_info_t *info, double high,
                                 double mean, double sd)
{
    uint64_t n = moments->count;
    if (info->type == QD_OUTCOME_FLAG)
        return qd_interval_exact((uint64_t)llrint(mean * (double)n), n, QD_SUMMARY_CONFIDENCE);
    bool alike = info->type == QD_OUTCOME_REAL && moments->min == moments->max;
    if (!isfinite(high) && (alike || n < 2))
        return (qd_interval_t){NAN, NAN};
    qd_interval_t out = qd_interval_bounded(mean, sd, n, info->low, high, QD_SUMMARY_CONFIDENCE);
    qd_interval_t seen =
        qd_interval_bounded(mean, sd, n, moments->min, next_above(moments, info), QD_SUMMARY_CONFIDENCE);
    if (!isfinite(info->low))
        out.low = fmin(out.low, seen.low);
    if (!isfinite(high))
        out.high = fmax(out.high, seen.high);
    return out;
}

qd_summary_t qd_moments_summary(const qd_moments_t *moments, const qd_outcome_info_t *info, double high)
{
    if (moments->count == 0)
        return (qd_summary_t){0, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    double mean = qd_moments_mean(moments), sd = sqrt(qd_moments_variance(moments));
    qd_interval_t interval = interval_of(moments, info, high, mean, sd);
    return (qd_summary_t){.count = moments->count,
                          .mean = mean,
                          .sd = sd,
                          .mcse = sd / sqrt((double)moments->count),
                          .min = moments->min,
                          .max = moments->max,
                          .low = interval.low,
                          .high = interval.high};
}

qd_summary_t qd_tally_summary(const qd_tally_t *self, qd_outcome_t outcome)
{
    const qd_outcome_info_t *info = &qd_outcome_table[outcome];
    double high = outcome == QD_O_survival ? (double)self->periods : info->high;
    return qd_moments_summary(&self->moments[outcome], info, high);
}

double qd_moments_quantile(const qd_moments_t *moments, const qd_sketch_t *sketch, double p)
{
    if (moments->count == 0)
        return NAN;
    double value = qd_sketch_at_rank(sketch, qd_quantile_rank(p, moments->count));
    return value < moments->min ? moments->min : value > moments->max ? moments->max : value;
}

double qd_tally_quantile(const qd_tally_t *self, qd_outcome_t outcome, double p)
{
    return qd_moments_quantile(&self->moments[outcome], &self->sketch[outcome], p);
}

void qd_tally_histogram(const qd_tally_t *self, qd_outcome_t outcome, double low, double high, size_t bins,
                        uint64_t count[])
{
    memset(count, 0, bins * sizeof *count);
    qd_sketch_histogram(&self->sketch[outcome], low, high, bins, count);
}

const uint64_t *qd_tally_plane(const qd_tally_t *self)
{
    return self->plane;
}

uint64_t qd_tally_path(const qd_tally_t *self, qd_series_t series, size_t period, size_t quantiles,
                       const double p[], double *mean, double quantile[])
{
    if (self->paths && period < self->periods)
        return qd_path_histogram_describe(&self->path[series], period, quantiles, p, mean, quantile);
    *mean = NAN;
    for (size_t q = 0; q < quantiles; q++)
        quantile[q] = NAN;
    return 0;
}

/* ---- bytes --------------------------------------------------------------------------------------------- */

/* Layout: format word, length, then the body (shape, counts, hash, outcomes, plane, paths), then XXH3-64 of
 * all before. */
static void encode_body(const qd_tally_t *self, qd_byte_writer_t *to)
{
    const uint64_t shape[] = {qd_outcome_count, QD_SERIES_COUNT, self->periods, self->paths};
    for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++)
        qd_byte_writer_whole(to, shape[i]);
    qd_byte_writer_whole(to, self->totals.worlds);
    qd_byte_writer_whole(to, self->totals.failures);
    qd_byte_writer_word(to, self->totals.hash.low);
    qd_byte_writer_word(to, self->totals.hash.high);
    for (size_t o = 0; o < qd_outcome_count; o++) {
        qd_moments_encode(&self->moments[o], to);
        qd_sketch_encode(&self->sketch[o], to);
    }
    qd_counts_encode(self->plane, PLANE, to);
    for (size_t s = 0; self->paths && s < QD_SERIES_COUNT; s++)
        qd_path_histogram_encode(&self->path[s], to);
}

qd_status_t qd_tally_encode(const qd_tally_t *self, unsigned char **buffer, size_t *size, size_t *capacity,
                            qd_error_t *error)
{
    qd_byte_writer_t to = {.bytes = *buffer, .size = *size, .capacity = *capacity};
    size_t start = to.size;
    qd_byte_writer_word(&to, FORMAT);
    qd_byte_writer_word(&to, 0);
    encode_body(self, &to);
    if (!to.failed) {
        uint64_t length = htole64(to.size - start + sizeof(uint64_t));
        memcpy(to.bytes + start + sizeof(uint64_t), &length, sizeof length);
        qd_byte_writer_word(&to, XXH3_64bits(to.bytes + start, to.size - start));
    }
    *buffer = to.bytes;
    *capacity = to.capacity;
    if (to.failed)
        return qd_no_memory(error);
    *size = to.size;
    return QD_OK;
}

/* One outcome: its moments and the sketch of as many values. */
static bool decode_outcome(qd_tally_t *self, size_t outcome, uint64_t worlds, bool apply,
                           qd_byte_reader_t *from)
{
    qd_moments_t moments;
    if (!qd_moments_decode(&moments, from) || moments.count > worlds)
        return false;
    if (apply)
        qd_moments_merge(&self->moments[outcome], &moments);
    return qd_sketch_decode(&self->sketch[outcome], moments.count, apply, from);
}

static bool decode_totals(qd_tally_totals_t *self, uint64_t *worlds, bool apply, qd_byte_reader_t *from)
{
    *worlds = qd_byte_reader_whole(from);
    uint64_t failures = qd_byte_reader_whole(from);
    uint64_t low = qd_byte_reader_word(from), high = qd_byte_reader_word(from);
    if (*worlds > QD_WORLDS_MAX || self->worlds > QD_WORLDS_MAX - *worlds || failures > QD_WORLDS_MAX ||
        self->failures > QD_WORLDS_MAX - failures)
        return false;
    if (apply) {
        self->worlds += *worlds;
        self->failures += failures;
        add_hash(&self->hash, low, high);
    }
    return !from->failed;
}

static bool decode_plane(qd_tally_t *self, uint64_t worlds, bool apply, qd_byte_reader_t *from)
{
    uint64_t total;
    if (!from->first_edition)
        return qd_counts_decode(apply ? self->plane : NULL, PLANE, &total, from) && total <= worlds;
    for (size_t i = 0; i < PLANE; i++) {
        uint64_t count = qd_byte_reader_whole(from);
        if (count > worlds)
            return false;
        self->plane[i] += apply ? count : 0;
    }
    return true;
}

/* Reads a body whose shape has been checked; with `apply` false self stays as it is. */
static bool decode_body(qd_tally_t *self, bool apply, qd_byte_reader_t from)
{
    uint64_t worlds;
    if (!decode_totals(&self->totals, &worlds, apply, &from))
        return false;
    for (size_t o = 0; o < qd_outcome_count; o++)
        if (!decode_outcome(self, o, worlds, apply, &from))
            return false;
    if (!decode_plane(self, worlds, apply, &from))
        return false;
    for (size_t s = 0; self->paths && s < QD_SERIES_COUNT; s++)
        if (!qd_path_histogram_decode(&self->path[s], worlds, apply, &from))
            return false;
    return !from.failed && from.at == from.end;
}

/* Adds a body whose shape has been checked, or nothing: false. An empty tally is cleared after a failure, so
 * that one reading suffices. For another tally the body is checked before it is added. */
static bool add_body(qd_tally_t *self, qd_byte_reader_t from)
{
    bool empty = self->totals.worlds == 0 && self->totals.failures == 0;
    if (!empty && !decode_body(self, false, from))
        return false;
    bool added = decode_body(self, true, from);
    if (!added)
        qd_tally_clear(self);
    return added;
}

/* The fault of the envelope, or NULL. */
static const char *check_envelope(const unsigned char *bytes, size_t size)
{
    qd_byte_reader_t from = {.at = bytes, .end = bytes + size};
    uint64_t format = qd_byte_reader_word(&from);
    if (format != FORMAT && format != FORMAT_ONE)
        return "it does not begin as one of this format";
    if (qd_byte_reader_word(&from) != size || size < 3 * sizeof(uint64_t))
        return "its length differs from that in its header";
    qd_byte_reader_t sum = {.at = bytes + size - sizeof(uint64_t), .end = bytes + size};
    if (qd_byte_reader_word(&sum) != XXH3_64bits(bytes, size - sizeof(uint64_t)))
        return "its checksum is wrong";
    return NULL;
}

#define COUNTS_DISAGREE "its counts do not agree with each other"

static const char *check_lists(qd_byte_reader_t *from)
{
    bool same = qd_byte_reader_whole(from) == qd_outcome_count;
    same = qd_byte_reader_whole(from) == QD_SERIES_COUNT && same;
    return same ? NULL : "it has other outcomes or series";
}

static const char *check_shape(const qd_tally_t *self, qd_byte_reader_t *from)
{
    const char *fault = check_lists(from);
    if (fault)
        return fault;
    if (qd_byte_reader_whole(from) != self->periods || qd_byte_reader_whole(from) != self->paths)
        return "it is for other periods, or differs in whether it keeps paths";
    return NULL;
}

bool qd_tally_bytes_keep_paths(const unsigned char *bytes, size_t size)
{
    qd_byte_reader_t from = {.at = bytes, .end = bytes + size};
    (void)qd_byte_reader_word(&from); /* format, length, outcomes, series, periods */
    (void)qd_byte_reader_word(&from);
    for (int i = 0; i < 3; i++)
        (void)qd_byte_reader_whole(&from);
    return qd_byte_reader_whole(&from) != 0;
}

static qd_status_t refuse(const char *fault, qd_error_t *error)
{
    return !fault ? QD_OK : qd_error_add(error, QD_ERROR_INPUT, "a tally cannot be decoded: %s", fault);
}

bool qd_tally_bytes_are_current(const unsigned char *bytes, size_t size)
{
    qd_byte_reader_t from = {.at = bytes, .end = bytes + size};
    return qd_byte_reader_word(&from) == FORMAT;
}

/* The bytes between the header and the checksum. */
static qd_byte_reader_t body_of(const unsigned char *bytes, size_t size)
{
    return (qd_byte_reader_t){.at = bytes + 2 * sizeof(uint64_t),
                              .end = bytes + size - sizeof(uint64_t),
                              .first_edition = !qd_tally_bytes_are_current(bytes, size)};
}

qd_status_t qd_tally_decode(qd_tally_t *self, const unsigned char *bytes, size_t size, qd_error_t *error)
{
    const char *fault = check_envelope(bytes, size);
    if (!fault) {
        qd_byte_reader_t from = body_of(bytes, size);
        fault = check_shape(self, &from);
        if (!fault && !add_body(self, from))
            fault = COUNTS_DISAGREE;
    }
    return refuse(fault, error);
}

void qd_tally_extent_clear(qd_tally_extent_t *self)
{
    *self = (qd_tally_extent_t){0};
    for (size_t o = 0; o < QD_OUTCOMES_MAX; o++) {
        self->min[o] = INFINITY;
        self->max[o] = -INFINITY;
    }
}

static bool extend(qd_tally_extent_t *self, qd_byte_reader_t *from)
{
    uint64_t worlds;
    if (!decode_totals(&self->totals, &worlds, true, from))
        return false;
    for (size_t o = 0; o < qd_outcome_count; o++) {
        qd_moments_t moments;
        qd_sketch_t sketch;
        qd_sketch_init(&sketch, NULL, has_negative(o));
        if (!qd_moments_decode(&moments, from) || moments.count > worlds ||
            !qd_sketch_decode(&sketch, moments.count, false, from))
            return false;
        self->min[o] = moments.min < self->min[o] ? moments.min : self->min[o];
        self->max[o] = moments.max > self->max[o] ? moments.max : self->max[o];
    }
    return true;
}

qd_status_t qd_tally_extent_add(qd_tally_extent_t *self, const unsigned char *bytes, size_t size,
                                qd_error_t *error)
{
    const char *fault = check_envelope(bytes, size);
    if (!fault) {
        qd_byte_reader_t from = body_of(bytes, size);
        fault = check_lists(&from);
        (void)qd_byte_reader_whole(&from); /* periods, paths */
        (void)qd_byte_reader_whole(&from);
        if (!fault && !extend(self, &from))
            fault = COUNTS_DISAGREE;
    }
    return refuse(fault, error);
}
