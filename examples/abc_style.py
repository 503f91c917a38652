"""Calibration in pyABC's manner: draw from a prior, simulate, keep draws near the observation.

pyABC is not in Debian; two rounds of rejection replace its sequential sampler. With it installed, give `simulate` as the
model of `pyabc.ABCSMC`.
"""
import numpy as np

import quadrille

experiment = quadrille.Experiment({"orders": ["unipolar"], "parameters": {"order.states": 12, "order.periods": 40}})
observed, random = 0.25, np.random.default_rng(7)


def simulate(rate):
    return experiment.simulate({"crises.rate": rate}, worlds=30, outcomes=["tension_mean"])["tension_mean"].mean(("order", "world")).values


prior = random.uniform(0.1, 1.5, 100)
kept = prior[np.argsort(abs(simulate(prior) - observed))[:25]]
second = random.uniform(kept.min(), kept.max(), 100)
found = second[np.argsort(abs(simulate(second) - observed))[:25]]
print(f"crises.rate: {found.mean():.2f} ({found.min():.2f} to {found.max():.2f})")
