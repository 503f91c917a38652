"""The two games of the model in numba, in three variants.

LITERAL  function by function, as model.md states it and as tests/reference, the plain C twin, is written: a payoff, a price, a field is
         computed at every use
MERGED   the same sums, in the loops of an experienced user of numba: one loop for the payoffs of all labels, prices once a crisis
KEPT     MERGED, and every move updates the fields of the mission game
"""

import math

import numpy as np
from numba import njit

from defaults import *

LITERAL, MERGED, KEPT = 0, 1, 2


@njit(cache=True)
def similarity(ax, ay, bx, by):
    return 2.0 * math.exp(-((ax - bx) ** 2 + (ay - by) ** 2) / (2.0 * VALUES_SCALE**2)) - 1.0


# ---- literal


@njit(cache=True)
def members_of(label, k):
    count = 0
    for j in range(len(label)):
        if label[j] == k:
            count += 1
    return count


@njit(cache=True)
def bloc_of(label, i):
    return label[i] if label[i] > 0 and members_of(label, label[i]) >= 2 else 0


@njit(cache=True)
def pair_worths(c, affinity):
    n = len(c)
    worth = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            threat = 0.0
            for l in range(n):
                threat += c[l] * min(affinity[i, l], 0.0) * min(affinity[j, l], 0.0)
            worth[i, j] = affinity[i, j] + THREAT * threat
    return worth


@njit(cache=True)
def payoff(c, worth, cohesion, label, i, k):
    if k == 0:
        return 0.0
    total = 0.0
    for j in range(len(c)):
        if j != i and label[j] == k:
            total += c[j] * worth[i, j]
    return cohesion[k] * total - (0.0 if k == i + 1 else COST)


@njit(cache=True)
def best_label(c, worth, cohesion, label, i):
    best = i + 1 if i < LABELS else 0
    if payoff(c, worth, cohesion, label, i, 0) > payoff(c, worth, cohesion, label, i, best):
        best = 0
    for k in range(1, LABELS + 1):
        others = members_of(label, k) - (1 if label[i] == k else 0)
        if others > 0 and payoff(c, worth, cohesion, label, i, k) > payoff(c, worth, cohesion, label, i, best):
            best = k
    return best


@njit(cache=True)
def review_blocs_literal(c, affinity, cohesion, label):
    n = len(c)
    worth = pair_worths(c, affinity)
    for i in range(min(n, LABELS)):
        if label[i] == 0 and members_of(label, i + 1) == 0:
            label[i] = i + 1
    for _ in range(PASSES_MAX):
        moved = False
        for i in range(n):
            best = best_label(c, worth, cohesion, label, i)
            gain = payoff(c, worth, cohesion, label, i, best) - payoff(c, worth, cohesion, label, i, label[i])
            if gain > SWITCHING:
                label[i] = best
                moved = True
        if not moved:
            break


@njit(cache=True)
def may_join(g, label, initiator, i):
    if g == UNILATERAL:
        return False
    return g != ALLIANCE or (bloc_of(label, initiator) > 0 and label[i] == bloc_of(label, initiator))


@njit(cache=True)
def literal_field(g, i, c, affinity, label, stake, initiator, institution, cohesion, x):
    total = 0.0
    for j in range(len(c)):
        total += c[j] * affinity[i, j] * x[j]
    term = 0.0
    if g == COLLECTIVE:
        term = PULL * institution
    elif g == ALLIANCE and may_join(g, label, initiator, i):
        term = OBLIGATION * cohesion[label[initiator]]
    return stake[i] + term + COUPLING * total


@njit(cache=True)
def literal_price(g, i, values, liking, load):
    alike = similarity(values[i, 0], values[i, 1], liking[0], liking[1])
    full = JOIN_COST + AUDIENCE_COST * 0.5 * (1.0 - alike) + OVERSTRETCH * load[i]
    return max(0.0, full - SAVING * JOIN_COST) if g == FLEXIBLE else full


@njit(cache=True)
def play_mission_literal(g, c, affinity, values, liking, load, label, stake, initiator, target, institution, cohesion, x):
    x[:] = 0.0
    x[initiator] = 1.0
    if target >= 0:
        x[target] = -1.0
    for made in range(1, PASSES_MAX + 1):
        moved = False
        for i in range(len(c)):
            if i == initiator or i == target:
                continue
            field = literal_field(g, i, c, affinity, label, stake, initiator, institution, cohesion, x)
            cost = literal_price(g, i, values, liking, load)
            reply = 1.0 if field > cost and may_join(g, label, initiator, i) else -1.0 if -field > cost else 0.0
            if reply != x[i]:
                x[i] = reply
                moved = True
        if not moved:
            return made
    return PASSES_MAX + 1


# ---- merged, kept


@njit(cache=True)
def review_blocs_merged(c, affinity, cohesion, label):
    """Owners return; then best moves, one at a time, until no state gains more than the switching cost."""
    n = len(c)
    members = np.zeros(LABELS + 1, np.int64)
    for i in range(n):
        members[label[i]] += 1
    for i in range(LABELS):
        if label[i] == 0 and members[i + 1] == 0:
            label[i] = i + 1
            members[i + 1] = 1
            members[0] -= 1
    worth = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            threat = 0.0
            for l in range(n):
                threat += c[l] * min(affinity[i, l], 0.0) * min(affinity[j, l], 0.0)
            worth[i, j] = worth[j, i] = affinity[i, j] + THREAT * threat
    payoff = np.empty(LABELS + 1)
    for _ in range(PASSES_MAX):
        moved = False
        for i in range(n):
            payoff[:] = 0.0
            for j in range(n):
                if j != i:
                    payoff[label[j]] += c[j] * worth[i, j]
            payoff[0] = 0.0
            for k in range(1, LABELS + 1):
                payoff[k] = cohesion[k] * payoff[k] - (0.0 if k == i + 1 else COST)
            best = 0
            if i < LABELS and payoff[i + 1] >= 0.0:
                best = i + 1
            for k in range(1, LABELS + 1):
                if members[k] > 0 and payoff[k] > payoff[best]:
                    best = k
            if payoff[best] - payoff[label[i]] > SWITCHING:
                members[label[i]] -= 1
                members[best] += 1
                label[i] = best
                moved = True
        if not moved:
            break


@njit(cache=True)
def own_field(g, i, bloc, label, stake, institution, cohesion):
    if g == COLLECTIVE:
        return stake[i] + PULL * institution
    if g == ALLIANCE and label[i] == bloc:
        return stake[i] + OBLIGATION * cohesion[bloc]
    return stake[i]


@njit(cache=True)
def reply_to(g, i, field, bloc, label, price):
    cost = max(0.0, price[i] - SAVING * JOIN_COST) if g == FLEXIBLE else price[i]
    may_join = g == COLLECTIVE or g == FLEXIBLE or (g == ALLIANCE and label[i] == bloc)
    return 1.0 if may_join and field > cost else -1.0 if -field > cost else 0.0


@njit(cache=True)
def play_mission_merged(g, c, affinity, label, stake, price, initiator, target, institution, cohesion, x):
    """Best replies in index order until no state moves, each field summed at its state's turn; returns the passes made."""
    n, bloc = len(c), label[initiator]
    x[:] = 0.0
    x[initiator] = 1.0
    if target >= 0:
        x[target] = -1.0
    for made in range(1, PASSES_MAX + 1):
        moved = False
        for i in range(n):
            if i == initiator or i == target:
                continue
            field = 0.0
            for j in range(n):
                field += c[j] * affinity[i, j] * x[j]
            field = own_field(g, i, bloc, label, stake, institution, cohesion) + COUPLING * field
            reply = reply_to(g, i, field, bloc, label, price)
            if reply != x[i]:
                x[i] = reply
                moved = True
        if not moved:
            return made
    return PASSES_MAX + 1


@njit(cache=True)
def play_mission_kept(g, c, affinity, label, stake, price, initiator, target, institution, cohesion, x):
    """The same with fields that every move updates, as an expert would write it, not as the text defines them."""
    n, bloc = len(c), label[initiator]
    x[:] = 0.0
    x[initiator] = 1.0
    field = np.empty(n)
    for i in range(n):
        field[i] = (own_field(g, i, bloc, label, stake, institution, cohesion)
                    + COUPLING * c[initiator] * affinity[initiator, i])
    if target >= 0:
        x[target] = -1.0
        for i in range(n):
            field[i] -= COUPLING * c[target] * affinity[target, i]
    for made in range(1, PASSES_MAX + 1):
        moved = False
        for i in range(n):
            if i == initiator or i == target:
                continue
            reply = reply_to(g, i, field[i], bloc, label, price)
            if reply != x[i]:
                change = COUPLING * c[i] * (reply - x[i])
                for j in range(n):
                    field[j] += change * affinity[i, j]
                x[i] = reply
                moved = True
        if not moved:
            return made
    return PASSES_MAX + 1


# ---- by manner


@njit(cache=True)
def review_blocs(manner, c, affinity, cohesion, label):
    if manner == LITERAL:
        review_blocs_literal(c, affinity, cohesion, label)
    else:
        review_blocs_merged(c, affinity, cohesion, label)


@njit(cache=True)
def play_mission(manner, g, c, affinity, values, liking, load, label, stake, price, initiator, target, institution, cohesion, x):
    """The sides of all states in x; returns the passes made."""
    if manner == LITERAL:
        return play_mission_literal(g, c, affinity, values, liking, load, label, stake, initiator, target, institution, cohesion, x)
    if manner == KEPT:
        return play_mission_kept(g, c, affinity, label, stake, price, initiator, target, institution, cohesion, x)
    return play_mission_merged(g, c, affinity, label, stake, price, initiator, target, institution, cohesion, x)
