#include "store/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A table that is larger in memory is none of ours: its length was forged or damaged. */
#define BYTES_MOST ((size_t)512 << 20)

/* One column of `rows`, gathered into an array of 8 bytes each; NULL when memory is short. */
static void *gather(const qd_table_t *self, const qd_table_column_t *column, const void *rows, size_t count)
{
    char *values = qd_new(count + 1, 8, NULL);
    for (size_t i = 0; values != NULL && i < count; i++) {
        memcpy(values + 8 * i, (const char *)rows + i * self->size + column->offset, 8);
        const char *text;
        memcpy(&text, values + 8 * i, 8);
        if (column->type == QD_H5_TEXT && text == NULL) {
            text = "";
            memcpy(values + 8 * i, &text, 8);
        }
    }
    return values;
}

/* What was gathered, with the type that its members have. */
static qd_h5_values_t values_of(const qd_table_column_t *column, const void *gathered)
{
    return column->type == QD_H5_TEXT   ? qd_h5_texts(gathered)
           : column->type == QD_H5_REAL ? qd_h5_reals(gathered)
                                        : qd_h5_wholes(gathered);
}

void qd_table_write(qd_h5_t *h5, const qd_table_t *self, const void *rows, size_t count)
{
    /* A second dimension of its own lies in the group, which is there then. */
    if (self->across == NULL || strncmp(self->across, self->group, strlen(self->group)) != 0)
        qd_h5_group(h5, self->group);
    if (count == 0) /* hdf5r and rhdf5 cannot read variables without elements */
        return;
    if (self->across == NULL)
        qd_h5_dimension(h5, self->dimension, count, false);
    for (size_t c = 0; c < self->columns && !h5->failed; c++) {
        const qd_table_column_t *column = &self->column[c];
        char path[128];
        snprintf(path, sizeof path, "%s/%s", self->group, column->name);
        qd_h5_variable_t variable = {.path = path,
                                     .rank = self->across == NULL ? 1 : 2,
                                     .dimension = {self->dimension, self->across},
                                     .units = column->units,
                                     .long_name = column->long_name};
        void *values = gather(self, column, rows, count);
        if (values == NULL)
            qd_h5_no_memory(h5);
        qd_h5_put(h5, &variable, values_of(column, values));
        free(values);
    }
}

/* Hands the values of a column out to the rows, which own its texts afterwards, and frees the column. */
static void scatter(const qd_table_t *self, const qd_table_column_t *column, void *values, void *rows,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        memcpy((char *)rows + i * self->size + column->offset, (const char *)values + 8 * i, 8);
    free(values);
}

static void free_values(qd_h5_type_t type, void *values, size_t count)
{
    for (size_t i = 0; type == QD_H5_TEXT && i < count; i++)
        free(((char **)values)[i]);
    free(values);
}

static void blank(const qd_table_t *self, void *rows, size_t count)
{
    double nan = NAN;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < self->columns; c++)
            if (self->column[c].type == QD_H5_REAL)
                memcpy((char *)rows + i * self->size + self->column[c].offset, &nan, sizeof nan);
}

void *qd_table_read(qd_h5_t *h5, const qd_table_t *self, size_t *count)
{
    *count = 0;
    if (!qd_h5_exists(h5, self->dimension) || !qd_h5_exists(h5, self->group))
        return NULL;
    size_t rows = qd_h5_length(h5, self->dimension, 0);
    size_t across = self->across == NULL ? 1 : qd_h5_length(h5, self->across, 0);
    rows = across > 0 && rows > BYTES_MOST / across ? BYTES_MOST : rows * across;
    if (rows > BYTES_MOST / self->size)
        qd_h5_refuse(h5, "damaged: a table claims more rows than any run writes");
    char *row = h5->failed ? NULL : qd_new(rows + 1, self->size, NULL);
    if (row == NULL)
        qd_h5_no_memory(h5);
    else
        blank(self, row, rows);
    for (size_t c = 0; c < self->columns && !h5->failed; c++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", self->group, self->column[c].name);
        if (!qd_h5_exists(h5, path))
            continue;
        size_t got;
        void *values = qd_h5_read(h5, path, self->column[c].type, &got);
        if (values != NULL && got == rows)
            scatter(self, &self->column[c], values, row, rows);
        else if (values != NULL) {
            free_values(self->column[c].type, values, got);
            qd_h5_refuse(h5, "damaged: the columns of a table have different lengths");
        }
    }
    /* A text that is missing is "", malloc'ed like the others. */
    for (size_t i = 0; row != NULL && i < rows; i++) {
        for (size_t c = 0; c < self->columns; c++) {
            char *text, *at = row + i * self->size + self->column[c].offset;
            memcpy(&text, at, sizeof text);
            if (self->column[c].type == QD_H5_TEXT && text == NULL && (text = qd_new(1, 1, NULL)) != NULL)
                memcpy(at, &text, sizeof text);
        }
    }
    if (h5->failed) {
        qd_table_free(self, row, rows);
        return NULL;
    }
    *count = rows;
    return row;
}

void qd_table_free(const qd_table_t *self, void *rows, size_t count)
{
    for (size_t i = 0; rows != NULL && i < count; i++) {
        for (size_t c = 0; c < self->columns; c++) {
            char *text;
            memcpy(&text, (char *)rows + i * self->size + self->column[c].offset, sizeof text);
            if (self->column[c].type == QD_H5_TEXT)
                free(text);
        }
    }
    free(rows);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A member of another type than the macro's does not compile. */
#define AS(of, member, wanted, as) _Generic(((of *)0)->member, wanted : as)
/* clang-format off */
#define TEXT(of, member, meaning)                                                                                     \
    {#member, AS(of, member, const char *, QD_H5_TEXT), offsetof(of, member), NULL, meaning}
#define REAL(of, member, units, meaning)                                                                              \
    {#member, AS(of, member, double, QD_H5_REAL), offsetof(of, member), units, meaning}
#define WHOLE(of, member, units, meaning)                                                                             \
    {#member, _Generic(((of *)0)->member, int64_t: QD_H5_WHOLE, uint64_t: QD_H5_WHOLE), offsetof(of, member), units,  \
     meaning}
/* clang-format on */

_Static_assert(sizeof(size_t) == 8 && sizeof(char *) == 8, "members of tables have 8 bytes");

static const qd_table_column_t failure_columns[] = {
    WHOLE(qd_result_failure_t, point, "1", "position of the design point"),
    WHOLE(qd_result_failure_t, order, "1", "position of the order"),
    WHOLE(qd_result_failure_t, world, "1", "index of the world that failed"),
    TEXT(qd_result_failure_t, reason, "why it was set aside"),
};

#define CLAIM(kind, member, ...) kind(qd_result_claim_t, member, __VA_ARGS__)
static const qd_table_column_t claim_columns[] = {
    CLAIM(TEXT, id, "name of the claim"),
    CLAIM(TEXT, says, "what is claimed"),
    CLAIM(TEXT, kind, "kind of claim"),
    CLAIM(TEXT, outcome, "outcome that is compared"),
    CLAIM(TEXT, order, "order it is about, or all"),
    CLAIM(TEXT, verdict, "supported, contradicted, mixed (orders contradict each other) or undecided"),
    CLAIM(TEXT, note, "detail"),
    CLAIM(TEXT, status, "confirmatory or exploratory"),
    CLAIM(REAL, estimate, "outcome", "estimate of the effect"),
    CLAIM(REAL, low, "outcome", "lower end of its interval"),
    CLAIM(REAL, high, "outcome", "upper end of its interval"),
    CLAIM(REAL, margin, "outcome", "margin that the effect has to exceed"),
    CLAIM(REAL, negligible, "outcome", "effects within -+ this are negligible"),
    CLAIM(REAL, confidence, "1", "confidence of the interval, one for all claims: simultaneous"),
    CLAIM(REAL, p, "1", "two-sided p-value against the margin; of a dip test its own"),
    CLAIM(REAL, p_holm, "1", "p-value after Holm's correction over the claims of the file"),
    CLAIM(REAL, unpaired_se, "outcome", "standard error without pairing"),
    CLAIM(REAL, variance_reduction, "1", "variance without pairing over variance with it"),
    CLAIM(WHOLE, worlds, "worlds", "pairs of worlds used"),
};

#define VERDICT(kind, member, ...) kind(qd_result_verdict_t, member, __VA_ARGS__)
static const qd_table_column_t verdict_columns[] = {
    VERDICT(TEXT, verdict, "supported, contradicted or undecided; empty where the claim is not about it"),
    VERDICT(REAL, estimate, "outcome", "estimate of the effect"),
    VERDICT(REAL, low, "outcome", "lower end of its interval"),
    VERDICT(REAL, high, "outcome", "upper end of its interval"),
    VERDICT(REAL, p, "1", "two-sided p-value against the margin; of a dip test its own"),
    VERDICT(REAL, p_holm, "1", "p-value after Holm's correction over all tests of the table"),
    VERDICT(WHOLE, worlds, "worlds", "pairs of worlds used"),
};

#define ROBUSTNESS(kind, member, ...) kind(qd_result_robustness_t, member, __VA_ARGS__)
static const qd_table_column_t robustness_columns[] = {
    ROBUSTNESS(TEXT, verdict,
               "robust, conditional, fragile, too few points, or undecided as the claim is; empty where it "
               "is not judged"),
    ROBUSTNESS(TEXT, condition,
               "where a conditional claim holds; what moves a fragile one; why nothing is said"),
    ROBUSTNESS(REAL, same, "1",
               "share of points whose effect has the sign that it has at the experiment's values"),
    ROBUSTNESS(REAL, same_low, "1", "lower end of its interval"),
    ROBUSTNESS(REAL, same_high, "1", "upper end of its interval"),
    ROBUSTNESS(REAL, opposite, "1", "share of points whose effect has significantly the other sign"),
    ROBUSTNESS(REAL, effect_low, "outcome", "quantile 0.05 of the effect over the points"),
    ROBUSTNESS(REAL, effect_middle, "outcome", "median of the effect over the points"),
    ROBUSTNESS(REAL, effect_high, "outcome", "quantile 0.95 of the effect over the points"),
    ROBUSTNESS(WHOLE, points, "1", "points whose effect is known"),
};

#define TURNING(kind, member, ...) kind(qd_result_turning_t, member, __VA_ARGS__)
static const qd_table_column_t turning_columns[] = {
    TURNING(TEXT, claim, "name of the claim"),
    TURNING(TEXT, place, "the claim's own place, or an order"),
    TURNING(TEXT, parameter, "parameter that is varied"),
    TURNING(TEXT, method, "prcc: partial rank correlation; spearman: rank correlation"),
    TURNING(REAL, correlation, "1", "rank correlation of the effect with the parameter"),
    TURNING(REAL, low, "1", "lower end of its interval, simultaneous over the parameters"),
    TURNING(REAL, high, "1", "upper end of its interval, simultaneous over the parameters"),
    TURNING(REAL, middle, "1", "median of the parameter over the points"),
    TURNING(REAL, same_below, "1",
            "share of points with the same sign where the parameter is at most its median"),
    TURNING(REAL, same_above, "1",
            "share of points with the same sign where the parameter is above its median"),
};

#define CONTRAST(kind, member, ...) kind(qd_result_contrast_t, member, __VA_ARGS__)
static const qd_table_column_t contrast_columns[] = {
    CONTRAST(TEXT, outcome, "outcome that is compared"),
    CONTRAST(TEXT, more, "minuend"),
    CONTRAST(TEXT, less, "subtrahend"),
    CONTRAST(REAL, estimate, "outcome", "difference of means on common random numbers"),
    CONTRAST(REAL, se, "outcome", "its standard error"),
    CONTRAST(REAL, low, "outcome", "lower end of its interval"),
    CONTRAST(REAL, high, "outcome", "upper end of its interval"),
    CONTRAST(REAL, confidence, "1", "confidence of the interval"),
    CONTRAST(REAL, unpaired_se, "outcome", "standard error without pairing"),
    CONTRAST(REAL, variance_reduction, "1", "variance without pairing over variance with it"),
    CONTRAST(WHOLE, worlds, "worlds", "pairs of worlds used"),
};

#define SENSITIVITY(kind, member, ...) kind(qd_result_sensitivity_t, member, __VA_ARGS__)
static const qd_table_column_t sensitivity_columns[] = {
    SENSITIVITY(TEXT, outcome, "outcome that is explained"),
    SENSITIVITY(TEXT, order, "order"),
    SENSITIVITY(TEXT, factor, "factor of the design"),
    SENSITIVITY(TEXT, method, "saltelli or morris"),
    SENSITIVITY(REAL, first, "1", "first-order index"),
    SENSITIVITY(REAL, first_low, "1", "lower end of its interval"),
    SENSITIVITY(REAL, first_high, "1", "upper end of its interval"),
    SENSITIVITY(REAL, total, "1", "total index"),
    SENSITIVITY(REAL, total_low, "1", "lower end of its interval"),
    SENSITIVITY(REAL, total_high, "1", "upper end of its interval"),
    SENSITIVITY(REAL, mu, "outcome", "mean elementary effect"),
    SENSITIVITY(REAL, mu_star, "outcome", "mean absolute elementary effect"),
    SENSITIVITY(REAL, mu_star_low, "outcome", "lower end of its interval"),
    SENSITIVITY(REAL, mu_star_high, "outcome", "upper end of its interval"),
    SENSITIVITY(REAL, sigma, "outcome", "standard deviation of elementary effects"),
    SENSITIVITY(REAL, noise_share, "1", "share of the variance between points that is replicate noise"),
    SENSITIVITY(REAL, first_noise_low, "1", "lower end of its interval over worlds alone"),
    SENSITIVITY(REAL, first_noise_high, "1", "upper end of its interval over worlds alone"),
    SENSITIVITY(REAL, total_noise_low, "1", "lower end of its interval over worlds alone"),
    SENSITIVITY(REAL, total_noise_high, "1", "upper end of its interval over worlds alone"),
    SENSITIVITY(REAL, mu_star_noise_low, "outcome", "lower end of its interval over worlds alone"),
    SENSITIVITY(REAL, mu_star_noise_high, "outcome", "upper end of its interval over worlds alone"),
};

/* clang-format off */
const qd_table_t qd_failure_table = {"/failures", "/failures/failure", NULL, sizeof(qd_result_failure_t),
                                     COUNT(failure_columns), failure_columns};
const qd_table_t qd_claim_table = {"/claims", "/claims/claim", NULL, sizeof(qd_result_claim_t),
                                   COUNT(claim_columns), claim_columns};
const qd_table_t qd_claim_order_table = {"/claims/by_order", "/claims/claim", "/order", sizeof(qd_result_verdict_t),
                                         COUNT(verdict_columns), verdict_columns};
const qd_table_t qd_claim_ablation_table = {"/claims/ablation", "/claims/claim", "/claims/ablation/ablation",
                                            sizeof(qd_result_verdict_t), COUNT(verdict_columns), verdict_columns};
const qd_table_t qd_claim_baseline_table = {"/claims/baseline", "/claims/claim", "/claims/baseline/baseline",
                                            sizeof(qd_result_verdict_t), COUNT(verdict_columns), verdict_columns};
const qd_table_t qd_claim_robustness_table = {"/claims/robustness", "/claims/claim", "/claims/robustness/place",
                                              sizeof(qd_result_robustness_t), COUNT(robustness_columns),
                                              robustness_columns};
const qd_table_t qd_turning_table = {"/claims/robustness/turning", "/claims/robustness/turning/row", NULL,
                                     sizeof(qd_result_turning_t), COUNT(turning_columns), turning_columns};
const qd_table_t qd_contrast_table = {"/contrasts", "/contrasts/contrast", NULL, sizeof(qd_result_contrast_t),
                                      COUNT(contrast_columns), contrast_columns};
const qd_table_t qd_sensitivity_table = {"/sensitivity", "/sensitivity/index", NULL,
                                         sizeof(qd_result_sensitivity_t), COUNT(sensitivity_columns),
                                         sensitivity_columns};
/* clang-format on */
