/* The address of each random number of a world: (purpose, period, draw) as in quadrille/random.h. This table
 * is part of the format: an entry may be added, never moved. "uniform" is qd_random_uniform (on [0,1)),
 * "open" qd_random_open, "normal" qd_random_normal, which uses its whole pair of draws. An event of
 * probability p happens when uniform < p. A choice among weights w_0, w_1, ... takes the first k with uniform
 * * sum(w) < w_0 + ... + w_k (the last one with a weight above 0 if rounding leaves none).
 *
 * PARAMETERS  period 0: the world's parameters; period 1 + at: a scheduled change at period `at`.
 *             draw qd_name_key(parameter name), uniform, through qd_distribution_quantile
 *             (a random doctrine preset: the six parameters share the draw qd_name_key("doctrine"))
 * CRISIS      period t, draw 0: number of crises, uniform u: the least k with u < P(Poisson <= k), at most 4;
 *             draws 16 (q + 1) + ... of crisis q = 0..3: the qd_crisis_draw_t below
 * FORESIGHT   period t, draw 8 q + venue: uniform
 * OUTCOME     period t, draw q: uniform, success
 * ESCALATION  period t, draw q: uniform, war
 * MOVE_ORDER  period t, draws 65536 q + i, i = N-1 down to 1: uniform u; position i swaps with floor(u (i +
 * 1))
 *             (Fisher and Yates), starting from 0, 1, ..., N-1
 * GROWTH      period t, draw i: normal, state i
 * ENDURANCE   period t, draw q: uniform, whether the mission of crisis q endures
 * PACE        period t, draw 4 t0 + q: uniform, late success of the mission of crisis q of period t0 < t
 * PLUGIN      a plugin's own draws (quadrille/plugin.h) */
#ifndef QD_WORLD_DRAWS_H
#define QD_WORLD_DRAWS_H

/* Purpose SAMPLER: the "period" names the quantity drawn. Indices are states (0 <= i < N). */
typedef enum {
    QD_DRAW_POLE_SHARE = 0, /* pole k: Gamma(8) = -sum of log(open) over draws 8k .. 8k+7 (Dirichlet(8)) */
    QD_DRAW_MINOR_SIZE = 1, /* draw i: normal */
    QD_DRAW_PLACE = 2,      /* draws 2i, 2i+1: uniform, through qd_sphere_point */
    QD_DRAW_ROTATION = 3,   /* draw 0: uniform, in turns; pole k sits at angle rotation + k/m turns */
    QD_DRAW_PATRON = 4,     /* draw i: uniform, choice among poles */
    QD_DRAW_VALUE = 5,      /* draws 2i, 2i+1: normal */
    QD_DRAW_NOISE = 6,      /* draw i (i-1) / 2 + j for i > j: normal */
    QD_DRAW_READINESS = 7   /* draw i: normal */
} qd_sampler_draw_t;

/* Purpose CRISIS: offset from 16 (q + 1). */
typedef enum {
    QD_DRAW_SEVERITY = 0, /* normal */
    QD_DRAW_VALUES = 1,   /* and 2: normal */
    QD_DRAW_SCENE = 4,    /* and 5: uniform, through qd_sphere_point: the place */
    QD_DRAW_TARGETED = 6, /* uniform */
    QD_DRAW_TARGET = 7    /* uniform, choice among states */
} qd_crisis_draw_t;

#endif
