#include "experiment/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "base/memory.h"
#include "base/text.h"
#include "experiment/distributions.h"
#include "experiment/loading.h"
#include "experiment/settings.h"

#define SEALED_MAX (4u << 20)

/* Descriptions of the analysis, for a fixed number of worlds and for a run that claims stop; change them with
 * the analysis. */
#define ANALYSIS "every order and their mean; Holm over all tests; simultaneous intervals (Bonferroni)"
#define ANALYSIS_STOPPED                                                                                     \
    "every order and their mean; confidence sequences, simultaneous over all tests (Bonferroni)"

char *qd_registration_path(const char *experiment_path)
{
    const char *slash = strrchr(experiment_path, '/'), *dot = strrchr(experiment_path, '.');
    size_t stem = dot && (!slash || dot > slash + 1) && dot != experiment_path
                      ? (size_t)(dot - experiment_path)
                      : strlen(experiment_path);
    char *path = NULL;
    return asprintf(&path, "%.*s.registered.yaml", (int)stem, experiment_path) < 0 ? NULL : path;
}

/* ---- sealed lines -------------------------------------------------------------------------------------- */

static bool starts(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

/* Whether a registration seals a line of the canonical text: the claims and the keys that determine their
 * verdicts. */
static bool is_sealed(const char *line)
{
    static const char *const keys[] = {"seed:",       "luck:",     "worlds:", "precision:",
                                       "confidence:", "family:",   "claims:", "  - ",
                                       "ablate:",     "baseline:", "design:", "robustness:"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (starts(line, keys[i]))
            return true;
    return false;
}

/* All of them, malloc'ed; NULL when memory is short. */
static char *sealed_text(const qd_experiment_t *self)
{
    qd_memory_t memory;
    FILE *out = qd_memory_open(&memory);
    if (!out)
        return NULL;
    fprintf(out, "config_hash: \"%016" PRIx64 "\"\nanalysis: %s\n", self->config_hash,
            self->precision.claims ? ANALYSIS_STOPPED : ANALYSIS);
    for (const char *line = self->config; *line;) {
        size_t length = strcspn(line, "\n");
        if (is_sealed(line))
            fprintf(out, "%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    return qd_memory_close(out, &memory);
}

/* ---- writing ------------------------------------------------------------------------------------------- */

static void write_head(FILE *out, const qd_experiment_t *self, const char *sealed)
{
    char date[32];
    qd_write_now(date);
    fprintf(
        out,
        "# Written by `quadrille register` before the run; a later change of any line below is reported.\n");
    fprintf(out, "registered: \"%s\"\nprogram: \"quadrille " QD_VERSION "\"\nexperiment: ", date);
    qd_write_text(out, self->name);
    fprintf(out, "\nhash: \"%016" PRIx64 "\"\n%s", (uint64_t)XXH3_64bits(sealed, strlen(sealed)), sealed);
}

qd_status_t qd_registration_write(const qd_experiment_t *experiment, FILE *out, qd_error_t *error)
{
    if (experiment->claims == 0)
        return qd_error_add(error, QD_ERROR_INPUT, "%s: found no claims; expected some to register",
                            experiment->path);
    char *sealed = sealed_text(experiment);
    if (!sealed)
        return qd_no_memory(error);
    write_head(out, experiment, sealed);
    free(sealed);
    return QD_OK;
}

/* ---- comparing ----------------------------------------------------------------------------------------- */

/* Whether one of the lines of `text` is this one. */
static bool has_line(const char *text, const char *line, size_t length)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
        if (strcspn(text, "\n") == length && strncmp(text, line, length) == 0)
            return true;
    return false;
}

/* The name of a line: the id of a claim, or the key. */
typedef struct {
    bool claim;
    const char *text;
    size_t length;
} name_t;

static name_t name_of(const char *line)
{
    size_t length = strcspn(line, "\n");
    if (!starts(line, "  - "))
        return (name_t){false, line, strcspn(line, ":\n")};
    for (size_t i = 0; i + 6 < length; i++)
        if (starts(line + i, "{id: ") || starts(line + i, " id: "))
            return (name_t){true, line + i + 5, strcspn(line + i + 5, ",}\n")};
    return (name_t){true, line, length};
}

static bool has_name(const char *text, name_t wanted)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        name_t name = name_of(text);
        if (name.claim == wanted.claim && name.length == wanted.length &&
            strncmp(name.text, wanted.text, name.length) == 0)
            return true;
    }
    return false;
}

static void tell(FILE *out, name_t name, const char *how)
{
    fputs(ftell(out) > 0 ? "; " : "", out);
    if (!name.claim && starts(name.text, "config_hash"))
        fprintf(out, "parameters, orders, schedule, kind of design, luck or seed: %s", how);
    else
        fprintf(out, "%s`%.*s` %s", name.claim ? "claim " : "", (int)name.length, name.text, how);
}

/* Whether a line has no words, such as one that an editor left: it names nothing. */
static bool is_blank(const char *line)
{
    return strspn(line, " \t\r-") == strcspn(line, "\n");
}

/* Writes the differences between the present lines and the sealed ones. */
static void compare(FILE *out, const char *now, const char *then)
{
    for (const char *line = now; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (!has_line(then, line, strcspn(line, "\n")))
            tell(out, name_of(line), has_name(then, name_of(line)) ? "was changed" : "is new");
    for (const char *line = then; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (!is_blank(line) && !has_name(now, name_of(line)))
            tell(out, name_of(line), "is gone");
}

/* The value in quotes behind a key of the head, or "". */
static void head_value(const char *text, const char *key, char *out, size_t size)
{
    const char *at = strstr(text, key);
    *out = '\0';
    if (at)
        snprintf(out, size, "%.*s", (int)strcspn(at + strlen(key), "\"\n"), at + strlen(key));
}

static char *differences(const char *now, const char *file)
{
    qd_memory_t memory;
    char hash[32], found[32];
    const char *sealed = strstr(file, "\nconfig_hash:");
    FILE *out = qd_memory_open(&memory);
    if (!out)
        return NULL;
    sealed = sealed ? sealed + 1 : "";
    head_value(file, "\nhash: \"", hash, sizeof hash);
    snprintf(found, sizeof found, "%016" PRIx64, (uint64_t)XXH3_64bits(sealed, strlen(sealed)));
    if (strcmp(hash, found) != 0)
        fputs("the registration itself was changed after it was written", out);
    fflush(out);
    compare(out, now, sealed);
    return qd_memory_close(out, &memory);
}

bool qd_registration_find(qd_loading_t *load)
{
    qd_experiment_t *self = load->self;
    char *path = qd_registration_path(self->path), *file = NULL, *now = NULL, date[40];
    size_t length;
    struct stat found;
    if (!path) {
        (void)qd_no_memory(load->error);
        return false;
    }
    bool good = qd_look_at(path, true, &found, load->error) == QD_OK;
    if (good && found.st_mode != 0)
        good = qd_read_text(path, SEALED_MAX, &file, &length, load->error) == QD_OK;
    if (good && file) {
        now = sealed_text(self);
        head_value(file, "\nregistered: \"", date, sizeof date);
        free(self->registered);
        free(self->deviations);
        self->registered = strdup(date);
        self->deviations = now ? differences(now, file) : NULL;
        good = self->registered && self->deviations;
        if (!good)
            (void)qd_no_memory(load->error);
    }
    free(now);
    free(file);
    free(path);
    return good;
}

/* ---- in the resolved text ------------------------------------------------------------------------------ */

bool qd_registration_read(qd_loading_t *load, const qd_yaml_node_t *node)
{
    static const char *const keys[] = {"on", "deviations"};
    const qd_yaml_node_t *on, *deviations;
    if (!qd_yaml_expect(node, QD_YAML_MAP, "{on: DATE}"))
        return false;
    qd_yaml_check_keys(node, 2, keys);
    on = qd_yaml_need(node, "on");
    deviations = qd_yaml_get(node, "deviations");
    if (!on || !qd_yaml_scalar(on) || (deviations && !qd_yaml_scalar(deviations)))
        return qd_yaml_expected(node, "{on: DATE, deviations: TEXT}");
    free(load->self->registered);
    free(load->self->deviations);
    load->self->registered = qd_loading_copy(load, qd_yaml_scalar(on));
    load->self->deviations = qd_loading_copy(load, deviations ? qd_yaml_scalar(deviations) : "");
    return load->self->registered && load->self->deviations;
}

static void registration_put(FILE *out, const qd_experiment_t *self)
{
    fputs("registered: {on: ", out);
    qd_write_text(out, self->registered);
    if (self->deviations[0]) {
        fputs(", deviations: ", out);
        qd_write_text(out, self->deviations);
    }
    fputs("}\n", out);
}

/* ---- the parts ----------------------------------------------------------------------------------------- */

static void write_worlds(FILE *out, const qd_experiment_t *self)
{
    if (self->precision.given)
        qd_write_precision(out, self);
    else
        fprintf(out, "worlds: %" PRIu64 "\n", self->worlds);
}

/* The keys that determine the values of worlds; the whole design if `whole`. The default luck is not written,
 * so that its hash equals that of a file without the key. */
static void write_core(FILE *out, const qd_loading_t *load, bool whole)
{
    fputs(load->self->luck_by_order ? "luck: by-order\n" : "", out);
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
    for (size_t i = 0; i < qd_outcome_count; i++)
        all = all && output->outcome[i];
    fprintf(out, "output: {worlds: %s, paths: %s, landscape: %s", output->worlds ? "true" : "false",
            output->paths ? "true" : "false", output->landscape ? "true" : "false");
    for (size_t i = 0; !all && i < qd_outcome_count; i++) {
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
    fputc('\n', out);
    qd_write_plugin(out, self, true);
    fprintf(out, "seed: %" PRIu64 "\n", self->seed);
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
    if (self->registered[0])
        registration_put(out, self);
    if (self->family[0]) {
        fputs("family: {name: ", out);
        qd_write_text(out, self->family);
        if (self->family_tests)
            fprintf(out, ", tests: %" PRIu64, self->family_tests);
        fputs("}\n", out);
    }
    fputs(self->baselines ? "baseline: true\n" : "", out);
    if (self->ablations) {
        fputs("ablate: ", out);
        qd_write_ablations(out, load);
        fputs("\n", out);
    }
    if (self->robustness.rows) {
        fputs("robustness: ", out);
        qd_write_robustness(out, load);
        fputs("\n", out);
    }
}

static char *write_to_memory(const qd_loading_t *load, bool whole, size_t *size)
{
    qd_memory_t memory;
    FILE *out = qd_memory_open(&memory);
    if (!out)
        return NULL;
    if (whole) {
        write_whole(out, load);
    } else {
        qd_write_plugin(out, load->self, false);
        fprintf(out, "seed: %" PRIu64 "\n", load->self->seed);
        write_core(out, load, false);
    }
    char *text = qd_memory_close(out, &memory);
    *size = memory.size;
    return text;
}

bool qd_canonical_set(qd_loading_t *load)
{
    size_t size = 0;
    load->self->config = write_to_memory(load, true, &size);
    char *core = load->self->config ? write_to_memory(load, false, &size) : NULL;
    if (!core) {
        (void)qd_no_memory(load->error);
        return false;
    }
    load->self->config_hash = XXH3_64bits(core, size);
    free(core);
    return true;
}
