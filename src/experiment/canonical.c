#include "experiment/canonical.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "experiment/claims_reader.h"
#include "experiment/design_reader.h"
#include "experiment/distributions.h"
#include "experiment/orders.h"
#include "experiment/settings.h"

/* ---- texts --------------------------------------------------------------------------------------------- */

/* Characters of UTF-8 that YAML may take for line breaks: bytes, escape. */
static const char *const breaks[][2] = {
    {"\xC2\x85", "\\N"}, {"\xE2\x80\xA8", "\\L"}, {"\xE2\x80\xA9", "\\P"}};

static size_t write_break(FILE *out, const char *s)
{
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++)
        if (strncmp(s, breaks[i][0], strlen(breaks[i][0])) == 0) {
            fputs(breaks[i][1], out);
            return strlen(breaks[i][0]);
        }
    return 0;
}

void qd_write_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *s = text; *s;) {
        size_t skipped = write_break(out, s);
        s += skipped;
        if (skipped)
            continue;
        unsigned char c = (unsigned char)*s++;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20 || c == 0x7F)
            fprintf(out, "\\x%02X", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

bool qd_read_label(const qd_yaml_node_t *node, const char **label)
{
    const char *text;
    if (!qd_yaml_name(node, &text))
        return false;
    if (strlen(text) > QD_LABEL_SIZE_MAX)
        return qd_yaml_expected(node, "at most %d bytes", QD_LABEL_SIZE_MAX);
    *label = text;
    return true;
}

bool qd_read_outcome(const qd_yaml_node_t *node, qd_outcome_t *outcome)
{
    const char *text = qd_yaml_scalar(node);
    int found = text ? qd_outcome_find(text) : -1;
    if (found >= 0) {
        *outcome = (qd_outcome_t)found;
        return true;
    }
    const char *nearest = text && *text ? qd_nearest_name(text, QD_OUTCOMES, qd_outcome_name) : NULL;
    if (nearest)
        return qd_yaml_expected(node, "an outcome that `quadrille list outcomes` shows (did you mean `%s`?)",
                                nearest);
    return qd_yaml_expected(node, "an outcome that `quadrille list outcomes` shows");
}

/* ---- the parts ----------------------------------------------------------------------------------------- */

static void write_worlds(FILE *out, const qd_experiment_t *self)
{
    const qd_precision_t *precision = &self->precision;
    if (!precision->given) {
        fprintf(out, "worlds: %" PRIu64 "\n", self->worlds);
        return;
    }
    fprintf(out, "precision: {outcome: %s, half_width: ", qd_outcome_name(precision->outcome));
    qd_write_real(out, precision->half_width);
    fputs(", confidence: ", out);
    qd_write_real(out, precision->confidence);
    fprintf(out, ", min_worlds: %" PRIu64 ", max_worlds: %" PRIu64 "}\n", precision->min_worlds,
            precision->max_worlds);
}

/* What decides the values of worlds; of the design, all of it if `whole`. */
static void write_core(FILE *out, const qd_loading_t *load, bool whole)
{
    fputs("orders: ", out);
    qd_write_orders(out, load->self);
    fputs("\nparameters: ", out);
    qd_write_block(out, &load->base);
    fputs("\n", out);
    if (load->schedule.count) {
        fputs("schedule: ", out);
        qd_write_schedule(out, &load->schedule);
        fputs("\n", out);
    }
    if (load->self->design.type != QD_DESIGN_NONE) {
        fputs("design: ", out);
        qd_write_design(out, load, whole);
        fputs("\n", out);
    }
}

static void write_output(FILE *out, const qd_output_t *output)
{
    bool all = true, first = true;
    for (size_t i = 0; i < QD_OUTCOMES; i++)
        all = all && output->outcome[i];
    fprintf(out, "output: {worlds: %s, paths: %s, landscape: %s", output->worlds ? "true" : "false",
            output->paths ? "true" : "false", output->landscape ? "true" : "false");
    for (size_t i = 0; !all && i < QD_OUTCOMES; i++) {
        if (!output->outcome[i])
            continue;
        fprintf(out, "%s%s", first ? ", outcomes: [" : ", ", qd_outcome_name(i));
        first = false;
    }
    fputs(all ? "}\n" : "]}\n", out);
}

static void write_whole(FILE *out, const qd_loading_t *load)
{
    const qd_experiment_t *self = load->self;
    fputs("name: ", out);
    qd_write_text(out, self->name);
    if (self->about[0]) {
        fputs("\nabout: ", out);
        qd_write_text(out, self->about);
    }
    fprintf(out, "\nseed: %" PRIu64 "\n", self->seed);
    write_worlds(out, self);
    write_core(out, load, true);
    write_output(out, &self->output);
    fputs("max_failures: ", out);
    qd_write_real(out, self->max_failures);
    fputs("\nconfidence: ", out);
    qd_write_real(out, self->confidence);
    fputs("\n", out);
    if (load->claims && qd_yaml_count(load->claims)) {
        fputs("claims:\n", out);
        qd_write_claims(out, load->claims);
    }
}

static char *write_to_memory(const qd_loading_t *load, bool whole, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (!out)
        return NULL;
    if (whole) {
        write_whole(out, load);
    } else {
        fprintf(out, "seed: %" PRIu64 "\n", load->self->seed);
        write_core(out, load, false);
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) || failed) {
        free(text);
        return NULL;
    }
    return text;
}

bool qd_canonical_set(qd_loading_t *load)
{
    size_t size = 0;
    load->self->config = write_to_memory(load, true, &size);
    char *core = load->self->config ? write_to_memory(load, false, &size) : NULL;
    if (!core) {
        (void)qd_error_add(load->error, QD_ERROR_MEMORY, "out of memory");
        return false;
    }
    load->self->config_hash = XXH3_64bits(core, size);
    free(core);
    return true;
}

/* ---- hashes of points ---------------------------------------------------------------------------------- */

/* One setting in a fixed layout; `at` is -1 outside a schedule. */
static uint64_t setting_hash(qd_parameter_t parameter, const qd_distribution_t *d, int at, uint64_t seed)
{
    double fields[10 + 2 * QD_CHOICES_MAX] = {(double)at, (double)d->kind, (double)d->key, d->n, d->a, d->b,
                                              d->c,       d->low,          d->high,        0.0};
    size_t used = 10;
    fields[9] = (double)XXH32(qd_parameter_name(parameter), strlen(qd_parameter_name(parameter)), 0);
    for (int i = 0; i < d->n; i++) {
        fields[used++] = d->value[i];
        fields[used++] = d->cumulative[i];
    }
    for (size_t i = 0; i < used; i++)
        fields[i] += 0.0; /* one zero only */
    return XXH3_64bits_withSeed(fields, used * sizeof *fields, seed);
}

static uint64_t coordinate_hash(const qd_factor_t *factor, double value)
{
    uint64_t sum = 0;
    qd_setting_t expanded[QD_DOCTRINE_FIELDS];
    qd_given_t given = {factor->parameter, qd_constant(value)};
    size_t n = qd_given_expand(&given, expanded);
    for (size_t i = 0; i < n; i++)
        sum += setting_hash(expanded[i].parameter, &expanded[i].distribution, -1, 0);
    return sum;
}

/* A sum, so that the order of what was given does not matter; changes are seeded by their place in the
 * schedule. */
uint64_t qd_point_hash(const qd_design_t *design, const qd_point_t *point)
{
    uint64_t sum = 0;
    for (size_t f = 0; f < design->factors; f++)
        if (!isnan(point->coordinate[f]))
            sum += coordinate_hash(&design->factor[f], point->coordinate[f]);
    for (size_t i = 0; i < point->settings; i++)
        sum += setting_hash(point->setting[i].parameter, &point->setting[i].distribution, -1, 0);
    for (size_t i = 0; i < point->changes; i++)
        sum += setting_hash(point->change[i].parameter, &point->change[i].distribution, point->change[i].at,
                            i + 1);
    return XXH3_64bits(&sum, sizeof sum);
}
