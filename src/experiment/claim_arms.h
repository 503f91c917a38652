/* Arms of claims: from the words of a file to points (see claims_reader.h). */
#ifndef QD_EXPERIMENT_CLAIM_ARMS_H
#define QD_EXPERIMENT_CLAIM_ARMS_H

#include "experiment/loading.h"

/* The settings of an arm, read from one or more mappings; `node` is the last of them, for messages. */
typedef struct {
    const qd_yaml_node_t *node, *point, *order; /* values of the keys `point` and `order`, or NULL */
    qd_block_t block;
} qd_arm_words_t;

/* Adds the settings of a mapping; refuses a name that the arm already has. */
bool qd_arm_read(qd_loading_t *load, const qd_yaml_node_t *map, qd_arm_words_t *words);
void qd_arm_words_free(qd_arm_words_t *words);

/* The points meant, appending one where the design has none of its kind; out->point is to be freed. */
bool qd_arm_resolve(qd_loading_t *load, const qd_arm_words_t *words, qd_arm_t *out);

/* All points of the design. */
bool qd_arm_of_all(qd_loading_t *load, qd_arm_t *out);

/* The design's points (no others) that match the words, none or some; names that are no factors match
 * nothing. */
bool qd_arm_match(qd_loading_t *load, const qd_arm_words_t *words, qd_arm_t *out);

#endif
