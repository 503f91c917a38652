/* What the outside sees of the kernel's structs: quadrille/view.h. */
#ifndef QD_KERNEL_VIEW_H
#define QD_KERNEL_VIEW_H

#include "kernel/crisis.h"
#include "kernel/endurance.h"
#include "kernel/venue.h"
#include "quadrille/view.h"

qd_crisis_view_t qd_crisis_view(const qd_crisis_t *crisis);
qd_game_view_t qd_game_view(const qd_venue_game_t *game, qd_venue_t venue);
qd_mission_view_t qd_mission_view(const qd_enduring_t *mission);

#endif
