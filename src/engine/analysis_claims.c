#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/claim_sequences.h"
#include "engine/claim_tests.h"
#include "statistics/interval.h"

/* The tests of a table: claims (rows) by columns that are counted together. A test that is not made (an order
 * that the claim is not about) has `made` false. */
typedef struct {
    qd_place_family_t family;
    size_t size, columns;
    qd_claim_test_t *test;
    bool *made;
    qd_place_finding_t *sequence; /* the sequences that stopped the run; NULL if claims did not stop it */
    double *p, *holm;             /* of the tests made, in their order; then of all */
    double level;                 /* confidence of each interval */
    double alpha;
} family_t;

static void family_free(family_t *self)
{
    free(self->test);
    free(self->made);
    free(self->sequence);
    free(self->p);
    free(self->holm);
}

static qd_status_t family_init(family_t *self, qd_place_family_t family, const qd_claim_tests_t *tests,
                               qd_error_t *error)
{
    const qd_experiment_t *experiment = tests->experiment;
    size_t columns = qd_places_columns(experiment, family), size = experiment->claims * columns;
    double confidence = tests->sequences ? experiment->precision.confidence : experiment->confidence;
    *self = (family_t){.family = family,
                       .size = size,
                       .columns = columns,
                       .test = qd_new(size, sizeof *self->test, error),
                       .made = qd_new(size, sizeof *self->made, error),
                       .sequence = tests->sequences ? qd_new(size, sizeof *self->sequence, error) : NULL,
                       .p = qd_new(size, sizeof *self->p, error),
                       .holm = qd_new(size, sizeof *self->holm, error),
                       .alpha = 1.0 - confidence};
    if (self->test && self->made && self->p && self->holm && (self->sequence || !tests->sequences))
        return QD_OK;
    return qd_no_memory(error);
}

/* The verdict of a sequence, before other notes on the test. */
static const char *tell_sequence(const qd_experiment_t *experiment, const qd_place_finding_t *found,
                                 const char *note, qd_analysis_t *out)
{
    static const char *const how[QD_PLACE_STATES] = {[QD_PLACE_OPEN] = "not decided",
                                                     [QD_PLACE_SUPPORTED] = "decided",
                                                     [QD_PLACE_CONTRADICTED] = "decided",
                                                     [QD_PLACE_SETTLED] = "settled by a step that turns back",
                                                     [QD_PLACE_NEGLIGIBLE] = "settled as negligible",
                                                     [QD_PLACE_HOPELESS] =
                                                         "ended: more worlds would hardly decide it"};
    bool asymptotic = found->asymptotic && found->state != QD_PLACE_OPEN && found->state != QD_PLACE_HOPELESS;
    bool bare = found->looked > 0 && isnan(found->interval.low);
    return qd_analysis_text(out, "%s%s (max_worlds %llu)%s%s%s",
                            found->dip ? "tested in a fixed number of worlds" : how[found->state],
                            asymptotic && !found->dip ? " by an asymptotic sequence" : "",
                            (unsigned long long)experiment->worlds,
                            bare && !found->dip ? "; too few worlds vary for an interval" : "",
                            note ? "; " : "", note ? note : "");
}

/* Makes test i at its place. If claims stopped the run, their sequences give the p-value of the worlds that
 * they looked at. */
static qd_status_t make_test(qd_claim_tests_t *tests, family_t *self, size_t i, const qd_place_t *place,
                             qd_analysis_t *out, qd_error_t *error)
{
    qd_claim_test_t *test = &self->test[i];
    self->made[i] = true;
    if (!self->sequence)
        return qd_claim_test_at(tests, place, out, test, error);
    qd_place_finding_t *found = &self->sequence[i];
    *found = qd_claim_sequences_find(tests->sequences, self->family, i / self->columns, i % self->columns);
    *test = (qd_claim_test_t){.effect = place->claim.kind != QD_CLAIM_BIMODAL,
                              .p = NAN,
                              .found = {.estimate = NAN, .unpaired_se = NAN, .reduction = NAN}};
    tests->worlds = found->looked;
    qd_status_t status = found->looked > 0 ? qd_claim_test_at(tests, place, out, test, error) : QD_OK;
    tests->worlds = 0;
    if (test->effect)
        test->p = found->looked > 0 ? found->p : (double)NAN;
    test->note = tell_sequence(tests->experiment, found, test->note, out);
    return status;
}

/* The sequences corrected their p at each look; a dip is tested once, at its equal share of alpha. */
static void take_sequences(family_t *self)
{
    for (size_t i = 0; i < self->size; i++) {
        self->holm[i] = NAN;
        if (!self->made[i])
            continue;
        self->level = self->sequence[i].level;
        double adjusted = self->sequence[i].dip ? self->test[i].p * (self->alpha / (1.0 - self->level))
                                                : self->sequence[i].p_adjusted;
        if (!isnan(self->test[i].p))
            self->holm[i] = adjusted > 1.0 ? 1.0 : adjusted;
    }
}

/* Holm's correction over all tests made, and one level for all intervals (Bonferroni). `tests`: size of the
 * family if it spans several files, else 0. The tests of other files count as p = 1 here, so that the k-th
 * smallest p of a file is multiplied by tests - k. This controls the error of all files together: if m0 of
 * all hypotheses are true, the first true one that a file rejects has p <= alpha / m0. */
static qd_status_t correct(family_t *self, uint64_t tests, qd_error_t *error)
{
    size_t made = 0, effects = 0;
    if (self->sequence) {
        take_sequences(self);
        return QD_OK;
    }
    for (size_t i = 0; i < self->size; i++)
        if (self->made[i]) {
            self->p[made++] = self->test[i].p;
            effects += self->test[i].effect;
        }
    if (!qd_holm_adjust(made, tests, self->p, self->holm))
        return qd_no_memory(error);
    effects = tests > effects ? tests : effects;
    for (size_t i = self->size; i-- > 0;)
        self->holm[i] = self->made[i] ? self->holm[--made] : (double)NAN;
    self->level = 1.0 - self->alpha / (double)(effects > 0 ? effects : 1);
    return QD_OK;
}

/* ---- verdicts ------------------------------------------------------------------------------------------ */

static const char supported[] = "supported", contradicted[] = "contradicted", mixed[] = "mixed",
                  undecided[] = "undecided";

static const char *verdict_of(const qd_claim_t *claim, const qd_claim_test_t *test, double holm, double alpha)
{
    if (isnan(test->p) || holm > alpha)
        return undecided;
    return test->effect && test->found.estimate < claim->margin ? contradicted : supported;
}

/* The verdict of a sequence, or of a dip test of the planned number of worlds. */
static const char *verdict_of_sequence(const qd_place_finding_t *found, double adjusted, double alpha)
{
    bool dip = found->state == QD_PLACE_SETTLED && found->dip && adjusted <= alpha;
    if (found->state == QD_PLACE_SUPPORTED || dip)
        return supported;
    return found->state == QD_PLACE_CONTRADICTED ? contradicted : undecided;
}

static qd_result_verdict_t cell_of(const family_t *self, const qd_claim_t *claim, size_t i)
{
    const qd_claim_test_t *test = &self->test[i];
    if (!self->made[i])
        return (qd_result_verdict_t){
            .verdict = "", .estimate = NAN, .low = NAN, .high = NAN, .p = NAN, .p_holm = NAN};
    qd_interval_t interval = {(double)NAN, (double)NAN};
    const char *verdict = verdict_of(claim, test, self->holm[i], self->alpha);
    if (self->sequence)
        verdict = verdict_of_sequence(&self->sequence[i], self->holm[i], self->alpha);
    if (test->effect)
        interval =
            self->sequence ? self->sequence[i].interval : qd_contrast_interval(&test->found, self->level);
    return (qd_result_verdict_t){.verdict = verdict,
                                 .estimate = test->found.estimate,
                                 .low = interval.low,
                                 .high = interval.high,
                                 .p = test->p,
                                 .p_holm = self->holm[i],
                                 .worlds = (int64_t)test->found.count};
}

static const char *note_of(const qd_claim_test_t *test, const qd_result_verdict_t *cell)
{
    if (test->found.count < (test->effect ? 2 : QD_DIP_VALUES_MIN))
        return "too few worlds to judge";
    if (test->found.differing == 0)
        return "does not vary";
    if (test->note)
        return test->note;
    return test->effect && isnan(cell->low) ? "too few worlds for an interval" : "";
}

/* ---- by order ------------------------------------------------------------------------------------------ */

/* Makes the claim's own test, in the first column, from the tests of the orders in the following columns: the
 * claim holds if the distribution has two modes in every order. */
static void take_worst_order(qd_claim_test_t test[], size_t orders)
{
    test[0] = test[1];
    for (size_t o = 1; o < orders; o++)
        if (!(test[1 + o].p <= test[0].p))
            test[0] = test[1 + o];
}

static qd_status_t test_claim(qd_claim_tests_t *tests, size_t c, qd_analysis_t *out, family_t *family,
                              qd_error_t *error)
{
    const qd_experiment_t *experiment = tests->experiment;
    const qd_claim_t *claim = &experiment->claim[c];
    bool dip = claim->kind == QD_CLAIM_BIMODAL && qd_claim_is_by_order(experiment, claim);
    size_t first = c * family->columns;
    qd_status_t status = QD_OK;
    qd_place_t place;
    for (size_t k = dip ? 1 : 0; k < family->columns && status == QD_OK; k++)
        if (qd_place_at(experiment, QD_PLACES_CLAIMS, c, k, &place))
            status = make_test(tests, family, first + k, &place, out, error);
    if (dip && status == QD_OK) {
        family->made[first] = true;
        take_worst_order(&family->test[first], experiment->orders);
        if (family->sequence)
            family->sequence[first] = family->sequence[first + 1];
    }
    return status;
}

/* The two orders with opposite verdicts and the most distant estimates; false if there are none. The verdict
 * of the mean counts as one: then both are equal. */
static bool find_disagreement(const qd_result_verdict_t *mean, const qd_result_verdict_t order[],
                              size_t orders, size_t *high, size_t *low)
{
    bool above = mean->verdict == supported, below = mean->verdict == contradicted;
    *high = *low = 0;
    for (size_t o = 0; o < orders; o++) {
        above = above || order[o].verdict == supported;
        below = below || order[o].verdict == contradicted;
        *high = order[o].estimate > order[*high].estimate ? o : *high;
        *low = order[o].estimate < order[*low].estimate ? o : *low;
    }
    return above && below;
}

/* "mixed" with the reason, if orders contradict each other. */
static qd_status_t mix(const qd_experiment_t *experiment, const qd_result_verdict_t order[],
                       qd_result_claim_t *row, qd_analysis_t *out, qd_error_t *error)
{
    size_t high, low;
    qd_result_verdict_t mean = {.verdict = row->verdict};
    if (!find_disagreement(&mean, order, experiment->orders, &high, &low))
        return QD_OK;
    row->verdict = mixed;
    row->note = qd_analysis_text(out, "orders differ by %.4g: %s %.4g, %s %.4g%s%s",
                                 order[high].estimate - order[low].estimate, experiment->order[high].label,
                                 order[high].estimate, experiment->order[low].label, order[low].estimate,
                                 *row->note ? "; " : "", row->note);
    return row->note ? QD_OK : qd_no_memory(error);
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

static const char *const kinds[] = {[QD_CLAIM_CONTRAST] = "contrast",
                                    [QD_CLAIM_INTERACTION] = "interaction",
                                    [QD_CLAIM_TREND] = "trend",
                                    [QD_CLAIM_ORDERS] = "orders",
                                    [QD_CLAIM_BIMODAL] = "bimodal"};

static const char *order_of(const qd_experiment_t *experiment, const qd_claim_t *claim, qd_analysis_t *out)
{
    if (claim->order < 0)
        return "all";
    const char *label = experiment->order[claim->order].label;
    if (claim->kind != QD_CLAIM_ORDERS)
        return label;
    return qd_analysis_text(out, "%s - %s", label, experiment->order[claim->order_less].label);
}

static qd_result_claim_t row_of(const qd_experiment_t *experiment, const qd_claim_t *claim,
                                const family_t *family, size_t first, qd_analysis_t *out)
{
    const qd_claim_test_t *test = &family->test[first];
    qd_result_verdict_t cell = cell_of(family, claim, first);
    return (qd_result_claim_t){.id = claim->id,
                               .says = claim->says,
                               .kind = kinds[claim->kind],
                               .outcome = qd_outcome_table[claim->outcome].name,
                               .order = order_of(experiment, claim, out),
                               .verdict = cell.verdict,
                               .note = note_of(test, &cell),
                               .status = claim->exploratory ? "exploratory" : "confirmatory",
                               .estimate = cell.estimate,
                               .low = cell.low,
                               .high = cell.high,
                               .margin = test->effect ? claim->margin : (double)NAN,
                               .negligible = claim->negligible,
                               .confidence = test->effect ? family->level : (double)NAN,
                               .p = cell.p,
                               .p_holm = cell.p_holm,
                               .unpaired_se = test->found.unpaired_se,
                               .variance_reduction = test->found.reduction,
                               .worlds = cell.worlds};
}

/* Rows of one claim: its own, and one cell per order. A claim about one order has that order's cell. */
static qd_status_t conclude(const qd_experiment_t *experiment, size_t c, const family_t *family,
                            qd_analysis_t *out, qd_error_t *error)
{
    const qd_claim_t *claim = &experiment->claim[c];
    size_t orders = experiment->orders, first = c * (1 + orders);
    qd_result_claim_t *row = &out->claim[c];
    qd_result_verdict_t *order = &out->by_order[c * orders];
    *row = row_of(experiment, claim, family, first, out);
    for (size_t o = 0; o < orders; o++)
        order[o] = cell_of(family, claim, first + 1 + o);
    if (claim->kind != QD_CLAIM_ORDERS && !qd_claim_is_by_order(experiment, claim))
        order[claim->order < 0 ? 0 : claim->order] = cell_of(family, claim, first);
    return qd_claim_is_by_order(experiment, claim) ? mix(experiment, order, row, out, error) : QD_OK;
}

/* ---- fair arms ----------------------------------------------------------------------------------------- */

/* Decomposes a difference in successes per crisis into the effects of more missions and of better ones, from
 * the arms' means of successes and of missions per crisis (Kitagawa 1955): delta(m s) = delta m * mean s +
 * delta s * mean m. */
static void decompose(const double resolved[2], const double m[2], double *more, double *better)
{
    double s[2] = {m[0] > 0.0 ? resolved[0] / m[0] : 0.0, m[1] > 0.0 ? resolved[1] / m[1] : 0.0};
    *more = (m[0] - m[1]) * (s[0] + s[1]) / 2.0;
    *better = (s[0] - s[1]) * (m[0] + m[1]) / 2.0;
}

/* Mean number of missions per crisis in an arm: 1 - share_abstain in a world with crises, 0 in one without
 * any, where `resolved` and `share_abstain` are 0 too. */
static qd_status_t missions_per_crisis(qd_claim_tests_t *tests, const qd_claim_t *claim, const qd_arm_t *arm,
                                       double *mean, qd_error_t *error)
{
    double with_crises, abstain;
    qd_status_t status = qd_claim_arm_share(tests, claim, arm, QD_O_crises, &with_crises, error);
    if (status == QD_OK)
        status = qd_claim_arm_mean(tests, claim, arm, QD_O_share_abstain, &abstain, error);
    if (status == QD_OK)
        *mean = fmax(0.0, with_crises - abstain);
    return status;
}

/* Evaluates `equal:`: whether the arms differ in another outcome, and the effect for an equal value of it. */
static qd_status_t compare_selection(qd_claim_tests_t *tests, const qd_claim_t *claim, qd_analysis_t *out,
                                     qd_result_claim_t *row, qd_error_t *error)
{
    qd_claim_t other = *claim;
    qd_claim_test_t test;
    double resolved[2], missions[2], more, better;
    other.outcome = (qd_outcome_t)claim->equal;
    other.margin = 0.0;
    qd_status_t status = qd_claim_test(tests, &other, -1, NULL, out, &test, error);
    if (status != QD_OK || !(test.p <= 1.0 - tests->experiment->confidence))
        return status;
    const char *name = qd_outcome_table[claim->equal].name, *comma = *row->note ? "; " : "";
    row->note = qd_analysis_text(out, "%s%sthe arms differ in %s by %.4g", row->note, comma, name,
                                 test.found.estimate);
    if (row->note && claim->outcome == QD_O_resolved && claim->equal == QD_O_share_abstain) {
        const qd_arm_t *arm[2] = {&claim->more, &claim->less};
        for (size_t i = 0; i < 2 && status == QD_OK; i++)
            status = qd_claim_arm_mean(tests, claim, arm[i], QD_O_resolved, &resolved[i], error);
        for (size_t i = 0; i < 2 && status == QD_OK; i++)
            status = missions_per_crisis(tests, claim, arm[i], &missions[i], error);
        if (status != QD_OK)
            return status;
        decompose(resolved, missions, &more, &better);
        row->note =
            qd_analysis_text(out, "%s: of the effect %.4g is due to more missions, %.4g to better ones",
                             row->note, more, better);
    }
    return row->note ? QD_OK : qd_no_memory(error);
}

/* ---- ablations ----------------------------------------------------------------------------------------- */

/* Judges every claim again under every ablation: a family of its own. */
static qd_status_t ablate(qd_claim_tests_t *tests, qd_analysis_t *out, qd_error_t *error)
{
    const qd_experiment_t *experiment = tests->experiment;
    size_t ablations = experiment->ablations, size = experiment->claims * ablations;
    out->ablation = qd_new(size, sizeof *out->ablation, error);
    if (!out->ablation)
        return qd_no_memory(error);
    family_t family;
    qd_status_t status = family_init(&family, QD_PLACES_ABLATIONS, tests, error);
    for (size_t i = 0; i < size && status == QD_OK; i++) {
        qd_place_t place;
        if (qd_place_at(experiment, QD_PLACES_ABLATIONS, i / ablations, i % ablations, &place))
            status = make_test(tests, &family, i, &place, out, error);
    }
    if (status == QD_OK)
        status = correct(&family, 0, error);
    for (size_t i = 0; i < size && status == QD_OK; i++)
        out->ablation[i] = cell_of(&family, &experiment->claim[i / ablations], i);
    family_free(&family);
    return status;
}

/* ---- baselines ----------------------------------------------------------------------------------------- */

const char *const qd_baseline_names[QD_BASELINES] = {"more - neutral", "less - neutral", "more - do-nothing",
                                                     "less - do-nothing"};

/* Judges both arms of every contrast against both baselines: a family of its own. */
static qd_status_t compare_baselines(qd_claim_tests_t *tests, qd_analysis_t *out, qd_error_t *error)
{
    const qd_experiment_t *experiment = tests->experiment;
    size_t size = experiment->claims * QD_BASELINES;
    family_t family;
    qd_status_t status = family_init(&family, QD_PLACES_BASELINES, tests, error);
    out->baseline = qd_new(size, sizeof *out->baseline, error);
    if (status == QD_OK && !out->baseline)
        status = qd_no_memory(error);
    for (size_t i = 0; i < size && status == QD_OK; i++) {
        qd_place_t place;
        if (qd_place_at(experiment, QD_PLACES_BASELINES, i / QD_BASELINES, i % QD_BASELINES, &place))
            status = make_test(tests, &family, i, &place, out, error);
    }
    if (status == QD_OK)
        status = correct(&family, 0, error);
    for (size_t i = 0; i < size && status == QD_OK; i++) {
        qd_claim_t against_zero = experiment->claim[i / QD_BASELINES];
        against_zero.margin = 0.0;
        out->baseline[i] = cell_of(&family, &against_zero, i);
    }
    family_free(&family);
    return status;
}

qd_status_t qd_analyse_claims(const qd_experiment_t *experiment, qd_index_t *done,
                              const qd_claim_sequences_t *sequences, qd_analysis_t *out, qd_error_t *error)
{
    size_t n = experiment->claims;
    qd_claim_tests_t tests = {.experiment = experiment, .done = done, .sequences = sequences};
    family_t family;
    if (n == 0)
        return QD_OK;
    out->claim = qd_new(n, sizeof *out->claim, error);
    out->by_order = qd_new(n * experiment->orders, sizeof *out->by_order, error);
    qd_status_t status = family_init(&family, QD_PLACES_CLAIMS, &tests, error);
    if (status == QD_OK && (!out->claim || !out->by_order))
        status = qd_no_memory(error);
    for (size_t c = 0; c < n && status == QD_OK; c++)
        status = test_claim(&tests, c, out, &family, error);
    if (status == QD_OK)
        status = correct(&family, experiment->family_tests, error);
    for (size_t c = 0; c < n && status == QD_OK; c++)
        status = conclude(experiment, c, &family, out, error);
    for (size_t c = 0; c < n && status == QD_OK; c++)
        if (experiment->claim[c].equal >= 0)
            status = compare_selection(&tests, &experiment->claim[c], out, &out->claim[c], error);
    out->claims = status == QD_OK ? n : 0;
    if (status == QD_OK && experiment->ablations > 0)
        status = ablate(&tests, out, error);
    if (status == QD_OK && experiment->baselines > 0)
        status = compare_baselines(&tests, out, error);
    if (status == QD_OK && experiment->robustness.rows > 0)
        status = qd_analyse_robustness(&tests, out, error);
    family_free(&family);
    qd_claim_tests_free(&tests);
    return status;
}
