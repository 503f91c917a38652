#include "experiment/parts.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "experiment/loading.h"
#include "experiment/settings.h"

#define CLAIMS_MAX 10000
#define LEVELS_MAX 1000

static void arm_free(qd_arm_t *arm)
{
    free(arm->point);
}

void qd_claims_free(qd_experiment_t *self)
{
    for (size_t c = 0; c < self->claims; c++) {
        qd_claim_t *claim = &self->claim[c];
        free(claim->id);
        free(claim->says);
        arm_free(&claim->more);
        arm_free(&claim->less);
        arm_free(&claim->where_more);
        arm_free(&claim->where_less);
        for (size_t l = 0; l < claim->levels; l++)
            arm_free(&claim->level[l]);
        free(claim->level);
        free(claim->level_value);
        free(claim->differing);
    }
    free(self->claim);
}

static bool read_order(const qd_loading_t *load, const qd_yaml_node_t *node, int *order)
{
    char list[600] = "";
    const char *text = qd_yaml_scalar(node);
    *order = text ? qd_order_find(load->self, text) : -1;
    if (*order >= 0)
        return true;
    for (size_t i = 0; i < load->self->orders; i++) {
        const char *label = load->self->order[i].label;
        strncat(list, i ? ", " : "", sizeof list - strlen(list) - 1);
        strncat(list, label ? label : "", sizeof list - strlen(list) - 1);
    }
    const char **labels = qd_new(load->self->orders, sizeof *labels, NULL); /* NULL: no near name */
    for (size_t i = 0; labels && i < load->self->orders; i++)
        labels[i] = load->self->order[i].label ? load->self->order[i].label : "";
    (void)qd_yaml_expected_of(node, load->self->orders, labels, "an order of this experiment: %s", list);
    free(labels);
    return false;
}

/* ---- factors that differ between arms ------------------------------------------------------------------ */

/* The names in the arms of a claim. */
typedef struct {
    bool point;                            /* one is called by its label, with all its settings */
    bool parameter[1 + QD_PARAMETERS_MAX]; /* 1 + QD_P_...; 0: the doctrine */
} names_t;

static void note_names(names_t *self, const qd_arm_words_t *words)
{
    self->point = self->point || words->point;
    for (size_t i = 0; i < words->block.count; i++)
        self->parameter[1 + words->block.given[i].parameter] = true;
}

/* The coordinates of an arm's points, ascending; those that are left alone come first. */
static double *values_of(qd_loading_t *load, const qd_arm_t *arm, size_t factor)
{
    double *value = qd_loading_room(load, arm->points, sizeof *value);
    for (size_t i = 0; value && i < arm->points; i++) {
        double x = load->self->point[arm->point[i]].coordinate[factor];
        value[i] = isnan(x) ? -(double)INFINITY : x;
    }
    if (value)
        qsort(value, arm->points, sizeof *value, qd_compare_doubles);
    return value;
}

/* Whether every value has the same share of the points in both arms. */
static bool same_shares(size_t n, const double a[], size_t m, const double b[])
{
    size_t i = 0, j = 0;
    while (i < n && j < m && a[i] == b[j]) {
        double value = a[i];
        size_t from[2] = {i, j};
        for (; i < n && a[i] == value; i++) {
        }
        for (; j < m && b[j] == value; j++) {
        }
        if ((i - from[0]) * m != (j - from[1]) * n)
            return false;
    }
    return i == n && j == m;
}

/* Whether a factor's values differ between one arm and any of `count` others: *same. False where memory is
 * short. */
static bool compare_values(qd_loading_t *load, size_t factor, const qd_arm_t *one, size_t count,
                           const qd_arm_t other[], bool *same)
{
    double *a = values_of(load, one, factor);
    bool good = a != NULL;
    *same = true;
    for (size_t i = 0; good && *same && i < count; i++) {
        double *b = values_of(load, &other[i], factor);
        good = b != NULL;
        *same = good && same_shares(one->points, a, other[i].points, b);
        free(b);
    }
    free(a);
    return good;
}

/* Adds to claim->differing the factors without a name in the arms whose values differ between one arm and any
 * of `count` others: the effect is then theirs, too. Arms called by their points differ as the file says. */
static bool find_differing(qd_loading_t *load, names_t *names, const qd_arm_t *one, size_t count,
                           const qd_arm_t other[], qd_claim_t *claim)
{
    const qd_design_t *design = &load->self->design;
    for (size_t f = 0; f < design->factors && !names->point; f++) {
        const char *name = design->factor[f].name;
        bool *named = &names->parameter[1 + design->factor[f].parameter], same;
        if (*named)
            continue;
        if (!compare_values(load, f, one, count, other, &same))
            return false;
        if (same)
            continue;
        size_t used = claim->differing ? strlen(claim->differing) : 0, size = used + strlen(name) + 3;
        char *larger = qd_resize(claim->differing, size, 1, load->error);
        if (!larger)
            return false;
        snprintf(larger + used, size - used, "%s%s", used ? ", " : "", name);
        claim->differing = larger;
        *named = true; /* here, too */
    }
    return true;
}

/* ---- arms ---------------------------------------------------------------------------------------------- */

/* One arm of one or two mappings (`second` may be NULL); its names are added to `names`. */
static bool read_arm(qd_loading_t *load, const qd_yaml_node_t *first, const qd_yaml_node_t *second,
                     names_t *names, qd_arm_t *out)
{
    qd_arm_words_t words = {0};
    bool good = qd_arm_read(load, first, &words) && (!second || qd_arm_read(load, second, &words));
    if (good && words.order)
        good = qd_yaml_fail_key(
            words.order, "found `order` in an arm; expected it in both `more` and `less` of a contrast");
    good = good && qd_arm_resolve(load, &words, out);
    note_names(names, &words);
    qd_arm_words_free(&words);
    return good;
}

/* ---- contrasts ----------------------------------------------------------------------------------------- */

/* {more: {order: A}, less: {order: B}, at: ARM} */
static bool read_order_contrast(qd_loading_t *load, const qd_yaml_node_t *map, qd_claim_t *claim)
{
    const qd_yaml_node_t *side[2] = {qd_yaml_get(map, "more"), qd_yaml_get(map, "less")},
                         *at = qd_yaml_get(map, "at");
    int order[2] = {-1, -1};
    for (size_t i = 0; i < 2; i++) {
        const qd_yaml_node_t *named = qd_yaml_get(side[i], "order");
        if (!named || qd_yaml_count(side[i]) != 1)
            return qd_yaml_expected(
                side[i], "{order: LABEL} and nothing else, in both arms (other names go into `at`)");
        if (!read_order(load, named, &order[i]))
            return false;
    }
    if (claim->order >= 0)
        return qd_yaml_fail(
            map, "found a contrast of orders in a claim about one `order`; expected one or the other");
    if (order[0] == order[1])
        return qd_yaml_fail(map, "found the same order in both arms; expected two");
    claim->kind = QD_CLAIM_ORDERS;
    claim->order = order[0];
    claim->order_less = order[1];
    return at ? read_arm(load, at, NULL, &(names_t){0}, &claim->more) : qd_arm_of_all(load, &claim->more);
}

static bool read_interaction(qd_loading_t *load, const qd_yaml_node_t *more, const qd_yaml_node_t *less,
                             const qd_yaml_node_t *map, qd_claim_t *claim)
{
    static const char *const keys[] = {"where", "against"};
    if (!qd_yaml_expect(map, QD_YAML_MAP, "{where: {...}, against: {...}}"))
        return false;
    qd_yaml_check_keys(map, 2, keys);
    const qd_yaml_node_t *where = qd_yaml_need(map, "where"), *against = qd_yaml_need(map, "against");
    names_t names = {0};
    claim->kind = QD_CLAIM_INTERACTION;
    return where && against && read_arm(load, more, where, &names, &claim->more) &&
           read_arm(load, less, where, &names, &claim->less) &&
           read_arm(load, more, against, &names, &claim->where_more) &&
           read_arm(load, less, against, &names, &claim->where_less) &&
           find_differing(load, &names, &claim->more, 1, &claim->less, claim) &&
           find_differing(load, &names, &claim->where_more, 1, &claim->where_less, claim);
}

static bool same_arm(const qd_arm_t *a, const qd_arm_t *b)
{
    return a->points == b->points && memcmp(a->point, b->point, a->points * sizeof *a->point) == 0;
}

static bool read_contrast(qd_loading_t *load, const qd_yaml_node_t *map, const qd_yaml_node_t *interaction,
                          qd_claim_t *claim)
{
    static const char *const keys[] = {"more", "less", "at"};
    if (!qd_yaml_expect(map, QD_YAML_MAP, "{more: {...}, less: {...}}"))
        return false;
    qd_yaml_check_keys(map, 3, keys);
    const qd_yaml_node_t *more = qd_yaml_need(map, "more"), *less = qd_yaml_need(map, "less"),
                         *at = qd_yaml_get(map, "at");
    if (!more || !less)
        return false;
    if (qd_yaml_get(more, "order") || qd_yaml_get(less, "order"))
        return interaction ? qd_yaml_fail_key(interaction,
                                              "found `interaction` beside a contrast of orders; expected "
                                              "one or the other")
                           : read_order_contrast(load, map, claim);
    if (interaction && at)
        return qd_yaml_fail_key(
            at, "found `at` beside `interaction`; expected its names in `where` and `against`");
    if (interaction)
        return read_interaction(load, more, less, interaction, claim);
    claim->kind = QD_CLAIM_CONTRAST;
    names_t names = {0};
    bool good = read_arm(load, more, at, &names, &claim->more);
    good = read_arm(load, less, at, &names, &claim->less) && good;
    if (good && same_arm(&claim->more, &claim->less))
        return qd_yaml_fail(map, "found the same points in both arms; expected different ones");
    return good && find_differing(load, &names, &claim->more, 1, &claim->less, claim);
}

/* ---- trends -------------------------------------------------------------------------------------------- */

/* The distinct values of the factor over the points of `at`, ascending. */
static bool collect_levels(qd_loading_t *load, const qd_yaml_node_t *node, int factor, const qd_arm_t *at,
                           qd_claim_t *claim)
{
    size_t found = 0;
    double *level = claim->level_value = qd_loading_room(load, at->points, sizeof *level);
    if (!level)
        return false;
    for (size_t i = 0; i < at->points; i++) {
        double x = load->self->point[at->point[i]].coordinate[factor];
        if (!isnan(x))
            level[found++] = x;
    }
    qsort(level, found, sizeof *level, qd_compare_doubles);
    size_t levels = 0;
    for (size_t i = 0; i < found; i++)
        if (i == 0 || level[i] != level[levels - 1])
            level[levels++] = level[i];
    if (levels < 2 || levels > LEVELS_MAX)
        return qd_yaml_fail(node, "found %zu value%s of `%s` in these points; expected 2 to %d", levels,
                            QD_S(levels), load->self->design.factor[factor].name, LEVELS_MAX);
    claim->level = qd_loading_room(load, levels, sizeof *claim->level);
    claim->levels = claim->level ? levels : 0;
    return claim->level != NULL;
}

static bool fill_levels(qd_loading_t *load, const qd_yaml_node_t *node, int factor, qd_arm_words_t *words,
                        qd_claim_t *claim)
{
    qd_arm_t at = {0};
    bool good = qd_arm_match(load, words, &at) && collect_levels(load, node, factor, &at, claim);
    arm_free(&at);
    for (size_t l = 0; good && l < claim->levels; l++) {
        qd_given_t given = {load->self->design.factor[factor].parameter, qd_constant(claim->level_value[l])};
        good = qd_block_put(load, &words->block, &given) && qd_arm_match(load, words, &claim->level[l]);
    }
    names_t names = {0};
    note_names(&names, words);
    return good && find_differing(load, &names, &claim->level[0], claim->levels - 1, &claim->level[1], claim);
}

static bool find_trend_factor(const qd_loading_t *load, const qd_yaml_node_t *node, int *factor)
{
    const char *text = qd_yaml_scalar(node);
    const qd_design_t *design = &load->self->design;
    for (*factor = 0; text && (size_t)*factor < design->factors; ++*factor)
        if (strcmp(design->factor[*factor].name, text) == 0)
            break;
    if (!text || (size_t)*factor == design->factors) {
        const char **names = qd_new(design->factors, sizeof *names, NULL);
        for (size_t f = 0; names && f < design->factors; f++)
            names[f] = design->factor[f].name;
        (void)qd_yaml_expected_of(node, design->factors, names, "a factor of the design");
        free(names);
        return false;
    }
    if (design->factor[*factor].parameter == QD_DOCTRINE || design->factor[*factor].levels == 0)
        return qd_yaml_expected(node, "a factor with levels that can rise");
    return true;
}

static bool read_trend(qd_loading_t *load, const qd_yaml_node_t *map, qd_claim_t *claim)
{
    static const char *const keys[] = {"factor", "direction", "at"}, *const ways[] = {"rises", "falls"};
    if (!qd_yaml_expect(map, QD_YAML_MAP, "{factor: NAME, direction: rises}"))
        return false;
    qd_yaml_check_keys(map, 3, keys);
    const qd_yaml_node_t *named = qd_yaml_need(map, "factor"), *way = qd_yaml_need(map, "direction"),
                         *at = qd_yaml_get(map, "at");
    qd_arm_words_t words = {0};
    int factor = 0;
    claim->kind = QD_CLAIM_TREND;
    bool good = named && way;
    if (named)
        good = find_trend_factor(load, named, &factor) && good;
    if (way && !qd_yaml_is_word(way, "rises") && !qd_yaml_is_word(way, "falls"))
        good = qd_yaml_expected_of(way, 2, ways, "rises or falls");
    claim->direction = good && qd_yaml_is_word(way, "rises") ? 1 : -1;
    good = (!at || qd_arm_read(load, at, &words)) && good;
    if (good && words.order)
        good = qd_yaml_fail_key(words.order, "found `order` in an arm; expected it beside `trend`");
    if (good && qd_block_find(&words.block, load->self->design.factor[factor].parameter))
        good = qd_yaml_fail(at, "found the trend's own factor in `at`; expected other factors");
    good = good && fill_levels(load, map, factor, &words, claim);
    qd_arm_words_free(&words);
    return good;
}

/* ---- one claim ----------------------------------------------------------------------------------------- */

static bool read_bimodal(qd_loading_t *load, const qd_yaml_node_t *node, qd_claim_t *claim)
{
    claim->kind = QD_CLAIM_BIMODAL;
    const qd_outcome_info_t *outcome = &qd_outcome_table[claim->outcome];
    if (outcome->type == QD_OUTCOME_CODE)
        return qd_yaml_fail(node,
                            "found a claim of modes about %s, whose codes have no order; expected an outcome "
                            "with an order",
                            outcome->name);
    if (qd_yaml_kind(node) == QD_YAML_MAP)
        return read_arm(load, node, NULL, &(names_t){0}, &claim->more);
    const char *meant = qd_yaml_flag_meant(node);
    if (!qd_yaml_is_word(node, "true"))
        return qd_yaml_expected(node, "true, or an arm such as {institution.initial: 0.1}%s",
                                meant && strcmp(meant, "true") == 0 ? " (write `true`)" : "");
    return qd_arm_of_all(load, &claim->more);
}

static bool read_status(const qd_yaml_node_t *node, bool *exploratory)
{
    static const char *const words[] = {"confirmatory", "exploratory"};
    *exploratory = qd_yaml_is_word(node, "exploratory");
    return *exploratory || qd_yaml_is_word(node, "confirmatory") ||
           qd_yaml_expected_of(node, 2, words, "confirmatory or exploratory");
}

static bool read_equal(const qd_yaml_node_t *map, const qd_yaml_node_t *node, int *equal)
{
    qd_outcome_t outcome;
    if (!qd_yaml_get(map, "contrast") || qd_yaml_get(map, "interaction"))
        return qd_yaml_fail_key(node,
                                "found `equal` in a claim that is no plain contrast; expected it beside "
                                "`contrast` alone");
    if (!qd_read_outcome(node, &outcome))
        return false;
    *equal = (int)outcome;
    return true;
}

/* The keys that every claim has. */
static bool read_head(qd_loading_t *load, const qd_yaml_node_t *map, qd_claim_t *claim)
{
    const char *text = NULL;
    const qd_yaml_node_t *id = qd_yaml_need(map, "id"), *says = qd_yaml_need(map, "says"),
                         *outcome = qd_yaml_need(map, "outcome"), *order = qd_yaml_get(map, "order"),
                         *margin = qd_yaml_get(map, "margin"), *negligible = qd_yaml_get(map, "negligible"),
                         *status = qd_yaml_get(map, "status"), *equal = qd_yaml_get(map, "equal");
    bool good = id && says && outcome;
    if (id && qd_read_label(id, &text)) {
        for (size_t c = 0; c + 1 < load->self->claims; c++)
            if (load->self->claim[c].id && strcmp(load->self->claim[c].id, text) == 0)
                good = qd_yaml_fail(id, "found the claim `%s` twice; expected it once", text);
        claim->id = qd_loading_copy(load, text);
    }
    if (says && qd_yaml_text(says, &text))
        claim->says = qd_loading_copy(load, text);
    claim->order = claim->order_less = claim->equal = -1;
    good = (!outcome || qd_read_outcome(outcome, &claim->outcome)) && good;
    good = (!order || read_order(load, order, &claim->order)) && good;
    good = (!margin || qd_yaml_real(margin, -1e12, 1e12, &claim->margin)) && good;
    good = (!negligible || qd_yaml_real(negligible, 0.0, 1e12, &claim->negligible)) && good;
    good = (!status || read_status(status, &claim->exploratory)) && good;
    good = (!equal || read_equal(map, equal, &claim->equal)) && good;
    return good && claim->id && claim->says;
}

static void read_claim(qd_loading_t *load, const qd_yaml_node_t *map, qd_claim_t *claim)
{
    static const char *const keys[] = {"id",    "says",    "outcome", "order",      "contrast", "interaction",
                                       "trend", "bimodal", "margin",  "negligible", "status",   "equal"};
    if (!qd_yaml_expect(map, QD_YAML_MAP, "a claim: {id: ..., says: ..., outcome: ..., contrast: ...}"))
        return;
    qd_yaml_check_keys(map, sizeof keys / sizeof keys[0], keys);
    read_head(load, map, claim);
    const qd_yaml_node_t *contrast = qd_yaml_get(map, "contrast"),
                         *interaction = qd_yaml_get(map, "interaction"), *trend = qd_yaml_get(map, "trend"),
                         *bimodal = qd_yaml_get(map, "bimodal");
    if ((contrast != NULL) + (trend != NULL) + (bimodal != NULL) != 1)
        qd_yaml_fail(map, "found %d of `contrast`, `trend` and `bimodal` in a claim; expected one",
                     (contrast != NULL) + (trend != NULL) + (bimodal != NULL));
    else if (interaction && !contrast)
        qd_yaml_fail_key(interaction, "found `interaction` without `contrast`; expected both");
    else if (contrast)
        read_contrast(load, contrast, interaction, claim);
    else if (trend)
        read_trend(load, trend, claim);
    else
        read_bimodal(load, bimodal, claim);
}

void qd_claims_read(qd_loading_t *load, const qd_yaml_node_t *list)
{
    qd_experiment_t *self = load->self;
    if (!qd_yaml_expect(list, QD_YAML_SEQUENCE, "a list of claims"))
        return;
    if (qd_yaml_count(list) > CLAIMS_MAX) {
        qd_yaml_fail(list, "found %zu claims; expected at most %d", qd_yaml_count(list), CLAIMS_MAX);
        return;
    }
    self->claim = qd_loading_room(load, qd_yaml_count(list), sizeof *self->claim);
    for (const qd_yaml_node_t *node = qd_yaml_first(list); self->claim && node; node = qd_yaml_next(node))
        read_claim(load, node, &self->claim[self->claims++]);
}

/* ---- canonical text ------------------------------------------------------------------------------------ */

static bool is_word(const char *text)
{
    if (!isalnum((unsigned char)*text) && *text != '.' && *text != '-' && *text != '+')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("._-+", *text))
            return false;
    return text[-1] != '-' && text[-1] != '+';
}

/* Values keep the words of their author. */
void qd_write_node(FILE *out, const qd_yaml_node_t *node)
{
    bool map = qd_yaml_kind(node) == QD_YAML_MAP;
    const char *text = qd_yaml_scalar(node);
    if (text && qd_yaml_is_plain(node) && is_word(text)) {
        fputs(text, out);
    } else if (text) {
        qd_write_text(out, text);
    } else {
        fputs(map ? "{" : "[", out);
        for (const qd_yaml_node_t *child = qd_yaml_first(node); child; child = qd_yaml_next(child)) {
            fputs(child == qd_yaml_first(node) ? "" : ", ", out);
            if (map)
                fprintf(out, "%s: ", qd_yaml_key(child));
            qd_write_node(out, child);
        }
        fputs(map ? "}" : "]", out);
    }
}

void qd_write_claims(FILE *out, const qd_yaml_node_t *list)
{
    for (const qd_yaml_node_t *node = qd_yaml_first(list); node; node = qd_yaml_next(node)) {
        fputs("  - ", out);
        qd_write_node(out, node);
        fputs("\n", out);
    }
}
