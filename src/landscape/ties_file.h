/* Signed edge lists: CSV files (base/csv.h) with the header a,b,sign and one tie per line. */
#ifndef QD_LANDSCAPE_TIES_FILE_H
#define QD_LANDSCAPE_TIES_FILE_H

#include "quadrille/landscape.h"

#define QD_TIES_FILE_SIZE ((size_t)64 << 20) /* bytes, at most */

/* Reads ties into a landscape. With `self` given, names must be its actors; otherwise *made is a new
 * landscape whose actors are the names in the order in which they appear, with size 1. sign: +1, -1 or any
 * other finite number but 0, the propensity of the pair. A pair that occurs twice (in either order), a tie of
 * an actor with itself, an unknown name, a line of the wrong shape: each is told as FILE:LINE:COLUMN, at most
 * 20 of them. Exactly one of self and made is NULL. */
QD_MUST_USE qd_status_t qd_ties_read(const char *path, qd_landscape_t *self, qd_landscape_t **made,
                                     qd_error_t *error);

#endif
