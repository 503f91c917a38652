/* A table that is written row by row, as CSV or as a JSON array of objects. */
#ifndef QD_CLI_ROWS_H
#define QD_CLI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/effects.h"
#include "store/table.h"

/* Set the first fields; the others begin as 0. */
typedef struct {
    FILE *out;
    bool json;                 /* else CSV after RFC 4180: a header, lines that end in CR LF */
    const qd_table_t *table;   /* of a result, which names the columns; or NULL, and then: */
    const char *const *column; /* names, in the order of the cells */
    size_t columns;
    int indent; /* of the array's lines in JSON */
    size_t at;  /* column of the next cell */
    bool any;   /* whether a row was begun */
} qd_rows_t;

void qd_rows_begin(qd_rows_t *self);

/* One cell each. NaN and infinities are null in JSON and empty in CSV. Reals read back to the same bits. */
void qd_rows_text(qd_rows_t *self, const char *text);
void qd_rows_real(qd_rows_t *self, double x);
void qd_rows_natural(qd_rows_t *self, uint64_t x);
void qd_rows_flag(qd_rows_t *self, bool x);

/* One row of self->table: a cell for each column. */
void qd_rows_row(qd_rows_t *self, const void *row);

/* A row for each effect that qd_effects_find found; the table is qd_effect_table. */
void qd_rows_effects(qd_rows_t *self, const qd_effects_t *effects, const char *order, const char *outcome);

/* Ends the array, without a newline after its bracket. */
void qd_rows_end(const qd_rows_t *self);

#endif
