/* The nearest known name, for messages about unknown names. */
#ifndef QD_BASE_NAME_H
#define QD_BASE_NAME_H

#include <stddef.h>

/* Of `count` names, the nearest to `name` in edit distance (insertions, deletions, substitutions,
 * transpositions of neighbours), or NULL if none is near enough (distance above a third
 * of its length + 1, or above half of the longer name, or names of one or two letters). */
const char *qd_nearest_name(const char *name, size_t count, const char *(*name_at)(size_t index));

/* The same of an array of names. */
const char *qd_nearest_of(const char *name, size_t count, const char *const names[]);

#endif
