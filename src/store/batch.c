#include "store/batch.h"

#include "base/list.h"

#include <stdlib.h>
#include <string.h>

void qd_batch_init(qd_batch_t *self, qd_h5_t *h5, size_t points, size_t orders)
{
    *self = (qd_batch_t){.h5 = h5, .points = points, .orders = orders};
}

void qd_batch_free(qd_batch_t *self)
{
    for (size_t i = 0; i < self->fields; i++) {
        qd_h5_close_variable(self->field[i].variable);
        free(self->field[i].value);
    }
    free(self->field);
    *self = (qd_batch_t){0};
}

static bool make_room(qd_batch_t *self)
{
    qd_batch_field_t *larger = qd_list_room(self->field, self->fields, 1, &self->capacity, sizeof *larger);
    self->field = larger != NULL ? larger : self->field;
    return larger != NULL;
}

size_t qd_batch_add(qd_batch_t *self, const qd_h5_variable_t *variable)
{
    qd_batch_field_t field = {.type = variable->type, .rank = variable->rank, .length = 1};
    for (size_t i = 2; i < variable->rank; i++) {
        field.tail[i - 2] = qd_h5_dimension_length(self->h5, variable->dimension[i]);
        field.length *= (size_t)field.tail[i - 2];
    }
    field.variable = qd_h5_define(self->h5, variable);
    if (self->h5->failed)
        return 0;
    field.value = calloc(self->points * self->orders * field.length + 1, 8);
    if (field.value == NULL || !make_room(self)) {
        qd_h5_fail(self->h5, "preparing (out of memory)", variable->path);
        qd_h5_close_variable(field.variable);
        free(field.value);
        return 0;
    }
    self->field[self->fields] = field;
    return self->fields++;
}

double *qd_batch_reals(qd_batch_t *self, size_t field, size_t i)
{
    return self->h5->failed ? NULL : (double *)self->field[field].value + i * self->field[field].length;
}

int64_t *qd_batch_wholes(qd_batch_t *self, size_t field, size_t i)
{
    return self->h5->failed ? NULL : (int64_t *)self->field[field].value + i * self->field[field].length;
}

void qd_batch_write(qd_batch_t *self, size_t first, size_t points)
{
    for (size_t i = 0; i < self->fields && !self->h5->failed; i++) {
        const qd_batch_field_t *field = &self->field[i];
        hsize_t start[QD_H5_RANK_MAX] = {first}, count[QD_H5_RANK_MAX] = {points, self->orders};
        memcpy(count + 2, field->tail, sizeof field->tail);
        qd_h5_write_slab(self->h5, field->variable, field->type, field->rank, start, count, field->value);
    }
}
