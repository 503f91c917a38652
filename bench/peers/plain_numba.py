"""The model written plainly in numba: loops over states, compiled. Its own random numbers (numba's Mersenne twister).

play(kind, states, seed, count, manner) plays `count` worlds of one kind of order (0 unipolar, 1 bipolar, 2 multipolar) and returns one
row of defaults.OUTCOMES a world. The manner of its two games: see numba_games.py.
"""

import math

import numpy as np
from numba import njit

from defaults import *
from numba_games import play_mission, review_blocs, similarity


@njit(cache=True)
def nearness(a, b):
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return math.exp(-math.acos(min(1.0, max(-1.0, dot))) / DISTANCE_SCALE)


@njit(cache=True)
def sphere_point(out):
    z, turn = 2.0 * np.random.random() - 1.0, 2.0 * math.pi * np.random.random()
    r = math.sqrt(1.0 - z * z)
    out[0], out[1], out[2] = r * math.cos(turn), r * math.sin(turn), z


@njit(cache=True)
def draw_poles(kind, c):
    share = np.random.uniform(POLE_SHARE[kind][0], POLE_SHARE[kind][1])
    if kind == 0:
        m = 1
        c[0] = share
    elif kind == 1:
        m = 2
        ratio = np.random.uniform(0.7, 1.0)
        c[0], c[1] = share / (1.0 + ratio), share * ratio / (1.0 + ratio)
    else:
        m = 3 + np.random.randint(0, 4)
        for k in range(m):
            c[k] = np.random.gamma(8.0, 1.0)
        c[:m] *= share / c[:m].sum()
        c[:m] = np.sort(c[:m])[::-1]
    return m, share


@njit(cache=True)
def draw_capabilities(kind, c):
    m, share = draw_poles(kind, c)
    minors = np.exp(MINOR_SIGMA * np.random.standard_normal(len(c) - m))
    minors *= (1.0 - share) / minors.sum()
    cap = 0.5 * c[m - 1]
    for _ in range(8):
        excess, uncapped = 0.0, 0.0
        for i in range(len(minors)):
            if minors[i] > cap:
                excess += minors[i] - cap
                minors[i] = cap
            elif minors[i] < cap:
                uncapped += minors[i]
        if excess == 0.0 or uncapped == 0.0:
            break
        for i in range(len(minors)):
            if minors[i] < cap:
                minors[i] += excess * minors[i] / uncapped
    c[m:] = np.sort(minors)[::-1]
    c /= c.sum()
    return m


@njit(cache=True)
def draw_values(kind, m, c, near, values):
    radius = 0.5 * SEPARATION[kind] if m > 1 else 0.0
    rotation = 2.0 * math.pi * np.random.random()
    for k in range(m):
        values[k, 0] = radius * math.cos(rotation + 2.0 * math.pi * k / m)
        values[k, 1] = radius * math.sin(rotation + 2.0 * math.pi * k / m)
    for i in range(m, len(c)):
        total = 0.0
        for k in range(m):
            total += c[k] * near[i, k]
        mark, patron = np.random.random() * total, 0
        while patron < m - 1:
            mark -= c[patron] * near[i, patron]
            if mark < 0.0:
                break
            patron += 1
        values[i, 0] = values[patron, 0] + SPREAD[kind] * np.random.standard_normal()
        values[i, 1] = values[patron, 1] + SPREAD[kind] * np.random.standard_normal()


@njit(cache=True)
def draw_affinities(c, values, near, base, affinity):
    strongest = c.max()
    for i in range(len(c)):
        for j in range(i):
            b = (VALUES * similarity(values[i, 0], values[i, 1], values[j, 0], values[j, 1])
                 + INTERDEPENDENCE * near[i, j] - RIVALRY * min(c[i], c[j]) / strongest)
            b = min(1.0, max(-1.0, b))
            a = min(1.0, max(-1.0, b + NOISE * np.random.standard_normal()))
            base[i, j] = base[j, i] = b
            affinity[i, j] = affinity[j, i] = a


@njit(cache=True)
def draw_crisis(c, place, values, affinity, load, stake, price, attitude_values, scene):
    """Fills stakes and prices; returns severity, target (-1: none), resistance and initiator (-1: none)."""
    n = len(c)
    severity = min(math.exp(SEVERITY_SIGMA * np.random.standard_normal()), SEVERITY_MAX)
    attitude_values[0] = CRISIS_SPREAD * np.random.standard_normal()
    attitude_values[1] = CRISIS_SPREAD * np.random.standard_normal()
    target, resistance = -1, RESISTANCE * severity
    if np.random.random() < TARGETED:
        weight = np.empty(n)
        for k in range(n):
            isolation = 0.0
            for j in range(n):
                isolation += c[j] * affinity[k, j]
            weight[k] = math.exp(-ISOLATION * isolation)
        mark = np.random.random() * weight.sum()
        target = 0
        while target < n - 1:
            mark -= weight[target]
            if mark < 0.0:
                break
            target += 1
        resistance += EFFORT * c[target]
        scene[:] = place[target]
    else:
        sphere_point(scene)
    strongest, most, initiator = c.max(), 0.0, -1
    for i in range(n):
        alike = similarity(values[i, 0], values[i, 1], attitude_values[0], attitude_values[1])
        attitude = -affinity[i, target] if target >= 0 else 0.5 * (1.0 + alike)
        stake[i] = STAKE * severity * (nearness(place[i], scene) + REACH * c[i] / strongest) * attitude
        price[i] = JOIN_COST + AUDIENCE_COST * 0.5 * (1.0 - alike) + OVERSTRETCH * load[i]
        if i != target and c[i] * stake[i] > most:
            most, initiator = c[i] * stake[i], i
    return severity, target, resistance, initiator


@njit(cache=True)
def weigh(g, c, load, x, stake, initiator, target, resistance, institution, cohesion, out):
    """Worth, success, legitimacy and escalation of a venue's game."""
    n = len(c)
    support = opposition = 0.0
    joiners = opponents = 0
    for i in range(n):
        if x[i] > 0.0:
            support += c[i] * (1.0 - load[i])
            joiners += 1
        elif x[i] < 0.0:
            opponents += 1
            if i != target:
                opposition += c[i]
    effort, counter = EFFORT * support, resistance + OPPOSITION_EFFORT * opposition
    success = effort**EXPONENT / (effort**EXPONENT + counter**EXPONENT)
    legitimacy = 0.5 * (1.0 + (joiners - opponents) / n)
    if g == COLLECTIVE:
        legitimacy += (1.0 - legitimacy) * institution
    elif g == ALLIANCE:
        legitimacy += (1.0 - legitimacy) * 0.5 * cohesion * institution
    escalation = 0.0
    if support > 0.0 and opposition > 0.0:
        escalation = min(support, opposition) / max(support, opposition) * (1.0 - legitimacy)
    out[0] = (stake[initiator] * success - DOCTRINE_COST * resistance * c[initiator] * (1.0 - load[initiator]) / support
              + DOCTRINE_LEGITIMACY * legitimacy - PRUDENCE * escalation + BIAS[g])
    out[1], out[2], out[3], out[4] = success, legitimacy, escalation, effort
    return effort >= FORCE_RATIO * counter


@njit(cache=True)
def fails(g, m, c, x, label, bloc):
    n = len(c)
    if g == COLLECTIVE:
        opponents = 0
        for i in range(n):
            if x[i] < 0.0:
                if i < m:
                    return True
                opponents += 1
        return n - opponents < QUORUM * n
    if g == ALLIANCE:
        whole = joined = 0.0
        for i in range(n):
            if label[i] == bloc:
                if x[i] < 0.0:
                    return True
                whole += c[i]
                if x[i] > 0.0:
                    joined += c[i]
        return joined < QUORUM * whole
    return False


@njit(cache=True)
def gini(v):
    v = np.sort(v)
    n, total = len(v), v.sum()
    if n < 2 or total == 0.0:
        return 0.0
    ranked = 0.0
    for i in range(n):
        ranked += (i + 1) * v[i]
    return 2.0 * ranked / (n * total) - (n + 1.0) / n


@njit(cache=True)
def learn_affinities(g, affinity, label, x):
    n = len(x)
    for i in range(n):
        for j in range(i):
            a, both = affinity[i, j], x[i] * x[j]
            if both > 0.0:
                a += LEARNING * (1.0 - a)
            elif both < 0.0:
                a -= LEARNING * (1.0 + a)
            elif x[i] != x[j] and label[i] == label[j] and label[i] > 0 and g != COLLECTIVE:
                a -= DEFECTION * (1.0 + a)
            affinity[i, j] = affinity[j, i] = a


@njit(cache=True)
def blocs_now(c, label):
    """Effective number of blocs, unaligned share, largest bloc."""
    share, members = np.zeros(LABELS + 1), np.zeros(LABELS + 1, np.int64)
    squares = unaligned = largest = 0.0
    for i in range(len(c)):
        share[label[i]] += c[i]
        members[label[i]] += 1
        if label[i] == 0:
            squares += c[i] * c[i]
            largest = max(largest, c[i])
    unaligned = share[0]
    for k in range(1, LABELS + 1):
        squares += share[k] * share[k]
        largest = max(largest, share[k])
        if members[k] == 1:
            unaligned += share[k]
    return 1.0 / squares, unaligned, largest


@njit(cache=True)
def balance(c, affinity):
    total = size = 0.0
    for i in range(len(c)):
        for j in range(i):
            for k in range(j):
                t = c[i] * c[j] * c[k] * affinity[i, j] * affinity[j, k] * affinity[i, k]
                total += t
                size += abs(t)
    return total / size if size > 0.0 else 0.0


@njit(cache=True)
def ratio(a, b):
    return a / b if b > 0 else 0.0


@njit(cache=True)
def play_world(kind, n, manner, out, path):
    c, values, place, load = np.zeros(n), np.zeros((n, 2)), np.zeros((n, 3)), np.zeros(n)
    near, base, affinity = np.ones((n, n)), np.zeros((n, n)), np.zeros((n, n))
    m = draw_capabilities(kind, c)
    for i in range(n):
        sphere_point(place[i])
    for i in range(n):
        for j in range(i):
            near[i, j] = near[j, i] = nearness(place[i], place[j])
    draw_values(kind, m, c, near, values)
    draw_affinities(c, values, near, base, affinity)
    label = np.zeros(n, np.int64)
    for i in range(min(n, LABELS)):
        label[i] = i + 1
    cohesion = np.full(LABELS + 1, COHESION)
    institution, tension, debt = INSTITUTION, 0.0, 0.0
    x, joined = np.zeros((VENUES, n)), np.zeros(n, np.bool_)
    stake, price, liking, scene = np.zeros(n), np.zeros(n), np.zeros(2), np.zeros(3)
    weighed, passes, exists = np.zeros((VENUES, 5)), np.zeros(VENUES, np.int64), np.zeros(VENUES, np.bool_)
    cause, broke, wars, crises, successes, paralyses, reviews = 0, PERIODS, 0, 0, 0, 0, 0
    met, missions, flexible = np.zeros(VENUES + 1), np.zeros(2), np.zeros(2)
    tensions, turnover, persistence, legitimacy, size, unequal, strange, made = np.zeros(2), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    any_mission = False
    review_blocs(manner, c, affinity, cohesion, label)
    for t in range(PERIODS):
        half = 0 if t < PERIODS // 2 else 1
        now_missions = now_flexible = 0
        count = min(CRISES_MAX, np.random.poisson(CRISIS_RATE * (1.0 + CRISIS_FEEDBACK * tension)))
        for _ in range(count):
            crises += 1
            severity, target, resistance, p = draw_crisis(c, place, values, affinity, load, stake, price, liking, scene)
            g = VENUES
            if p >= 0 and stake[p] >= VITAL_INTEREST:
                bloc, members = label[p], 0
                for i in range(n):
                    if label[i] == bloc:
                        members += 1
                if bloc == 0 or members < 2:
                    bloc = 0
                for v in range(VENUES):
                    exists[v] = v != ALLIANCE or bloc > 0
                    if exists[v]:
                        passes[v] = play_mission(manner, v, c, affinity, values, liking, load, label, stake, price, p, target,
                                                 institution, cohesion, x[v])
                        exists[v] = weigh(v, c, load, x[v], stake, p, target, resistance, institution, cohesion[bloc],
                                          weighed[v])
                while True:
                    g, most = VENUES, 0.0
                    for v in range(VENUES):
                        if exists[v] and weighed[v, 0] > most:
                            g, most = v, weighed[v, 0]
                    if g == VENUES or not fails(g, m, c, x[g], label, bloc):
                        break
                    exists[g] = False
                    if np.random.random() >= FORESIGHT:
                        paralyses += 1
                        if g == COLLECTIVE:
                            institution -= PARALYSIS * institution
                        else:
                            cohesion[bloc] -= BLOC_PARALYSIS * cohesion[bloc]
            met[g] += 1
            if g == VENUES:
                tension += NEGLECT * severity
                continue
            success, lawful, escalation, effort = np.random.random() < weighed[g, 1], weighed[g, 2], weighed[g, 3], weighed[g, 4]
            side = x[g]
            burden, joiners, pairs, either, both = np.zeros(n), 0, 0, 0, 0
            for i in range(n):
                joins = side[i] > 0.0
                both += joins and joined[i]
                either += joins or joined[i]
                joined[i] = joins
                if joins:
                    for j in range(i):
                        if side[j] > 0.0 and affinity[i, j] < 0.0:
                            pairs += 1
                    burden[joiners] = max(stake[i], 0.0)
                    joiners += 1
            if any_mission:
                persistence += both / either
            any_mission = True
            inequality = gini(burden[:joiners])
            missions[half] += 1
            now_missions += 1
            if g == FLEXIBLE:
                flexible[half] += 1
                now_flexible += 1
            successes += success
            legitimacy += lawful
            size += joiners
            unequal += inequality
            strange += ratio(2.0 * pairs, joiners * (joiners - 1.0))
            made += passes[g]
            tension = max(0.0, tension - RELIEF * severity) if success else tension + FAILURE * severity
            outside = 0.0 if g == COLLECTIVE else 0.5 if g == ALLIANCE else 1.0
            debt += DEBT * severity * outside * (1.0 - lawful)
            institution -= EROSION * outside * (1.0 - lawful) * institution
            if g == COLLECTIVE and success:
                institution += GAIN * lawful * (1.0 - institution)
            if bloc > 0:
                if g == ALLIANCE:
                    if success:
                        cohesion[bloc] += BLOC_GAIN * (1.0 - cohesion[bloc])
                    cohesion[bloc] -= BLOC_BURDEN * inequality * cohesion[bloc]
                elif g != COLLECTIVE:
                    cohesion[bloc] -= BLOC_BYPASS * cohesion[bloc]
            if np.random.random() < HAZARD * escalation:
                tension += SHOCK
                for i in range(n):
                    if side[i] != 0.0:
                        c[i] -= LOSS * c[i]
                c /= c.sum()
                wars += 1
                if cause == 0:
                    cause, broke = 1, t
            learn_affinities(g, affinity, label, side)
            for i in range(n):
                if side[i] > 0.0:
                    load[i] = min(0.8, load[i] + LOAD * severity * resistance / effort)
        tension += INTEREST * MATURITY * debt
        debt -= MATURITY * debt
        tension -= DECAY * tension
        institution = min(1.0, max(0.0, institution + RENEWAL * (INSTITUTION_TARGET - institution)))
        for k in range(1, LABELS + 1):
            cohesion[k] += BLOC_RELAXATION * (COHESION - cohesion[k])
        if tension > BREAKDOWN and cause == 0:
            cause, broke = 2, t
        for i in range(n):
            load[i] *= 0.75
            for j in range(n):
                affinity[i, j] += RELAXATION * (base[i, j] - affinity[i, j])
            c[i] *= math.exp(VOLATILITY * np.random.standard_normal() - DRAG * load[i])
        c /= c.sum()
        if (t + 1) % REVIEW == 0:
            before = label.copy()
            review_blocs(manner, c, affinity, cohesion, label)
            turnover += (before != label).mean()
            reviews += 1
        tensions[half] += tension
        effective, unaligned, largest = blocs_now(c, label)
        path[0, t], path[1, t], path[2, t] = tension, institution, debt
        path[3, t], path[4, t] = effective, unaligned
        path[5, t] = now_flexible / now_missions if now_missions else np.nan
    hostile, polarised, weight, held = 0, 0.0, 0.0, 0.0
    for i in range(n):
        if label[i] > 0:
            weight += c[i]
            held += c[i] * cohesion[label[i]]
        for j in range(i):
            if affinity[i, j] < 0.0:
                hostile += 1
                polarised -= 4.0 * c[i] * c[j] * affinity[i, j]
    all_missions = missions[0] + missions[1]
    out[:] = np.array([
        1.0 if cause else 0.0, broke, wars, crises, ratio(successes, crises), tensions.sum() / PERIODS,
        tensions[0] / (PERIODS // 2), tensions[1] / (PERIODS - PERIODS // 2), tension, institution, debt,
        ratio(held, weight), ratio(paralyses, crises), balance(c, affinity), ratio(persistence, all_missions - 1.0),
        effective, unaligned, largest, turnover / reviews, polarised, hostile / (0.5 * n * (n - 1)),
        math.sqrt(((c * c).sum() - 1.0 / n) / (1.0 - 1.0 / n)), ratio(met[0], crises), ratio(met[1], crises),
        ratio(met[2], crises), ratio(met[3], crises), ratio(met[4], crises), ratio(flexible[0], missions[0]),
        ratio(flexible[1], missions[1]), ratio(legitimacy, all_missions), ratio(size, all_missions),
        ratio(unequal, all_missions), ratio(strange, all_missions), ratio(made, all_missions)])


@njit(cache=True)
def play(kind, states, seed, count, manner):
    np.random.seed(seed)
    rows, path = np.zeros((count, 34)), np.zeros((6, PERIODS))
    for w in range(count):
        play_world(kind, states, manner, rows[w], path)
    return rows
