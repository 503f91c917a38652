#include "quadrille/landscape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "landscape/answer.h"
#include "landscape/methods.h"
#include "landscape/search.h"
#include "landscape/weights.h"

const char *qd_landscape_rule_name(qd_landscape_rule_t rule)
{
    return rule == QD_RULE_BLOCS ? "blocs" : "two-camps";
}

const char *qd_landscape_method_name(qd_landscape_method_t method)
{
    return method == QD_METHOD_SEARCH ? "search" : "exact";
}

qd_status_t qd_landscape_new(size_t actors, qd_landscape_t **self, qd_error_t *error)
{
    *self = NULL;
    qd_landscape_t *made = qd_new(1, sizeof *made, error);
    if (!made)
        return QD_ERROR_MEMORY;
    made->actors = actors;
    made->starts = QD_STARTS_DEFAULT;
    made->seed = 1;
    made->name = qd_new(actors, sizeof *made->name, error);
    made->size = qd_new(actors, sizeof *made->size, error);
    made->propensity = qd_new(actors * actors, sizeof *made->propensity, error);
    if (!made->name || !made->size || !made->propensity) {
        qd_landscape_free(made);
        return QD_ERROR_MEMORY;
    }
    for (size_t i = 0; i < actors; i++)
        made->size[i] = 1.0;
    *self = made;
    return QD_OK;
}

qd_status_t qd_landscape_set_name(qd_landscape_t *self, size_t actor, const char *name, qd_error_t *error)
{
    char *copy = strdup(name);
    if (!copy)
        return qd_no_memory(error);
    free(self->name[actor]);
    self->name[actor] = copy;
    return QD_OK;
}

void qd_landscape_free(qd_landscape_t *self)
{
    if (!self)
        return;
    for (size_t i = 0; self->name && i < self->actors; i++)
        free(self->name[i]);
    free(self->name);
    free(self->size);
    free(self->propensity);
    free(self);
}

/* ---- checks -------------------------------------------------------------------------------------------- */

static qd_status_t check_numbers(const qd_landscape_t *self, qd_error_t *error)
{
    size_t n = self->actors;
    for (size_t i = 0; i < n; i++) {
        if (!(self->size[i] > 0.0 && isfinite(self->size[i])))
            return qd_error_add(error, QD_ERROR_INPUT, "size of actor %zu is %g; expected a number above 0",
                                i + 1, self->size[i]);
        for (size_t j = 0; j < i; j++) {
            double a = self->propensity[i * n + j], b = self->propensity[j * n + i];
            if (!isfinite(a) || !isfinite(b))
                return qd_error_add(error, QD_ERROR_INPUT,
                                    "the propensity of actors %zu and %zu is not a number", j + 1, i + 1);
            if (a != b)
                return qd_error_add(error, QD_ERROR_INPUT,
                                    "propensities of actors %zu and %zu differ: %g one way, %g the other; "
                                    "expected a symmetric matrix",
                                    j + 1, i + 1, b, a);
        }
    }
    return QD_OK;
}

static qd_status_t check_extent(const qd_landscape_t *self, qd_error_t *error)
{
    size_t n = self->actors;
    bool search = self->method == QD_METHOD_SEARCH, blocs = self->rule == QD_RULE_BLOCS;
    size_t most = search ? QD_SEARCH_MAX : blocs ? QD_BLOCS_EXACT_MAX : QD_TWO_CAMPS_EXACT_MAX;
    if (n < 1)
        return qd_error_add(error, QD_ERROR_INPUT, "0 actors; a landscape needs at least one");
    if (n > most && search)
        return qd_error_add(error, QD_ERROR_INPUT, "%zu actors are too many for a search; at most %zu", n,
                            most);
    if (n > most && blocs)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "%zu actors are too many for `method: exact` with `rule: blocs`, which weighs 3^(n-1)/2 "
            "blocs against each other (at most %zu actors); use `method: search`",
            n, most);
    if (n > most)
        return qd_error_add(
            error, QD_ERROR_INPUT,
            "%zu actors are too many for `method: exact` with `rule: two-camps`, which visits all "
            "2^(n-1) configurations (at most %zu actors); use `method: search`",
            n, most);
    if (search && (self->starts < 1 || self->starts > QD_STARTS_MAX))
        return qd_error_add(error, QD_ERROR_INPUT, "starts must be between 1 and %d", QD_STARTS_MAX);
    return QD_OK;
}

qd_status_t qd_landscape_check(const qd_landscape_t *self, qd_error_t *error)
{
    size_t pair[2];
    qd_status_t status = check_extent(self, error);
    if (status == QD_OK)
        status = check_numbers(self, error);
    return status == QD_OK ? qd_weights_check(self, pair, error) : status;
}

/* One answer, as far as the weights can decide. */
static qd_status_t solve_once(const qd_landscape_t *self, const qd_weights_t *weights,
                              const qd_runner_t *runner, qd_landscape_answer_t **answer, qd_error_t *error)
{
    qd_status_t status;
    qd_landscape_answer_t *made = qd_new(1, sizeof *made, error);
    if (!made)
        return QD_ERROR_MEMORY;
    made->actors = self->actors;
    if (self->method == QD_METHOD_SEARCH)
        status = qd_search_solve(self, weights, runner, made, error);
    else if (self->rule == QD_RULE_TWO_CAMPS)
        status = qd_two_camps_solve(self, weights, runner, made, error);
    else if (self->actors <= QD_BLOCS_STABLE_MAX)
        status = qd_partitions_solve(self, weights, runner, made, error);
    else
        status = qd_subsets_solve(weights, runner, made, error);
    *answer = made;
    return status;
}

qd_status_t qd_landscape_solve(const qd_landscape_t *self, const qd_runner_t *runner,
                               qd_landscape_answer_t **answer, qd_error_t *error)
{
    *answer = NULL;
    qd_weights_t weights = {0};
    qd_landscape_answer_t *made = NULL;
    qd_status_t status = qd_landscape_check(self, error);
    if (status == QD_OK)
        status = qd_weights_init(&weights, self, error);
    if (status != QD_OK)
        goto out;
    status = solve_once(self, &weights, runner, &made, error);
    if (status == QD_OK && self->method == QD_METHOD_EXACT && atomic_load(weights.undecided)) {
        qd_landscape_answer_free(made);
        made = NULL;
        status = qd_weights_add_digits(&weights, self, error);
        if (status == QD_OK)
            status = solve_once(self, &weights, runner, &made, error);
    }
    if (status == QD_OK && self->method == QD_METHOD_EXACT && !self->skip_basins)
        status = qd_plateaus_find(&weights, self->rule, made, error);
    if (status != QD_OK)
        goto out;
    *answer = made;
    made = NULL;
out:
    qd_weights_free(&weights);
    qd_landscape_answer_free(made);
    return status;
}
