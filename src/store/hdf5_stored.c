#include "store/hdf5_stored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/digest_values.h"

#define LISTED_MOST   ((hsize_t)1 << 20)
#define POSSIBLE_MOST 0x1p62 /* chunks that have a number */

/* libhdf5 1.10 walks over k chunks to find the k-th one: a list of n chunks takes n^2 / 2 steps. Asking
 * whether a chunk exists takes as long as so many steps. */
#define STEPS_A_QUESTION 5.0

/* Reading one more slab takes as long as skipping so many chunks that the file has not. */
#define SKIPPED_A_SLAB 4.0

/* ---- the variable -------------------------------------------------------------------------------------- */

/* Whether unwritten values read as a fill value that counts as 0 in the digest. */
static bool fills_with_nothing(hid_t creation, qd_h5_type_t type)
{
    const hsize_t one = 1, start = 0;
    union {
        double real;
        uint64_t word;
        int8_t code;
    } value = {.word = 0};
    H5D_fill_time_t time;
    hid_t memory_type = qd_h5_memory_type(type);
    bool known = type != QD_H5_TEXT && H5Pget_fill_time(creation, &time) >= 0 &&
                 time != H5D_FILL_TIME_NEVER && H5Pget_fill_value(creation, memory_type, &value) >= 0;
    return qd_h5_close_type(type, memory_type) && known &&
           qd_digest_values(1, &one, &start, &one, (qd_h5_values_t){type, &value}) == 0;
}

/* Shape and chunks of a variable; false if it has no chunks. */
static bool find_shape(qd_h5_stored_t *shape, hid_t space, hid_t creation)
{
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 1 || rank > QD_H5_RANK_MAX || H5Pget_layout(creation) != H5D_CHUNKED)
        return false;
    shape->rank = (size_t)rank;
    bool found = H5Sget_simple_extent_dims(space, shape->size, NULL) == rank &&
                 H5Pget_chunk(creation, rank, shape->chunk) == rank;
    for (size_t i = 0; found && i < shape->rank; i++)
        shape->across[i] = shape->size[i] / shape->chunk[i] + (shape->size[i] % shape->chunk[i] != 0);
    return found;
}

/* The product of `factor`s, which may be beyond any integer in a forged file. */
static double product(size_t rank, const hsize_t factor[])
{
    double value = 1.0;
    for (size_t i = 0; i < rank; i++)
        value *= (double)factor[i];
    return value;
}

/* ---- chunks -------------------------------------------------------------------------------------------- */

/* The number of the chunk that holds an element. */
static uint64_t number_of(const qd_h5_stored_t *self, const hsize_t element[])
{
    uint64_t number = 0;
    for (size_t i = 0; i < self->rank; i++)
        number = number * self->across[i] + element[i] / self->chunk[i];
    return number;
}

/* Notes whether the innermost error says that the file has no such chunk. */
static herr_t see_innermost(unsigned number, const H5E_error2_t *entry, void *context)
{
    bool *absent = context;
    if (number == 0)
        *absent = entry->desc && strstr(entry->desc, "not allocated");
    return 0;
}

typedef enum { PRESENT, ABSENT, UNREADABLE } presence_t;

/* The first element of a chunk. */
static void find_first(const qd_h5_stored_t *self, uint64_t number, hsize_t first[])
{
    for (size_t i = self->rank; i-- > 0; number /= self->across[i])
        first[i] = number % self->across[i] * self->chunk[i];
}

/* Whether the file has a chunk. libhdf5 1.10 reports a chunk that it has not as an error, later ones as a
 * chunk of no bytes. */
static presence_t ask(const qd_h5_stored_t *self, hid_t variable, uint64_t number)
{
    hsize_t bytes = 0, first[QD_H5_RANK_MAX];
    bool absent = false;
    find_first(self, number, first);
    if (H5Dget_chunk_storage_size(variable, first, &bytes) >= 0)
        return bytes > 0 ? PRESENT : ABSENT;
    bool seen = H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, see_innermost, &absent) >= 0;
    return seen && absent ? ABSENT : UNREADABLE;
}

/* Asks for the chunks along the last dimension up to the first absent one: worlds are played in their order.
 * All chunks are then found, or fewer. */
static bool list_by_rows(qd_h5_stored_t *self, hid_t variable, uint64_t possible)
{
    size_t found = 0;
    uint64_t along = self->across[self->rank - 1];
    for (uint64_t row = 0; row < possible; row += along) {
        presence_t presence = PRESENT;
        for (uint64_t number = row; number < row + along && presence == PRESENT && found < self->chunks;
             number++) {
            presence = ask(self, variable, number);
            if (presence == PRESENT)
                self->number[found++] = number;
        }
    }
    return found == self->chunks;
}

/* Asks for all chunks that the variable may have. */
static bool list_by_questions(qd_h5_stored_t *self, hid_t variable, uint64_t possible)
{
    size_t found = 0;
    for (uint64_t number = 0; number < possible && found < self->chunks; number++) {
        presence_t presence = ask(self, variable, number);
        if (presence == UNREADABLE)
            return false;
        if (presence == PRESENT)
            self->number[found++] = number;
    }
    return found == self->chunks;
}

/* Takes the k-th chunk for all k. */
static bool list_by_steps(qd_h5_stored_t *self, hid_t variable, hid_t space)
{
    bool ascending = true;
    for (size_t k = 0; k < self->chunks && ascending; k++) {
        hsize_t first[QD_H5_RANK_MAX] = {0};
        if (H5Dget_chunk_info(variable, space, k, first, NULL, NULL, NULL) < 0)
            return false;
        self->number[k] = number_of(self, first);
        ascending = k == 0 || self->number[k - 1] < self->number[k];
    }
    return ascending;
}

/* Whether all chunks of the list are in the file. */
static bool confirm(const qd_h5_stored_t *self, hid_t variable)
{
    for (size_t k = 0; k < self->chunks; k++)
        if (ask(self, variable, self->number[k]) != PRESENT)
            return false;
    return true;
}

/* Lists `chunks` chunks of a variable of that shape. */
static bool list_chunks(qd_h5_stored_t *self, const qd_h5_stored_t *shape, hid_t variable, hid_t space,
                        hsize_t chunks)
{
    double possible = product(shape->rank, shape->across), there = (double)chunks;
    double rows = product(shape->rank - 1, shape->across), steps = there * there / 2.0 / STEPS_A_QUESTION;
    qd_h5_stored_free(self);
    *self = *shape;
    self->chunks = (size_t)chunks;
    self->number = qd_new(self->chunks, sizeof *self->number, NULL);
    self->short_of_memory = !self->number;
    if (!self->number)
        return false;
    if (rows + there < fmin(steps, possible) && list_by_rows(self, variable, (uint64_t)possible))
        return true;
    return steps < possible ? list_by_steps(self, variable, space)
                            : list_by_questions(self, variable, (uint64_t)possible);
}

static bool is_same_shape(const qd_h5_stored_t *a, const qd_h5_stored_t *b)
{
    return a->rank == b->rank && memcmp(a->size, b->size, sizeof a->size) == 0 &&
           memcmp(a->chunk, b->chunk, sizeof a->chunk) == 0;
}

static bool take(qd_h5_stored_t *self, hid_t variable, hid_t space, hid_t creation, qd_h5_type_t type,
                 size_t most)
{
    qd_h5_stored_t shape = {0};
    hsize_t chunks;
    if (!find_shape(&shape, space, creation) || product(shape.rank, shape.size) <= (double)most ||
        !fills_with_nothing(creation, type))
        return true;
    if (H5Dget_num_chunks(variable, space, &chunks) < 0)
        return false;
    double possible = product(shape.rank, shape.across);
    if (possible - (double)chunks < SKIPPED_A_SLAB * (double)chunks || chunks > LISTED_MOST ||
        possible > POSSIBLE_MOST || product(shape.rank, shape.chunk) > (double)most)
        return true;
    /* If it has as many chunks as the list, and all of the list among them, the list is its own. */
    bool same =
        self->number && is_same_shape(self, &shape) && self->chunks == chunks && confirm(self, variable);
    self->few = same || list_chunks(self, &shape, variable, space, chunks);
    if (!self->few)
        self->chunks = 0; /* the list is not whole */
    return self->few;
}

bool qd_h5_stored_take(qd_h5_stored_t *self, hid_t variable, qd_h5_type_t type, size_t most)
{
    hid_t space = H5Dget_space(variable), creation = H5Dget_create_plist(variable);
    self->few = self->short_of_memory = false;
    self->next = 0;
    bool taken = space >= 0 && creation >= 0 && take(self, variable, space, creation, type, most);
    taken = (space < 0 || H5Sclose(space) >= 0) && taken;
    taken = (creation < 0 || H5Pclose(creation) >= 0) && taken;
    self->few = self->few && taken;
    return taken;
}

/* ---- slabs --------------------------------------------------------------------------------------------- */

bool qd_h5_stored_next(qd_h5_stored_t *self, size_t most, hsize_t start[], hsize_t count[])
{
    if (self->next == self->chunks)
        return false;
    uint64_t first = self->number[self->next++], along = self->across[self->rank - 1];
    hsize_t chunks = 1, at_once = most / (hsize_t)product(self->rank, self->chunk);
    while (chunks < at_once && self->next < self->chunks && self->number[self->next] == first + chunks &&
           (first + chunks) % along != 0) {
        self->next++;
        chunks++;
    }
    find_first(self, first, start);
    for (size_t i = 0; i < self->rank; i++) {
        hsize_t longest = i + 1 == self->rank ? chunks * self->chunk[i] : self->chunk[i];
        hsize_t left = self->size[i] - start[i];
        count[i] = left < longest ? left : longest;
    }
    return true;
}

void qd_h5_stored_free(qd_h5_stored_t *self)
{
    free(self->number);
    *self = (qd_h5_stored_t){0};
}
