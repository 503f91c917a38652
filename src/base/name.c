#include "base/name.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LENGTH_MAX 64

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Optimal string alignment distance; names longer than LENGTH_MAX are infinitely far. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > LENGTH_MAX || m > LENGTH_MAX)
        return SIZE_MAX;
    size_t rows[3][LENGTH_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = smallest(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[m];
}

/* Whether a name at that distance is near enough: at most a third of the letters and one more may differ, and at most
 * half of them; names of one or two letters have no near name. */
static bool is_near(const char *name, const char *other, size_t d)
{
    size_t n = strlen(name), m = strlen(other), longer = n > m ? n : m;
    return longer > 2 && d <= n / 3 + 1 && 2 * d <= longer;
}

/* Whether `other` is nearer to `name` than *least, which is then lowered. */
static bool is_nearer(const char *name, const char *other, size_t *least)
{
    size_t d = distance(name, other);
    if (d >= *least || !is_near(name, other, d))
        return false;
    *least = d;
    return true;
}

const char *qd_nearest_name(const char *name, size_t count, const char *(*name_at)(size_t index))
{
    size_t least = SIZE_MAX;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++)
        if (is_nearer(name, name_at(i), &least))
            nearest = name_at(i);
    return nearest;
}

const char *qd_nearest_of(const char *name, size_t count, const char *const names[])
{
    size_t least = SIZE_MAX;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++)
        if (is_nearer(name, names[i], &least))
            nearest = names[i];
    return nearest;
}
