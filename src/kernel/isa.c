/* The copies of the kernel, one per instruction set, and the choice between them. */
#include <string.h>

#include "kernel/world.h"

typedef void play_t(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer,
                    qd_result_t *result);

#ifdef QD_ISA_COPIES
play_t qd_play_v3, qd_play_v4;
#endif

static const char *const names[QD_ISA_COUNT] = {"v2", "v3", "v4"};

/* Set by qd_isa_select before any world is played, constant from then on. */
static qd_isa_t selected = QD_ISA_V2;

const char *qd_isa_name(qd_isa_t isa)
{
    return isa == QD_ISA_AUTO ? "auto" : names[isa];
}

static bool supported(qd_isa_t isa)
{
#ifdef QD_ISA_COPIES
    __builtin_cpu_init();
    if (isa == QD_ISA_V4)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
    if (isa == QD_ISA_V3)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#endif
    return isa == QD_ISA_V2;
}

qd_status_t qd_isa_select(qd_isa_t isa, qd_error_t *error)
{
    if (isa == QD_ISA_AUTO) {
        for (isa = QD_ISA_COUNT - 1; !supported(isa); isa--)
            ;
    } else if (!supported(isa)) {
        return qd_error_add(error, QD_ERROR_INPUT, "this processor or build does not have instruction set %s",
                            names[isa]);
    }
    selected = isa;
    return QD_OK;
}

qd_isa_t qd_isa_selected(void)
{
    return selected;
}

qd_isa_t qd_isa_find(const char *name)
{
    for (qd_isa_t isa = QD_ISA_V2; isa < QD_ISA_COUNT; isa++)
        if (strcmp(name, names[isa]) == 0)
            return isa;
    return strcmp(name, "auto") == 0 ? QD_ISA_AUTO : QD_ISA_COUNT;
}

void qd_world_play(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer,
                   qd_result_t *result)
{
#ifdef QD_ISA_COPIES
    if (selected == QD_ISA_V4) {
        qd_play_v4(self, plan, luck, observer, result);
        return;
    }
    if (selected == QD_ISA_V3) {
        qd_play_v3(self, plan, luck, observer, result);
        return;
    }
#endif
    qd_play_v2(self, plan, luck, observer, result);
}
