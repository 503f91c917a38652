/* The copies of the kernel, one per instruction set, and the choice between them. */
#include <string.h>

#include "kernel/world.h"

#ifdef QD_ISA_COPIES
extern const qd_kernel_t qd_kernel_v3, qd_kernel_v4;
static const qd_kernel_t *const kernels[QD_ISA_COUNT] = {&qd_kernel_v2, &qd_kernel_v3, &qd_kernel_v4};
#else
static const qd_kernel_t *const kernels[QD_ISA_COUNT] = {&qd_kernel_v2};
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
    kernels[selected]->play(self, plan, luck, observer, result);
}

bool qd_world_draw(qd_world_t *self, const qd_plan_t *plan, qd_luck_t luck, const qd_observer_t *observer)
{
    return kernels[selected]->draw(self, plan, luck, observer);
}

bool qd_world_step(qd_world_t *self)
{
    return kernels[selected]->step(self);
}

bool qd_world_look(qd_world_t *self, qd_world_view_t *view)
{
    return kernels[selected]->look(self, view);
}

void qd_world_finish(qd_world_t *self, qd_result_t *result)
{
    kernels[selected]->finish(self, result);
}

/* The error of a parameter's value, in words; NULL if there is none. */
static const char *fault_of(const qd_parameter_info_t *info, double value)
{
    if (info->drawing_only)
        return "only the drawing of a world reads it";
    if (!(value >= info->low && value <= info->high))
        return "a value outside its range";
    return info->type == QD_TYPE_REAL || value == (double)(long long)value ? NULL
                                                                           : "a value that is not whole";
}

qd_status_t qd_world_set(qd_world_t *self, qd_parameter_t parameter, double value, qd_error_t *error)
{
    if ((int)parameter < 0 || (size_t)parameter >= qd_parameter_count)
        return qd_error_add(error, QD_ERROR_INPUT, "found parameter %d; expected 0 to %zu", (int)parameter,
                            qd_parameter_count - 1);
    const qd_parameter_info_t *info = qd_parameter_info((size_t)parameter);
    const char *fault = fault_of(info, value);
    if (fault)
        return qd_error_add(error, QD_ERROR_INPUT, "`%s` = %.9g: %s (%.9g to %.9g)", info->name, value, fault,
                            info->low, info->high);
    if (self->stage != QD_STAGE_DRAWN || self->period >= self->record.periods)
        return qd_error_add(error, QD_ERROR_INPUT, "`%s`: no period is left to be played", info->name);
    self->wants += !self->want[parameter];
    self->want[parameter] = true;
    self->wanted.value[parameter] = value;
    return QD_OK;
}
