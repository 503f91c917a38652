"""The model written plainly in numpy: arrays over states, Python loops over moves. Its own random numbers (PCG64).

play(kind, states, seed, count) plays `count` worlds of one kind of order (0 unipolar, 1 bipolar, 2 multipolar) and returns one
row of defaults.OUTCOMES a world.
"""

import math
from types import SimpleNamespace

import numpy as np

from defaults import *


def similarity(a, b):
    return 2.0 * np.exp(-((a - b) ** 2).sum(-1) / (2.0 * VALUES_SCALE**2)) - 1.0


def nearness(a, b):
    return np.exp(-np.arccos(np.clip(a @ b.T, -1.0, 1.0)) / DISTANCE_SCALE)


def sphere_points(rng, count):
    z, turn = rng.uniform(-1.0, 1.0, count), rng.uniform(0.0, 2.0 * math.pi, count)
    r = np.sqrt(1.0 - z * z)
    return np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1)


def choose(rng, weight):
    return min(np.searchsorted(weight.cumsum(), rng.random() * weight.sum(), side="right"), len(weight) - 1)


# ---- the world order ---------------------------------------------------------------------------------------------------------


def draw_capabilities(rng, kind, n):
    share = rng.uniform(*POLE_SHARE[kind])
    if kind == 0:
        poles = np.array([share])
    elif kind == 1:
        ratio = rng.uniform(0.7, 1.0)
        poles = share * np.array([1.0, ratio]) / (1.0 + ratio)
    else:
        poles = share * np.sort(rng.dirichlet(np.full(rng.integers(3, 7), 8.0)))[::-1]
    minors = np.exp(MINOR_SIGMA * rng.standard_normal(n - len(poles)))
    minors *= (1.0 - share) / minors.sum()
    cap = 0.5 * poles[-1]
    for _ in range(8):
        excess, under = (minors[minors > cap] - cap).sum(), minors < cap
        minors = np.minimum(minors, cap)
        if excess == 0.0 or not under.any():
            break
        minors[under] += excess * minors[under] / minors[under].sum()
    c = np.concatenate([poles, np.sort(minors)[::-1]])
    return c / c.sum(), len(poles)


def draw_order(rng, kind, n):
    c, m = draw_capabilities(rng, kind, n)
    place = sphere_points(rng, n)
    near = nearness(place, place)
    turn = 2.0 * math.pi * (rng.random() + np.arange(m) / m)
    radius = 0.5 * SEPARATION[kind] if m > 1 else 0.0
    poles = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    patrons = [choose(rng, c[:m] * near[i, :m]) for i in range(m, n)]
    values = np.concatenate([poles, poles[patrons] + SPREAD[kind] * rng.standard_normal((n - m, 2))])
    base = (VALUES * similarity(values[:, None], values[None, :]) + INTERDEPENDENCE * near
            - RIVALRY * np.minimum.outer(c, c) / c.max()).clip(-1.0, 1.0)
    np.fill_diagonal(base, 0.0)
    noise = np.tril(rng.standard_normal((n, n)), -1)
    affinity = (base + NOISE * (noise + noise.T)).clip(-1.0, 1.0)
    np.fill_diagonal(affinity, 0.0)
    label = np.where(np.arange(n) < LABELS, np.arange(n) + 1, 0)
    return SimpleNamespace(n=n, m=m, c=c, place=place, values=values, base=base, affinity=affinity, label=label,
                           load=np.zeros(n), cohesion=np.full(LABELS + 1, COHESION), institution=INSTITUTION, tension=0.0,
                           debt=0.0)


# ---- the bloc game -----------------------------------------------------------------------------------------------------------


def best_label(w, worth, i, members):
    payoff = w.cohesion * np.bincount(w.label, w.c * worth[i], LABELS + 1) - COST
    payoff[0] = 0.0
    if i < LABELS:
        payoff[i + 1] += COST
    best = i + 1 if i < LABELS and payoff[i + 1] >= 0.0 else 0
    allowed = np.where(members > 0, payoff, -np.inf)
    k = int(allowed[1:].argmax()) + 1
    if allowed[k] > payoff[best]:
        best = k
    return best, payoff[best] - payoff[w.label[i]]


def review_blocs(w):
    """Owners return; then best moves, one at a time, until no state gains more than the switching cost."""
    members = np.bincount(w.label, minlength=LABELS + 1)
    for i in range(min(w.n, LABELS)):
        if w.label[i] == 0 and members[i + 1] == 0:
            w.label[i] = i + 1
            members[i + 1] = 1
            members[0] -= 1
    hostile = np.minimum(w.affinity, 0.0)
    worth = w.affinity + THREAT * (hostile * w.c) @ hostile
    np.fill_diagonal(worth, 0.0)
    for _ in range(PASSES_MAX):
        moved = False
        for i in range(w.n):
            best, gain = best_label(w, worth, i, members)
            if gain > SWITCHING:
                members[w.label[i]] -= 1
                members[best] += 1
                w.label[i] = best
                moved = True
        if not moved:
            return


# ---- crises and missions -----------------------------------------------------------------------------------------------------


def draw_crisis(rng, w):
    severity = min(math.exp(SEVERITY_SIGMA * rng.standard_normal()), SEVERITY_MAX)
    alike = similarity(w.values, CRISIS_SPREAD * rng.standard_normal(2))
    target, resistance = None, RESISTANCE * severity
    if rng.random() < TARGETED:
        target = choose(rng, np.exp(-ISOLATION * (w.affinity @ w.c)))
        scene, attitude = w.place[target], -w.affinity[target]
        resistance += EFFORT * w.c[target]
    else:
        scene, attitude = sphere_points(rng, 1)[0], 0.5 * (1.0 + alike)
    stake = STAKE * severity * (nearness(w.place, scene) + REACH * w.c / w.c.max()) * attitude
    price = JOIN_COST + AUDIENCE_COST * 0.5 * (1.0 - alike) + OVERSTRETCH * w.load
    weight = w.c * stake
    if target is not None:
        weight[target] = 0.0
    initiator = int(weight.argmax())
    if weight[initiator] <= 0.0:
        initiator = None
    return SimpleNamespace(severity=severity, target=target, resistance=resistance, stake=stake, price=price,
                           initiator=initiator)


def play_mission(w, crisis, g, bloc):
    """Best replies in index order until no state moves; returns sides and the passes made."""
    own, price = crisis.stake.copy(), crisis.price
    may_join = np.full(w.n, g in (COLLECTIVE, FLEXIBLE))
    if g == COLLECTIVE:
        own += PULL * w.institution
    elif g == ALLIANCE:
        may_join = w.label == bloc
        own[may_join] += OBLIGATION * w.cohesion[bloc]
    elif g == FLEXIBLE:
        price = np.maximum(0.0, price - SAVING * JOIN_COST)
    x = np.zeros(w.n)
    x[crisis.initiator] = 1.0
    if crisis.target is not None:
        x[crisis.target] = -1.0
    pull = COUPLING * w.affinity * w.c
    free = [i for i in range(w.n) if i != crisis.initiator and i != crisis.target]
    for made in range(1, PASSES_MAX + 1):
        moved = False
        for i in free:
            field = own[i] + pull[i] @ x
            reply = 1.0 if may_join[i] and field > price[i] else -1.0 if -field > price[i] else 0.0
            if reply != x[i]:
                x[i] = reply
                moved = True
        if not moved:
            return x, made
    return x, PASSES_MAX + 1


def weigh(w, crisis, g, bloc):
    x, passes = play_mission(w, crisis, g, bloc)
    p, joins, opposes = crisis.initiator, x > 0.0, x < 0.0
    legitimacy = 0.5 * (1.0 + (joins.sum() - opposes.sum()) / w.n)
    if crisis.target is not None:
        opposes[crisis.target] = False
    support, opposition = (w.c * (1.0 - w.load))[joins].sum(), w.c[opposes].sum()
    effort, counter = EFFORT * support, crisis.resistance + OPPOSITION_EFFORT * opposition
    success = effort**EXPONENT / (effort**EXPONENT + counter**EXPONENT)
    if g == COLLECTIVE:
        legitimacy += (1.0 - legitimacy) * w.institution
    elif g == ALLIANCE:
        legitimacy += (1.0 - legitimacy) * 0.5 * w.cohesion[bloc] * w.institution
    escalation = 0.0
    if support > 0.0 and opposition > 0.0:
        escalation = min(support, opposition) / max(support, opposition) * (1.0 - legitimacy)
    worth = (crisis.stake[p] * success - DOCTRINE_COST * crisis.resistance * w.c[p] * (1.0 - w.load[p]) / support
             + DOCTRINE_LEGITIMACY * legitimacy - PRUDENCE * escalation + BIAS[g])
    return SimpleNamespace(g=g, x=x, passes=passes, success=success, legitimacy=legitimacy, escalation=escalation,
                           effort=effort, worth=worth, open=effort >= FORCE_RATIO * counter)


def fails(w, venue, bloc):
    if venue.g == COLLECTIVE:
        return (venue.x[:w.m] < 0.0).any() or (venue.x >= 0.0).sum() < QUORUM * w.n
    if venue.g == ALLIANCE:
        inside = w.label == bloc
        x, c = venue.x[inside], w.c[inside]
        return (x < 0.0).any() or c[x > 0.0].sum() < QUORUM * c.sum()
    return False


def choose_venue(rng, w, crisis, bloc, seen):
    venues = [weigh(w, crisis, g, bloc) for g in range(VENUES) if g != ALLIANCE or bloc]
    for venue in sorted(venues, key=lambda v: -v.worth):
        if not venue.open:
            continue
        if venue.worth <= 0.0:
            return None
        if not fails(w, venue, bloc):
            return venue
        if rng.random() >= FORESIGHT:
            seen.paralyses += 1
            if venue.g == COLLECTIVE:
                w.institution -= PARALYSIS * w.institution
            else:
                w.cohesion[bloc] -= BLOC_PARALYSIS * w.cohesion[bloc]
    return None


def gini(v):
    v = np.sort(v)
    n, total = len(v), v.sum()
    return 2.0 * (np.arange(1, n + 1) @ v) / (n * total) - (n + 1.0) / n if n > 1 and total > 0.0 else 0.0


def change_order(rng, w, crisis, venue, bloc, inequality, t, seen):
    success, g, s = rng.random() < venue.success, venue.g, crisis.severity
    seen.successes += success
    w.tension = max(0.0, w.tension - RELIEF * s) if success else w.tension + FAILURE * s
    outside = (0.0, 0.5, 1.0, 1.0)[g]
    w.debt += DEBT * s * outside * (1.0 - venue.legitimacy)
    w.institution -= EROSION * outside * (1.0 - venue.legitimacy) * w.institution
    if g == COLLECTIVE and success:
        w.institution += GAIN * venue.legitimacy * (1.0 - w.institution)
    if bloc and g == ALLIANCE:
        if success:
            w.cohesion[bloc] += BLOC_GAIN * (1.0 - w.cohesion[bloc])
        w.cohesion[bloc] -= BLOC_BURDEN * inequality * w.cohesion[bloc]
    elif bloc and g != COLLECTIVE:
        w.cohesion[bloc] -= BLOC_BYPASS * w.cohesion[bloc]
    if rng.random() < HAZARD * venue.escalation:
        w.tension += SHOCK
        w.c[venue.x != 0.0] *= 1.0 - LOSS
        w.c /= w.c.sum()
        seen.wars += 1
        if not seen.cause:
            seen.cause, seen.broke = 1, t


def learn(w, crisis, venue):
    x, a = venue.x, w.affinity
    both = np.outer(x, x)
    change = LEARNING * (np.where(both > 0.0, 1.0 - a, 0.0) - np.where(both < 0.0, 1.0 + a, 0.0))
    if venue.g != COLLECTIVE:
        aside = (x != 0.0)[:, None] != (x != 0.0)[None, :]
        allies = (w.label[:, None] == w.label[None, :]) & (w.label > 0)
        change -= np.where(aside & allies, DEFECTION * (1.0 + a), 0.0)
    w.affinity = a + change
    np.fill_diagonal(w.affinity, 0.0)
    joins = x > 0.0
    w.load[joins] = np.minimum(0.8, w.load[joins] + LOAD * crisis.severity * crisis.resistance / venue.effort)


def meet_crisis(rng, w, t, seen):
    crisis = draw_crisis(rng, w)
    seen.crises += 1
    venue, p = None, crisis.initiator
    if p is not None and crisis.stake[p] >= VITAL_INTEREST:
        bloc = w.label[p] if (w.label == w.label[p]).sum() > 1 else 0
        venue = choose_venue(rng, w, crisis, bloc, seen)
    if venue is None:
        seen.met[VENUES] += 1
        w.tension += NEGLECT * crisis.severity
        return
    half, joins = int(t >= PERIODS // 2), venue.x > 0.0
    seen.met[venue.g] += 1
    seen.missions[half] += 1
    seen.flexible[half] += venue.g == FLEXIBLE
    if seen.joined is not None:
        seen.persistence += (joins & seen.joined).sum() / (joins | seen.joined).sum()
    seen.joined, count = joins, joins.sum()
    inequality = gini(np.maximum(crisis.stake[joins], 0.0))
    hostile = (w.affinity[np.ix_(joins, joins)] < 0.0).sum()
    seen.strange += hostile / (count * (count - 1)) if count > 1 else 0.0
    seen.legitimacy += venue.legitimacy
    seen.size += count
    seen.gini += inequality
    seen.passes += venue.passes
    change_order(rng, w, crisis, venue, bloc, inequality, t, seen)
    learn(w, crisis, venue)


# ---- one world ---------------------------------------------------------------------------------------------------------------


def end_period(rng, w, t, seen):
    w.tension += INTEREST * MATURITY * w.debt
    w.debt -= MATURITY * w.debt
    w.tension -= DECAY * w.tension
    w.institution = min(1.0, max(0.0, w.institution + RENEWAL * (INSTITUTION_TARGET - w.institution)))
    w.cohesion += BLOC_RELAXATION * (COHESION - w.cohesion)
    if w.tension > BREAKDOWN and not seen.cause:
        seen.cause, seen.broke = 2, t
    w.load *= 0.75
    w.affinity += RELAXATION * (w.base - w.affinity)
    w.c *= np.exp(VOLATILITY * rng.standard_normal(w.n) - DRAG * w.load)
    w.c /= w.c.sum()
    if (t + 1) % REVIEW == 0:
        before = w.label.copy()
        review_blocs(w)
        seen.turnover.append((before != w.label).mean())


def blocs_now(w):
    share, members = np.bincount(w.label, w.c, LABELS + 1), np.bincount(w.label, minlength=LABELS + 1)
    parts = np.concatenate([share[1:], w.c[w.label == 0]])
    return 1.0 / (parts @ parts), share[0] + share[1:][members[1:] == 1].sum(), parts.max()


def balance(w):
    """Triads i<j<k of the symmetric matrix with zero diagonal: a sixth of the trace of its weighted cube."""
    a, size = w.affinity * w.c, np.abs(w.affinity) * w.c
    total = np.trace(size @ size @ size)
    return np.trace(a @ a @ a) / total if total > 0.0 else 0.0


def ratio(a, b):
    return a / b if b > 0 else 0.0


def outcomes(w, seen, path):
    c, upper = w.c, np.triu_indices(w.n, 1)
    a, held, missions = w.affinity[upper], w.label > 0, sum(seen.missions)
    effective, unaligned, largest = blocs_now(w)
    early = PERIODS // 2
    return [
        float(seen.cause > 0), seen.broke, seen.wars, seen.crises, ratio(seen.successes, seen.crises), path[0].mean(),
        path[0, :early].mean(), path[0, early:].mean(), w.tension, w.institution, w.debt,
        ratio((c * w.cohesion[w.label])[held].sum(), c[held].sum()), ratio(seen.paralyses, seen.crises), balance(w),
        ratio(seen.persistence, missions - 1), effective, unaligned, largest, np.mean(seen.turnover),
        4.0 * (np.outer(c, c)[upper] * np.maximum(-a, 0.0)).sum(), (a < 0.0).mean(),
        math.sqrt((c @ c - 1.0 / w.n) / (1.0 - 1.0 / w.n)), *(ratio(met, seen.crises) for met in seen.met),
        ratio(seen.flexible[0], seen.missions[0]), ratio(seen.flexible[1], seen.missions[1]),
        ratio(seen.legitimacy, missions), ratio(seen.size, missions), ratio(seen.gini, missions),
        ratio(seen.strange, missions), ratio(seen.passes, missions)]


def play_world(rng, kind, n):
    w = draw_order(rng, kind, n)
    seen = SimpleNamespace(cause=0, broke=PERIODS, wars=0, crises=0, successes=0, paralyses=0, met=[0] * (VENUES + 1),
                           missions=[0, 0], flexible=[0, 0], joined=None, persistence=0.0, turnover=[], legitimacy=0.0,
                           size=0, gini=0.0, strange=0.0, passes=0)
    path = np.empty((len(SERIES), PERIODS))
    review_blocs(w)
    for t in range(PERIODS):
        missions, flexible = sum(seen.missions), sum(seen.flexible)
        for _ in range(min(CRISES_MAX, rng.poisson(CRISIS_RATE * (1.0 + CRISIS_FEEDBACK * w.tension)))):
            meet_crisis(rng, w, t, seen)
        end_period(rng, w, t, seen)
        missions, flexible = sum(seen.missions) - missions, sum(seen.flexible) - flexible
        path[:, t] = (w.tension, w.institution, w.debt, *blocs_now(w)[:2], flexible / missions if missions else np.nan)
    return outcomes(w, seen, path)


def play(kind, states, seed, count):
    rng = np.random.default_rng(seed)
    return np.array([play_world(rng, kind, states) for _ in range(count)])
