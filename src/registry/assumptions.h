/* What the model assumes by construction, and what is found by running it, as sentences (assumptions.def). */
#ifndef QD_REGISTRY_ASSUMPTIONS_H
#define QD_REGISTRY_ASSUMPTIONS_H

/* Each ends with NULL. */
extern const char *const qd_assumed[];
extern const char *const qd_found[];

#endif
