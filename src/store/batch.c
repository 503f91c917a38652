#include "store/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void qd_batch_init(qd_batch_t *self, qd_h5_t *h5, size_t points, size_t orders)
{
    *self = (qd_batch_t){.h5 = h5, .points = points, .orders = orders};
}

void qd_batch_free(qd_batch_t *self)
{
    for (size_t i = 0; i < self->fields; i++) {
        qd_h5_finish(self->h5, self->field[i].variable);
        free(self->field[i].real);
        free(self->field[i].whole);
    }
    free(self->field);
    *self = (qd_batch_t){0};
}

/* Adds a field and returns its number; 0 after a failure. */
static size_t add(qd_batch_t *self, const qd_h5_variable_t *variable, qd_h5_type_t type)
{
    qd_batch_field_t field = {.length = 1};
    for (size_t i = 2; i < variable->rank; i++) {
        field.tail[i - 2] = qd_h5_dimension_length(self->h5, variable->dimension[i]);
        field.length *= (size_t)field.tail[i - 2];
    }
    qd_h5_variable_t stepwise = *variable;
    stepwise.step = variable->compress ? self->points : 0;
    field.variable = qd_h5_define(self->h5, &stepwise, type);
    if (self->h5->failed)
        return 0;
    size_t count = self->points * self->orders * field.length + 1;
    if (type == QD_H5_REAL)
        field.real = qd_new(count, sizeof *field.real, NULL);
    else
        field.whole = qd_new(count, sizeof *field.whole, NULL);
    qd_batch_field_t *larger = qd_list_room(self->field, self->fields, 1, &self->capacity, sizeof *larger);
    self->field = larger ? larger : self->field;
    if (!larger || (!field.real && !field.whole)) {
        qd_h5_no_memory(self->h5);
        free(field.real);
        free(field.whole);
        return 0;
    }
    self->field[self->fields] = field;
    return self->fields++;
}

qd_real_field_t qd_batch_add_reals(qd_batch_t *self, const qd_h5_variable_t *variable)
{
    return (qd_real_field_t){add(self, variable, QD_H5_REAL)};
}

qd_whole_field_t qd_batch_add_wholes(qd_batch_t *self, const qd_h5_variable_t *variable)
{
    return (qd_whole_field_t){add(self, variable, QD_H5_WHOLE)};
}

double *qd_batch_reals(qd_batch_t *self, qd_real_field_t field, size_t i)
{
    const qd_batch_field_t *at = self->h5->failed ? NULL : &self->field[field.number];
    return at ? at->real + i * at->length : NULL;
}

int64_t *qd_batch_wholes(qd_batch_t *self, qd_whole_field_t field, size_t i)
{
    const qd_batch_field_t *at = self->h5->failed ? NULL : &self->field[field.number];
    return at ? at->whole + i * at->length : NULL;
}

void qd_batch_write(qd_batch_t *self, size_t first, size_t points)
{
    size_t slabs = 0;
    qd_h5_slab_t *slab = qd_new(self->fields, sizeof *slab, NULL);
    if (!slab)
        qd_h5_no_memory(self->h5);
    for (size_t i = 0; slab && i < self->fields; i++) {
        const qd_batch_field_t *field = &self->field[i];
        slab[slabs] =
            (qd_h5_slab_t){.variable = field->variable,
                           .start = {first},
                           .count = {points, self->orders},
                           .values = field->real ? qd_h5_reals(field->real) : qd_h5_wholes(field->whole)};
        memcpy(slab[slabs++].count + 2, field->tail, sizeof field->tail);
    }
    qd_h5_write_slabs(self->h5, slabs, slab);
    free(slab);
}
