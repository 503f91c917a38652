"""The model's default parameters, and the outcomes that the Python peers report.

The peers leave out mechanisms that are off by default (umbrella, learning, the leader's scope, random order of moves, schedules):
these cost the engine almost nothing, and would slow the peers.
"""

PERIODS = 140
ORDERS = ["unipolar", "bipolar", "multipolar"]

MINOR_SIGMA = 1.0
DISTANCE_SCALE = 0.7
VALUES_SCALE = 0.7
VALUES, INTERDEPENDENCE, RIVALRY, NOISE = 0.6, 0.3, 0.5, 0.1
SEPARATION = (0.0, 1.6, 1.2)
SPREAD = (0.6, 0.35, 0.5)
POLE_SHARE = ((0.35, 0.55), (0.50, 0.70), (0.55, 0.75))

LABELS, COHESION, THREAT, COST, SWITCHING, REVIEW = 8, 0.8, 1.0, 0.02, 0.015, 4
BLOC_GAIN, BLOC_BURDEN, BLOC_BYPASS, BLOC_PARALYSIS, BLOC_RELAXATION = 0.03, 0.03, 0.03, 0.04, 0.02

CRISIS_RATE, CRISIS_FEEDBACK, CRISES_MAX = 0.5, 0.3, 4
SEVERITY_SIGMA, SEVERITY_MAX, CRISIS_SPREAD, TARGETED, ISOLATION, RESISTANCE = 0.75, 4.0, 0.6, 0.5, 2.0, 0.05

EFFORT, STAKE, REACH, COUPLING = 0.25, 0.15, 1.0, 0.7
JOIN_COST, AUDIENCE_COST, OVERSTRETCH, SAVING = 0.05, 0.05, 0.3, 0.3
PULL, OBLIGATION, OPPOSITION_EFFORT, EXPONENT, LOAD = 0.15, 0.15, 0.10, 2.0, 0.1

BIAS = (-0.02, -0.01, 0.0, 0.0)
FORCE_RATIO, VITAL_INTEREST = 0.0, 0.0
DOCTRINE_COST, DOCTRINE_LEGITIMACY, PRUDENCE, FORESIGHT, QUORUM = 1.0, 0.12, 0.2, 0.5, 0.5

INSTITUTION, INSTITUTION_TARGET, RENEWAL, EROSION, GAIN, PARALYSIS = 0.5, 0.5, 0.01, 0.05, 0.05, 0.04
NEGLECT, RELIEF, FAILURE, DEBT, INTEREST, MATURITY, DECAY, BREAKDOWN = 0.06, 0.10, 0.10, 0.10, 1.5, 0.03, 0.1, 1.0
HAZARD, SHOCK, LOSS = 0.05, 0.5, 0.05
LEARNING, DEFECTION, RELAXATION = 0.02, 0.02, 0.05
VOLATILITY, DRAG = 0.01, 0.02

COLLECTIVE, ALLIANCE, FLEXIBLE, UNILATERAL, VENUES = 0, 1, 2, 3, 4
PASSES_MAX = 64

OUTCOMES = [
    "breakdown", "survival", "wars", "crises", "resolved", "tension_mean", "tension_early", "tension_late",
    "tension_end", "institution_end", "debt_end", "cohesion_end", "paralysis", "balance", "persistence",
    "effective_blocs", "unaligned", "largest_bloc", "turnover", "polarisation", "hostile_dyads", "concentration",
    "share_collective", "share_alliance", "share_flexible", "share_unilateral", "share_abstain", "flexible_early",
    "flexible_late", "legitimacy", "coalition_size", "burden_gini", "strange_partners", "passes_mean",
]
SERIES = ["tension", "institution", "debt", "effective_blocs", "unaligned", "flexible"]
