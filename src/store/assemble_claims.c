#include "store/assembly.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/table.h"

/* GROUP/NAME: texts along a dimension that stands outside the group. */
static void put_names(qd_assembly_t *self, const char *group, const char *name, const char *dimension,
                      const char *long_name, const char *const text[])
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", group, name);
    qd_h5_put(&self->h5,
              &(qd_h5_variable_t){.path = path, .rank = 1, .dimension = {dimension}, .long_name = long_name},
              qd_h5_texts((const char **)text));
}

/* The coordinates of a group's rows: the claims' ids; of /claims/by_order also its columns. */
static void put_coordinates(qd_assembly_t *self, const char *group, bool orders)
{
    const qd_assemble_options_t *options = self->options;
    const qd_experiment_t *experiment = self->experiment;
    size_t most = options->claims > experiment->orders ? options->claims : experiment->orders;
    const char **text = qd_new(most, sizeof *text, NULL);
    if (!text) {
        qd_h5_no_memory(&self->h5);
        return;
    }
    for (size_t c = 0; c < options->claims; c++)
        text[c] = options->claim[c].id;
    put_names(self, group, "claim", qd_claim_table.dimension, "name of the claim", text);
    for (size_t o = 0; o < experiment->orders; o++)
        text[o] = experiment->order[o].label;
    if (orders)
        put_names(self, group, "order", qd_claim_order_table.across, "kind of world order", text);
    free(text);
}

static void write_by_order(qd_assembly_t *self)
{
    const qd_assemble_options_t *options = self->options;
    qd_table_write(&self->h5, &qd_claim_order_table, options->by_order,
                   options->claims * self->experiment->orders);
    put_coordinates(self, qd_claim_order_table.group, true);
}

/* A table whose second dimension has names. */
static void write_named(qd_assembly_t *self, const qd_table_t *table, const char *long_name, const void *cell,
                        size_t count, const char *const name[])
{
    qd_h5_group(&self->h5, table->group);
    size_t names = qd_h5_coordinate(&self->h5, table->across, QD_H5_TEXT, count, NULL, long_name);
    qd_h5_write(&self->h5, names, qd_h5_texts((const char **)name));
    put_coordinates(self, table->group, false);
    qd_table_write(&self->h5, table, cell, self->options->claims * count);
}

static const char compared[] = "what it is compared under";

static void write_ablations(qd_assembly_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    const char **name = qd_new(experiment->ablations, sizeof *name, NULL);
    if (!name) {
        qd_h5_no_memory(&self->h5);
        return;
    }
    for (size_t a = 0; a < experiment->ablations; a++)
        name[a] = experiment->ablation[a].name;
    write_named(self, &qd_claim_ablation_table, compared, self->options->ablation, experiment->ablations,
                name);
    free(name);
}

static void write_robustness(qd_assembly_t *self)
{
    const qd_assemble_options_t *options = self->options;
    const qd_robustness_t *robustness = &self->experiment->robustness;
    write_named(self, &qd_claim_robustness_table, "the claim's own place, or an order", options->robustness,
                1 + self->experiment->orders, options->robustness_place);
    qd_h5_set_whole(&self->h5, qd_claim_robustness_table.group, "points", (int64_t)robustness->rows);
    qd_h5_set_whole(&self->h5, qd_claim_robustness_table.group, "worlds",
                    (int64_t)(robustness->worlds < self->experiment->worlds ? robustness->worlds
                                                                            : self->experiment->worlds));
    qd_h5_set_reals(&self->h5, qd_claim_robustness_table.group, "range", &robustness->range, 0);
    qd_table_write(&self->h5, &qd_turning_table, options->turning, options->turnings);
}

/* Attributes of the claims: their family, and the state of their registration. Experiments made by hand may
 * lack the texts. */
static void write_origin(qd_assembly_t *self)
{
    const qd_experiment_t *experiment = self->experiment;
    const char *date = experiment->registered ? experiment->registered : "";
    const char *deviations = experiment->deviations ? experiment->deviations : "";
    qd_h5_set_text(&self->h5, "/claims", "registration",
                   *date && !*deviations ? "registered" : "exploratory");
    qd_h5_set_text(&self->h5, "/claims", "registered", date);
    qd_h5_set_text(&self->h5, "/claims", "deviations", deviations);
    if (experiment->precision.claims)
        qd_h5_set_text(&self->h5, "/claims", "judged_by",
                       "confidence sequences: valid at every look up to max_worlds; p_holm is corrected as "
                       "at the decision; "
                       "worlds are those of the decision");
    if (experiment->family && experiment->family[0])
        qd_h5_set_text(&self->h5, "/claims", "family", experiment->family);
}

void qd_assembly_claims(qd_assembly_t *self)
{
    const qd_assemble_options_t *options = self->options;
    qd_table_write(&self->h5, &qd_claim_table, options->claim, options->claims);
    if (options->by_order)
        write_by_order(self);
    if (options->ablation)
        write_ablations(self);
    if (options->baseline)
        write_named(self, &qd_claim_baseline_table, compared, options->baseline, options->baselines,
                    options->baseline_name);
    if (options->robustness)
        write_robustness(self);
    write_origin(self);
}
