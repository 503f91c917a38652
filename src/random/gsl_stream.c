/* The counter-based stream as a gsl_rng_type, for GSL's distributions. */
#include "quadrille/random.h"

typedef struct {
    qd_luck_t luck;
    qd_purpose_t purpose;
    uint32_t period;
    uint32_t draw;
} state_t;

static void set(void *memory, unsigned long seed)
{
    *(state_t *)memory = (state_t){.luck = {.seed = seed}, .purpose = QD_PURPOSE_PARAMETERS};
}

static unsigned long get(void *memory)
{
    state_t *self = memory;
    return (unsigned long)(qd_random_bits(self->luck, self->purpose, self->period, self->draw++) >> 32);
}

static double get_double(void *memory)
{
    state_t *self = memory;
    return qd_random_uniform(self->luck, self->purpose, self->period, self->draw++);
}

static const gsl_rng_type type = {
    "quadrille-philox4x32-10", 0xFFFFFFFFul, 0, sizeof(state_t), set, get, get_double};

const gsl_rng_type *const qd_gsl_rng_philox = &type;

void qd_gsl_rng_at(gsl_rng *rng, qd_luck_t luck, qd_purpose_t purpose, uint32_t period)
{
    state_t *self = gsl_rng_state(rng);
    *self = (state_t){.luck = luck, .purpose = purpose, .period = period};
}
