#include "experiment/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "experiment/distributions.h"

/* The form with an outcome, and the one with claims. */
static const char *const keys[] = {"outcome",    "half_width", "confidence",
                                   "min_worlds", "max_worlds", "claims"};

static void read_outcome(const qd_yaml_node_t *map, qd_precision_t *precision)
{
    bool neither = !qd_yaml_get(map, "outcome") && !qd_yaml_get(map, "half_width");
    qd_yaml_check_keys(map, neither ? 6 : 5, keys);
    const qd_yaml_node_t *outcome = qd_yaml_need(map, "outcome"), *width = qd_yaml_need(map, "half_width");
    if (outcome)
        qd_read_outcome(outcome, &precision->outcome);
    if (width)
        qd_yaml_real(width, 1e-9, 1e9, &precision->half_width);
}

static void read_claims(qd_loading_t *load, const qd_yaml_node_t *map, qd_precision_t *precision)
{
    qd_yaml_check_keys(map, 6, keys);
    for (int i = 0; i < 2; i++)
        if (qd_yaml_get(map, keys[i]))
            qd_yaml_fail_key(qd_yaml_get(map, keys[i]),
                             "found `%s` beside `claims`; expected an outcome with its half_width, or claims",
                             keys[i]);
    precision->claims = true;
    load->awaited = qd_yaml_get(map, "claims");
}

void qd_precision_read(qd_loading_t *load, const qd_yaml_node_t *map)
{
    qd_precision_t *precision = &load->self->precision;
    if (!qd_yaml_expect(map, QD_YAML_MAP, "{outcome: NAME, half_width: NUMBER}, or {claims: all}"))
        return;
    *precision =
        (qd_precision_t){.given = true, .confidence = 0.95, .min_worlds = 1000, .max_worlds = 1000000};
    const qd_yaml_node_t *confidence = qd_yaml_get(map, "confidence"),
                         *least = qd_yaml_get(map, "min_worlds"), *most = qd_yaml_get(map, "max_worlds");
    if (qd_yaml_get(map, "claims")) {
        precision->confidence = load->self->confidence;
        read_claims(load, map, precision);
    } else {
        read_outcome(map, precision);
    }
    if (confidence)
        qd_yaml_real(confidence, 0.5, 0.9999, &precision->confidence);
    if (least)
        qd_yaml_whole(least, 2, QD_WORLDS_MAX, &precision->min_worlds);
    if (most)
        qd_yaml_whole(most, 2, QD_WORLDS_MAX, &precision->max_worlds);
    if (precision->min_worlds > precision->max_worlds)
        qd_yaml_fail(map,
                     "found min_worlds %" PRIu64 " and max_worlds %" PRIu64
                     "; expected the first not to be larger",
                     precision->min_worlds, precision->max_worlds);
    load->self->worlds = precision->max_worlds;
}

/* ---- awaited claims ------------------------------------------------------------------------------------ */

static void refuse_claim(qd_loading_t *load, const qd_yaml_node_t *node, const char *id)
{
    size_t claims = load->self->claims;
    const char **ids = qd_loading_room(load, claims, sizeof *ids);
    for (size_t c = 0; ids && c < claims; c++)
        ids[c] = load->self->claim[c].id;
    const char *near = ids ? qd_nearest_of(id, claims, ids) : NULL;
    if (near)
        qd_yaml_expected(node, "the id of a claim of this file (did you mean `%s`?)", near);
    else
        qd_yaml_expected(node, "the id of a claim of this file");
    free(ids);
}

static void await_claim(qd_loading_t *load, const qd_yaml_node_t *node)
{
    const char *id = NULL;
    if (!qd_read_label(node, &id))
        return;
    for (size_t c = 0; c < load->self->claims; c++) {
        qd_claim_t *claim = &load->self->claim[c];
        if (strcmp(claim->id, id) != 0)
            continue;
        if (claim->awaited)
            qd_yaml_fail(node, "found the claim `%s` twice; expected it once", id);
        claim->awaited = true;
        return;
    }
    refuse_claim(load, node, id);
}

void qd_precision_await(qd_loading_t *load)
{
    const qd_yaml_node_t *node = load->awaited;
    qd_experiment_t *self = load->self;
    if (!node)
        return;
    if (self->claims == 0)
        qd_yaml_fail_key(node,
                         "found `claims` in the `precision` of a file without claims; expected claims to "
                         "decide, or an outcome with its half_width");
    else if (qd_yaml_is_word(node, "all"))
        for (size_t c = 0; c < self->claims; c++)
            self->claim[c].awaited = true;
    else if (qd_yaml_kind(node) != QD_YAML_SEQUENCE || qd_yaml_count(node) == 0)
        qd_yaml_expected(node, "`all`, or a list of ids of claims");
    else
        for (const qd_yaml_node_t *id = qd_yaml_first(node); id; id = qd_yaml_next(id))
            await_claim(load, id);
}

/* ---- canonical text ------------------------------------------------------------------------------------ */

static void write_awaited(FILE *out, const qd_experiment_t *self)
{
    bool all = true, first = true;
    for (size_t c = 0; c < self->claims; c++)
        all = all && self->claim[c].awaited;
    fputs(all ? "all" : "[", out);
    for (size_t c = 0; c < self->claims && !all; c++) {
        if (!self->claim[c].awaited)
            continue;
        fputs(first ? "" : ", ", out);
        qd_write_text(out, self->claim[c].id);
        first = false;
    }
    fputs(all ? "" : "]", out);
}

void qd_write_precision(FILE *out, const qd_experiment_t *self)
{
    const qd_precision_t *precision = &self->precision;
    fputs("precision: {", out);
    if (precision->claims) {
        fputs("claims: ", out);
        write_awaited(out, self);
    } else {
        fprintf(out, "outcome: %s, half_width: ", qd_outcome_name(precision->outcome));
        qd_write_real(out, precision->half_width);
    }
    fputs(", confidence: ", out);
    qd_write_real(out, precision->confidence);
    fprintf(out, ", min_worlds: %" PRIu64 ", max_worlds: %" PRIu64 "}\n", precision->min_worlds,
            precision->max_worlds);
}
