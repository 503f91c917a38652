#include "statistics/contrast.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Welford's running mean and sum of squares about it. */
typedef struct {
    double mean, squares;
} running_t;

struct qd_contrast {
    size_t terms;
    uint64_t count;
    running_t difference;
    running_t *term;
    double weight[];
};

static void running_add(running_t *self, double x, double count)
{
    double step = x - self->mean;
    self->mean += step / count;
    self->squares += step * (x - self->mean);
}

qd_contrast_t *qd_contrast_new(size_t terms, const double weight[])
{
    qd_contrast_t *self = calloc(1, sizeof *self + terms * sizeof *weight);
    if (self == NULL)
        return NULL;
    self->terms = terms;
    self->term = calloc(terms > 0 ? terms : 1, sizeof *self->term);
    if (self->term == NULL) {
        free(self);
        return NULL;
    }
    for (size_t k = 0; k < terms; k++)
        self->weight[k] = weight[k];
    return self;
}

void qd_contrast_free(qd_contrast_t *self)
{
    if (self == NULL)
        return;
    free(self->term);
    free(self);
}

static void add_world(qd_contrast_t *self, size_t w, const double *const column[])
{
    double difference = 0.0;
    for (size_t k = 0; k < self->terms; k++)
        difference += self->weight[k] * column[k][w];
    if (isnan(difference))
        return;
    double count = (double)++self->count;
    running_add(&self->difference, difference, count);
    for (size_t k = 0; k < self->terms; k++)
        running_add(&self->term[k], column[k][w], count);
}

void qd_contrast_add(qd_contrast_t *self, size_t count, const double *const column[])
{
    for (size_t w = 0; w < count; w++)
        add_world(self, w, column);
}

qd_contrast_result_t qd_contrast_result(const qd_contrast_t *self, double confidence, double margin)
{
    qd_contrast_result_t out = {.count = self->count,
                                .estimate = self->count > 0 ? self->difference.mean : NAN,
                                .se = NAN,
                                .interval = {-INFINITY, INFINITY},
                                .p = NAN,
                                .p_below = NAN,
                                .unpaired_se = NAN,
                                .reduction = NAN};
    if (self->count < 2)
        return out;
    double n = (double)self->count, unpaired = 0.0;
    double sd = sqrt(self->difference.squares / (n - 1.0));
    for (size_t k = 0; k < self->terms; k++)
        unpaired += self->weight[k] * self->weight[k] * self->term[k].squares / (n - 1.0);
    out.se = sd / sqrt(n);
    out.interval = qd_interval_mean(out.estimate, sd, self->count, confidence);
    out.p = qd_p_differs(out.estimate, out.se, self->count, margin);
    out.p_below = qd_p_above(-out.estimate, out.se, self->count, -margin);
    out.unpaired_se = sqrt(unpaired / n);
    out.reduction = out.se > 0.0 ? unpaired / n / (out.se * out.se) : NAN;
    return out;
}
