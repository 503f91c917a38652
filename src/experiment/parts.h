/* The parts of an experiment file with a reader of their own. Each part can be read into the experiment,
 * written in canonical form and freed. Faults are left in the document. */
#ifndef QD_EXPERIMENT_PARTS_H
#define QD_EXPERIMENT_PARTS_H

#include <stdio.h>

#include "experiment/loading.h"

/* `design:`, the differences between points; the types are the rows of quadrille/designs.def.
 *
 * Reads the mapping into load->self->design (and load->item for a list of points). */
void qd_design_read(qd_loading_t *load, const qd_yaml_node_t *map);
void qd_items_free(qd_loading_t *load);

/* "{type: grid, factors: {...}, points: ...}"; without the points and values derived from them if
 * `whole` is false. */
void qd_write_design(FILE *out, const qd_loading_t *load, bool whole);

/* `factors:` of a design: name: {values: [...]} | {linspace: [a, b, n]} | {logspace: [a, b, n]} | a
 * distribution. */
void qd_factors_free(qd_design_t *design);

/* `orders:` - a list of kinds (unipolar, bipolar, multipolar) and of empirical orders:
 *   {empirical: {cinc: FILE, year: 1936, states: 24, alliances: FILE, places: FILE, values: FILE, affinities:
 * FILE, label: NAME}} (cinc and year are needed), or, in canonical text, the numbers themselves: {empirical:
 * {label: NAME, year: 1936, data: {codes: [...], capability: [...], places: [...], values: [...], affinities:
 * [...], blocs: [...]}}} */

/* Reads the list into load->self->order; the three kinds where `list` is NULL. Faults are left in the
 * document. */
void qd_orders_read(qd_loading_t *load, const qd_yaml_node_t *list);
void qd_orders_free(qd_experiment_t *self);

/* Position of a label, or -1. */
int qd_order_find(const qd_experiment_t *self, const char *label);

/* "[unipolar, {empirical: {...}}]" */
void qd_write_orders(FILE *out, const qd_experiment_t *self);

/* The plugin of an experiment: `plugin: NAME` in an experiment file. A resolved text also has the digest of
 * the plugin's file and its declarations, so that results can be read without its code. */

/* Sets load->self->plugin and its digest to the plugin in use, if there is one. `node` is NULL where the file
 * has no `plugin:`. Call it before any name of a parameter or an outcome is read. False after a fault, which
 * the error reports. */
bool qd_plugin_read(qd_loading_t *load, const qd_yaml_node_t *node);

/* "plugin: {...}" and a new line, nothing without a plugin; `whole`: with its declarations. */
void qd_write_plugin(FILE *out, const qd_experiment_t *self, bool whole);

/* `precision:` ends a run at a narrow interval of an outcome, or when claims are decided. */

/* Reads the mapping; sets the experiment's worlds to its max_worlds. Needs `confidence:`. */
void qd_precision_read(qd_loading_t *load, const qd_yaml_node_t *map);

/* Marks the claims that the run waits for. Needs the claims. */
void qd_precision_await(qd_loading_t *load);

/* "precision: {...}" and a new line. */
void qd_write_precision(FILE *out, const qd_experiment_t *self);

/* `claims:`, statements made before a run and judged after it. Reads the list and resolves every arm to
 * points: an arm is a mapping of names to values, {doctrine: rumsfeld, institution.target: 0.9}, and possibly
 * {point: label}. If every name is a factor of the design, the arm stands for all design points with these
 * values (to 1e-9). Otherwise a point is appended to the experiment, with the file's parameters and the arm's
 * settings; equal arms share one. */

/* Needs the orders and the design's points. Faults are left in the document. */
void qd_claims_read(qd_loading_t *load, const qd_yaml_node_t *list);
void qd_claims_free(qd_experiment_t *self);

/* The text of a node on one line. */
void qd_write_node(FILE *out, const qd_yaml_node_t *node);

/* The list in canonical form, one claim per line. */
void qd_write_claims(FILE *out, const qd_yaml_node_t *list);

/* Arms of claims: from the words of a file to points. */

/* The settings of an arm, read from one or more mappings; `node` is the last of them, for messages. */
typedef struct {
    const qd_yaml_node_t *node, *point, *order; /* values of the keys `point` and `order`, or NULL */
    qd_block_t block;
} qd_arm_words_t;

/* Adds the settings of a mapping; refuses a name that the arm already has. */
bool qd_arm_read(qd_loading_t *load, const qd_yaml_node_t *map, qd_arm_words_t *words);
void qd_arm_words_free(qd_arm_words_t *words);

/* Resolves an arm to its points; appends one where the design has no matching point. Free out->point. */
bool qd_arm_resolve(qd_loading_t *load, const qd_arm_words_t *words, qd_arm_t *out);

/* All points of the design. */
bool qd_arm_of_all(qd_loading_t *load, qd_arm_t *out);

/* The design's points (no others) that match the words, possibly none; a name that is not a factor matches
 * no point. */
bool qd_arm_match(qd_loading_t *load, const qd_arm_words_t *words, qd_arm_t *out);

/* Sets load->self->notes, one line for each setting without effect: parameters that the design sets at every
 * point, parameters that empirical orders take from their data where there are no other orders, ablations
 * without claims, references without a plain contrast, and changes of a schedule after the end of some
 * points' worlds. Needs the points of claims. A resolved text has no notes. */
void qd_idle_note(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides);

/* Counterparts: copies of points with other settings in force, appended after all other points, so that runs,
 * shards, merges and verification treat them as points. */

/* Makes *counterpart of a point: the `settings` in force throughout, over the file's `parameters`, the
 * design, and every change of a schedule. Its label is the point's, ", " and `suffix`. It is marked
 * `from_claim`; the caller sets its hash. False and nothing left to free where memory is short. */
bool qd_counterpart_make(qd_loading_t *load, const qd_point_t *point, size_t settings,
                         const qd_setting_t setting[], const char *suffix, qd_point_t *counterpart);

/* Makes room for `count` more points at the end of load->self->point. Reports too many points at `node`. */
bool qd_counterparts_reserve(qd_loading_t *load, const qd_yaml_node_t *node, size_t count);

/* Marks in wanted[points] every point that a claim's arms name. */
void qd_claim_mark(const qd_claim_t *claim, bool wanted[]);

/* `ablate:`, assumptions switched off one at a time. Every point of a claim gets a counterpart for each
 * ablation: the same point with the ablation's settings in force throughout, over the file's `parameters`,
 * the design, and every change of a schedule. The counterparts are marked `from_claim` and `ablation`. */

/* Reads `assumptions` (the preset: the assumptions of docs/model.md, part 8) or a mapping {name: {parameter:
 * value, ...}}, and appends the counterparts. Needs the claims. Faults are left in the document. */
void qd_ablations_read(qd_loading_t *load, const qd_yaml_node_t *node);

/* `baseline: true`: the same for two references, the arms of contrasts under the doctrine `neutral` and with
 * doctrine.vital_interest at its greatest, at which no crisis is worth a mission. Needs the ablations. */
void qd_baselines_read(qd_loading_t *load, const qd_yaml_node_t *node);

/* Frees both. */
void qd_ablations_free(qd_experiment_t *self);

/* load->ablate as a mapping, the preset spelled out: "{debt: {tension.debt: 0}, ...}". */
void qd_write_ablations(FILE *out, const qd_loading_t *load);

/* `robustness:` tests whether a claim also holds around the parameters' values. It uses a Latin hypercube
 * over all parameters that the claim leaves free, each within a share `range` of its value and its own range,
 * or with a distribution given for it. Every point that the arms of a claim name gets a counterpart for each
 * point of the hypercube. Arms share the hypercube's point and the worlds' luck, so that contrasts stay
 * paired.
 *
 * A numeric parameter is free if it has one value in all worlds of all orders. These parameters stay fixed:
 *
 *   - parameters that an arm of the claim sets by the design, by name or in a schedule: the claim is about
 *     them
 *   - parameters that the file's schedule changes
 *   - parameters drawn for each world: the claim is about the mean over them
 *   - parameters that differ between kinds of orders: they define the kinds
 *   - order.states, order.periods and order.poles: they set the scale of outcomes
 *   - parameters with the value 0: every share of it is 0
 *
 * A parameter with a distribution given for it is free unless an arm sets it. */

/* Reads {points: 200, worlds: 200, range: 0.5, parameters: {NAME: DISTRIBUTION, ...}} from load->robustness,
 * which may be NULL, and appends the counterparts. `overrides` may be NULL. Needs the claims; read it last.
 * Faults are left in the document. */
void qd_robustness_read(qd_loading_t *load, const qd_yaml_node_t *root, const qd_overrides_t *overrides);
void qd_robustness_free(qd_experiment_t *self);

/* "{points: 200, worlds: 200, range: 0.5}" */
void qd_write_robustness(FILE *out, const qd_loading_t *load);

/* The canonical text of an experiment: keys in one order, every default written out, numbers in the shortest
 * form that reads back exactly, data of empirical orders included. qd_experiment_parse reads it back to an
 * equal experiment, whose canonical text is the same, byte for byte. */

/* Sets self->config and self->config_hash. False when memory is short. The hash is XXH3-64 of the canonical
 * text of seed, orders (with their data), parameters, schedule, type and factors of the design. It does not
 * cover the number of worlds or of design points, which a resumed run may raise, nor text and options of
 * output. */
bool qd_canonical_set(qd_loading_t *load);

/* Registration of the statements made before a run. `quadrille register EXPERIMENT.yaml` seals the claims,
 * the analysis, the seed, the number of worlds and the keys that determine the worlds' values in
 * EXPERIMENT.registered.yaml. Every later load of the experiment compares it with that file.
 *
 * A sealed file has a head (date, program, experiment, hash of the rest) and then lines that are a function
 * of the experiment alone. Comparison is line by line, so that the report names each changed claim. */

/* "PATH/NAME.registered.yaml" for "PATH/NAME.yaml", malloc'ed; NULL when memory is short. */
char *qd_registration_path(const char *experiment_path);

/* Writes the sealed text of an experiment, dated now. The caller checks `out` for write errors.
 * QD_ERROR_INPUT where the experiment has no claims. */
QD_MUST_USE qd_status_t qd_registration_write(const qd_experiment_t *experiment, FILE *out,
                                              qd_error_t *error);

/* Looks for the sealed file of load->self, which has been resolved; sets its `registered` (the date, "" where
 * there is none) and `deviations` (a sentence for each difference, "; " between them, "" where there is
 * none). */
bool qd_registration_find(qd_loading_t *load);

/* `registered:` of a resolved text: {on: DATE, deviations: TEXT}. */
bool qd_registration_read(qd_loading_t *load, const qd_yaml_node_t *node);

#endif
