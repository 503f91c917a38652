#include "experiment/canonical.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "experiment/ablations.h"
#include "experiment/claims_reader.h"
#include "experiment/design_reader.h"
#include "experiment/distributions.h"
#include "experiment/orders.h"
#include "experiment/plugin_reader.h"
#include "experiment/registration.h"
#include "experiment/robustness.h"
#include "experiment/settings.h"
#include "experiment/words.h"

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

/* The keys that determine the values of worlds; the whole design if `whole`. */
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
        qd_registration_put(out, self);
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
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (!out)
        return NULL;
    if (whole) {
        write_whole(out, load);
    } else {
        qd_write_plugin(out, load->self, false);
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
